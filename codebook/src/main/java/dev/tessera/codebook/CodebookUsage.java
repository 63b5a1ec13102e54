package dev.tessera.codebook;

import java.util.ArrayList;
import java.util.Arrays;
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
 * @param top1PercentShare share of the tokens that the most frequent 1 % of the code vectors take, ceil(K / 100) of
 *     them
 * @param giniCoefficient inequality of the K counts: 0 when all are equal, 1 - 1/K when one index takes every token
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
        double topShare,
        double top1PercentShare,
        double giniCoefficient) {

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
            return new CodebookUsage(0, k, 0, 0, 0, 0, 0, 0, k, deadBelow, 0, 0, 0);
        }
        double entropy = 0;
        for (long count : counts) {
            if (count > 0) {
                double p = (double) count / n;
                entropy -= p * log2(p);
            }
        }
        long[] ascending = counts.clone();
        Arrays.sort(ascending);
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
                (double) top / n,
                topShare(ascending, (k - 1) / 100 + 1, n),
                gini(ascending, n));
    }

    /** Perplexity / K: 1 when all code vectors are equally frequent. */
    public double relativePerplexity() {
        return perplexity / codebookSize;
    }

    /**
     * log2 K - entropy: the bits per token that an entropy coder of order 0 recovers from indices of fixed length log2
     * K; 0 with no token.
     */
    public double bitsRecoverable() {
        return tokens == 0 ? 0 : Math.max(0, log2(codebookSize) - entropyBits);
    }

    /**
     * The entropy with the correction of Miller and Madow (Miller 1955), {@link #entropyBits} + (used - 1) / (2 N ln 2)
     * bits.
     *
     * <p>{@link #entropyBits} is the plug-in estimate, whose expectation lies below the entropy of the source by about
     * (K' - 1) / (2 N ln 2) bits, K' the number of indices that the source can emit. This corrects with the indices
     * that were seen: too little while N is not well above K'. It is not capped, and may pass log2 K by a little.
     */
    public double entropyBitsMillerMadow() {
        return tokens == 0 ? 0 : entropyBits + (used - 1) / (2.0 * tokens * StrictMath.log(2));
    }

    static double topShare(long[] ascending, int top, long tokens) {
        long sum = 0;
        for (int i = ascending.length - top; i < ascending.length; i++) {
            sum += ascending[i];
        }
        return (double) sum / tokens;
    }

    /** Sum over pairs from the ends of the sorted counts: no term is negative, and equal counts give exactly 0. */
    private static double gini(long[] ascending, long tokens) {
        int k = ascending.length;
        double sum = 0;
        for (int i = 0; i < k / 2; i++) {
            sum += (double) (k - 1 - 2 * i) * (ascending[k - 1 - i] - ascending[i]);
        }
        return sum / ((double) k * tokens);
    }

    private static double log2(double x) {
        return StrictMath.log(x) / StrictMath.log(2);
    }
}
