package dev.tessera.codebook.internal.kernels;

import java.util.Arrays;

/**
 * Who wins when scores of float32 cannot tell. A score is a chain of float additions; two code vectors whose scores differ by
 * less than its rounding error are told apart by their distances in double precision, without the mean.
 *
 * <p>So that kernels need not keep every score, the code vectors fall into classes: up to 8 groups of consecutive indices, and
 * within each the index modulo 4. Of a class only the code vector with the best score is looked at, the lowest index in a tie.
 * Image patches have near ties in 0.4 to 1 % of the picks; with 4 x 8 classes one of about 32 of these is still decided by
 * rounding.
 */
final class NearTies {
    /** Code vectors of a class have the same index modulo this; no vector kernel has fewer lanes. */
    static final int LANES = 4;

    private static final int MOST_GROUPS = 8;
    private static final int GROUP_UNIT = 32; // a multiple of every kernel's block
    private static final int SMALLEST_GROUP = 128; // smaller groups would cost small codebooks time

    private final int groupSize;
    private final float[] codes; // [codebookSize x dim], not centred
    private final int dim;
    private final float[] bestScore; // of each class
    private final int[] bestIndex;

    NearTies(CentredCodes codes) {
        this.groupSize = groupSize(codes.codebookSize());
        this.codes = codes.original();
        this.dim = codes.dim();
        int classes = groups(codes.codebookSize()) * LANES;
        this.bestScore = new float[classes];
        this.bestIndex = new int[classes];
    }

    static int groupSize(int codebookSize) {
        int eighth = (codebookSize + MOST_GROUPS - 1) / MOST_GROUPS;
        return Math.max(SMALLEST_GROUP, (eighth + GROUP_UNIT - 1) / GROUP_UNIT * GROUP_UNIT);
    }

    static int groups(int codebookSize) {
        return (codebookSize + groupSize(codebookSize) - 1) / groupSize(codebookSize);
    }

    /** What {@link #threshold} multiplies with: a few standard deviations of the rounding of {@code dim} additions. */
    static float tolerance(int dim) {
        return (float) (0x1p-24 * (4 + Math.sqrt(dim)));
    }

    /**
     * Scores from here on count as equal to {@code best}.
     *
     * @param norm squared length of the centred vector; with the score it bounds every partial sum
     */
    static float threshold(float best, float norm, float tolerance) {
        return best - tolerance * (norm + Math.abs(best));
    }

    /** Forgets all candidates. */
    void clear() {
        Arrays.fill(bestIndex, -1);
    }

    /** Takes a code vector; indices may come in any order. */
    void add(int index, float score) {
        int at = index / groupSize * LANES + index % LANES;
        int known = bestIndex[at];
        if (known < 0 || score > bestScore[at] || score == bestScore[at] && index < known) {
            bestIndex[at] = index;
            bestScore[at] = score;
        }
    }

    /** The class whose candidate is nearest to {@code x[offset .. offset + dim)} among those that reach the threshold. */
    int nearest(float[] x, int offset, float threshold) {
        int winner = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int c = 0; c < bestIndex.length; c++) {
            int index = bestIndex[c];
            if (index < 0 || !(bestScore[c] >= threshold)) {
                continue;
            }
            double distance = Distances.squared(x, offset, codes, index * dim, dim);
            if (winner < 0 || distance < least || distance == least && index < bestIndex[winner]) {
                winner = c;
                least = distance;
            }
        }
        return winner;
    }

    int index(int candidateClass) {
        return bestIndex[candidateClass];
    }

    float score(int candidateClass) {
        return bestScore[candidateClass];
    }
}
