package dev.tessera.audio;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.GridPrior;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Tokens of a neural model in the three layouts, the planes of a sound one after the other.
 *
 * <p>Single: plane by plane, frame by frame, all stages of a frame. Progressive: a chunk for each stage with its tokens of all
 * frames of all planes. Independent: chunks like files of the single layout, each with the frames that {@link FrameSets} deals to it.
 *
 * @param stages number of first stages in the file, at most those of {@code prior}
 */
record NeuralPayload(GridPrior prior, int stages, FrameSets sets) {
    /**
     * What was read.
     *
     * @param planes indices of each plane as coded, {@code [frames x stages of the prior]}; 0 where none was read
     * @param stages that were read
     * @param lost frames of which nothing was read
     */
    record Read(List<int[]> planes, int stages, boolean[] lost) {}

    int chunks(TsrLayout layout) {
        return switch (layout) {
            case SINGLE -> 1;
            case PROGRESSIVE -> stages;
            case INDEPENDENT -> sets.chunks();
        };
    }

    /** @param planes indices of each plane as coded, {@code [frames x stages of the prior]} */
    List<byte[]> write(TsrLayout layout, List<int[]> planes) {
        return switch (layout) {
            case SINGLE -> List.of(encode(allFrames(), planes));
            case PROGRESSIVE -> progressive(planes);
            case INDEPENDENT ->
                IntStream.range(0, sets.chunks())
                        .mapToObj(i -> encode(sets.framesOf(i), planes))
                        .toList();
        };
    }

    private int stride() {
        return prior.spec().stages();
    }

    private int[] allFrames() {
        return IntStream.range(0, sets.frames()).toArray();
    }

    private byte[] encode(int[] frames, List<int[]> planes) {
        RangeEncoder encoder = new RangeEncoder();
        for (int[] indices : planes) {
            GridModel model = new GridModel(prior, frames.length, 1);
            for (int row = 0; row < frames.length; row++) {
                for (int s = 0; s < stages; s++) {
                    model.encode(encoder, s, row, 0, indices[frames[row] * stride() + s]);
                }
            }
        }
        return encoder.finish();
    }

    private List<byte[]> progressive(List<int[]> planes) {
        RangeEncoder encoder = new RangeEncoder();
        List<GridModel> models = models(planes.size());
        for (int s = 0; s < stages; s++) {
            for (int p = 0; p < planes.size(); p++) {
                for (int frame = 0; frame < sets.frames(); frame++) {
                    models.get(p).encode(encoder, s, frame, 0, planes.get(p)[frame * stride() + s]);
                }
            }
            if (s + 1 < stages) {
                encoder.cut();
            }
        }
        return encoder.finishPieces();
    }

    private List<GridModel> models(int planes) {
        return IntStream.range(0, planes)
                .mapToObj(_ -> new GridModel(prior, sets.frames(), 1))
                .toList();
    }

    /** The tokens of a file, which must have as many chunks as {@link #chunks} says. */
    Read read(TsrFile file, int planes, int threads) throws CorruptBitstreamException {
        List<int[]> indices = new ArrayList<>();
        for (int p = 0; p < planes; p++) {
            indices.add(new int[Math.multiplyExact(sets.frames(), stride())]);
        }
        boolean[] lost = new boolean[sets.frames()];
        switch (file.layout()) {
            case SINGLE -> decode(file.payload(), allFrames(), indices);
            case PROGRESSIVE -> progressive(file, indices);
            case INDEPENDENT -> independent(file, indices, lost, threads);
        }
        return new Read(indices, file.layout() == TsrLayout.PROGRESSIVE ? file.wholePrefix() : stages, lost);
    }

    private void decode(byte[] chunk, int[] frames, List<int[]> planes) throws CorruptBitstreamException {
        RangeDecoder decoder = new RangeDecoder(chunk);
        for (int[] indices : planes) {
            GridModel model = new GridModel(prior, frames.length, 1);
            for (int row = 0; row < frames.length; row++) {
                for (int s = 0; s < stages; s++) {
                    indices[frames[row] * stride() + s] = model.decode(decoder, s, row, 0);
                }
            }
        }
        checkEnd(decoder);
    }

    private void progressive(TsrFile file, List<int[]> planes) throws CorruptBitstreamException {
        RangeDecoder decoder = new RangeDecoder(file.payload());
        List<GridModel> models = models(planes.size());
        for (int s = 0; s < file.wholePrefix(); s++) {
            for (int p = 0; p < planes.size(); p++) {
                for (int frame = 0; frame < sets.frames(); frame++) {
                    planes.get(p)[frame * stride() + s] = models.get(p).decode(decoder, s, frame, 0);
                }
            }
        }
        checkEnd(decoder);
    }

    private void independent(TsrFile file, List<int[]> planes, boolean[] lost, int threads)
            throws CorruptBitstreamException {
        int chunks = sets.chunks();
        CorruptBitstreamException[] failures = new CorruptBitstreamException[chunks];
        try (Workers workers = new Workers(Math.min(threads, chunks))) {
            workers.run(chunks, i -> {
                int[] frames = sets.framesOf(i);
                Optional<byte[]> chunk = file.chunk(i);
                if (chunk.isEmpty()) {
                    for (int frame : frames) {
                        lost[frame] = true;
                    }
                    return;
                }
                try {
                    decode(chunk.get(), frames, planes);
                } catch (CorruptBitstreamException e) {
                    failures[i] = e;
                }
            });
        }
        for (CorruptBitstreamException failure : failures) { // the first one, so that the message is always the same
            if (failure != null) {
                throw failure;
            }
        }
    }

    private static void checkEnd(RangeDecoder decoder) throws CorruptBitstreamException {
        if (decoder.unreadBytes() > 0) {
            throw new CorruptBitstreamException(0, decoder.unreadBytes() + " bytes are left over after the last token");
        }
    }
}
