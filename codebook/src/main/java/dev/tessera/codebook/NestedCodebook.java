package dev.tessera.codebook;

import java.util.Arrays;
import java.util.List;

/**
 * A codebook of K code vectors with a smaller one of every size inside it, so that tokens of the full book can be
 * thinned to any rate without the latents.
 *
 * <p>The code vectors are the leaves of a binary tree, built from below by Ward's criterion weighted with usage (Ward
 * 1963). The book of size k is the cut of the tree with k parts: each of its code vectors is the usage-weighted mean of
 * a part. The books nest: index k of the book of size k + 1 is split off index {@code parents()[k]} of the book of size
 * k, the other indices stand for the same parts in both. An index of the full book here is an index of the codebook
 * given to {@link #of}; {@link #order} has the place of it in the book of size K.
 *
 * <p>The coarse index need not be that of the nearest code vector of the smaller book: {@link VectorQuantizer} of
 * {@link #codebook} does better when the latents are at hand, and its indices thin out just as well. Immutable.
 */
public final class NestedCodebook {
    private final Codebook full;
    private final long[] usage; // by index of the full book
    private final int[] order; // nested index -> index of the full book
    private final int[] rank; // index of the full book -> nested index
    private final int[] parents; // of nested index i, below i; -1 for 0
    private final double[] distortion; // by size, [K + 1]

    /**
     * Puts the parts of a nested codebook together again.
     *
     * @param full K code vectors
     * @param usage tokens of each, at least 0; all 0 means equal weights
     * @param order nested index to index of {@code full}, a permutation of K
     * @param parents of nested index i, in {@code [0, i)}; -1 for i = 0
     */
    public NestedCodebook(Codebook full, long[] usage, int[] order, int[] parents) {
        int k = full.codebookSize();
        checkUsage(usage, k);
        if (order.length != k || parents.length != k) {
            throw new IllegalArgumentException("order has " + order.length + " and parents " + parents.length
                    + " values, both must have K = " + k);
        }
        this.full = full;
        this.usage = usage.clone();
        this.order = order.clone();
        this.parents = parents.clone();
        this.rank = new int[k];
        Arrays.fill(rank, -1);
        for (int i = 0; i < k; i++) {
            if (order[i] < 0 || order[i] >= k || rank[order[i]] >= 0) {
                throw new IllegalArgumentException("order[" + i + "] is " + order[i] + ", must be an index in [0, " + k
                        + ") that did not come before");
            }
            rank[order[i]] = i;
            if (i == 0 ? parents[0] != -1 : parents[i] < 0 || parents[i] >= i) {
                throw new IllegalArgumentException(
                        "parents[" + i + "] is " + parents[i] + ", must be " + (i == 0 ? "-1" : "in [0, " + i + ")"));
            }
        }
        this.distortion = new double[k + 1];
        cut(1, distortion);
    }

    /**
     * Builds the tree. O(K^2 D): about 7 s of one core for 16,384 x 256 of picture patches; 60 s where no direction is wider
     * than another.
     *
     * <p>A code vector of usage 0 counts as 2^-32 of a token: it joins a near one and hardly moves it.
     *
     * @param usage tokens of each code vector, at least 0; all 0 means equal weights
     */
    public static NestedCodebook of(Codebook codebook, long[] usage) {
        int k = codebook.codebookSize();
        checkUsage(usage, k);
        List<WardTree.Merge> merges = WardTree.merges(codebook, usage);
        int[] parents = new int[k];
        int[] nested = new int[k]; // by slot of the tree
        parents[0] = -1;
        for (int size = 1; size < k; size++) {
            WardTree.Merge merge = merges.get(k - 1 - size);
            int parent = nested[merge.kept()];
            parents[size] = parent;
            // The heavier part keeps the index, which keeps low indices frequent.
            boolean keep = merge.keptWeight() >= merge.goneWeight();
            nested[merge.kept()] = keep ? parent : size;
            nested[merge.gone()] = keep ? size : parent;
        }
        int[] order = new int[k];
        for (int i = 0; i < k; i++) {
            order[nested[i]] = i;
        }
        return new NestedCodebook(codebook, usage, order, parents);
    }

