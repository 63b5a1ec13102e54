package dev.tessera.codebook.internal.kernels;

/** The best scores of one vector, sorted; insertion, because lists are short and most scores never get in. */
final class BestList {
    private BestList() {}

    static void clear(int[] indices, float[] scores, int at, int width) {
        for (int i = at; i < at + width; i++) {
            indices[i] = 0;
            scores[i] = Float.NEGATIVE_INFINITY;
        }
    }

    /** Enters a score that is larger than the last of the list; offered in order of index, equal scores stay in that order. */
    static void insert(int[] indices, float[] scores, int at, int width, int index, float score) {
        int i = at + width - 1;
        while (i > at && scores[i - 1] < score) {
            scores[i] = scores[i - 1];
            indices[i] = indices[i - 1];
            i--;
        }
        scores[i] = score;
        indices[i] = index;
    }
}
