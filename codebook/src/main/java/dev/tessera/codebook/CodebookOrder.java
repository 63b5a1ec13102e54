package dev.tessera.codebook;

import java.util.Arrays;
import java.util.Comparator;

/**
 * Orders a codebook so that the leading binary digits of an index mean something: the code vectors are split at the median
 * of their first principal component, and each half again. An entropy coder that sees index prefixes gains by it, and the
 * vectors that share a prefix are the clusters of a smaller codebook.
 */
public final class CodebookOrder {
    private static final int POWER_ITERATIONS = 100;

    private CodebookOrder() {}

    /** {@code codebook} with its code vectors in tree order. O(K D log K). */
    public static Codebook tree(Codebook codebook) {
        int[] order = treeOrder(codebook);
        int dim = codebook.codeDim();
        float[] vectors = new float[order.length * dim];
        for (int i = 0; i < order.length; i++) {
            System.arraycopy(codebook.vectors(), order[i] * dim, vectors, i * dim, dim);
        }
        return Codebook.of(order.length, dim, vectors);
    }

    /** The permutation: place i of the tree order holds code vector {@code treeOrder[i]}. */
    public static int[] treeOrder(Codebook codebook) {
        Integer[] order = new Integer[codebook.codebookSize()];
        Arrays.setAll(order, i -> i);
        split(codebook, order, 0, order.length);
        return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
    }

    private static void split(Codebook codebook, Integer[] order, int from, int to) {
        int count = to - from;
        if (count < 2) {
            return;
        }
        double[] direction = principalDirection(codebook, order, from, to);
        double[] projection = new double[codebook.codebookSize()];
        for (int i = from; i < to; i++) {
            for (int d = 0; d < direction.length; d++) {
                projection[order[i]] += codebook.get(order[i], d) * direction[d];
            }
        }
        Arrays.sort(order, from, to, Comparator.<Integer>comparingDouble(i -> projection[i]).thenComparing(i -> i));
        // The left part is a whole power of two, so that the parts fall on binary digits of the index.
        int left = Integer.highestOneBit(count - 1);
        split(codebook, order, from, from + left);
        split(codebook, order, from + left, to);
    }

    /** Power iteration on the covariance, without forming it. */
    private static double[] principalDirection(Codebook codebook, Integer[] order, int from, int to) {
        int dim = codebook.codeDim();
        double[] mean = new double[dim];
        for (int i = from; i < to; i++) {
            for (int d = 0; d < dim; d++) {
                mean[d] += codebook.get(order[i], d) / (double) (to - from);
            }
        }
        double[] direction = new double[dim];
        Arrays.setAll(direction, d -> 1 + 0.01 * d); // not at right angles to anything likely
        for (int iteration = 0; iteration < POWER_ITERATIONS; iteration++) {
            double[] next = new double[dim];
            for (int i = from; i < to; i++) {
                double dot = 0;
                for (int d = 0; d < dim; d++) {
                    dot += (codebook.get(order[i], d) - mean[d]) * direction[d];
                }
                for (int d = 0; d < dim; d++) {
                    next[d] += dot * (codebook.get(order[i], d) - mean[d]);
                }
            }
            double norm = 0;
            for (double v : next) {
                norm += v * v;
            }
            norm = StrictMath.sqrt(norm);
            if (norm == 0) {
                break; // all equal, any order will do
            }
            for (int d = 0; d < dim; d++) {
                direction[d] = next[d] / norm;
            }
        }
        return direction;
    }
}
