package dev.tessera.audio;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import java.io.IOException;

/** What {@link AudioCodec} does with a model of one kind; its methods say what. */
sealed interface SoundCodec permits ClassicalCodec, LappedCodec, NeuralCodec, ScalarCodec {
    default boolean has(TsrLayout layout) {
        return true;
    }

    /** Whether there are streams, {@link AudioStreamCompressor}, and files that were written as one. */
    default boolean hasStreams() {
        return false;
    }

    AudioCodec.Compressed compress(AudioSignal signal, RateTarget target, TsrLayout layout, int threads);

    byte[] relayout(TsrFile file, TsrLayout layout) throws IOException;

    AudioSignal decompress(TsrFile file, int threads) throws IOException;

    long missingTokens(TsrFile file) throws IOException;
}
