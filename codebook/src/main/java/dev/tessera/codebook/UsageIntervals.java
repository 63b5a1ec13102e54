package dev.tessera.codebook;

/**
 * What {@link BootstrapUsage} finds.
 *
 * @param usage the statistics of the counts themselves
 * @param utilization interval of used / K
 * @param entropyBits interval of the plug-in entropy, bits per token
 * @param perplexity interval of 2^entropy
 */
public record UsageIntervals(
        CodebookUsage usage, UsageInterval utilization, UsageInterval entropyBits, UsageInterval perplexity) {}
