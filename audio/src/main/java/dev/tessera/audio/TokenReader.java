package dev.tessera.audio;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.container.TsrFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Decodes what {@link TokenWriter} wrote, as far as it is there. */
final class TokenReader {
    private final ClassicalAudioModel model;
    private final Mode mode;
    private final int samples;
    private final int threads;

    /**
     * What was read.
     *
     * @param stepIndex of the waveform, if there is one
     * @param envelopes tokens of each plane, 0 where none were read
     * @param cores the same of the waveform; no frames without one
     * @param lostEnvelope frames of which nothing was read
     * @param lostCore the same of the waveform
     * @param knownColumns first columns of the waveform that were read; 160 unless chunks of the progressive layout are
     *     missing
     * @param missing number of tokens that missing chunks held
     */
    record Tokens(
            int stepIndex,
            List<TokenGrid> envelopes,
            List<TokenGrid> cores,
            boolean[] lostEnvelope,
            boolean[] lostCore,
            int knownColumns,
            long missing) {}

    TokenReader(ClassicalAudioModel model, Mode mode, int samples, int threads) {
        this.model = model;
        this.mode = mode;
        this.samples = samples;
        this.threads = threads;
    }

    /** The tokens of a file, which must have as many chunks as {@link TokenWriter#chunks} says. */
    Tokens read(TsrFile file, int planes) throws CorruptBitstreamException {
        return switch (file.layout()) {
            case SINGLE -> {
                int[] envelopeFrames =
                        IntStream.range(0, MelEnvelope.frames(samples)).toArray();
                int[] coreFrames = IntStream.range(0, MdctCore.frames(samples)).toArray();
                Piece all = decode(file.payload(), planes, envelopeFrames.length, coreFrames.length);
                yield new Tokens(
                        all.stepIndex,
                        all.envelopes,
                        all.cores,
                        new boolean[envelopeFrames.length],
                        new boolean[coreFrames.length],
                        MdctCore.COLUMNS,
                        0);
            }
            case PROGRESSIVE -> progressive(file, planes);
            case INDEPENDENT -> independent(file, planes);
        };
    }

    /** A chunk of the single or independent layout; the grids by plane. */
    private record Piece(int stepIndex, List<TokenGrid> envelopes, List<TokenGrid> cores) {
        boolean fits(Piece other) {
            return stepIndex == other.stepIndex
                    && IntStream.range(0, cores.size())
                            .allMatch(p ->
                                    cores.get(p).width() == other.cores.get(p).width());
        }
    }

    private Piece decode(byte[] chunk, int planes, int envelopeFrames, int coreFrames)
            throws CorruptBitstreamException {
        RangeDecoder decoder = new RangeDecoder(chunk);
        int stepIndex = mode == Mode.HYBRID ? decoder.decodeUniform(Settings.STEPS) : 0;
        Piece piece = new Piece(stepIndex, new ArrayList<>(), new ArrayList<>());
        for (int p = 0; p < planes; p++) {
            TokenGrid envelope = TokenWriter.blankEnvelope(model.envelopePart(), envelopeFrames);
            envelope.fill(step(decoder, model.envelopePart(), envelope));
            piece.envelopes.add(envelope);
            if (mode == Mode.HYBRID) {
                int columns = decoder.decodeUniform(MdctCore.COLUMNS + 1);
                TokenGrid core = TokenWriter.blankCore(model, coreFrames, columns);
                core.fill(step(decoder, model.corePart(), core));
                piece.cores.add(core);
            }
        }
        checkEnd(decoder);
        return piece;
    }

    private Tokens progressive(TsrFile file, int planes) throws CorruptBitstreamException {
        RangeDecoder decoder = new RangeDecoder(file.payload());
        int whole = file.wholePrefix();
        int stepIndex = mode == Mode.HYBRID ? decoder.decodeUniform(Settings.STEPS) : 0;
        int[] columns = new int[planes];
        for (int p = 0; p < planes && mode == Mode.HYBRID; p++) {
            columns[p] = decoder.decodeUniform(MdctCore.COLUMNS + 1);
        }
        List<TokenGrid> envelopes = new ArrayList<>();
        List<TokenGrid> cores = new ArrayList<>();
        int coreFrames = mode == Mode.HYBRID ? MdctCore.frames(samples) : 0;
        for (int p = 0; p < planes; p++) {
            envelopes.add(TokenWriter.blankEnvelope(model.envelopePart(), MelEnvelope.frames(samples)));
            cores.add(TokenWriter.blankCore(model, coreFrames, columns[p]));
        }
        List<GridModel> envelopeModels = TokenWriter.models(model.envelopePart(), envelopes);
        List<GridModel> coreModels = TokenWriter.models(model.corePart(), cores);
        int stages = model.envelopePart().quantizer().stages();
        int knownStages = mode == Mode.HYBRID ? stages : whole;
        int knownColumns = mode == Mode.HYBRID ? TokenWriter.BANDS[whole - 1] : 0;
        if (mode == Mode.HYBRID) {
            for (int p = 0; p < planes; p++) {
                envelopes.get(p).fill(step(decoder, envelopeModels.get(p)));
            }
        } else {
            for (int s = 0; s < whole; s++) {
                for (int p = 0; p < planes; p++) {
                    envelopes.get(p).fill(0, 1, s, s + 1, step(decoder, envelopeModels.get(p)));
                }
            }
        }
        for (int band = 0; band + 1 < whole && mode == Mode.HYBRID; band++) {
            for (int p = 0; p < planes; p++) {
                TokenGrid core = cores.get(p);
                core.fill(
                        TokenWriter.BANDS[band],
                        TokenWriter.BANDS[band + 1],
                        0,
                        core.stages(),
                        step(decoder, coreModels.get(p)));
            }
        }
        checkEnd(decoder);
        long missing = 0;
        for (int p = 0; p < planes; p++) {
            missing += (long) envelopes.get(p).rows() * (stages - knownStages);
            TokenGrid core = cores.get(p);
            missing += (long) core.rows() * Math.max(0, core.width() - knownColumns) * core.stages();
        }
        return new Tokens(
                stepIndex,
                envelopes,
                cores,
                new boolean[MelEnvelope.frames(samples)],
                new boolean[coreFrames],
                knownColumns,
                missing);
    }

