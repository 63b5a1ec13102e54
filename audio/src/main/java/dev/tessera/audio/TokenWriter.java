package dev.tessera.audio;

import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.container.TsrLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Codes the tokens of all planes of a sound in one of the three layouts.
 *
 * <p>Single: with a waveform its step index (uniform in 256); then for each plane its envelope tokens and, with a
 * waveform, the number of coded columns (uniform in 161) and the waveform tokens. Progressive, envelopes only: a chunk
 * for each stage. Progressive with a waveform: the step index, the columns of all planes and all envelopes; then a
 * chunk for each band of columns. Independent: chunks like files of the single layout, each with the frames that
 * {@link FrameSets} deals to it.
 */
final class TokenWriter {
    /** Where the chunks of the progressive layout begin: 0, 1, 2 and 4 kHz. */
    static final int[] BANDS = {0, 20, 40, 80, MdctCore.COLUMNS};

    private final ClassicalAudioModel model;
    private final TsrLayout layout;

    /** Where tokens come from. */
    @FunctionalInterface
    interface Source {
        /**
         * @param model says what an index would cost at {@code row} and {@code column}
         * @param frame frame of the sound that the row of the model stands for
         * @param indices those of earlier stages stand before {@code at}
         */
        int next(GridModel model, int stage, int row, int column, int frame, int[] indices, int at);
    }

    /**
     * One plane.
     *
     * @param core null without a waveform
     * @param columns coded columns of the waveform
     */
    record Plane(Source envelope, Source core, int columns) {}

    /** What came out: the chunks, and the tokens of each plane. */
    record Written(List<byte[]> chunks, List<TokenGrid> envelopes, List<TokenGrid> cores) {}

    TokenWriter(ClassicalAudioModel model, TsrLayout layout) {
        this.model = model;
        this.layout = layout;
    }

    /** Tokens that are known. */
    static Source known(TokenGrid tokens) {
        return (_, stage, _, column, frame, _, _) ->
                tokens.indices()[(frame * tokens.width() + column) * tokens.stages() + stage];
    }

    static int chunks(TsrLayout layout, Mode mode, ClassicalAudioModel model, int samples) {
        return switch (layout) {
            case SINGLE -> 1;
            case PROGRESSIVE ->
                mode == Mode.HYBRID
                        ? BANDS.length
                        : model.envelopePart().quantizer().stages();
            case INDEPENDENT -> FrameSets.SETS * FrameSets.sections(samples);
        };
    }

