package dev.tessera.image;

import dev.tessera.codecs.GridSpec;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Properties;

/**
 * How an {@link ClassicalImageModel} is trained; written as a small {@code .properties} file.
 *
 * @param name name of the model
 * @param subspaceDims dimension of each subspace of the KLT components, in order of falling variance
 * @param codebookSize K of each subspace
 * @param deadZone norm below which a vector of a subspace counts as zero and teaches nothing (subspace 0 has no zero)
 * @param iterations of k-means
 * @param blocksPerImage random blocks taken of each picture
 * @param vectorsPerCode training vectors for each code vector, at most
 * @param priorTableBits size of the entropy model, see {@link GridSpec#tableBits()}
 * @param lambdas Lagrange multipliers at which the entropy model sees the training pictures, one after the other
 * @param seed of everything random
 */
public record ImageRecipe(
        String name,
        int[] subspaceDims,
        int codebookSize,
        float deadZone,
        int iterations,
        int blocksPerImage,
        int vectorsPerCode,
        int priorTableBits,
        float[] lambdas,
        long seed) {
    public ImageRecipe {
        int components = Arrays.stream(subspaceDims).sum();
        if (subspaceDims.length < 1
                || Arrays.stream(subspaceDims).anyMatch(d -> d < 1)
                || components > BlockTransform.BLOCK_DIM) {
            throw new IllegalArgumentException("subspaces are " + Arrays.toString(subspaceDims)
                    + ", must each be at least 1 and together at most " + BlockTransform.BLOCK_DIM);
        }
        checkRange("codebookSize", codebookSize, 2, 65_536);
        checkRange("iterations", iterations, 1, 10_000);
        checkRange("blocksPerImage", blocksPerImage, 1, 1_000_000);
        checkRange("vectorsPerCode", vectorsPerCode, 1, 100_000);
        checkRange("priorTableBits", priorTableBits, GridSpec.MIN_TABLE_BITS, GridSpec.MAX_TABLE_BITS);
        if (lambdas.length < 1) {
            throw new IllegalArgumentException("lambdas is empty, must have at least 1");
        }
        subspaceDims = subspaceDims.clone();
        lambdas = lambdas.clone();
    }

    /** Reads a recipe; a missing or malformed entry is named. */
    public static ImageRecipe read(InputStream in) throws IOException {
        Properties entries = new Properties();
        entries.load(in);
        return new ImageRecipe(
                entry(entries, "name"),
                Arrays.stream(list(entries, "subspaces"))
                        .mapToInt(Integer::parseInt)
                        .toArray(),
                Integer.parseInt(entry(entries, "codes")),
                Float.parseFloat(entry(entries, "dead-zone")),
                Integer.parseInt(entry(entries, "iterations")),
                Integer.parseInt(entry(entries, "blocks-per-image")),
                Integer.parseInt(entry(entries, "vectors-per-code")),
                Integer.parseInt(entry(entries, "prior-table-bits")),
                floats(list(entries, "lambdas")),
                Long.parseLong(entry(entries, "seed")));
    }

    /** The recipe of the shipped default model. */
    public static ImageRecipe standard() {
        try (InputStream in = ImageRecipe.class.getResourceAsStream("models/image-pq16.recipe.properties")) {
            return read(in);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The same recipe with another K and seed. */
    public ImageRecipe with(int newCodebookSize, long newSeed) {
        return new ImageRecipe(
                name,
                subspaceDims,
                newCodebookSize,
                deadZone,
                iterations,
                blocksPerImage,
                vectorsPerCode,
                priorTableBits,
                lambdas,
                newSeed);
    }

    @Override
    public int[] subspaceDims() {
        return subspaceDims.clone();
    }

    @Override
    public float[] lambdas() {
        return lambdas.clone();
    }

    private static String entry(Properties entries, String key) {
        String value = entries.getProperty(key);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("the recipe has no entry '" + key + "'");
        }
        return value.trim();
    }

    private static String[] list(Properties entries, String key) {
        return entry(entries, key).split("\\s*,\\s*");
    }

    private static float[] floats(String[] values) {
        float[] out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Float.parseFloat(values[i]);
        }
        return out;
    }

    private static void checkRange(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", must be in [" + min + ", " + max + "]");
        }
    }
}
