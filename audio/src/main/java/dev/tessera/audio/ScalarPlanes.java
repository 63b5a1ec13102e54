package dev.tessera.audio;

import dev.tessera.codecs.mixing.BitCoder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
    static final int NEIGHBOURS = 16;

    private final EnvelopeBasis basis;
    private final ScalarSettings settings;
    private final int samples;
    private final int[][][] bands; // [planes][frames][bands]
    private final int[][][] levels; // the same, for the waveform
    private final LappedCoding.Coded[] waveforms;
    private final int[] blocks; // by plane
    private final boolean[] lost; // by frame
    private final int[] envelopeSteps; // indices by frame, of the first plane
    private final int[] stepIndices; // of the waveform, by frame
    private final Optional<HighBand> high;
    private final int[][][] highLevels; // [planes][frames][bands], empty without a high band
    private final int before; // frames of the sound before the first one here

    /** What is coded of one plane; what a decoder passes knows nothing. */
    record Sources(EnvelopeCoding.Source envelope, LappedCoding.Source waveform, HighBandCoding.Source high) {
        /** Without anything above 8 kHz. */
        Sources(EnvelopeCoding.Source envelope, LappedCoding.Source waveform) {
            this(envelope, waveform, HighBandCoding.NONE);
        }

        static final Sources NONE = new Sources(EnvelopeCoding.NONE, LappedCoding.NONE);
    }

    /** The entropy models of a file or of a chunk. */
    record Models(EnvelopeModel envelope, WaveformModel waveform) {}

    /** @param samples of a plane, at 16 kHz */
    ScalarPlanes(EnvelopeBasis basis, ScalarSettings settings, int planes, int samples) {
        this(basis, settings, planes, samples, Optional.empty());
    }

    /** @param high where what is above 8 kHz is coded, which it is when the settings say so, too */
    ScalarPlanes(EnvelopeBasis basis, ScalarSettings settings, int planes, int samples, Optional<HighBand> high) {
        this(basis, settings, planes, samples, 0, high);
    }

    private ScalarPlanes(
            EnvelopeBasis basis,
            ScalarSettings settings,
            int planes,
            int samples,
            int before,
            Optional<HighBand> high) {
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
        this.envelopeSteps = new int[frames];
        this.stepIndices = new int[frames];
        this.before = before;
        this.high = settings.high() == 0 ? Optional.empty() : high;
        this.highLevels = new int[planes][this.high.isPresent() ? frames : 0]
                [this.high.map(HighBand::bands).orElse(0)];
        setSteps(settings, 0, frames);
        Arrays.setAll(waveforms, _ -> LappedCoding.Coded.blank(length));
    }

    /**
     * A piece of a sound: pieces that follow each other, with the same settings but for the steps. What they hold is shared.
     *
     * @param pieces of whole longest blocks and of as many planes
     * @param before frames of the sound before them
     */
    static ScalarPlanes join(List<ScalarPlanes> pieces, int before) {
        ScalarPlanes first = pieces.getFirst();
        int samples = pieces.stream().mapToInt(piece -> piece.samples).sum();
        ScalarPlanes out =
                new ScalarPlanes(first.basis, first.settings, first.bands.length, samples, before, first.high);
        int frame = 0;
        int coefficient = 0;
        for (ScalarPlanes piece : pieces) {
            System.arraycopy(piece.lost, 0, out.lost, frame, piece.lost.length);
            System.arraycopy(piece.envelopeSteps, 0, out.envelopeSteps, frame, piece.lost.length);
            System.arraycopy(piece.stepIndices, 0, out.stepIndices, frame, piece.lost.length);
            int length = piece.waveforms[0].values().length;
            for (int p = 0; p < out.bands.length; p++) {
                System.arraycopy(piece.bands[p], 0, out.bands[p], frame, piece.lost.length);
                if (out.high.isPresent()) {
                    System.arraycopy(piece.highLevels[p], 0, out.highLevels[p], frame, piece.lost.length);
                }
                System.arraycopy(piece.waveforms[p].values(), 0, out.waveforms[p].values(), coefficient, length);
                System.arraycopy(
                        piece.waveforms[p].blocks(), 0, out.waveforms[p].blocks(), out.blocks[p], piece.blocks[p]);
                out.blocks[p] += piece.blocks[p];
            }
            frame += piece.lost.length;
            coefficient += length;
        }
        return out;
    }

    private void setSteps(ScalarSettings with, int first, int end) {
        Arrays.fill(envelopeSteps, first, end, with.envelopeStep());
        Arrays.fill(stepIndices, first, end, with.step());
    }

    int frames() {
        return lost.length;
    }

    /** Codes all spans. */
    void code(Models models, BitCoder coder, IntFunction<Sources> sources) {
        code(0, lost.length, settings, models, coder, sources);
    }

    /**
     * Codes the spans of the frames from {@code first} to {@code end}, which does not look at those before.
     *
     * @param first begin of a span, the end of what was coded or lost before
     * @param end begin of a span, or the end of the sound
     * @param with the settings of the whole, with the steps of these frames
     */
    void code(int first, int end, ScalarSettings with, Models models, BitCoder coder, IntFunction<Sources> sources) {
        int planes = bands.length;
        EnvelopeCoding[] envelopes = new EnvelopeCoding[planes];
        LappedCoding[] codings = new LappedCoding[planes];
        HighBandCoding[] highs = new HighBandCoding[planes];
        for (int p = 0; p < planes; p++) {
            int step = with.envelopeStep(p, planes);
            envelopes[p] = new EnvelopeCoding(basis, models.envelope, coder, with.span(), step);
            codings[p] = new LappedCoding(models.waveform, coder, levels[p], with.step());
            highs[p] = new HighBandCoding(coder, high.map(HighBand::bands).orElse(0), with.span(), with.high());
        }
        setSteps(with, first, Math.min(end, lost.length));
        int span = EnvelopeBasis.frames(with.span());
        for (int from = first; from < end; from += span) {
            for (int p = 0; p < planes; p++) {
                envelopes[p].span(sources.apply(p).envelope, bands[p], from);
                for (int t = from; t < Math.min(levels[p].length, from + span); t++) {
                    EnvelopeLevels.ofBands(bands[p][t], levels[p][t]);
                }
                int to = coefficients(from + span);
                blocks[p] = codings[p].span(coefficients(from), to, sources.apply(p).waveform, waveforms[p], blocks[p]);
                if (high.isPresent() && with.high() > 0) {
                    highs[p].span(sources.apply(p).high, bands[p], highLevels[p], from);
                } else if (high.isPresent()) {
                    silence(highLevels[p], from, from + span);
                }
            }
        }
    }

    private static void silence(int[][] levels, int from, int to) {
        for (int t = from; t < Math.min(levels.length, to); t++) {
            Arrays.fill(levels[t], HighBand.SILENT);
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
            silence(highLevels[p], first, end);
            for (int at = coefficients(first); at < coefficients(end); at += LappedTransform.LONGEST) {
                waveforms[p].blocks()[blocks[p]++] = 0;
            }
        }
    }

    /** Puts envelopes between those of the neighbours in the place of the spans that are lost from frame {@code from} on. */
    void bridge(int from) {
        for (int[][] plane : bands) {
            LostFrames.bridge(plane, lost, NEIGHBOURS, from);
        }
        if (high.isPresent()) {
            for (int[][] plane : highLevels) {
                LostFrames.bridge(plane, lost, NEIGHBOURS, from);
            }
        }
    }

    /** What is above 8 kHz of the frames from {@code from} to {@code to}, for each plane; nothing when nothing of it was coded. */
    Optional<float[][]> high(int from, int to) {
        return high.map(band -> Arrays.stream(highLevels)
                .map(plane -> band.noise(Arrays.copyOfRange(plane, from, to), before + from))
                .toArray(float[][]::new));
    }

    /** What a decoder knows of plane {@code p}. */
    ScalarPlane plane(int p) {
        int[] ofPlane = Arrays.stream(envelopeSteps)
                .map(step -> settings.withSteps(step, 0).envelopeStep(p, bands.length))
                .toArray();
        LappedCoding.Coded waveform =
                new LappedCoding.Coded(Arrays.copyOf(waveforms[p].blocks(), blocks[p]), waveforms[p].values());
        return new ScalarPlane(settings, samples, before, bands[p], waveform, lost, ofPlane, stepIndices);
    }
}
