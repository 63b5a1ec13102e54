package dev.tessera.audio;

import dev.tessera.codebook.Latents;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.RangeEncoder;

/**
 * Codes one sound, as often as rate control wants, with different {@link Settings}. Not for several threads at once. The payload: with a waveform its step
 * index (uniform in 256); then for each plane its envelope tokens and, with a waveform, the number of coded columns (uniform in
 * 161) and the waveform tokens.
 */
final class PayloadWriter {
    /** The side of a stereo sound is worth this much less than its middle. */
    private static final float SIDE_WEIGHT = 4;

    private final AudioModel model;
    private final Latents[] envelopes; // by plane
    private final float[][] coefficients; // by plane, [frames x 640]
    private final TokenSearch envelopeSearch;
    private final TokenSearch coreSearch;
    private final LambdaPlan[] chosenFor; // by plane: what the envelope tokens were chosen for
    private final int[][] chosen;

    /**
     * What came out.
     *
     * @param tokens coded tokens
     * @param nominalBits what they would take at log2 K bits each
     */
    record Payload(byte[] bytes, long tokens, double nominalBits) {}

    PayloadWriter(AudioModel model, float[][] planes) {
        this.model = model;
        this.envelopes = new Latents[planes.length];
        this.coefficients = new float[planes.length][];
        this.chosenFor = new LambdaPlan[planes.length];
        this.chosen = new int[planes.length][];
        for (int p = 0; p < planes.length; p++) {
            envelopes[p] = model.envelope().encode(planes[p]);
            coefficients[p] = MdctCore.coefficients(planes[p]);
        }
        this.envelopeSearch = new TokenSearch(
                model.envelopePart().quantizer(), AudioCodec.ENVELOPE_CANDIDATES, AudioTrainer.ENVELOPE_ZERO_STAGE);
        this.coreSearch =
                new TokenSearch(model.corePart().quantizer(), AudioCodec.CORE_CANDIDATES, AudioTrainer.CORE_ZERO_STAGE);
    }

    /** Envelope frames of all planes. */
    int envelopeFrames() {
        return envelopes.length * envelopes[0].count();
    }

    /** The coefficients of all planes in turn. */
    float[][] coefficients() {
        return coefficients;
    }

    Payload write(Settings settings) {
        RangeEncoder encoder = new RangeEncoder();
        long tokens = 0;
        double nominalBits = 0;
        if (settings.mode() == Mode.HYBRID) {
            encoder.encodeUniform(settings.stepIndex(), Settings.STEPS);
        }
        for (int p = 0; p < envelopes.length; p++) {
            int[] envelope = writeEnvelope(encoder, p, settings.envelopeLambdas());
            tokens += envelope.length;
            nominalBits += nominalBits(model.envelopePart(), envelope.length);
            if (settings.mode() == Mode.HYBRID) {
                int columns = columns(p, settings);
                encoder.encodeUniform(columns, MdctCore.COLUMNS + 1);
                int[] core = writeCore(encoder, p, columns, settings);
                tokens += core.length;
                nominalBits += nominalBits(model.corePart(), core.length);
            }
        }
        return new Payload(encoder.finish(), tokens, nominalBits);
    }

    /** Searches only when the lambdas are new: rate control mostly turns at the waveform. */
    private int[] writeEnvelope(RangeEncoder encoder, int plane, LambdaPlan lambdas) {
        Latents envelope = envelopes[plane];
        GridModel grid = new GridModel(model.envelopePart().prior(), envelope.count(), 1);
        TokenSearch.Sink sink = (s, y, x, index) -> grid.encode(encoder, s, y, x, index);
        LambdaPlan own = lambdas.from(plane * envelope.count(), plane == 1 && envelopes.length == 2 ? SIDE_WEIGHT : 1);
        if (!own.equals(chosenFor[plane])) {
            TokenSearch.Source source = new TokenSearch.Source(envelope.data(), 1, envelope.count(), 1, 1);
            chosen[plane] = envelopeSearch.choose(source, own, grid, sink);
            chosenFor[plane] = own;
        } else {
            envelopeSearch.replay(chosen[plane], envelope.count(), 1, sink);
        }
        return chosen[plane];
    }

    private int[] writeCore(RangeEncoder encoder, int plane, int columns, Settings settings) {
        int frames = coefficients[plane].length / MdctCore.SIZE;
        GridModel grid = new GridModel(model.corePart().prior(), frames, columns);
        float scale = (float) (1 / Settings.step(settings.stepIndex()));
        TokenSearch.Source source =
                new TokenSearch.Source(coefficients[plane], scale, frames, MdctCore.COLUMNS, columns);
        return coreSearch.choose(
                source,
                LambdaPlan.of(settings.coreLambda()),
                grid,
                (s, y, x, index) -> grid.encode(encoder, s, y, x, index));
    }

    /** Columns up to the last one that has a vector which may be worth coding. */
    private int columns(int plane, Settings settings) {
        double step = Settings.step(settings.stepIndex());
        double least = settings.coreLambda() * step * step;
        int columns = 0;
        float[] x = coefficients[plane];
        for (int v = 0; v < x.length / MdctCore.VECTOR_DIM; v++) {
            int column = v % MdctCore.COLUMNS;
            if (column >= columns && energy(x, v) > least) {
                columns = column + 1;
            }
        }
        return columns;
    }

    /** Squared length of vector {@code v} of {@code x}. */
    static double energy(float[] x, int v) {
        double energy = 0;
        for (int d = 0; d < MdctCore.VECTOR_DIM; d++) {
            float c = x[v * MdctCore.VECTOR_DIM + d];
            energy += (double) c * c;
        }
        return energy;
    }

    private static double nominalBits(AudioModel.Part part, int tokens) {
        double bits = 0;
        for (int size : part.quantizer().codebookSizes()) {
            bits += (double) tokens / part.quantizer().stages() * StrictMath.log(size) / StrictMath.log(2);
        }
        return bits;
    }
}
