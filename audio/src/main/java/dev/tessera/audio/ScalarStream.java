package dev.tessera.audio;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.container.AudioGeometry;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.mixing.BitCoder;
import java.util.Optional;

/**
 * What all chunks of a stream of a {@link ScalarAudioModel} have in common. Chunks are independent; each begins with its steps, as the
 * single payload does, so that rate control need not look ahead. All are whole: what is behind the end of the sound is coded, too.
 *
 * @param settings without steps
 * @param chunkFrames frames of a chunk, 8 to 64
 * @param high where what is above 8 kHz is coded, if the settings say so
 */
record ScalarStream(ScalarSettings settings, int chunkFrames, Optional<HighBand> high) {
    /** Frames of the longest chunk, 1.28 s, as in the independent layout. */
    static final int LONGEST = 2 * EnvelopeBasis.LONGEST;

    /** In the header of a stream whose chunks have steps of what is above 8 kHz. */
    static final int HIGH = 1;

    private static final int FRAMES_PER_SECOND = MelEnvelope.FRAME_RATE;

    /** What a header says. */
    static ScalarStream of(TsrHeader header, int hundredths) throws CorruptBitstreamException {
        int frames = hundredths * FRAMES_PER_SECOND / 100;
        int parameters = header.parameters();
        Optional<HighBand> high = HighBand.of(((AudioGeometry) header.geometry()).sampleRate());
        ScalarSettings settings = ScalarSettings.of(parameters, TsrLayout.SINGLE)
                .filter(s -> s.high() == 0 || s.high() == HIGH && high.isPresent())
                .filter(s -> isLength(frames)
                        && hundredths(frames) == hundredths
                        && EnvelopeBasis.frames(s.span()) <= frames)
                .orElseThrow(() -> new CorruptBitstreamException(
                        0,
                        "audio parameters are " + parameters + " with chunks of " + hundredths
                                + "/100 s, which is no mode of this version"));
        return new ScalarStream(settings, frames, high);
    }

    /** Whether chunks may have so many frames: whole longest blocks, a power of two times as many, up to {@link #LONGEST}. */
    static boolean isLength(int frames) {
        int blocks = frames * MelEnvelope.HOP / LappedTransform.LONGEST;
        return frames <= LONGEST
                && blocks * LappedTransform.LONGEST == frames * MelEnvelope.HOP
                && Integer.bitCount(blocks) == 1;
    }

    /** Level of the longest span that fits in chunks of so many frames. */
    static int span(int frames) {
        int level = 0;
        while (EnvelopeBasis.frames(level) > frames) {
            level++;
        }
        return level;
    }

    int hundredths() {
        return hundredths(chunkFrames);
    }

    private static int hundredths(int frames) {
        return frames * 100 / FRAMES_PER_SECOND;
    }

    /** Samples of a chunk at 16 kHz. */
    int chunkSamples() {
        return chunkFrames * MelEnvelope.HOP;
    }

    /**
     * Frames on either side that what is heard in a frame depends on, at most. An iteration on short-time spectra reaches as far as they
     * overlap; the waveform and the limits of the noise reach half a longest block farther, and networks see frames around.
     */
    int reachFrames(boolean refined) {
        int perIteration = (MelEnvelope.FFT_SIZE - 1) / MelEnvelope.HOP;
        boolean envelope = settings.mode() == Mode.ENVELOPE;
        int iterations = (envelope ? MelEnvelope.ITERATIONS : NoiseFilling.ITERATIONS)
                + (settings.matching() ? EnvelopeMatching.ITERATIONS : 0);
        int block = envelope
                ? 0
                : Math.ceilDiv(LappedTransform.LONGEST / 2 + MelEnvelope.STFT.lookAhead(), MelEnvelope.HOP);
        int networks = refined && !envelope ? EnvelopeRefiner.REACH : 0;
        return perIteration * iterations + perIteration + block + networks;
    }

    /** Writes the steps of a payload. */
    static void writeSteps(ScalarSettings settings, RangeEncoder encoder) {
        encoder.encodeUniform(settings.envelopeStep(), EnvelopeCoding.STEPS);
        if (settings.mode() == Mode.HYBRID) {
            encoder.encodeUniform(settings.step(), Settings.STEPS);
        }
    }

    /** Reads what {@link #writeSteps} wrote. */
    static ScalarSettings readSteps(ScalarSettings known, RangeDecoder decoder) throws CorruptBitstreamException {
        int envelopeStep = decoder.decodeUniform(EnvelopeCoding.STEPS);
        return known.withSteps(envelopeStep, known.mode() == Mode.HYBRID ? decoder.decodeUniform(Settings.STEPS) : 0);
    }

    /** Writes the head of a chunk: its steps, where the stream has it that of what is above 8 kHz, too. */
    void writeHead(ScalarSettings chunk, RangeEncoder encoder) {
        writeSteps(chunk, encoder);
        if (settings.high() == HIGH) {
            encoder.encodeUniform(chunk.high(), HighBandCoding.STEPS);
        }
    }

    private ScalarSettings readHead(RangeDecoder decoder) throws CorruptBitstreamException {
        ScalarSettings chunk = readSteps(settings, decoder);
        return settings.high() == HIGH ? chunk.withHigh(decoder.decodeUniform(HighBandCoding.STEPS)) : chunk;
    }

    /** Room for frames of a sound of so many planes. */
    ScalarPlanes planes(ScalarAudioModel model, int planes, int frames) {
        return planes(model, planes, frames, settings.mode());
    }

    /** The same without a waveform where the mode says so. */
    ScalarPlanes planes(ScalarAudioModel model, int planes, int frames, Mode mode) {
        ScalarSettings with =
                mode == settings.mode() ? settings : settings.envelopeOnly().withHigh(settings.high());
        return new ScalarPlanes(model.basis(), with, planes, frames * MelEnvelope.HOP, high);
    }

    /** Decodes a chunk to the frames from {@code first} on. */
    void read(byte[] chunk, ScalarAudioModel model, ScalarPlanes planes, int first) throws CorruptBitstreamException {
        RangeDecoder decoder = new RangeDecoder(chunk);
        planes.code(
                first,
                first + chunkFrames,
                readHead(decoder),
                model.start(),
                new BitCoder.Reader(decoder),
                _ -> ScalarPlanes.Sources.NONE);
        TokenReader.checkEnd(decoder);
    }
}
