package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.internal.MultinomialResampler;
import dev.tessera.codebook.internal.SplitMix64;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BootstrapUsageTest {
    private static long[] skewed(int k, int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] counts = new long[k];
        for (int i = 0; i < n; i++) {
            counts[(int) (k * Math.pow(random.nextDouble(), 3))]++;
        }
        return counts;
    }

    /** Tokens drawn one by one, and the statistics of the public record. */
    private static double[][] naive(long[] counts, int resamples) {
        int[] tokens = new int[(int) Arrays.stream(counts).sum()];
        int n = 0;
        for (int i = 0; i < counts.length; i++) {
            Arrays.fill(tokens, n, n += (int) counts[i], i);
        }
        SplittableRandom random = new SplittableRandom(11);
        double[][] values = new double[3][resamples];
        for (int r = 0; r < resamples; r++) {
            long[] drawn = new long[counts.length];
            for (int i = 0; i < n; i++) {
                drawn[tokens[random.nextInt(n)]]++;
            }
            CodebookUsage usage = CodebookUsage.of(drawn);
            values[0][r] = usage.utilization();
            values[1][r] = usage.entropyBits();
            values[2][r] = usage.perplexity();
        }
        return values;
    }

    @Test
    void intervalsAreThoseOfTokensDrawnOneByOne() {
        for (int n : new int[] {30, 3000}) {
            long[] counts = skewed(200, n, n);
            UsageIntervals found = BootstrapUsage.builder()
                    .resamples(20_000)
                    .confidence(0.9)
                    .build()
                    .run(counts);
            double[][] values = naive(counts, 20_000);
            UsageInterval[] intervals = {found.utilization(), found.entropyBits(), found.perplexity()};
            CodebookUsage usage = CodebookUsage.of(counts);
            double[] estimates = {usage.utilization(), usage.entropyBits(), usage.perplexity()};
            for (int s = 0; s < 3; s++) {
                double[] sorted = values[s].clone();
                Arrays.sort(sorted);
                double low = sorted[1000];
                double high = sorted[19_000];
                double near = 0.04 * (high - low);
                assertEquals(Arrays.stream(sorted).average().getAsDouble(), intervals[s].mean(), near / 2);
                // utilization moves in steps of 1 / K
                assertEquals(low, intervals[s].low(), s == 0 ? near + 0.005 : near);
                assertEquals(high, intervals[s].high(), s == 0 ? near + 0.005 : near);
                assertEquals(estimates[s], intervals[s].estimate());
            }
        }
    }

    @Test
    void meanUtilizationAndSpreadOfEntropyFollowTheirFormulas() {
        long[] counts = skewed(500, 50_000, 5);
        double n = 50_000;
        double utilization = 0;
        double entropy = 0;
        double squares = 0;
        for (long c : counts) {
            if (c > 0) {
                double p = c / n;
                double bits = -Math.log(p) / Math.log(2);
                utilization += (1 - Math.pow(1 - p, n)) / counts.length;
                entropy += p * bits;
                squares += p * bits * bits;
            }
        }
        UsageIntervals found = BootstrapUsage.builder().resamples(4000).build().run(counts);
        assertEquals(utilization, found.utilization().mean(), 2e-4);
        double deviation = Math.sqrt((squares - entropy * entropy) / n); // of the plug-in entropy, for large N
        double width = found.entropyBits().high() - found.entropyBits().low();
        assertEquals(2 * 1.96 * deviation, width, 0.06 * width);
    }

    /** A Poisson draw, with the sum left open, would have the variances c and not c (1 - c / N). */
    @Test
    void resampledCountsAreMultinomial() {
        long[] counts = {1, 7, 900, 1023, 1024, 5000, 40_000};
        long n = Arrays.stream(counts).sum();
        MultinomialResampler resampler = new MultinomialResampler(counts);
        int draws = 40_000;
        double[] sum = new double[counts.length];
        double[] squares = new double[counts.length];
        SplitMix64 random = new SplitMix64(2);
        long[] drawn = new long[counts.length];
        for (int r = 0; r < draws; r++) {
            resampler.draw(random, drawn);
            assertEquals(n, Arrays.stream(drawn).sum());
            for (int i = 0; i < counts.length; i++) {
                sum[i] += drawn[i] - counts[i];
                squares[i] += (double) (drawn[i] - counts[i]) * (drawn[i] - counts[i]);
            }
        }
        for (int i = 0; i < counts.length; i++) {
            double variance = counts[i] * (1 - (double) counts[i] / n);
            assertEquals(0, sum[i] / draws, 4 * Math.sqrt(variance / draws), "mean of " + counts[i]);
            assertEquals(variance, squares[i] / draws, 0.04 * variance, "variance of " + counts[i]);
        }
    }

    @Test
    void sameSeedSameIntervalsForAnyThreadCount() {
        long[] counts = skewed(300, 10_000, 1);
        BootstrapUsage.Builder builder = BootstrapUsage.builder().resamples(200).seed(9);
        UsageIntervals one = builder.threads(1).build().run(counts);
        assertEquals(one, builder.threads(2).build().run(counts));
        assertEquals(one, builder.threads(7).build().run(counts));
        assertNotEquals(one, builder.seed(10).build().run(counts));
    }

    @Test
    void aSingleCodeHasNoSpread() {
        UsageIntervals found = BootstrapUsage.builder().resamples(50).build().run(new long[] {0, 5_000_000_000L});
        assertEquals(new UsageInterval(0.5, 0.5, 0.5, 0.5), found.utilization());
        assertEquals(0, found.entropyBits().high(), 1e-12);
        assertEquals(1, found.perplexity().low(), 1e-12);
    }

    @Test
    void badArguments() {
        assertThrows(
                IllegalArgumentException.class, () -> BootstrapUsage.builder().resamples(0));
        assertThrows(
                IllegalArgumentException.class, () -> BootstrapUsage.builder().confidence(1));
        assertThrows(
                IllegalArgumentException.class, () -> BootstrapUsage.builder().confidence(Double.NaN));
        assertThrows(
                IllegalArgumentException.class, () -> BootstrapUsage.builder().threads(0));
        BootstrapUsage bootstrap = BootstrapUsage.builder().build();
        assertTrue(assertThrows(IllegalArgumentException.class, () -> bootstrap.run(new long[3]))
                .getMessage()
                .contains("all counts are 0"));
    }
}