    /**
     * Codes a sound.
     *
     * @param stepIndex of the waveform, if there is one
     * @param samples at 16 kHz
     */
    Written write(Mode mode, int stepIndex, int samples, List<Plane> planes) {
        Written written = new Written(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (Plane plane : planes) {
            written.envelopes.add(blankEnvelope(model.envelopePart(), MelEnvelope.frames(samples)));
            written.cores.add(blankCore(model, mode == Mode.HYBRID ? MdctCore.frames(samples) : 0, plane.columns));
        }
        switch (layout) {
            case SINGLE -> {
                int[] envelopeFrames =
                        IntStream.range(0, MelEnvelope.frames(samples)).toArray();
                int[] coreFrames = IntStream.range(0, MdctCore.frames(samples)).toArray();
                written.chunks.add(encode(mode, stepIndex, envelopeFrames, coreFrames, planes, written));
            }
            case PROGRESSIVE -> {
                RangeEncoder encoder = new RangeEncoder();
                if (mode == Mode.HYBRID) {
                    encodeBands(encoder, stepIndex, planes, written);
                } else {
                    encodeStages(encoder, planes, written);
                }
                written.chunks.addAll(encoder.finishPieces());
            }
            case INDEPENDENT -> {
                FrameSets envelopeSets = FrameSets.ofEnvelope(samples);
                FrameSets coreSets = FrameSets.ofCore(samples);
                for (int i = 0; i < chunks(layout, mode, model, samples); i++) {
                    written.chunks.add(
                            encode(mode, stepIndex, envelopeSets.framesOf(i), coreSets.framesOf(i), planes, written));
                }
            }
        }
        return written;
    }

    static TokenGrid blankEnvelope(ClassicalAudioModel.Part part, int frames) {
        return TokenGrid.blank(frames, 1, part.quantizer().stages(), AudioTrainer.ENVELOPE_ZERO_STAGE);
    }

    static TokenGrid blankCore(ClassicalAudioModel model, int frames, int columns) {
        return TokenGrid.blank(frames, columns, model.corePart().quantizer().stages(), AudioTrainer.CORE_ZERO_STAGE);
    }

    private byte[] encode(
            Mode mode, int stepIndex, int[] envelopeFrames, int[] coreFrames, List<Plane> planes, Written written) {
        RangeEncoder encoder = new RangeEncoder();
        if (mode == Mode.HYBRID) {
            encoder.encodeUniform(stepIndex, Settings.STEPS);
        }
        for (int p = 0; p < planes.size(); p++) {
            Plane plane = planes.get(p);
            TokenGrid envelope = blankEnvelope(model.envelopePart(), envelopeFrames.length);
            encode(encoder, model.envelopePart(), plane.envelope, envelopeFrames, envelope, written.envelopes.get(p));
            if (mode == Mode.HYBRID) {
                encoder.encodeUniform(plane.columns, MdctCore.COLUMNS + 1);
                TokenGrid core = blankCore(model, coreFrames.length, plane.columns);
                encode(encoder, model.corePart(), plane.core, coreFrames, core, written.cores.get(p));
            }
        }
        return encoder.finish();
    }

    private static void encode(
            RangeEncoder encoder,
            ClassicalAudioModel.Part part,
            Source source,
            int[] frames,
            TokenGrid grid,
            TokenGrid all) {
        GridModel gridModel = new GridModel(part.prior(), grid.rows(), grid.width());
        grid.fill((stage, row, column, at) -> {
            int index = source.next(gridModel, stage, row, column, frames[row], grid.indices(), at);
            gridModel.encode(encoder, stage, row, column, index);
            return index;
        });
        for (int row = 0; row < frames.length; row++) {
            all.copyRow(grid, row, frames[row]);
        }
    }

    private void encodeStages(RangeEncoder encoder, List<Plane> planes, Written written) {
        List<GridModel> models = models(model.envelopePart(), written.envelopes);
        int stages = model.envelopePart().quantizer().stages();
        for (int s = 0; s < stages; s++) {
            for (int p = 0; p < planes.size(); p++) {
                TokenGrid grid = written.envelopes.get(p);
                grid.fill(0, 1, s, s + 1, step(encoder, models.get(p), planes.get(p).envelope, grid));
            }
            if (s + 1 < stages) {
                encoder.cut();
            }
        }
    }

    private void encodeBands(RangeEncoder encoder, int stepIndex, List<Plane> planes, Written written) {
        encoder.encodeUniform(stepIndex, Settings.STEPS);
        for (Plane plane : planes) {
            encoder.encodeUniform(plane.columns, MdctCore.COLUMNS + 1);
        }
        List<GridModel> envelopeModels = models(model.envelopePart(), written.envelopes);
        for (int p = 0; p < planes.size(); p++) {
            TokenGrid grid = written.envelopes.get(p);
            grid.fill(step(encoder, envelopeModels.get(p), planes.get(p).envelope, grid));
        }
        List<GridModel> coreModels = models(model.corePart(), written.cores);
        for (int band = 0; band + 1 < BANDS.length; band++) {
            encoder.cut();
            for (int p = 0; p < planes.size(); p++) {
                TokenGrid grid = written.cores.get(p);
                grid.fill(
                        BANDS[band],
                        BANDS[band + 1],
                        0,
                        grid.stages(),
                        step(encoder, coreModels.get(p), planes.get(p).core, grid));
            }
        }
    }

    private static TokenGrid.Step<RuntimeException> step(
            RangeEncoder encoder, GridModel gridModel, Source source, TokenGrid grid) {
        return (stage, row, column, at) -> {
            int index = source.next(gridModel, stage, row, column, row, grid.indices(), at);
            gridModel.encode(encoder, stage, row, column, index);
            return index;
        };
    }

    static List<GridModel> models(ClassicalAudioModel.Part part, List<TokenGrid> grids) {
        return grids.stream()
                .map(grid -> new GridModel(part.prior(), grid.rows(), grid.width()))
                .toList();
    }
}
