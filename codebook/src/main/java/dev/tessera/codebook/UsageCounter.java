package dev.tessera.codebook;

import dev.tessera.codebook.internal.Workers;
import java.util.Arrays;

/**
 * Counts how often each index of one codebook is used, and when it was used last.
 *
 * <p>Not for several threads at once. In parallel each thread counts its part of the data with a counter of its own,
 * and the counters are then {@linkplain #merge merged}: in any order as far as counts go; in the order of the data, if
 * ages shall be those of one counter that saw everything.
 */
public final class UsageCounter {
    private final long[] counts;
    private final long[] lastHit; // position of the last token with this index, -1 before the first
    private long total;

    /** @param codebookSize K, at least 1 */
    public UsageCounter(int codebookSize) {
        if (codebookSize < 1) {
            throw new IllegalArgumentException("codebookSize is " + codebookSize + ", must be at least 1");
        }
        this.counts = new long[codebookSize];
        this.lastHit = new long[codebookSize];
        Arrays.fill(lastHit, -1);
    }

    /** A counter that has counted {@code counts}, one for each of the K indices, in an order that is not known: all as of now. */
    public static UsageCounter of(long[] counts) {
        UsageCounter counter = new UsageCounter(counts.length);
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] < 0) {
                throw new IllegalArgumentException("count " + i + " is " + counts[i] + ", must be at least 0");
            }
            counter.counts[i] = counts[i];
            counter.total += counts[i];
        }
        for (int i = 0; i < counts.length; i++) {
            counter.lastHit[i] = counts[i] > 0 ? counter.total - 1 : -1;
        }
        return counter;
    }

    /**
     * The counter of {@code indices}, counted by several threads; the same for any number of them.
     *
     * @param indices each in {@code [0, codebookSize)}
     * @param threads at least 1
     */
    public static UsageCounter of(int[] indices, int codebookSize, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads is " + threads + ", must be at least 1");
        }
        UsageCounter whole = new UsageCounter(codebookSize);
        UsageCounter[] parts = new UsageCounter[threads];
        try (Workers workers = new Workers(threads)) {
            workers.run(threads, t -> {
                parts[t] = new UsageCounter(codebookSize);
                int to = (int) ((long) indices.length * (t + 1) / threads);
                for (int i = (int) ((long) indices.length * t / threads); i < to; i++) {
                    parts[t].add(indices[i]);
                }
            });
        }
        for (UsageCounter part : parts) {
            whole.merge(part);
        }
        return whole;
    }

    /** Counts one index in [0, K). */
    public void add(int index) {
        checkIndex(index);
        counts[index]++;
        lastHit[index] = total;
        total++;
    }

    /** Counts one stage of {@code tokens}. */
    public void add(Tokens tokens, int stage) {
        for (int p = 0; p < tokens.positions(); p++) {
            add(tokens.index(stage, p));
        }
    }

    /** Adds what {@code other} counted, as tokens that come after those of this counter; both must have the same K. */
    public void merge(UsageCounter other) {
        if (other.counts.length != counts.length) {
            throw new IllegalArgumentException(
                    "the other counter has K = " + other.counts.length + ", must be " + counts.length);
        }
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
            if (other.lastHit[i] >= 0) {
                lastHit[i] = total + other.lastHit[i];
            }
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

    /**
     * Tokens counted since {@code index} was hit last, not counting that one: 0 for the index of the last token. An
     * index that was never hit is as old as the count, {@link #total()}.
     */
    public long age(int index) {
        checkIndex(index);
        return total - 1 - lastHit[index];
    }

    /**
     * The indices, ascending, whose {@linkplain #age age} is above {@code olderThan}.
     *
     * @param olderThan tokens, at least 0
     */
    public int[] deadCodes(long olderThan) {
        if (olderThan < 0) {
            throw new IllegalArgumentException("olderThan is " + olderThan + ", must be at least 0");
        }
        int[] dead = new int[counts.length];
        int found = 0;
        for (int i = 0; i < counts.length; i++) {
            if (age(i) > olderThan) {
                dead[found++] = i;
            }
        }
        return Arrays.copyOf(dead, found);
    }

    /**
     * Share of the tokens that the {@code n} most frequent indices take; 0 with no token.
     *
     * @param n in {@code [1, K]}
     */
    public double topShare(int n) {
        if (n < 1 || n > counts.length) {
            throw new IllegalArgumentException("n is " + n + ", must be in [1, " + counts.length + "]");
        }
        long[] ascending = counts();
        Arrays.sort(ascending);
        return total == 0 ? 0 : CodebookUsage.topShare(ascending, n, total);
    }

    /** The statistics of what was counted so far. */
    public CodebookUsage usage() {
        return CodebookUsage.of(counts);
    }

    private void checkIndex(int index) {
        if (index < 0 || index >= counts.length) {
            throw new IllegalArgumentException("index is " + index + ", must be in [0, " + counts.length + ")");
        }
    }
}
