package dev.tessera.codebook;

import dev.tessera.codebook.internal.kernels.PrincipalAxes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Ward's agglomeration of code vectors, weighted by usage: the pair of clusters whose union adds least distortion, n1
 * n2 / (n1 + n2) |c1 - c2|^2, is merged, until one is left (Ward 1963).
 *
 * <p>By nearest-neighbour chains (Benzecri 1982; Murtagh 1983): Ward's cost is reducible, so pairs of mutual nearest
 * neighbours may be merged as they are found, and sorted by cost the merges are those of the greedy search, but for
 * ties. O(K^2 D) time, O(K D) memory.
 *
 * <p>Most pairs are told apart by their distance along a few principal axes, a lower bound of the whole distance that is linear
 * and so follows the merges.
 *
 * <p>A cluster is named by its slot, the lowest index in it.
 */
final class WardTree {
    /** Stands for usage 0, so that an unused code vector goes to a near one and hardly moves it. */
    private static final double UNUSED = 0x1p-32;

    private static final int BLOCK = 8;

    /** Principal axes that bound a distance; fewer than twice as many dimensions are not worth it. */
    private static final int AXES = 16;

    private static final int LEAST_CLUSTERS = 512;
    private static final double SHRINK = 1 - 1e-5; // the axes are floats, so a projection may be longer by 5e-7

    /**
     * The clusters in slots {@code kept} and {@code gone} become one, in slot {@code kept}.
     *
     * @param keptWeight weight in {@code kept} before
     * @param goneWeight weight in {@code gone}
     * @param height added distortion times tokens, at least that of the merges below
     */
    record Merge(int kept, int gone, double keptWeight, double goneWeight, double height) {}

    private final int dim;
    private final double[] means; // [K x dim], by slot
    private final double[] projections; // [K x AXES], by slot; empty when no axes are used
    private final double[] weights; // by slot
    private final double[] heights; // of the last merge into the slot
    private final int[] slots; // of the living clusters, ascending
    private int living;
    private final boolean[] inChain;

    private WardTree(Codebook codebook, long[] usage) {
        int k = codebook.codebookSize();
        dim = codebook.codeDim();
        means = new double[k * dim];
        Arrays.setAll(means, i -> codebook.vectors()[i]);
        projections = k >= LEAST_CLUSTERS && dim >= 2 * AXES ? project(codebook) : new double[0];
        weights = weights(usage);
        heights = new double[k];
        slots = new int[k];
        Arrays.setAll(slots, i -> i);
        living = k;
        inChain = new boolean[k];
    }

    private static double[] project(Codebook codebook) {
        int k = codebook.codebookSize();
        int dim = codebook.codeDim();
        float[] centred = codebook.toArray();
        double[] mean = new double[dim];
        for (int i = 0; i < centred.length; i++) {
            mean[i % dim] += centred[i] / (double) k;
        }
        for (int i = 0; i < centred.length; i++) {
            centred[i] -= (float) mean[i % dim];
        }
        float[] axes = PrincipalAxes.of(centred, k, dim, AXES);
        double[] projections = new double[k * AXES];
        for (int i = 0; i < k; i++) {
            for (int a = 0; a < AXES; a++) {
                double sum = 0;
                for (int t = 0; t < dim; t++) {
                    // uncentred, so that the projections of equal differences are equal
                    sum += (double) codebook.get(i, t) * axes[a * dim + t];
                }
                projections[i * AXES + a] = sum;
            }
        }
        return projections;
    }

    static double[] weights(long[] usage) {
        return Arrays.stream(usage).mapToDouble(n -> n == 0 ? UNUSED : n).toArray();
    }

    /** The K - 1 merges, cheapest first; a cluster is made before it is merged again. */
    static List<Merge> merges(Codebook codebook, long[] usage) {
        List<Merge> merges = new WardTree(codebook, usage).run();
        merges.sort(Comparator.comparingDouble(Merge::height)); // stable: equal heights stay in order of making
        return merges;
    }

    /** Moves the mean {@code a} to that of both clusters. */
    static void merge(double[] means, int dim, int a, double weightA, int b, double weightB) {
        double sum = weightA + weightB;
        for (int t = 0; t < dim; t++) {
            means[a * dim + t] = (weightA * means[a * dim + t] + weightB * means[b * dim + t]) / sum;
        }
    }

