package dev.tessera.audio;

import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * The order of a payload of a {@link ScalarAudioModel}: span by span, in each plane by plane, first its envelope, then with a waveform
 * its blocks and coefficients, which see the envelope. The adaptive models go on from plane to plane. One walk serves encoder,
 * decoder and training.
 */
final class ScalarPlanes {
    private final int samples;
    private final int[][][] bands; // [planes][frames][bands]
    private final LappedCoding.Coded[] waveforms;
    private final int[] blocks; // by plane

    /** What is coded of one plane; what a decoder passes knows nothing. */
    record Sources(EnvelopeCoding.Source envelope, LappedCoding.Source waveform) {
        static final Sources NONE = new Sources(EnvelopeCoding.NONE, LappedCoding.NONE);
    }

    /** The entropy models of a file. */
    record Models(EnvelopeModel envelope, WaveformModel waveform) {}

    /**
     * @param samples of a plane, at 16 kHz
     */
    ScalarPlanes(int planes, int samples) {
        this.samples = samples;
        this.bands = new int[planes][MelEnvelope.frames(samples)][MelEnvelope.BANDS];
        this.waveforms = new LappedCoding.Coded[planes];
        this.blocks = new int[planes];
    }

    /** Codes all planes. */
    void code(
            EnvelopeBasis basis,
            Models models,
            WaveformModel.Port port,
            ScalarSettings settings,
            IntFunction<Sources> sources) {
        boolean hasWaveform = settings.mode() == Mode.HYBRID;
        int length = LappedTransform.length(samples);
        int[][][] levels = new int[bands.length][bands[0].length][MelEnvelope.BANDS];
        EnvelopeCoding[] envelopes = new EnvelopeCoding[bands.length];
        LappedCoding[] codings = new LappedCoding[bands.length];
        for (int p = 0; p < bands.length; p++) {
            int step = settings.envelopeStep(p, bands.length);
            envelopes[p] = new EnvelopeCoding(basis, models.envelope, port, settings.span(), step);
            codings[p] = new LappedCoding(models.waveform, port, levels[p], settings.step());
            waveforms[p] = LappedCoding.Coded.blank(hasWaveform ? length : 0);
        }
        int frames = EnvelopeBasis.frames(settings.span());
        for (int from = 0; from < bands[0].length; from += frames) {
            for (int p = 0; p < bands.length; p++) {
                envelopes[p].span(sources.apply(p).envelope, bands[p], from);
                if (hasWaveform) {
                    for (int t = from; t < Math.min(bands[p].length, from + frames); t++) {
                        EnvelopeLevels.ofBands(bands[p][t], levels[p][t]);
                    }
                    int at = from * MelEnvelope.HOP;
                    int to = Math.min(length, at + frames * MelEnvelope.HOP);
                    blocks[p] = codings[p].span(at, to, sources.apply(p).waveform, waveforms[p], blocks[p]);
                }
            }
        }
    }

    /** The sound of plane {@code p}, after {@link #code}. */
    float[] synthesize(int p, ScalarSettings settings) {
        double[][] mel = EnvelopeBasis.magnitudes(bands[p]);
        if (settings.mode() == Mode.ENVELOPE) {
            float[] out = MelEnvelope.synthesize(mel, samples);
            if (settings.matching()) {
                EnvelopeMatching.apply(out, new float[samples], mel, Double.MAX_VALUE);
            }
            return out;
        }
        float[] core = waveforms[p].samples(blocks[p], Settings.step(settings.step()), samples);
        float[] out = Arrays.copyOf(core, samples);
        double limit = settings.noiseLimit();
        NoiseFilling.add(out, mel, (_, _) -> limit);
        if (settings.matching()) {
            EnvelopeMatching.apply(out, core, mel, limit);
        }
        return out;
    }
}
