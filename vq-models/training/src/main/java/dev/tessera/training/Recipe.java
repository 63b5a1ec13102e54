package dev.tessera.training;

import dev.tessera.vqmodels.Media;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** How a model is trained: a small {@code .properties} file, every entry of it required, no other entry allowed. */
final class Recipe {
    /** Recipes that come with the module; those of a medium together say which entries there are. */
    private static final Map<Media, List<String>> NAMES = Map.of(
            Media.IMAGE, List.of("image-f16", "image-f8", "image-256", "image-64", "image-bench", "image-open"),
            Media.AUDIO, List.of("audio-24k", "audio-24k-single", "audio-24k-split"),
            Media.FEATURES, List.of("features-f4", "features-f2", "features-f1"));

    private final String name;
    private final Map<String, String> entries;

    private Recipe(String name, Map<String, String> entries) {
        this.name = name;
        this.entries = entries;
    }

    /** The recipes that come with the module, the default first. */
    static List<String> names(Media media) {
        return NAMES.getOrDefault(media, List.of());
    }

    private static Properties own(String name) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Recipe.class.getResourceAsStream("recipes/" + name + ".properties")) {
            properties.load(in);
        }
        return properties;
    }

    /**
     * Reads one of {@link #names} or a file.
     *
     * @param changes entries that replace those of the file
     */
    static Recipe read(Media media, String nameOrPath, Map<String, String> changes) throws IOException {
        Properties properties = new Properties();
        if (names(media).contains(nameOrPath)) {
            properties = own(nameOrPath);
        } else {
            Path file = Path.of(nameOrPath);
            if (!Files.exists(file)) {
                throw new IllegalArgumentException(
                        "--recipe is '" + nameOrPath + "', must be a file or one of " + names(media));
            }
            try (Reader in = Files.newBufferedReader(file)) {
                properties.load(in);
            }
        }
        Map<String, String> entries = new TreeMap<>();
        properties.forEach((key, value) -> entries.put((String) key, ((String) value).strip()));
        entries.putAll(changes);
        Set<String> known = new TreeSet<>();
        for (String own : names(media)) {
            known.addAll(own(own).stringPropertyNames());
        }
        for (String key : entries.keySet()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException(
                        "the recipe has the unknown entry '" + key + "', known are " + known);
            }
        }
        return new Recipe(entries.getOrDefault("name", nameOrPath), entries);
    }

    String name() {
        return name;
    }

    /** All entries, sorted, a line each: what a checkpoint keeps, to be compared on resume. */
    String text() {
        StringBuilder text = new StringBuilder();
        entries.forEach(
                (key, value) -> text.append(key).append('=').append(value).append('\n'));
        return text.toString();
    }

    boolean has(String key) {
        return entries.containsKey(key);
    }

    String string(String key) {
        String value = entries.get(key);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("the recipe has no entry '" + key + "'");
        }
        return value;
    }

    int integer(String key, int least, int most) {
        String value = string(key);
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException(
                "the recipe's " + key + " is '" + value + "', must be a whole number in [" + least + ", " + most + "]");
    }

    double number(String key, double least, double most) {
        String value = string(key);
        try {
            double number = Double.parseDouble(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException(
                "the recipe's " + key + " is '" + value + "', must be a number in [" + least + ", " + most + "]");
    }

    /** Numbers with commas between them. */
    int[] integers(String key, int least, int most) {
        String value = string(key);
        try {
            int[] numbers = Arrays.stream(value.split(","))
                    .map(String::strip)
                    .mapToInt(Integer::parseInt)
                    .toArray();
            if (Arrays.stream(numbers).allMatch(n -> n >= least && n <= most)) {
                return numbers;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException("the recipe's " + key + " are '" + value + "', must be whole numbers in ["
                + least + ", " + most + "] with commas between them");
    }

    boolean flag(String key) {
        return switch (string(key)) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new IllegalArgumentException(
                        "the recipe's " + key + " is '" + string(key) + "', must be true or false");
        };
    }

    long seed() {
        return integer("seed", 0, Integer.MAX_VALUE);
    }
}
