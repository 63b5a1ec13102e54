package dev.tessera.samples.bench.quantizers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a bench consists of, as a small text file says it: lines {@code recipe NAME}, {@code side PIXELS}, {@code change ENTRY=VALUE},
 * {@code size K seeds N...} and {@code row NAME | LABEL | ENTRY=VALUE...}; {@code #} starts a comment line.
 *
 * @param recipe name or file of the recipe that all runs share
 * @param side photos of the validation set are cut to at most this side, around their middle
 * @param changes entries of the recipe that differ in all runs
 * @param sha256 of the file, by which results of another bench are told apart
 */
record BenchSetup(
        String recipe, int side, Map<String, String> changes, List<Size> sizes, List<Row> rows, String sha256) {
    /** A number of codes, and the seeds that are run with it. */
    record Size(int codes, List<Integer> seeds) {}

    /** A quantizer; {@code changes} are entries of the recipe. */
    record Row(String name, String label, Map<String, String> changes) {}

    /** One training with its evaluation. */
    record Run(Row row, int codes, int seed) {
        String name() {
            return row.name + "-" + codes + "-" + seed;
        }
    }

    static BenchSetup read(Path file) throws IOException {
        String text = Files.readString(file);
        String recipe = null;
        int side = 0;
        Map<String, String> changes = new LinkedHashMap<>();
        List<Size> sizes = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        for (String line : text.lines().map(String::strip).toList()) {
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String[] words = line.split("\\s+");
            String rest = line.substring(words[0].length()).strip();
            switch (words[0]) {
                case "recipe" -> recipe = rest;
                case "side" -> side = number(line, rest);
                case "change" -> changes.putAll(entries(line, rest));
                case "size" -> sizes.add(size(line, words));
                case "row" -> rows.add(row(line, rest));
                default -> throw bad(line, "must start with recipe, side, change, size or row");
            }
        }
        if (recipe == null || side == 0 || sizes.isEmpty() || rows.isEmpty()) {
            throw new IllegalArgumentException(file + " must have a recipe, a side, a size and a row");
        }
        if (rows.stream().map(Row::name).distinct().count() < rows.size()) {
            throw new IllegalArgumentException(file + " has two rows of one name");
        }
        return new BenchSetup(recipe, side, changes, sizes, rows, sha256(text));
    }

    /** All runs; the first seeds of all sizes before the second ones, so that a bench that is stopped early has every row. */
    List<Run> runs() {
        int most = sizes.stream().mapToInt(size -> size.seeds.size()).max().orElseThrow();
        List<Run> runs = new ArrayList<>();
        for (int s = 0; s < most; s++) {
            for (Size size : sizes) {
                if (s < size.seeds.size()) {
                    for (Row row : rows) {
                        runs.add(new Run(row, size.codes, size.seeds.get(s)));
                    }
                }
            }
        }
        return runs;
    }

    /** Entries of the recipe for {@code run}. */
    Map<String, String> changes(Run run) {
        Map<String, String> all = new LinkedHashMap<>(changes);
        all.put("codes", Integer.toString(run.codes));
        all.put("seed", Integer.toString(run.seed));
        all.putAll(run.row.changes);
        return all;
    }

    private static Size size(String line, String[] words) {
        if (words.length < 4 || !words[2].equals("seeds")) {
            throw bad(line, "must be 'size K seeds N...'");
        }
        List<Integer> seeds = new ArrayList<>();
        for (int i = 3; i < words.length; i++) {
            seeds.add(number(line, words[i]));
        }
        return new Size(number(line, words[1]), seeds);
    }

    private static Row row(String line, String rest) {
        String[] parts = rest.split("\\|");
        if (parts.length != 3) {
            throw bad(line, "must be 'row NAME | LABEL | ENTRY=VALUE...'");
        }
        return new Row(parts[0].strip(), parts[1].strip(), entries(line, parts[2].strip()));
    }

    private static Map<String, String> entries(String line, String text) {
        Map<String, String> entries = new LinkedHashMap<>();
        for (String entry : text.split("\\s+")) {
            int at = entry.indexOf('=');
            if (at < 1) {
                throw bad(line, "has '" + entry + "', must be ENTRY=VALUE");
            }
            entries.put(entry.substring(0, at), entry.substring(at + 1));
        }
        return entries;
    }

    private static int number(String line, String word) {
        try {
            int number = Integer.parseInt(word);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw bad(line, "has '" + word + "', must be a whole number above 0");
    }

    private static IllegalArgumentException bad(String line, String what) {
        return new IllegalArgumentException("the set-up's line '" + line + "' " + what);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
