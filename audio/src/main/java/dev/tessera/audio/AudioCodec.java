package dev.tessera.audio;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import java.io.IOException;

/**
 * An {@link AudioModel} with its entropy models and the {@code .tsr} container: sound to file and back. What rates a model has
 * is its own matter: {@code docs/formats/tsr.md}.
 *
 * <p>The same sound, model and target give the same bytes on every machine, and the same bytes the same sound. Immutable,
 * safe to share.
 */
public final class AudioCodec {
    private final SoundCodec codec;

    /** @throws IllegalArgumentException when the model has no entropy prior yet */
    public AudioCodec(AudioModel model) {
        codec = model.codec();
    }

    /** Whether {@link #compress} writes files of {@code layout}; all models write the single one. */
    public boolean has(TsrLayout layout) {
        return codec.has(layout);
    }

    /**
     * A file and what it holds.
     *
     * @param bytes the whole {@code .tsr} file
     * @param mode {@code envelope}, {@code hybrid} or {@code neural}
     * @param tokens number of tokens
     * @param nominalBits bits that they would take at log2 K each
     * @param finest whether they are all tokens that a neural model has for the sound, so that more bytes would give no better one
     */
    public record Compressed(byte[] bytes, String mode, long tokens, double nominalBits, boolean finest) {
        /** Bytes of the file. */
        int size() {
            return bytes.length;
        }
    }

    /**
     * Compresses {@code signal} in the single layout with one thread; see
     * {@link #compress(AudioSignal, RateTarget, TsrLayout, int)}.
     */
    public Compressed compress(AudioSignal signal, RateTarget target) {
        return compress(signal, target, TsrLayout.SINGLE);
    }

    /** Compresses {@code signal} with one thread; see {@link #compress(AudioSignal, RateTarget, TsrLayout, int)}. */
    public Compressed compress(AudioSignal signal, RateTarget target, TsrLayout layout) {
        return compress(signal, target, layout, 1);
    }

    /**
     * Compresses {@code signal}.
     *
     * @param threads for the networks of neural models, at least 1; the bytes do not depend on it
     * @throws IllegalArgumentException when the budget is below the smallest possible file; the message names the minimum,
     *     or when the model has no files of that layout
     */
    public Compressed compress(AudioSignal signal, RateTarget target, TsrLayout layout, int threads) {
        return codec.compress(signal, target, layout, threads);
    }

    /**
     * The same tokens in another layout: the sound stays the same to the last bit.
     *
     * @param file a whole file that this model made
     */
    public byte[] relayout(TsrFile file, TsrLayout layout) throws IOException {
        if (file.missingChunks().length > 0) {
            throw new IllegalArgumentException("the file has missing chunks, must be whole");
        }
        if (file.streamHundredths().isPresent()) {
            throw new IllegalArgumentException("the file was written as a stream, which has no other layout");
        }
        return codec.relayout(file, layout);
    }

    /** The sound in a file that this model made, with one thread; see {@link #decompress(TsrFile, int)}. */
    public AudioSignal decompress(TsrFile file) throws IOException {
        return decompress(file, 1);
    }

    /**
     * The sound in a file that this model made. Where chunks are missing and the file was read with
     * {@link Tolerance#CONCEAL}, lost frames are interpolated, and noise takes the place of a lost waveform up to the envelope;
     * with {@link Tolerance#PREFIX} there is the mean frame and no waveform. In the progressive layout what is missing is detail
     * that is left out; noise takes the place of missing bands.
     *
     * @param threads for networks and the chunks of the independent layout, at least 1; the sound does not depend on it
     * @throws CorruptBitstreamException when the payload does not fit the header
     */
    public AudioSignal decompress(TsrFile file, int threads) throws IOException {
        checkStream(file);
        return codec.decompress(file, threads);
    }

    private void checkStream(TsrFile file) throws CorruptBitstreamException {
        if (file.streamHundredths().isPresent() && !hasStreams()) {
            throw new CorruptBitstreamException(1, "the file was written as a stream, which its model does not have");
        }
    }

    /** Whether the model has streams: {@link #compressor} and {@link #decompressor}. */
    public boolean hasStreams() {
        return codec.hasStreams();
    }

    /**
     * Compresses a sound while it arrives.
     *
     * @param chunkFrames frames of 20 ms in a chunk: 8, 16, 32 or 64; see {@link AudioStreamCompressor}
     * @param kbps the rate that the stream keeps to
     * @throws IllegalArgumentException when the model has no streams
     */
    public AudioStreamCompressor compressor(int sampleRate, int channels, double kbps, int chunkFrames) {
        return new AudioStreamCompressor(scalar(), sampleRate, channels, kbps, chunkFrames);
    }

    /**
     * Decompresses a stream that this model made while it arrives.
     *
     * @param header of the stream
     * @param hundredths of a second that a chunk lasts, as the stream says
     * @throws CorruptBitstreamException when it is no stream of this model
     */
    public AudioStreamDecompressor decompressor(TsrHeader header, int hundredths) throws CorruptBitstreamException {
        return new AudioStreamDecompressor(scalar(), header, hundredths);
    }

    private ScalarAudioModel scalar() {
        if (codec instanceof ScalarCodec with) {
            return with.model();
        }
        throw new IllegalArgumentException("the model has no streams, must be of type " + ScalarAudioModel.MODEL_TYPE);
    }

    /** Number of tokens that missing chunks of {@code file} held, and that {@link #decompress} makes up for. */
    public long missingTokens(TsrFile file) throws IOException {
        checkStream(file);
        return codec.missingTokens(file);
    }
}
