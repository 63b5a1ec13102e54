package dev.tessera.codebook;

import java.util.Arrays;

/**
 * Counts how often each index of one codebook is used. Counters of parts of the data can be {@linkplain #merge merged}, in
 * any order, to the counter of the whole. Not for several threads at once.
 */
public final class UsageCounter {
    private final long[] counts;
    private long total;

    /** @param codebookSize K, at least 1 */
    public UsageCounter(int codebookSize) {
        if (codebookSize < 1) {
            throw new IllegalArgumentException("codebookSize is " + codebookSize + ", must be at least 1");
        }
        this.counts = new long[codebookSize];
    }

    /** A counter that has counted {@code counts}, one for each of the K indices. */
    public static UsageCounter of(long[] counts) {
        UsageCounter counter = new UsageCounter(counts.length);
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] < 0) {
                throw new IllegalArgumentException("count " + i + " is " + counts[i] + ", must be at least 0");
            }
            counter.counts[i] = counts[i];
            counter.total += counts[i];
        }
        return counter;
    }

    /** Counts one index in [0, K). */
    public void add(int index) {
        if (index < 0 || index >= counts.length) {
            throw new IllegalArgumentException("index is " + index + ", must be in [0, " + counts.length + ")");
        }
        counts[index]++;
        total++;
    }

    /** Counts one stage of {@code tokens}. */
    public void add(Tokens tokens, int stage) {
        for (int p = 0; p < tokens.positions(); p++) {
            add(tokens.index(stage, p));
        }
    }

    /** Adds what {@code other} counted; both must have the same K. */
    public void merge(UsageCounter other) {
        if (other.counts.length != counts.length) {
            throw new IllegalArgumentException(
                    "the other counter has K = " + other.counts.length + ", must be " + counts.length);
        }
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        total += other.total;
    }

    /** K. */
    public int codebookSize() {
        return counts.length;
    }

    /** Tokens counted. */
    public long total() {
        return total;
    }

    /** A copy of the counts by index. */
    public long[] counts() {
        return Arrays.copyOf(counts, counts.length);
    }

    /** The statistics of what was counted so far. */
    public CodebookUsage usage() {
        return CodebookUsage.of(counts);
    }
}
