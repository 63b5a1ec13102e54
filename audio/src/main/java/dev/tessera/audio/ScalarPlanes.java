package dev.tessera.audio;

import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * The order of a payload of a {@link ScalarAudioModel}: span by span, in each plane by plane, first its envelope, then with a waveform
 * its blocks and coefficients, which see the envelope. The adaptive models go on from plane to plane. One walk serves encoder,
 * decoder and training.
 *
 * <p>Spans are coded or lost in their order. A lost one has no waveform, so that its neighbours fade where their blocks lap over.
 */
final class ScalarPlanes {
    /** Frames that say what comes beside them: 320 ms. */
    private static final int NEIGHBOURS = 16;

    private final EnvelopeBasis basis;
    private final ScalarSettings settings;
    private final int samples;
    private final int[][][] bands; // [planes][frames][bands]
    private final int[][][] levels; // the same, for the waveform
    private final LappedCoding.Coded[] waveforms;
    private final int[] blocks; // by plane
    private final boolean[] lost; // by frame

    /** What is coded of one plane; what a decoder passes knows nothing. */
    record Sources(EnvelopeCoding.Source envelope, LappedCoding.Source waveform) {
        static final Sources NONE = new Sources(EnvelopeCoding.NONE, LappedCoding.NONE);
    }

    /** The entropy models of a file or of a chunk. */
    record Models(EnvelopeModel envelope, WaveformModel waveform) {}

    /** @param samples of a plane, at 16 kHz */
    ScalarPlanes(EnvelopeBasis basis, ScalarSettings settings, int planes, int samples) {
        int frames = MelEnvelope.frames(samples);
        int length = settings.mode() == Mode.HYBRID ? LappedTransform.length(samples) : 0;
        this.basis = basis;
        this.settings = settings;
        this.samples = samples;
        this.bands = new int[planes][frames][MelEnvelope.BANDS];
        this.levels = new int[planes][length > 0 ? frames : 0][MelEnvelope.BANDS];
        this.waveforms = new LappedCoding.Coded[planes];
        this.blocks = new int[planes];
        this.lost = new boolean[frames];
        Arrays.setAll(waveforms, _ -> LappedCoding.Coded.blank(length));
    }

    int frames() {
        return lost.length;
    }

    /** Codes all spans. */
    void code(Models models, WaveformModel.Port port, IntFunction<Sources> sources) {
        code(0, lost.length, models, port, sources);
    }

    /**
     * Codes the spans of the frames from {@code first} to {@code end}, which does not look at those before.
     *
     * @param first begin of a span, the end of what was coded or lost before
     * @param end begin of a span, or the end of the sound
     */
    void code(int first, int end, Models models, WaveformModel.Port port, IntFunction<Sources> sources) {
        int planes = bands.length;
        EnvelopeCoding[] envelopes = new EnvelopeCoding[planes];
        LappedCoding[] codings = new LappedCoding[planes];
        for (int p = 0; p < planes; p++) {
            int step = settings.envelopeStep(p, planes);
            envelopes[p] = new EnvelopeCoding(basis, models.envelope, port, settings.span(), step);
            codings[p] = new LappedCoding(models.waveform, port, levels[p], settings.step());
        }
        int span = EnvelopeBasis.frames(settings.span());
        for (int from = first; from < end; from += span) {
            for (int p = 0; p < planes; p++) {
                envelopes[p].span(sources.apply(p).envelope, bands[p], from);
                for (int t = from; t < Math.min(levels[p].length, from + span); t++) {
                    EnvelopeLevels.ofBands(bands[p][t], levels[p][t]);
                }
                int to = coefficients(from + span);
                blocks[p] = codings[p].span(coefficients(from), to, sources.apply(p).waveform, waveforms[p], blocks[p]);
            }
        }
    }

    /** Coefficients before a frame that begins a span or is behind the end of the sound. */
    private int coefficients(int frame) {
        return (int) Math.min(waveforms[0].values().length, (long) frame * MelEnvelope.HOP);
    }

    /** Leaves out the spans of the frames from {@code first} to {@code end}; envelopes are the mean one unless they are concealed. */
    void lose(int first, int end) {
        int[] mean = new int[basis.components()];
        Arrays.fill(lost, first, Math.min(end, lost.length), true);
        for (int p = 0; p < bands.length; p++) {
            for (int t = first; t < Math.min(end, lost.length); t++) {
                basis.bands(mean, bands[p][t]);
            }
            for (int at = coefficients(first); at < coefficients(end); at += LappedTransform.LONGEST) {
                waveforms[p].blocks()[blocks[p]++] = 0;
            }
        }
    }

    /** The sound of plane {@code p}, whose lost spans have the mean envelope and no waveform. */
    float[] synthesize(int p) {
        double[] limits = new double[lost.length];
        Arrays.fill(limits, settings.noiseLimit());
        return synthesize(p, limits);
    }

    /** The same, with envelopes between those of the neighbours in the place of lost ones, and noise up to them. */
    float[] conceal(int p) {
        LostFrames.bridge(bands[p], lost, NEIGHBOURS);
        double[] limits = new double[lost.length];
        boolean[] fading = fading(p);
        for (int t = 0; t < limits.length; t++) {
            limits[t] = lost[t] || fading[t] ? Double.MAX_VALUE : settings.noiseLimit();
        }
        return synthesize(p, limits);
    }

    /** Frames whose middle lies where blocks of the waveform lap over lost ones. */
    private boolean[] fading(int p) {
        boolean[] out = new boolean[lost.length];
        byte[] sizes = waveforms[p].blocks();
        for (int i = 1, edge = 0; i < blocks[p]; i++) {
            edge += LappedTransform.size(sizes[i - 1]);
            int frame = edge / MelEnvelope.HOP;
            if (edge % MelEnvelope.HOP == 0 && frame < lost.length && lost[frame] != lost[frame - 1]) {
                int reach = LappedTransform.size(Math.max(sizes[i - 1], sizes[i])) / 2 / MelEnvelope.HOP;
                Arrays.fill(out, frame - reach, Math.min(lost.length, frame + reach), true);
            }
        }
        return out;
    }

    /** @param limits rms of the noise in a coefficient at most, by frame */
    private float[] synthesize(int p, double[] limits) {
        double[][] mel = EnvelopeBasis.magnitudes(bands[p]);
        if (settings.mode() == Mode.ENVELOPE) {
            float[] out = MelEnvelope.synthesize(mel, samples);
            if (settings.matching()) {
                EnvelopeMatching.apply(out, new float[samples], mel, _ -> Double.MAX_VALUE);
            }
            return out;
        }
        float[] core = waveforms[p].samples(blocks[p], Settings.step(settings.step()), samples);
        float[] out = Arrays.copyOf(core, samples);
        NoiseFilling.add(out, mel, (t, _) -> limits[t]);
        if (settings.matching()) {
            EnvelopeMatching.apply(out, core, mel, t -> limits[t]);
        }
        return out;
    }
}