    static void checkUsage(long[] usage, int codebookSize) {
        if (usage.length != codebookSize) {
            throw new IllegalArgumentException("usage has " + usage.length + " values, must have K = " + codebookSize);
        }
        for (int i = 0; i < usage.length; i++) {
            if (usage[i] < 0) {
                throw new IllegalArgumentException("usage of index " + i + " is " + usage[i] + ", must be at least 0");
            }
        }
    }

    /** The means after merging down to {@code size} parts; writes the distortion of each size on the way. */
    private double[] cut(int size, double[] distortions) {
        int k = sizes();
        int dim = full.codeDim();
        double[] byIndex = WardTree.weights(usage);
        double[] weights = new double[k];
        double[] means = new double[k * dim];
        double tokens = 0;
        for (int i = 0; i < k; i++) {
            weights[i] = byIndex[order[i]];
            tokens += weights[i];
            for (int t = 0; t < dim; t++) {
                means[i * dim + t] = full.get(order[i], t);
            }
        }
        for (int i = k - 1; i >= size; i--) {
            int p = parents[i];
            double squared = 0;
            for (int t = 0; t < dim; t++) {
                double d = means[i * dim + t] - means[p * dim + t];
                squared += d * d;
            }
            double cost = weights[i] * weights[p] / (weights[i] + weights[p]) * squared;
            distortions[i] = distortions[i + 1] + cost / tokens;
            WardTree.merge(means, dim, p, weights[p], i, weights[i]);
            weights[p] += weights[i];
        }
        return means;
    }

    /** K, the size of the full book; every size from 1 to K has a book. */
    public int sizes() {
        return full.codebookSize();
    }

    /** The book of {@code size} code vectors, in nested order. O(K D). */
    public Codebook codebook(int size) {
        checkSize(size);
        double[] means = cut(size, new double[sizes() + 1]);
        float[] vectors = new float[size * full.codeDim()];
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = (float) means[i];
        }
        return Codebook.of(size, full.codeDim(), vectors);
    }

    /**
     * The index in the book of {@code size} code vectors that stands for {@code index} of the full book.
     *
     * @param index of the codebook given to {@link #of}, in {@code [0, K)}
     * @param size in {@code [1, K]}
     */
    public int coarse(int index, int size) {
        checkSize(size);
        checkIndex(index);
        int nested = rank[index];
        while (nested >= size) {
            nested = parents[nested];
        }
        return nested;
    }

    /** {@link #coarse(int, int)} of each of {@code indices}. O(K + indices). */
    public int[] coarse(int[] indices, int size) {
        checkSize(size);
        int[] byNested = new int[sizes()];
        for (int i = 0; i < byNested.length; i++) {
            byNested[i] = i < size ? i : byNested[parents[i]];
        }
        int[] result = new int[indices.length];
        for (int i = 0; i < indices.length; i++) {
            checkIndex(indices[i]);
            result[i] = byNested[rank[indices[i]]];
        }
        return result;
    }

    /**
     * What the book of {@code size} adds to the distortion of the full book when the tokens are thinned with
     * {@link #coarse(int, int)}: mean squared distance, per token of {@link #usage}, of the full code vector and the
     * coarse one. 0 for K. Exact for the whole distortion if each full code vector is the mean of its latents.
     */
    public double distortion(int size) {
        checkSize(size);
        return distortion[size];
    }

    /** The codebook given to {@link #of}. */
    public Codebook full() {
        return full;
    }

    /** Tokens of each code vector of {@link #full}. */
    public long[] usage() {
        return usage.clone();
    }

    /** Index of {@link #full} of each nested index, a permutation of K. */
    public int[] order() {
        return order.clone();
    }

    /** The nested index that each nested index is split off, below it; -1 for 0. */
    public int[] parents() {
        return parents.clone();
    }

    private void checkSize(int size) {
        if (size < 1 || size > sizes()) {
            throw new IllegalArgumentException("size is " + size + ", must be in [1, " + sizes() + "]");
        }
    }

    private void checkIndex(int index) {
        if (index < 0 || index >= sizes()) {
            throw new IllegalArgumentException("index is " + index + ", must be in [0, " + sizes() + ")");
        }
    }

    @Override
    public String toString() {
        return "NestedCodebook[" + sizes() + " x " + full.codeDim() + "]";
    }
}
