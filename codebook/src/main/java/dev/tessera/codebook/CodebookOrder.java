package dev.tessera.codebook;

import java.util.Arrays;
import java.util.Comparator;

/**
 * Orders a codebook so that the leading binary digits of an index mean something: the code vectors are split at the median
 * of their first principal component, and each half again. An entropy coder that sees index prefixes gains by it, and the
 * vectors that share a prefix are the clusters of a smaller codebook.
 */
public final class CodebookOrder {
    private static final int POWER_ITERATIONS = 24; // the split needs a direction of large spread, not the eigenvector

    private record Projected(int index, double value) {}

    private CodebookOrder() {}

    /** {@code codebook} with its code vectors in tree order. O(K D log K). */
    public static Codebook tree(Codebook codebook) {
        return permute(codebook, treeOrder(codebook));
    }

    /**
     * {@code codebook} with code vector {@code order[i]} in place i.
     *
     * @param order a permutation of the K indices
     */
    public static Codebook permute(Codebook codebook, int[] order) {
        int dim = codebook.codeDim();
        boolean[] seen = new boolean[codebook.codebookSize()];
        float[] vectors = new float[codebook.vectors().length];
        if (order.length != seen.length) {
            throw new IllegalArgumentException("order has " + order.length + " values, must have K = " + seen.length);
        }
        for (int i = 0; i < order.length; i++) {
            if (order[i] < 0 || order[i] >= seen.length || seen[order[i]]) {
                throw new IllegalArgumentException("order[" + i + "] is " + order[i] + ", must be an index in [0, "
                        + seen.length + ") that did not come before");
            }
            seen[order[i]] = true;
            System.arraycopy(codebook.vectors(), order[i] * dim, vectors, i * dim, dim);
        }
        return Codebook.of(order.length, dim, vectors);
    }

    /** The permutation: place i of the tree order holds code vector {@code treeOrder[i]}. */
    public static int[] treeOrder(Codebook codebook) {
        int[] order = new int[codebook.codebookSize()];
        Arrays.setAll(order, i -> i);
        split(codebook, order, 0, order.length);
        return order;
    }

    private static void split(Codebook codebook, int[] order, int from, int to) {
        int count = to - from;
        if (count < 2) {
            return;
        }
        double[] mean = mean(codebook, order, from, to);
        double[] direction = principalDirection(codebook, order, from, to, mean);
        Projected[] projected = new Projected[count];
        for (int i = 0; i < count; i++) {
            projected[i] = new Projected(order[from + i], dot(codebook, order[from + i], mean, direction));
        }
        Arrays.sort(projected, Comparator.comparingDouble(Projected::value).thenComparingInt(Projected::index));
        for (int i = 0; i < count; i++) {
            order[from + i] = projected[i].index();
        }
        // The left part is a whole power of two, so that the parts fall on binary digits of the index.
        int left = Integer.highestOneBit(count - 1);
        split(codebook, order, from, from + left);
        split(codebook, order, from + left, to);
    }

    private static double[] mean(Codebook codebook, int[] order, int from, int to) {
        double[] mean = new double[codebook.codeDim()];
        for (int i = from; i < to; i++) {
            for (int d = 0; d < mean.length; d++) {
                mean[d] += codebook.get(order[i], d);
            }
        }
        for (int d = 0; d < mean.length; d++) {
            mean[d] /= to - from;
        }
        return mean;
    }

    private static double dot(Codebook codebook, int index, double[] mean, double[] direction) {
        double dot = 0;
        for (int d = 0; d < direction.length; d++) {
            dot += (codebook.get(index, d) - mean[d]) * direction[d];
        }
        return dot;
    }

    /** Power iteration on the covariance, without forming it, from the axis of the largest variance. */
    private static double[] principalDirection(Codebook codebook, int[] order, int from, int to, double[] mean) {
        int dim = mean.length;
        double[] direction = new double[dim];
        direction[widestAxis(codebook, order, from, to, mean)] = 1;
        for (int iteration = 0; iteration < POWER_ITERATIONS; iteration++) {
            double[] next = new double[dim];
            for (int i = from; i < to; i++) {
                double dot = dot(codebook, order[i], mean, direction);
                for (int d = 0; d < dim; d++) {
                    next[d] += dot * (codebook.get(order[i], d) - mean[d]);
                }
            }
            double norm = 0;
            for (double v : next) {
                norm += v * v;
            }
            norm = Math.sqrt(norm);
            if (norm == 0) {
                break; // all equal: any order will do
            }
            for (int d = 0; d < dim; d++) {
                direction[d] = next[d] / norm;
            }
        }
        return direction;
    }

    private static int widestAxis(Codebook codebook, int[] order, int from, int to, double[] mean) {
        double[] spread = new double[mean.length];
        int widest = 0;
        for (int d = 0; d < mean.length; d++) {
            for (int i = from; i < to; i++) {
                double difference = codebook.get(order[i], d) - mean[d];
                spread[d] += difference * difference;
            }
            widest = spread[d] > spread[widest] ? d : widest;
        }
        return widest;
    }
}
