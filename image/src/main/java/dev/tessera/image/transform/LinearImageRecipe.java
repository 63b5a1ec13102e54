package dev.tessera.image.transform;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;

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
 * @param network of details, or nothing for a model without one
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
        Optional<NetworkRecipe> network,
        long seed) {
    /**
     * How the {@link DetailNetwork} is trained.
     *
     * @param channels of its hidden values
     * @param layers of each of its networks
     * @param visits crops that are coded for it, with the entropy models that were learnt
     * @param scaleShares shares of these visits at full, half and quarter size, the first one 0
     * @param steps of the networks for half and for quarter size
     */
    public record NetworkRecipe(
            int channels, int layers, int visits, double[] scaleShares, int[] steps, double learningRate) {
        public NetworkRecipe {
            checkRange("network-channels", channels, 1, 256);
            checkRange("network-layers", layers, 2, 16);
            checkRange("network-visits", visits, 1, 1_000_000);
            steps = steps.clone();
            if (steps.length != DetailNetwork.KINDS.size()
                    || Arrays.stream(steps).anyMatch(s -> s < 1)) {
                throw new IllegalArgumentException("network-steps are " + Arrays.toString(steps) + ", must be "
                        + DetailNetwork.KINDS.size() + " numbers of at least 1");
            }
            scaleShares = scaleShares.clone();
            checkShares("network-scale-shares", scaleShares);
            if (scaleShares[0] != 0) {
                throw new IllegalArgumentException("network-scale-shares are " + Arrays.toString(scaleShares)
                        + ", must begin with 0: there is no network for full size");
            }
            if (!(learningRate > 0 && learningRate <= 1)) {
                throw new IllegalArgumentException(
                        "network-learning-rate is " + learningRate + ", must be above 0 and at most 1");
            }
        }

        @Override
        public double[] scaleShares() {
            return scaleShares.clone();
        }

        @Override
        public int[] steps() {
            return steps.clone();
        }
    }

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
        checkShares("scale-shares", scaleShares);
    }

    private static void checkShares(String name, double[] shares) {
        if (shares.length != Settings.SCALES
                || Arrays.stream(shares).anyMatch(s -> !(s >= 0))
                || !(Arrays.stream(shares).sum() > 0)) {
            throw new IllegalArgumentException(name + " are " + Arrays.toString(shares) + ", must be " + Settings.SCALES
                    + " numbers of at least 0, not all 0");
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
                shares(entries, "scale-shares"),
                network(entries),
                Long.parseLong(entry(entries, "seed")));
    }

    /** The same recipe with another seed. */
    public LinearImageRecipe withSeed(long newSeed) {
        return new LinearImageRecipe(
                name, side, cropWidth, cropHeight, visits, firstStep, lastStep, scaleShares, network, newSeed);
    }

    @Override
    public double[] scaleShares() {
        return scaleShares.clone();
    }

    private static Optional<NetworkRecipe> network(Properties entries) {
        if (!entries.containsKey("network-steps")) {
            return Optional.empty();
        }
        return Optional.of(new NetworkRecipe(
                integer(entries, "network-channels"),
                integer(entries, "network-layers"),
                integer(entries, "network-visits"),
                shares(entries, "network-scale-shares"),
                numbers(entries, "network-steps", Integer::valueOf).stream()
                        .mapToInt(Integer::intValue)
                        .toArray(),
                numbers(entries, "network-learning-rate", Double::valueOf).getFirst()));
    }

    private static double[] shares(Properties entries, String key) {
        return numbers(entries, key, Double::valueOf).stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
    }

    private static <N extends Number> List<N> numbers(Properties entries, String key, Function<String, N> reader) {
        String value = entry(entries, key);
        try {
            return Arrays.stream(value.split("\\s*,\\s*")).map(reader).toList();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "the recipe's entry '" + key + "' is '" + value + "', must be numbers with commas between them", e);
        }
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
