package dev.tessera.codebook;

/**
 * A bootstrap percentile interval of one statistic.
 *
 * <p>Resampling only loses indices, so a resampled utilization, entropy or perplexity lies below that of the sample on
 * average; where N is not well above K the estimate may even lie above {@code high}. {@code estimate - mean} shows by
 * how much the statistic is biased at this N.
 *
 * @param estimate the statistic of the counts themselves
 * @param mean mean over the resamples
 * @param low lower end of the interval
 * @param high upper end of the interval
 */
public record UsageInterval(double estimate, double mean, double low, double high) {}
