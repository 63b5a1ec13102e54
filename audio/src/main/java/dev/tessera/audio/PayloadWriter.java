package dev.tessera.audio;

import dev.tessera.codebook.Latents;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Codes one sound, as often as rate control wants, with different {@link Settings}. Not for several threads at once.
 */
final class PayloadWriter implements SettingsSearch.Payloads {
    /** The side of a stereo sound is worth this much less than its middle. */
    private static final float SIDE_WEIGHT = 4;

    private final ClassicalAudioModel model;
    private final Latents[] envelopes; // by plane
    private final float[][] coefficients; // by plane, [frames x 640]
    private final TokenSearch envelopeSearch;
    private final TokenSearch coreSearch;
    private final LambdaPlan[] chosenFor; // by plane: what the envelope tokens were chosen for
    private final TokenGrid[] chosen;
    private final TokenWriter writer;
    private final int samples;
    private final StepRange range;

    /**
     * What came out.
     *
     * @param tokens coded tokens
     * @param nominalBits what they would take at log2 K bits each
     */
    record Payload(List<byte[]> chunks, long tokens, double nominalBits) {
        int bytes() {
            return chunks.stream().mapToInt(chunk -> chunk.length).sum();
        }

        /** The file of it. */
        AudioCodec.Compressed toFile(TsrHeader header, TsrLayout layout, Mode mode) {
            return new AudioCodec.Compressed(
                    TsrFile.write(header, layout, chunks),
                    mode.name().toLowerCase(Locale.ROOT),
                    tokens,
                    nominalBits,
                    false);
        }
    }

    /** @param planes {@code [planes][samples]} at 16 kHz */
    PayloadWriter(ClassicalAudioModel model, float[][] planes, TsrLayout layout) {
        this.model = model;
        this.envelopes = new Latents[planes.length];
        this.coefficients = new float[planes.length][];
        this.chosenFor = new LambdaPlan[planes.length];
        this.chosen = new TokenGrid[planes.length];
        this.writer = new TokenWriter(model, layout);
        this.samples = planes[0].length;
        for (int p = 0; p < planes.length; p++) {
            envelopes[p] = model.envelope().encode(planes[p]);
            coefficients[p] = MdctCore.coefficients(planes[p]);
        }
        this.range = new StepRange(coefficients);
        this.envelopeSearch = new TokenSearch(
                model.envelopePart().quantizer(), ClassicalCodec.ENVELOPE_CANDIDATES, AudioTrainer.ENVELOPE_ZERO_STAGE);
        this.coreSearch = new TokenSearch(
                model.corePart().quantizer(), ClassicalCodec.CORE_CANDIDATES, AudioTrainer.CORE_ZERO_STAGE);
    }

    @Override
    public int envelopeFrames() {
        return envelopes.length * envelopes[0].count();
    }

    @Override
    public double finestStep() {
        return range.finest();
    }

    @Override
    public double guessStep(long bytes) {
        return range.guess(bytes);
    }

    @Override
    public Payload write(Settings settings) {
        boolean hybrid = settings.mode() == Mode.HYBRID;
        List<TokenWriter.Plane> planes = new ArrayList<>();
        for (int p = 0; p < envelopes.length; p++) {
            planes.add(new TokenWriter.Plane(
                    envelopeSource(p, settings.envelopeLambdas()),
                    hybrid ? coreSource(p, settings) : envelopeSource(p, settings.envelopeLambdas()),
                    hybrid ? columns(p, settings) : 0));
        }
        TokenWriter.Written written = writer.write(settings.mode(), settings.stepIndex(), samples, planes);
        long tokens = 0;
        double nominalBits = 0;
        for (int p = 0; p < envelopes.length; p++) {
            chosen[p] = written.envelopes().get(p);
            chosenFor[p] = ownLambdas(p, settings.envelopeLambdas());
            int envelope = written.envelopes().get(p).indices().length;
            int core = written.cores().get(p).indices().length;
            tokens += envelope + core;
            nominalBits += nominalBits(model.envelopePart(), envelope) + nominalBits(model.corePart(), core);
        }
        return new Payload(written.chunks(), tokens, nominalBits);
    }

    /** Searches only when the lambdas are new: rate control mostly turns at the waveform. */
    private TokenWriter.Source envelopeSource(int plane, LambdaPlan lambdas) {
        LambdaPlan own = ownLambdas(plane, lambdas);
        Latents envelope = envelopes[plane];
        return own.equals(chosenFor[plane])
                ? TokenWriter.known(chosen[plane])
                : envelopeSearch.source(new TokenSearch.Source(envelope.data(), 1, envelope.count(), 1, 1), own);
    }

    private LambdaPlan ownLambdas(int plane, LambdaPlan lambdas) {
        return lambdas.from(plane * envelopes[plane].count(), plane == 1 && envelopes.length == 2 ? SIDE_WEIGHT : 1);
    }

    private TokenWriter.Source coreSource(int plane, Settings settings) {
        int frames = coefficients[plane].length / MdctCore.SIZE;
        float scale = (float) (1 / Settings.step(settings.stepIndex()));
        TokenSearch.Source source =
                new TokenSearch.Source(coefficients[plane], scale, frames, MdctCore.COLUMNS, columns(plane, settings));
        return coreSearch.source(source, LambdaPlan.of(settings.coreLambda()));
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

    private static double nominalBits(ClassicalAudioModel.Part part, int tokens) {
        double bits = 0;
        for (int size : part.quantizer().codebookSizes()) {
            bits += (double) tokens / part.quantizer().stages() * StrictMath.log(size) / StrictMath.log(2);
        }
        return bits;
    }
}
