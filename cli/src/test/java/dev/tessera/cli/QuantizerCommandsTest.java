package dev.tessera.cli;

import static dev.tessera.cli.Run.run;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.dataset.NpyReader;
import dev.tessera.codecs.dataset.NpyType;
import dev.tessera.codecs.dataset.NpyWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code fit}, {@code assign}, {@code dequantize} and {@code usage} with every quantizer that they name. */
class QuantizerCommandsTest {
    private static final int COUNT = 600;
    private static final int DIM = 8;

    @TempDir
    private static Path data;

    @TempDir
    private Path folder;

    /** Vectors of a few groups along a few directions, and colours. */
    @BeforeAll
    static void writeVectors() throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        float[] directions = new float[3 * DIM];
        for (int i = 0; i < directions.length; i++) {
            directions[i] = (float) random.nextGaussian();
        }
        float[] vectors = new float[COUNT * DIM];
        float[] colours = new float[COUNT * 3];
        for (int i = 0; i < COUNT; i++) {
            for (int c = 0; c < 3; c++) {
                double weight = 3 * random.nextGaussian() + 4 * (i % 5 - 2);
                for (int k = 0; k < DIM; k++) {
                    vectors[i * DIM + k] += (float) (weight * directions[c * DIM + k]);
                }
                colours[i * 3 + c] = Math.clamp(Math.round(128 + 20 * weight), 0, 255);
            }
            for (int k = 0; k < DIM; k++) {
                vectors[i * DIM + k] += (float) (0.5 * random.nextGaussian());
            }
        }
        write("vectors.npy", vectors, COUNT, DIM);
        write("colours.npy", colours, COUNT, 3);
        write("none.npy", new float[0], 0, DIM);
    }

    private static void write(String name, float[] values, int rows, int columns) throws IOException {
        try (NpyWriter writer = new NpyWriter(Files.newOutputStream(data.resolve(name)), NpyType.F4, rows, columns)) {
            writer.writeFloats(values);
        }
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private static String vectorsFor(String quantizer) {
        return data.resolve(quantizer.equals("palette") ? "colours.npy" : "vectors.npy")
                .toString();
    }

    private Run fit(String quantizer, String book, String... more) {
        List<String> args = new ArrayList<>(List.of("fit", vectorsFor(quantizer), "-o", path(book), "--json"));
        args.addAll(List.of("--quantizer", quantizer));
        args.addAll(List.of(more));
        if (!args.contains("--iterations")) {
            args.addAll(List.of("--iterations", "3"));
        }
        return run(args.toArray(String[]::new));
    }

    private Run assign(String quantizer, String book, String indices, String... more) {
        List<String> args =
                new ArrayList<>(List.of("assign", vectorsFor(quantizer), "--codebook", path(book), "--json"));
        args.addAll(List.of("-o", path(indices)));
        args.addAll(List.of(more));
        return run(args.toArray(String[]::new));
    }

    static Iterable<String> quantizers() {
        return new Learner.Names();
    }

    private static String[] sizeOf(String quantizer) {
        return switch (quantizer) {
            case "fsq", "rfsq", "qlae" -> new String[] {"--levels", "5,4,3", "--stages", "2"};
            case "pvq" -> new String[] {"--codes", "300"};
            default -> new String[] {"--codes", "16", "--stages", "2", "--subspaces", "4"};
        };
    }

    private static int stagesOf(String quantizer) {
        return switch (quantizer) {
            case "rvq", "additive", "rfsq" -> 2;
            case "pq", "opq" -> 4;
            case "grouped" -> 4 * 2;
            case "pvq", "rabitq" -> 2; // the last one is the gain
            case "scalar" -> 2; // 8 dimensions of 4 bits, as many as an int holds in a stage
            default -> 1;
        };
    }

    @ParameterizedTest
    @MethodSource("quantizers")
    void vectorsGoThereAndBack(String quantizer) throws IOException {
        Map<String, Object> fit = fit(quantizer, "a", sizeOf(quantizer)).json();
        assertEquals(
                0,
                fit(quantizer, "b", with(sizeOf(quantizer), "--threads", "1")).code());
        assertArrayEquals(Files.readAllBytes(folder.resolve("a")), Files.readAllBytes(folder.resolve("b")));

        Map<String, Object> assign = assign(quantizer, "a", "i.npy").json();
        int stages = stagesOf(quantizer);
        int codes = (Integer) fit.get("codebook_size");
        assertEquals(stages, fit.get("stages"));
        try (NpyReader indices = NpyReader.open(folder.resolve("i.npy"))) {
            assertArrayEquals(stages == 1 ? new long[] {COUNT} : new long[] {COUNT, stages}, indices.shape());
            assertEquals(codes <= 65_536 ? NpyType.U2 : NpyType.I4, indices.type());
            int[] values = new int[COUNT * stages];
            indices.readInts(values);
            assertTrue(Arrays.stream(values).allMatch(i -> i >= 0 && i < codes));
            assertTrue(Arrays.stream(values).distinct().count() > 1);
        }
        assertEquals(quantizer.equals("scalar"), codes > 65_536, "K is " + codes);

        Run back = run("dequantize", path("i.npy"), "--codebook", path("a"), "-o", path("v.npy"), "--json");
        assertEquals(COUNT, back.json().get("vectors"));
        float[] original = floats(Path.of(vectorsFor(quantizer)));
        float[] restored = floats(folder.resolve("v.npy"));
        double sum = 0;
        double energy = 0;
        for (int i = 0; i < original.length; i++) {
            double error = (double) original[i] - restored[i];
            sum += error * error;
            energy += (double) original[i] * original[i];
        }
        double error = (Double) fit.get("mean_squared_error");
        assertEquals(sum / COUNT, error, 1e-12 * error);
        assertEquals(error, (Double) assign.get("mean_squared_error"));
        // directions alone say little, and three epochs of gradients are few
        double most = List.of("spherical", "simvq").contains(quantizer) ? 0.97 : 0.9;
        assertTrue(sum < most * energy, sum + " of " + energy);
    }

    private static String[] with(String[] options, String... more) {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static float[] floats(Path path) throws IOException {
        try (NpyReader in = NpyReader.open(path)) {
            assertEquals(NpyType.F4, in.type());
            float[] values = new float[(int) in.remaining()];
            in.readFloats(values);
            return values;
        }
    }

    @Test
    void indicesGrowWithTheCodebook() {
        assertEquals(NpyType.U2, NpyType.forIndices(65_536));
        assertEquals(NpyType.I4, NpyType.forIndices(65_537));
        assertEquals(NpyType.I4, NpyType.forIndices(1L << 31));
        assertEquals(NpyType.I8, NpyType.forIndices((1L << 31) + 1));
    }

    @Test
    void impossibleSettingsAreUsageErrorsInOneLine() throws IOException {
        Map<String, List<String>> impossible = new TreeMap<>();
        impossible.put("--subspaces is 3, must divide", List.of("pq", "--codes", "16", "--subspaces", "3"));
        impossible.put("--subspaces is 0, must divide", List.of("opq", "--codes", "16", "--subspaces", "0"));
        impossible.put("--codes is 601, must be at most the number of vectors", List.of("kmeans", "--codes", "601"));
        impossible.put("must be at most the number of vectors, 600", List.of("rvq", "--codes", "1024"));
        impossible.put("--codes is 0", List.of("kmeans", "--codes", "0"));
        impossible.put("say --codes", List.of("kmeans"));
        impossible.put("stages is 0", List.of("rvq", "--codes", "16", "--stages", "0"));
        impossible.put("iterations is -1", List.of("spherical", "--codes", "16", "--iterations", "-1"));
        impossible.put("lambda is -1", List.of("ecvq", "--codes", "16", "--lambda", "-1"));
        impossible.put("4104, must be at most 4096", List.of("additive", "--codes", "513", "--stages", "8"));
        impossible.put("only 8", List.of("fsq", "--levels", "3,3,3,3,3,3,3,3,3"));
        impossible.put("--levels is [1]", List.of("rfsq", "--levels", "1"));
        impossible.put("levels of dimension 0 is 1001", List.of("fsq", "--levels", "1001"));
        impossible.put("between 2 and 2^8", List.of("lfq", "--codes", "512"));
        impossible.put("2 and 2^8 for", List.of("bsq", "--codes", "1"));
        impossible.put("has at least 16", List.of("pvq", "--codes", "3"));
        impossible.put("in [2, 256]", List.of("scalar", "--codes", "1000"));
        impossible.put("palette", List.of("tarot", "--codes", "16"));
        impossible.put("--start is for", List.of("fsq", "--codes", "16", "--start", "random"));
        impossible.put("no start, must be one of plusplus", List.of("kmeans", "--codes", "16", "--start", "cold"));
        impossible.put("--threads is 0", List.of("kmeans", "--codes", "16", "--threads", "0"));
        for (Map.Entry<String, List<String>> entry : impossible.entrySet()) {
            List<String> args = entry.getValue();
            refused(
                    entry.getKey(),
                    fit(args.getFirst(), "no", args.subList(1, args.size()).toArray(String[]::new)));
            assertFalse(Files.exists(folder.resolve("no")));
        }
        refused("dim", run("fit", vectorsFor(""), "-o", path("no"), "--quantizer", "palette", "--codes", "4"));
        refused(
                "there are no vectors",
                run(
                        "fit",
                        data.resolve("none.npy").toString(),
                        "-o",
                        path("no"),
                        "--quantizer",
                        "lfq",
                        "--codes",
                        "4"));
        fit("kmeans", "k", "--codes", "16").json();
        fit("rvq", "r", "--codes", "16").json();
        refused("--beam is for", assign("kmeans", "k", "no", "--beam", "2"));
        refused("--beam is 0", assign("rvq", "r", "no", "--beam", "0"));
        refused("--beam is 257", assign("rvq", "r", "no", "--beam", "257"));
        refused("dim", assign("palette", "k", "no"));
    }

    private static void refused(String reason, Run run) {
        assertEquals(2, run.code(), reason + ": " + run.err());
        assertTrue(run.err().contains(reason), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        assertFalse(run.err().contains("internal error"), run.err());
    }

    @Test
    void aBeamLeavesLessOver() throws IOException {
        fit("rvq", "r", "--codes", "16", "--stages", "3").json();
        Map<String, Object> greedy = assign("rvq", "r", "greedy.npy").json();
        assertEquals(1, greedy.get("beam"));
        Map<String, Object> one = assign("rvq", "r", "one.npy", "--beam", "1").json();
        assertEquals(1, one.get("beam"));
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("greedy.npy")), Files.readAllBytes(folder.resolve("one.npy")));
        Map<String, Object> eight =
                assign("rvq", "r", "eight.npy", "--beam", "8").json();
        assertEquals(8, eight.get("beam"));
        assertTrue((Double) eight.get("mean_squared_error") < 0.99 * (Double) greedy.get("mean_squared_error"));

        fit("grouped", "g", "--codes", "16", "--stages", "3", "--subspaces", "2")
                .json();
        assertEquals(4, assign("grouped", "g", "g.npy", "--beam", "4").json().get("beam"));
        fit("additive", "a", "--codes", "16", "--stages", "3").json();
        assertEquals(8, assign("additive", "a", "a8.npy").json().get("beam"));
        assertEquals(2, assign("additive", "a", "a2.npy", "--beam", "2").json().get("beam"));
        fit("kmeans", "k", "--codes", "16").json();
        assertFalse(assign("kmeans", "k", "k.npy").json().containsKey("beam"));
    }

    @Test
    void kMeansStartsInFourWays() throws IOException {
        for (String quantizer : List.of("kmeans", "rvq", "pq")) {
            Object usual = fit(quantizer, quantizer, with(sizeOf(quantizer), "--iterations", "0"))
                    .json()
                    .get("sha256");
            Map<String, Object> named = new TreeMap<>();
            for (String start : new StartNames()) {
                String[] options = with(sizeOf(quantizer), "--start", start, "--iterations", "0");
                named.put(
                        start, fit(quantizer, quantizer + start, options).json().get("sha256"));
            }
            assertEquals(4, named.values().stream().distinct().count(), named::toString);
            assertEquals(usual, named.get("parallel"));
        }
    }

    @Test
    void usageSaysHowUnevenEachStageIs() throws IOException {
        int[] tokens = new int[2 * 300];
        for (int i = 0; i < 300; i++) {
            tokens[2 * i] = i % 100; // even: each of 100 codes 3 times
            tokens[2 * i + 1] = i < 200 ? 7 : 7 + i % 10; // 210 times code 7, 10 times each of 9 others
        }
        try (NpyWriter writer = new NpyWriter(Files.newOutputStream(folder.resolve("t.npy")), NpyType.I4, 300, 2)) {
            writer.writeInts(tokens);
        }
        Map<String, Object> usage = run("usage", path("t.npy"), "--codes", "100", "--intervals", "--json")
                .json();
        assertEquals(600, usage.get("tokens"));
        assertEquals(1, ((List<?>) usage.get("stages")).size());
        List<?> slices = (List<?>) usage.get("slices");
        assertEquals(2, slices.size());
        Map<?, ?> even = (Map<?, ?>) slices.getFirst();
        assertEquals("stage 0", even.get("slice"));
        assertEquals(300, even.get("tokens"));
        assertEquals(0, (Double) even.get("gini"), 1e-12);
        assertEquals(0.01, (Double) even.get("top_1_percent_share"), 1e-12);
        assertEquals(0, (Double) even.get("bits_recoverable"), 1e-9);
        assertEquals(
                Math.log(100) / Math.log(2) + 99 / (600 * Math.log(2)),
                (Double) even.get("entropy_bits_miller_madow"),
                1e-9);
        Map<?, ?> uneven = (Map<?, ?>) slices.getLast();
        assertEquals("stage 1", uneven.get("slice"));
        assertEquals(0.7, (Double) uneven.get("top_1_percent_share"), 1e-12);
        double entropy = -(0.7 * Math.log(0.7) + 0.3 * Math.log(1 / 30.0)) / Math.log(2);
        assertEquals(entropy, (Double) uneven.get("entropy_bits"), 1e-9);
        assertEquals(Math.log(100) / Math.log(2) - entropy, (Double) uneven.get("bits_recoverable"), 1e-9);
        assertEquals(meanDifferenceGini(), (Double) uneven.get("gini"), 1e-9);
        List<?> interval = (List<?>) uneven.get("perplexity_interval");
        double perplexity = (Double) uneven.get("perplexity");
        assertTrue((Double) interval.getFirst() < perplexity && perplexity < (Double) interval.getLast());
        assertTrue(uneven.containsKey("utilization_interval") && uneven.containsKey("entropy_bits_interval"));

        Run table = run("usage", path("t.npy"), "--codes", "100");
        assertEquals(0, table.code(), table.err());
        assertEquals(1 + 3 + 2, table.out().lines().count(), table.out());
        assertTrue(table.out().lines().findFirst().orElseThrow().contains("gini"), table.out());
        // K is derived, and one column is no slice
        try (NpyWriter writer = new NpyWriter(Files.newOutputStream(folder.resolve("flat.npy")), NpyType.I4, 600)) {
            writer.writeInts(tokens);
        }
        assertFalse(run("usage", path("flat.npy"), "--json").json().containsKey("slices"));
        assertEquals(100, run("usage", path("t.npy"), "--json").json().get("codebook_size"));
        assertFalse(
                run("usage", path("t.npy"), path("flat.npy"), "--json").json().containsKey("slices"));
    }

    /** Of 1 count of 210, 9 of 10 and 90 of 0: the mean difference of two counts over twice their mean. */
    private static double meanDifferenceGini() {
        int[] counts = new int[100];
        Arrays.fill(counts, 1, 10, 10);
        counts[0] = 210;
        double sum = 0;
        for (int a : counts) {
            for (int b : counts) {
                sum += Math.abs(a - b);
            }
        }
        return sum / (100.0 * 100) / (2 * 3.0);
    }
}
