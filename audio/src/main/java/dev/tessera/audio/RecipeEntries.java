package dev.tessera.audio;

import java.util.Arrays;
import java.util.Properties;

/** Entries of a recipe; one that is missing or malformed is named. */
record RecipeEntries(Properties entries) {
    String text(String key) {
        String value = entries.getProperty(key);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("the recipe has no entry '" + key + "'");
        }
        return value.trim();
    }

    int integer(String key) {
        try {
            return Integer.parseInt(text(key));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the recipe's entry '" + key + "' is no integer: " + e.getMessage(), e);
        }
    }

    int[] integers(String key) {
        try {
            return Arrays.stream(text(key).split("\\s*,\\s*"))
                    .mapToInt(Integer::parseInt)
                    .toArray();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "the recipe's entry '" + key + "' is '" + text(key) + "', must be integers", e);
        }
    }

    float[] floats(String key) {
        String[] values = text(key).split("\\s*,\\s*");
        float[] out = new float[values.length];
        try {
            for (int i = 0; i < out.length; i++) {
                out[i] = Float.parseFloat(values[i]);
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "the recipe's entry '" + key + "' is " + Arrays.toString(values) + ", must be numbers", e);
        }
        return out;
    }

    static void checkRange(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", must be in [" + min + ", " + max + "]");
        }
    }
}
