package dev.tessera.cli;

import dev.tessera.codebook.UsageCounter;
import java.io.IOException;
import java.util.Arrays;

/** Counts of tokens whose codebook size is not known before the last one was seen. */
final class PlainTokens {
    private static final int MOST_CODES = 1 << 26;

    private long[] counts = new long[1024];
    private int largest = -1;

    void add(int[] indices) throws IOException {
        add(indices, 0, 1);
    }

    /** Every {@code step}-th of {@code indices}, from the one at {@code first}. */
    void add(int[] indices, int first, int step) throws IOException {
        for (int i = first; i < indices.length; i += step) {
            int index = indices[i];
            if (index >= MOST_CODES) {
                throw new IOException(
                        "a token is " + index + ", only codebooks of at most " + MOST_CODES + " are counted");
            }
            if (index >= counts.length) {
                counts = Arrays.copyOf(counts, Math.max(index + 1, 2 * counts.length));
            }
            counts[index]++;
            largest = Math.max(largest, index);
        }
    }

    boolean isEmpty() {
        return largest < 0;
    }

    int largest() {
        return largest;
    }

    UsageCounter counter(int codebookSize) {
        return UsageCounter.of(Arrays.copyOf(counts, codebookSize));
    }
}
