package dev.tessera.codebook;

import dev.tessera.codebook.internal.Assignment;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.kernels.Distances;
import dev.tessera.codebook.internal.kernels.NearestKernel;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Makes a trained codebook smaller or larger, or brings two into one order. Nothing is trained: follow with the learner
 * of the codebook where that matters.
 */
public final class CodebookSurgery {
    private static final float SPLIT = 0x1p-6f;

    private CodebookSurgery() {}

    /**
     * Merges nearest pairs until {@code size} code vectors are left. The pair that adds least distortion goes first, n1
     * n2 / (n1 + n2) |c1 - c2|^2 (Ward 1963), and becomes its usage-weighted mean; an unused code vector counts as
     * 2^-32 of a token. The new indices are in order of the lowest old one. O(K^2 D).
     *
     * @param usage tokens of each code vector, at least 0; all 0 means equal weights
     * @param size in {@code [1, K]}
     */
    public static RemappedCodebook merge(Codebook codebook, long[] usage, int size) {
        int k = codebook.codebookSize();
        checkInRange(size, k, "size");
        NestedCodebook nested = NestedCodebook.of(codebook, usage);
        int[] coarse = nested.coarse(IntStream.range(0, k).toArray(), size);
        Codebook cut = nested.codebook(size);
        int dim = codebook.codeDim();
        int[] newIndex = new int[size];
        Arrays.fill(newIndex, -1);
        int[] mapping = new int[k];
        int[] origins = new int[size];
        float[] vectors = new float[size * dim];
        int next = 0;
        for (int i = 0; i < k; i++) {
            if (newIndex[coarse[i]] < 0) {
                System.arraycopy(cut.vectors(), coarse[i] * dim, vectors, next * dim, dim);
                origins[next] = i;
                newIndex[coarse[i]] = next++;
            }
            mapping[i] = newIndex[coarse[i]];
        }
        return new RemappedCodebook(Codebook.of(size, dim, vectors), mapping, origins);
    }

    /**
     * {@link #split(Codebook, long[], int, float[])} by small offsets: in each dimension 1/64 of the codebook's
     * standard deviation, with signs that depend on the index alone; 1/64 of the larger of 1 and the value, if all code
     * vectors are equal.
     */
    public static RemappedCodebook split(Codebook codebook, long[] usage, int count) {
        int k = codebook.codebookSize();
        int dim = codebook.codeDim();
        double[] deviation = deviation(codebook);
        boolean equal = IntStream.range(0, k * dim).allMatch(i -> codebook.vectors()[i] == codebook.vectors()[i % dim]);
        float[] directions = new float[k * dim];
        for (int i = 0; i < k; i++) {
            SplitMix64 random = new SplitMix64(i);
            for (int t = 0; t < dim; t++) {
                double scale = equal ? Math.max(1, Math.abs(codebook.get(i, t))) : deviation[t];
                directions[i * dim + t] = (float) (random.nextLong() < 0 ? -SPLIT * scale : SPLIT * scale);
            }
        }
        return split(codebook, usage, count, directions);
    }

    /**
     * Splits the most used code vectors c in two, c + d and c - d. The first half keeps the index; the second halves
     * follow as K, K + 1, ..., the most used first, the lower index in a tie. The mapping is the identity.
     *
     * @param usage tokens of each code vector, at least 0
     * @param count how many to split, in {@code [1, K]}
     * @param directions d of each code vector, {@code [K x D]}; those that are not split are not looked at
     */
    public static RemappedCodebook split(Codebook codebook, long[] usage, int count, float[] directions) {
        int k = codebook.codebookSize();
        int dim = codebook.codeDim();
        NestedCodebook.checkUsage(usage, k);
        checkInRange(count, k, "count");
        if (directions.length != k * dim) {
            throw new IllegalArgumentException(
                    "directions has " + directions.length + " values, must have K x D = " + k * dim);
        }
        int[] chosen = IntStream.range(0, k)
                .boxed()
                .sorted(Comparator.comparingLong((Integer i) -> -usage[i]))
                .limit(count)
                .mapToInt(i -> i)
                .toArray();
        float[] vectors = Arrays.copyOf(codebook.vectors(), Math.multiplyExact(k + count, dim));
        int[] origins = Arrays.copyOf(IntStream.range(0, k).toArray(), k + count);
        for (int c = 0; c < count; c++) {
            origins[k + c] = chosen[c];
            for (int t = 0; t < dim; t++) {
                int from = chosen[c] * dim + t;
                vectors[(k + c) * dim + t] = vectors[from] - directions[from];
                vectors[from] += directions[from];
            }
        }
        int[] identity = IntStream.range(0, k).toArray();
        return new RemappedCodebook(Codebook.of(k + count, dim, vectors), identity, origins);
    }