    private List<Merge> run() {
        List<Merge> merges = new ArrayList<>(living);
        int[] chain = new int[living];
        int length = 0;
        while (living > 1) {
            if (length == 0) {
                chain[length++] = slots[0];
                inChain[slots[0]] = true;
            }
            int top = chain[length - 1];
            int previous = length > 1 ? chain[length - 2] : -1;
            int nearest = nearest(top, previous);
            if (nearest != previous) {
                chain[length++] = nearest;
                inChain[nearest] = true;
                continue;
            }
            merges.add(merge(Math.min(top, nearest), Math.max(top, nearest)));
            inChain[top] = false;
            inChain[nearest] = false;
            length -= 2;
        }
        return merges;
    }

    private Merge merge(int kept, int gone) {
        double cost = cost(kept, gone, Double.POSITIVE_INFINITY);
        // Rounding may make a union cheaper than its parts.
        double height = Math.max(cost, Math.max(heights[kept], heights[gone]));
        Merge merge = new Merge(kept, gone, weights[kept], weights[gone], height);
        merge(means, dim, kept, weights[kept], gone, weights[gone]);
        if (projections.length > 0) {
            merge(projections, AXES, kept, weights[kept], gone, weights[gone]);
        }
        weights[kept] += weights[gone];
        heights[kept] = height;
        int place = Arrays.binarySearch(slots, 0, living, gone);
        System.arraycopy(slots, place + 1, slots, place, living - place - 1);
        living--;
        return merge;
    }

    /**
     * The cheapest partner, {@code previous} (if not -1) in a tie, else the lowest slot. Other members of the chain are
     * not nearer than {@code previous} and left out, so that rounding cannot close a circle.
     */
    private int nearest(int slot, int previous) {
        int best = previous;
        double bestCost = previous < 0 ? Double.POSITIVE_INFINITY : cost(slot, previous, Double.POSITIVE_INFINITY);
        for (int i = 0; i < living; i++) {
            int other = slots[i];
            if (inChain[other] || isFar(slot, other, bestCost)) {
                continue;
            }
            double cost = cost(slot, other, bestCost);
            if (cost < bestCost || best < 0) {
                bestCost = cost;
                best = other;
            }
        }
        return best;
    }

    /** Whether the principal axes alone show that the merge costs {@code limit} or more. */
    private boolean isFar(int a, int b, double limit) {
        if (projections.length == 0) {
            return false;
        }
        double sum = 0;
        int i = a * AXES;
        int j = b * AXES;
        for (int end = i + AXES; i < end; i += 4, j += 4) {
            double d0 = projections[i] - projections[j];
            double d1 = projections[i + 1] - projections[j + 1];
            double d2 = projections[i + 2] - projections[j + 2];
            double d3 = projections[i + 3] - projections[j + 3];
            sum += (d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3);
        }
        double factor = weights[a] * weights[b] / (weights[a] + weights[b]);
        return factor * sum * SHRINK >= limit;
    }

    /** The cost of a merge, or something not below {@code limit} if it is not below. */
    private double cost(int a, int b, double limit) {
        double factor = weights[a] * weights[b] / (weights[a] + weights[b]);
        int i = a * dim;
        int j = b * dim;
        int whole = i + dim - dim % BLOCK;
        int end = i + dim;
        double sum = 0;
        while (i < whole) {
            double d0 = means[i] - means[j];
            double d1 = means[i + 1] - means[j + 1];
            double d2 = means[i + 2] - means[j + 2];
            double d3 = means[i + 3] - means[j + 3];
            double d4 = means[i + 4] - means[j + 4];
            double d5 = means[i + 5] - means[j + 5];
            double d6 = means[i + 6] - means[j + 6];
            double d7 = means[i + 7] - means[j + 7];
            sum += ((d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3)) + ((d4 * d4 + d5 * d5) + (d6 * d6 + d7 * d7));
            if (factor * sum >= limit) {
                return factor * sum;
            }
            i += BLOCK;
            j += BLOCK;
        }
        for (; i < end; i++, j++) {
            double d = means[i] - means[j];
            sum += d * d;
        }
        return factor * sum;
    }
}
