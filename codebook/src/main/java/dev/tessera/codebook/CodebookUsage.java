package dev.tessera.codebook;

import java.util.ArrayList;
import java.util.List;

/**
 * How well one codebook is used. Every figure depends on the number of tokens: read {@code utilization} beside
 * {@code utilizationCeiling}.
 *
 * @param tokens N, tokens counted
 * @param codebookSize K
 * @param used code vectors hit at least once
 * @param utilization used / K
 * @param utilizationCeiling what N independent uniform tokens would be expected to reach, 1 - (1 - 1/K)^N
 * @param utilizationMaximum the hard maximum min(1, N/K)
 * @param entropyBits entropy of the index distribution, bits per token
 * @param perplexity 2^entropy, in [1, K]
 * @param deadCodes code vectors that were hit less than {@code deadBelow} times
 * @param deadBelow the threshold of {@code deadCodes}; 1 counts the code vectors that were never hit
 * @param topShare share of the most frequent index
 */
public record CodebookUsage(
        long tokens,
        int codebookSize,
        int used,
        double utilization,
        double utilizationCeiling,
        double utilizationMaximum,
        double entropyBits,
        double perplexity,
        int deadCodes,
        long deadBelow,
        double topShare) {

    /** The statistics of {@code counts}; a code vector is dead when it was never hit. */
    public static CodebookUsage of(long[] counts) {
        return of(counts, 1);
    }

    /** The statistics of plain indices, each in {@code [0, codebookSize)}. */
    public static CodebookUsage of(int[] indices, int codebookSize) {
        UsageCounter counter = new UsageCounter(codebookSize);
        for (int index : indices) {
            counter.add(index);
        }
        return counter.usage();
    }

    /** The statistics of every stage of {@code tokens}. */
    public static List<CodebookUsage> ofStages(Tokens tokens) {
        List<CodebookUsage> usages = new ArrayList<>();
        for (int stage = 0; stage < tokens.stages(); stage++) {
            UsageCounter counter = new UsageCounter(tokens.codebookSize(stage));
            counter.add(tokens, stage);
            usages.add(counter.usage());
        }
        return usages;
    }

    /**
     * The statistics of {@code counts}, one for each of the K indices; with no token all but N, K and dead codes are 0.
     *
     * @param deadBelow hits that keep a code vector from being dead, at least 1
     */
    public static CodebookUsage of(long[] counts, long deadBelow) {
        int k = counts.length;
        if (k < 1) {
            throw new IllegalArgumentException("counts is empty, must have one entry for each code vector");
        }
        if (deadBelow < 1) {
            throw new IllegalArgumentException("deadBelow is " + deadBelow + ", must be at least 1");
        }
        long n = 0;
        long top = 0;
        int used = 0;
        int dead = 0;
        for (int i = 0; i < k; i++) {
            if (counts[i] < 0) {
                throw new IllegalArgumentException("count of index " + i + " is " + counts[i] + ", must be at least 0");
            }
            n = Math.addExact(n, counts[i]);
            top = Math.max(top, counts[i]);
            used += counts[i] > 0 ? 1 : 0;
            dead += counts[i] < deadBelow ? 1 : 0;
        }
        if (n == 0) {
            return new CodebookUsage(0, k, 0, 0, 0, 0, 0, 0, k, deadBelow, 0);
        }
        double entropy = 0;
        for (long count : counts) {
            if (count > 0) {
                double p = (double) count / n;
                entropy -= p * StrictMath.log(p) / StrictMath.log(2);
            }
        }
        // log1p and expm1 keep the digits that (1 - 1/K)^N would lose for large K
        double ceiling = k == 1 ? 1 : -StrictMath.expm1(n * StrictMath.log1p(-1.0 / k));
        return new CodebookUsage(
                n,
                k,
                used,
                (double) used / k,
                ceiling,
                Math.min(1, (double) n / k),
                entropy,
                StrictMath.pow(2, entropy),
                dead,
                deadBelow,
                (double) top / n);
    }

    /** Perplexity / K: 1 when all code vectors are equally frequent. */
    public double relativePerplexity() {
        return perplexity / codebookSize;
    }
}
