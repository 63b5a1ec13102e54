package dev.tessera.audio;

import dev.tessera.codebook.Latents;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.mixing.BitCoder;
import java.util.Arrays;
import java.util.List;

/**
 * Codes one sound with different {@link Settings}: with a waveform its step index (uniform in 256); then for each plane its
 * envelope tokens and, with a waveform, its blocks and coefficients as {@link LappedCoding} says. Not for several threads at
 * once.
 */
final class LappedWriter implements SettingsSearch.Payloads {
    /** The side of a stereo sound is worth this much less than its middle. */
    private static final float SIDE_WEIGHT = 4;

    private final LappedAudioModel model;
    private final LappedPlanes waveforms;
    private final Latents[] envelopes; // by plane
    private final TokenSearch envelopeSearch;
    private final LambdaPlan[] chosenFor; // by plane: what the envelope tokens were chosen for
    private final TokenGrid[] chosen;

    /** @param planes {@code [planes][samples]} at 16 kHz */
    LappedWriter(LappedAudioModel model, float[][] planes) {
        this.model = model;
        this.waveforms = new LappedPlanes(planes);
        this.envelopes = Arrays.stream(planes).map(model.envelope()::encode).toArray(Latents[]::new);
        this.chosenFor = new LambdaPlan[planes.length];
        this.chosen = new TokenGrid[planes.length];
        this.envelopeSearch = new TokenSearch(
                model.envelopePart().quantizer(), ClassicalCodec.ENVELOPE_CANDIDATES, AudioTrainer.ENVELOPE_ZERO_STAGE);
    }

    @Override
    public int envelopeFrames() {
        return envelopes.length * envelopes[0].count();
    }

    @Override
    public double finestStep() {
        return 0;
    }

    @Override
    public double guessStep(long bytes) {
        return waveforms.guessStep(bytes);
    }

    @Override
    public PayloadWriter.Payload write(Settings settings) {
        boolean hasWaveform = settings.mode() == Mode.HYBRID;
        RangeEncoder encoder = new RangeEncoder();
        if (hasWaveform) {
            encoder.encodeUniform(settings.stepIndex(), Settings.STEPS);
        }
        WaveformModel waveform = model.waveform().copy();
        long tokens = 0;
        for (int p = 0; p < envelopes.length; p++) {
            encodeEnvelope(encoder, p, settings.envelopeLambdas());
            tokens += chosen[p].indices().length;
            if (hasWaveform) {
                encodeWaveform(encoder, waveform, p, settings);
            }
        }
        double bitsPerToken = StrictMath.log(model.envelopePart().quantizer().codebookSizes()[0]) / StrictMath.log(2);
        return new PayloadWriter.Payload(List.of(encoder.finish()), tokens, tokens * bitsPerToken);
    }

    /** Searches only when the lambdas are new: rate control mostly turns at the waveform. */
    private void encodeEnvelope(RangeEncoder encoder, int plane, LambdaPlan lambdas) {
        int frames = envelopes[plane].count();
        LambdaPlan own = lambdas.from(plane * frames, plane == 1 && envelopes.length == 2 ? SIDE_WEIGHT : 1);
        TokenWriter.Source source = own.equals(chosenFor[plane])
                ? TokenWriter.known(chosen[plane])
                : envelopeSearch.source(new TokenSearch.Source(envelopes[plane].data(), 1, frames, 1, 1), own);
        GridModel grid = new GridModel(model.envelopePart().prior(), frames, 1);
        TokenGrid tokens = TokenWriter.blankEnvelope(model.envelopePart(), frames);
        tokens.fill((stage, row, column, at) -> {
            int index = source.next(grid, stage, row, column, row, tokens.indices(), at);
            grid.encode(encoder, stage, row, column, index);
            return index;
        });
        chosen[plane] = tokens;
        chosenFor[plane] = own;
    }

    private void encodeWaveform(RangeEncoder encoder, WaveformModel waveform, int plane, Settings settings) {
        code(
                waveform,
                new BitCoder.Writer(encoder),
                model.levels().of(chosen[plane]),
                waveforms.samples(plane),
                waveforms.blocks(plane),
                settings.stepIndex(),
                settings.coreLambda());
    }

    /**
     * Chooses and codes the waveform of a plane.
     *
     * @param samples filled up to whole longest blocks
     */
    static void code(
            WaveformModel waveform,
            BitCoder coder,
            int[][] levels,
            double[] samples,
            BlockSearch search,
            int stepIndex,
            double lambda) {
        LappedChoice choice = LappedChoice.of(samples, search, stepIndex, lambda);
        new LappedCoding(waveform, coder, levels, stepIndex).code(samples.length, choice);
    }
}
