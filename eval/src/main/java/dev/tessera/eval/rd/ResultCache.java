package dev.tessera.eval.rd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Results of trials in a folder, one small text file each, named by what they depend on. */
final class ResultCache {
    private final Path folder;

    ResultCache(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    /** The name of a result that depends on all {@code parts}. */
    static String key(String... parts) {
        return Digests.sha256(String.join("\n", parts).getBytes(StandardCharsets.UTF_8));
    }

    /** The values kept under {@code key}; empty when there are none or the file is damaged. */
    Optional<Map<String, Double>> get(String key) throws IOException {
        Path file = folder.resolve(key);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Map<String, Double> values = new LinkedHashMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                int equals = line.indexOf('=');
                values.put(line.substring(0, equals), Double.valueOf(line.substring(equals + 1)));
            }
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            return Optional.empty(); // run again and replaced
        }
        return Optional.of(values);
    }

    void put(String key, Map<String, Double> values) throws IOException {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(values)
                .forEach((name, value) ->
                        text.append(name).append('=').append(value).append('\n'));
        Path part = Files.createTempFile(folder, "part-", "");
        Files.writeString(part, text);
        Files.move(part, folder.resolve(key), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
