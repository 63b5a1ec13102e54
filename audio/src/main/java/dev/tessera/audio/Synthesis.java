package dev.tessera.audio;

import dev.tessera.codebook.Latents;
import dev.tessera.codecs.container.Tolerance;
import java.util.Arrays;

/** Makes sound of tokens, and makes up for those that are missing. */
final class Synthesis {
    private final ClassicalAudioModel model;
    private final Mode mode;
    private final double noise;
    private final Tolerance tolerance;

    /**
     * @param noise limit of {@link NoiseFilling}, in steps
     */
    Synthesis(ClassicalAudioModel model, Mode mode, double noise, Tolerance tolerance) {
        this.model = model;
        this.mode = mode;
        this.noise = noise;
        this.tolerance = tolerance;
    }

    /** The planes, {@code [planes][samples]} at 16 kHz. */
    float[][] planes(TokenReader.Tokens tokens, int samples) {
        float[][] out = new float[tokens.envelopes().size()][];
        for (int p = 0; p < out.length; p++) {
            TokenGrid grid = tokens.envelopes().get(p);
            Latents envelope = model.envelopePart().quantizer().dequantize(grid.indices(), grid.rows());
            restore(envelope, tokens.lostEnvelope());
            out[p] = mode == Mode.ENVELOPE
                    ? model.envelope().synthesize(envelope, samples)
                    : waveform(tokens, p, envelope, samples);
        }
        return out;
    }

    private float[] waveform(TokenReader.Tokens tokens, int plane, Latents envelope, int samples) {
        TokenGrid grid = tokens.cores().get(plane);
        Latents core = model.corePart().quantizer().dequantize(grid.indices(), grid.rows(), grid.width());
        double step = Settings.step(tokens.stepIndex());
        float[] x = new MdctCore(step).synthesize(core, samples);
        NoiseFilling.add(x, model.envelope().mel(envelope), limit(tokens, noise * step));
        return x;
    }

    /** Where the waveform is missing, noise takes its place up to the envelope. */
    private NoiseFilling.Limit limit(TokenReader.Tokens tokens, double usual) {
        int firstMissingBand = MelEnvelope.BANDS;
        if (tokens.knownColumns() < MdctCore.COLUMNS) {
            double hertz = tokens.knownColumns() * (MelEnvelope.SAMPLE_RATE / 2.0) / MdctCore.COLUMNS;
            firstMissingBand = NoiseFilling.firstBandAbove(hertz);
        }
        boolean[] lost = new boolean[tokens.lostEnvelope().length];
        if (tolerance == Tolerance.CONCEAL) {
            for (int f = 0; f < lost.length; f++) {
                lost[f] = isWaveformLost(tokens.lostCore(), f);
            }
        }
        int band0 = firstMissingBand;
        return (frame, band) -> lost[frame] || band >= band0 ? Double.MAX_VALUE : usual;
    }

    /** Whether the middle of an envelope frame lies between the middles of lost waveform frames, or near one. */
    private static boolean isWaveformLost(boolean[] lostCore, int envelopeFrame) {
        int middle = envelopeFrame * MelEnvelope.HOP + MelEnvelope.HOP / 2;
        int nearest = (middle + MdctCore.SIZE / 2) / MdctCore.SIZE; // frame t is centred at t x SIZE
        return nearest < lostCore.length && lostCore[nearest];
    }

    /**
     * Lost frames on a straight line between their neighbours; or, unless they are to be concealed, the mean of the
     * training set.
     */
    private void restore(Latents envelope, boolean[] lost) {
        if (tolerance == Tolerance.CONCEAL) {
            LostFrames.interpolate(envelope.data(), envelope.dim(), lost);
            return;
        }
        for (int f = 0; f < lost.length; f++) {
            if (lost[f]) {
                Arrays.fill(envelope.data(), f * envelope.dim(), (f + 1) * envelope.dim(), 0);
            }
        }
    }
}