    /** {@link #prune(Codebook, long[], long)} of the code vectors that were never used. */
    public static RemappedCodebook prune(Codebook codebook, long[] usage) {
        return prune(codebook, usage, 1);
    }

    /**
     * Takes out the code vectors with a usage below {@code atLeast}; the others stay as they are and in order. An index
     * that is gone maps to the nearest code vector left, the lowest index in a tie.
     *
     * @param usage tokens of each code vector, at least 0
     * @param atLeast at least 1 and at most the largest usage
     */
    public static RemappedCodebook prune(Codebook codebook, long[] usage, long atLeast) {
        int k = codebook.codebookSize();
        int dim = codebook.codeDim();
        NestedCodebook.checkUsage(usage, k);
        long most = Arrays.stream(usage).max().getAsLong();
        if (atLeast < 1 || atLeast > most) {
            throw new IllegalArgumentException(
                    "atLeast is " + atLeast + ", must be in [1, " + most + "], the largest usage");
        }
        int[] origins = IntStream.range(0, k).filter(i -> usage[i] >= atLeast).toArray();
        float[] vectors = new float[origins.length * dim];
        for (int i = 0; i < origins.length; i++) {
            System.arraycopy(codebook.vectors(), origins[i] * dim, vectors, i * dim, dim);
        }
        int[] mapping = new int[k];
        NearestKernel.of(vectors, origins.length, dim).assign(codebook.vectors(), 0, k, mapping, 0);
        for (int i = 0; i < origins.length; i++) {
            mapping[origins[i]] = i; // of two equal code vectors each keeps its own index
        }
        return new RemappedCodebook(Codebook.of(origins.length, dim, vectors), mapping, origins);
    }

    /**
     * {@code tokens} with {@code mapping[t]} for each index t.
     *
     * @param tokens each in {@code [0, mapping.length)}
     */
    public static int[] remap(int[] tokens, int[] mapping) {
        int[] result = new int[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] >= mapping.length) {
                throw new IllegalArgumentException(
                        "token " + i + " is " + tokens[i] + ", must be in [0, " + mapping.length + ")");
            }
            result[i] = mapping[tokens[i]];
        }
        return result;
    }

    /**
     * {@code codebook} in the order of {@code reference}: its code vectors are matched one to one with those of
     * {@code reference} at the least sum of squared distances, and the new index of each, in the mapping, is that of
     * its partner. O(K^3) at worst; 8 K^2 bytes.
     *
     * @param reference a codebook of the same K and D
     */
    public static RemappedCodebook align(Codebook codebook, Codebook reference) {
        int k = codebook.codebookSize();
        int dim = codebook.codeDim();
        if (reference.codebookSize() != k || reference.codeDim() != dim) {
            throw new IllegalArgumentException(
                    "reference is " + reference + ", must be of the size of the other, " + codebook);
        }
        double[][] cost = new double[k][k];
        for (int i = 0; i < k; i++) {
            for (int j = 0; j < k; j++) {
                cost[i][j] = Distances.squared(codebook.vectors(), i * dim, reference.vectors(), j * dim, dim);
            }
        }
        int[] mapping = Assignment.minimum(cost);
        int[] origins = new int[k];
        for (int i = 0; i < k; i++) {
            origins[mapping[i]] = i;
        }
        return new RemappedCodebook(CodebookOrder.permute(codebook, origins), mapping, origins);
    }

    private static double[] deviation(Codebook codebook) {
        int k = codebook.codebookSize();
        double[] deviation = new double[codebook.codeDim()];
        for (int t = 0; t < deviation.length; t++) {
            double mean = 0;
            for (int i = 0; i < k; i++) {
                mean += codebook.get(i, t);
            }
            mean /= k;
            double squares = 0;
            for (int i = 0; i < k; i++) {
                squares += (codebook.get(i, t) - mean) * (codebook.get(i, t) - mean);
            }
            deviation[t] = Math.sqrt(squares / k);
        }
        return deviation;
    }

    private static void checkInRange(int value, int most, String name) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(name + " is " + value + ", must be in [1, " + most + "]");
        }
    }
}
