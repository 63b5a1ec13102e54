package dev.tessera.image.transform;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Properties;

/**
 * How a {@link LinearImageModel} is trained; written as a small {@code .properties} file.
 *
 * @param name name of the model
 * @param side photos are halved as long as their longer side stays at least this
 * @param cropWidth most samples that one visit of a picture codes, at the scale at which it codes
 * @param cropHeight the same of its height
 * @param visits how many crops are coded; every picture is seen once before one is seen again
 * @param firstStep finest quantization step of the full-size picture; at half size it is 8 lower, at a quarter 16
 * @param lastStep coarsest one
 * @param scaleShares shares of the visits at full, half and quarter size
 * @param seed of everything random
 */
public record LinearImageRecipe(
        String name,
        int side,
        int cropWidth,
        int cropHeight,
        int visits,
        int firstStep,
        int lastStep,
        double[] scaleShares,
        long seed) {
    /** What the entry {@value #CODER_ENTRY} of such a recipe says. */
    private static final String CODER = "linear";

    private static final String CODER_ENTRY = "coder";

    public LinearImageRecipe {
        checkRange("side", side, 32, 65_536);
        checkRange("crop-width", cropWidth, 8, 65_536);
        checkRange("crop-height", cropHeight, 8, 65_536);
        checkRange("visits", visits, 1, 1_000_000);
        checkRange("first-step", firstStep, 0, BlockDecoder.STEPS - 1);
        checkRange("last-step", lastStep, firstStep, BlockDecoder.STEPS - 1);
        scaleShares = scaleShares.clone();
        if (scaleShares.length != Settings.SCALES
                || Arrays.stream(scaleShares).anyMatch(s -> !(s >= 0))
                || !(Arrays.stream(scaleShares).sum() > 0)) {
            throw new IllegalArgumentException("scale-shares are " + Arrays.toString(scaleShares) + ", must be "
                    + Settings.SCALES + " numbers of at least 0, not all 0");
        }
    }

    /** Whether {@code entries} are a recipe of this kind. */
    public static boolean isOne(Properties entries) {
        return CODER.equals(entries.getProperty(CODER_ENTRY));
    }

    /** Reads a recipe; a missing or malformed entry is named. */
    public static LinearImageRecipe read(InputStream in) throws IOException {
        Properties entries = new Properties();
        entries.load(in);
        if (!isOne(entries)) {
            throw new IllegalArgumentException("the recipe's entry '" + CODER_ENTRY + "' is "
                    + entries.getProperty(CODER_ENTRY) + ", must be " + CODER);
        }
        return new LinearImageRecipe(
                entry(entries, "name"),
                integer(entries, "side"),
                integer(entries, "crop-width"),
                integer(entries, "crop-height"),
                integer(entries, "visits"),
                integer(entries, "first-step"),
                integer(entries, "last-step"),
                Arrays.stream(entry(entries, "scale-shares").split("\\s*,\\s*"))
                        .mapToDouble(Double::parseDouble)
                        .toArray(),
                Long.parseLong(entry(entries, "seed")));
    }

    /** The same recipe with another seed. */
    public LinearImageRecipe withSeed(long newSeed) {
        return new LinearImageRecipe(
                name, side, cropWidth, cropHeight, visits, firstStep, lastStep, scaleShares, newSeed);
    }

    @Override
    public double[] scaleShares() {
        return scaleShares.clone();
    }

    private static String entry(Properties entries, String key) {
        String value = entries.getProperty(key);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("the recipe has no entry '" + key + "'");
        }
        return value.trim();
    }

    private static int integer(Properties entries, String key) {
        String value = entry(entries, key);
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "the recipe's entry '" + key + "' is '" + value + "', must be an integer", e);
        }
    }

    private static void checkRange(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", must be in [" + min + ", " + max + "]");
        }
    }
}
