package dev.tessera.codebook;

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
 * @param deadCodes code vectors that were never hit
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
        double topShare) {

    /** The statistics of {@code counts}, one for each of the K indices; with no token all but N, K and dead codes are 0. */
    public static CodebookUsage of(long[] counts) {
        int k = counts.length;
        if (k < 1) {
            throw new IllegalArgumentException("counts is empty, must have one entry for each code vector");
        }
        long n = 0;
        long top = 0;
        int used = 0;
        for (int i = 0; i < k; i++) {
            if (counts[i] < 0) {
                throw new IllegalArgumentException("count of index " + i + " is " + counts[i] + ", must be at least 0");
            }
            n = Math.addExact(n, counts[i]);
            top = Math.max(top, counts[i]);
            used += counts[i] > 0 ? 1 : 0;
        }
        if (n == 0) {
            return new CodebookUsage(0, k, 0, 0, 0, 0, 0, 0, k, 0);
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
                k - used,
                (double) top / n);
    }
}