    private Tokens independent(TsrFile file, int planes) throws CorruptBitstreamException {
        int chunks = file.chunkCount();
        FrameSets envelopeSets = FrameSets.ofEnvelope(samples);
        FrameSets coreSets = FrameSets.ofCore(samples);
        Piece[] pieces = new Piece[chunks];
        CorruptBitstreamException[] failures = new CorruptBitstreamException[chunks];
        try (Workers workers = new Workers(Math.min(threads, chunks))) {
            workers.run(chunks, i -> {
                Optional<byte[]> chunk = file.chunk(i);
                try {
                    if (chunk.isPresent()) {
                        pieces[i] = decode(
                                chunk.get(), planes, envelopeSets.framesOf(i).length, coreSets.framesOf(i).length);
                    }
                } catch (CorruptBitstreamException e) {
                    failures[i] = e;
                }
            });
        }
        Piece first = null;
        for (int i = 0; i < chunks; i++) {
            if (failures[i] != null) {
                throw failures[i];
            }
            first = first == null ? pieces[i] : first;
            if (pieces[i] != null && !pieces[i].fits(first)) {
                throw new CorruptBitstreamException(0, "chunk " + i + " has another step or other columns");
            }
        }
        if (first == null) {
            throw new CorruptBitstreamException(0, "the file has no whole chunk");
        }
        return joined(first, pieces, planes, envelopeSets, coreSets);
    }

    private Tokens joined(Piece first, Piece[] pieces, int planes, FrameSets envelopeSets, FrameSets coreSets) {
        List<TokenGrid> envelopes = new ArrayList<>();
        List<TokenGrid> cores = new ArrayList<>();
        for (int p = 0; p < planes; p++) {
            envelopes.add(TokenWriter.blankEnvelope(model.envelopePart(), envelopeSets.frames()));
            if (mode == Mode.HYBRID) {
                cores.add(TokenWriter.blankCore(
                        model, coreSets.frames(), first.cores.get(p).width()));
            }
        }
        boolean[] lostEnvelope = new boolean[envelopeSets.frames()];
        boolean[] lostCore = new boolean[mode == Mode.HYBRID ? coreSets.frames() : 0];
        long missing = 0;
        for (int i = 0; i < pieces.length; i++) {
            Optional<Piece> piece = Optional.ofNullable(pieces[i]);
            missing += place(envelopeSets.framesOf(i), piece.map(Piece::envelopes), envelopes, lostEnvelope);
            if (mode == Mode.HYBRID) {
                missing += place(coreSets.framesOf(i), piece.map(Piece::cores), cores, lostCore);
            }
        }
        return new Tokens(first.stepIndex, envelopes, cores, lostEnvelope, lostCore, MdctCore.COLUMNS, missing);
    }

    /** Puts the frames of a chunk in their place, or counts what it lacks when there is none. */
    private static long place(int[] frames, Optional<List<TokenGrid>> read, List<TokenGrid> all, boolean[] lost) {
        long missing = 0;
        for (int p = 0; p < all.size(); p++) {
            for (int row = 0; row < frames.length; row++) {
                if (read.isEmpty()) {
                    lost[frames[row]] = true;
                    missing += (long) all.get(p).width() * all.get(p).stages();
                } else {
                    all.get(p).copyRow(read.get().get(p), row, frames[row]);
                }
            }
        }
        return missing;
    }

    private static TokenGrid.Step<CorruptBitstreamException> step(
            RangeDecoder decoder, ClassicalAudioModel.Part part, TokenGrid grid) {
        return step(decoder, new GridModel(part.prior(), grid.rows(), grid.width()));
    }

    private static TokenGrid.Step<CorruptBitstreamException> step(RangeDecoder decoder, GridModel gridModel) {
        return (stage, row, column, _) -> gridModel.decode(decoder, stage, row, column);
    }

    static void checkEnd(RangeDecoder decoder) throws CorruptBitstreamException {
        if (decoder.unreadBytes() > 0) {
            throw new CorruptBitstreamException(0, decoder.unreadBytes() + " bytes are left over after the last token");
        }
    }
}
