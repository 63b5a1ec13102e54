package dev.tessera.cli;

import dev.tessera.codecs.container.TsrLimits;
import picocli.CommandLine.Option;

/** What a reader is willing to decode. */
final class LimitOptions {
    @Option(
            names = "--max-pixels",
            paramLabel = "N",
            description = "Refuse larger pictures before decoding them (default: 2^27).")
    long maxPixels = TsrLimits.DEFAULT.maxPixels();

    @Option(
            names = "--max-seconds",
            paramLabel = "S",
            description = "Refuse longer sounds before decoding them (default: ${DEFAULT-VALUE}).")
    long maxSeconds = TsrLimits.DEFAULT.maxSeconds();

    TsrLimits limits() {
        return new TsrLimits(maxPixels, maxSeconds);
    }
}
