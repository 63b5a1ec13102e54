package dev.tessera.image;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decodes what {@link TokenWriter} wrote, as far as it is there. */
final class TokenReader {
    private final TokenDepth depth;
    private final int stride; // stages of the prior, of which the last ones need not be in the file
    private final int height;
    private final int width;
    private final int threads;

    /**
     * What was read.
     *
     * @param planes indices of each plane, {@code [positions x stages of the prior]}; 0 where none was read
     * @param lost positions of which nothing was read; stages that are missing at all positions are not counted
     */
    private record Read(List<int[]> planes, boolean[] lost) {}

    /** @param depth of what is in the file */
    TokenReader(TokenDepth depth, int height, int width, int threads) {
        this.depth = depth;
        this.stride = depth.prior().spec().stages();
        this.height = height;
        this.width = width;
        this.threads = threads;
    }

    /** Number of chunks that a file of this picture has. */
    int chunks(TsrLayout layout) {
        return switch (layout) {
            case SINGLE -> 1;
            case PROGRESSIVE -> depth.stages();
            case INDEPENDENT -> SubGrid.independentChunks(height, width);
        };
    }

    /** The tokens of each plane of a file, which must have as many chunks as {@link #chunks} says. */
    List<CodedTokens> read(TsrFile file, int planes) throws CorruptBitstreamException {
        Read read = new Read(new ArrayList<>(), new boolean[Math.multiplyExact(height, width)]);
        for (int p = 0; p < planes; p++) {
            read.planes.add(new int[Math.multiplyExact(read.lost.length, stride)]);
        }
        switch (file.layout()) {
            case SINGLE -> decodeAll(file.payload(), SubGrid.whole(height, width), read.planes);
            case PROGRESSIVE -> progressive(file, read.planes);
            case INDEPENDENT -> independent(file, read);
        }
        int whole = file.layout() == TsrLayout.PROGRESSIVE ? file.wholePrefix() : depth.stages();
        return read.planes.stream()
                .map(indices ->
                        new CodedTokens(height, width, whole, depth.dropped(), indices, read.lost, file.tolerance()))
                .toList();
    }

    private void progressive(TsrFile file, List<int[]> planes) throws CorruptBitstreamException {
        RangeDecoder decoder = new RangeDecoder(file.payload());
        SubGrid grid = SubGrid.whole(height, width);
        List<GridModel> models = new ArrayList<>();
        planes.forEach(_ -> models.add(depth.model(height, width)));
        for (int s = 0; s < file.wholePrefix(); s++) {
            int stage = s;
            for (int p = 0; p < planes.size(); p++) {
                GridModel model = models.get(p);
                int[] indices = planes.get(p);
                grid.<CorruptBitstreamException>forEach((row, column, place) ->
                        indices[place.position() * stride + stage] = model.decode(decoder, stage, row, column));
            }
        }
        checkEnd(decoder);
    }

    private void independent(TsrFile file, Read read) throws CorruptBitstreamException {
        List<SubGrid> grids = SubGrid.independent(height, width);
        CorruptBitstreamException[] failures = new CorruptBitstreamException[grids.size()];
        try (Workers workers = new Workers(Math.min(threads, grids.size()))) {
            workers.run(grids.size(), i -> {
                Optional<byte[]> chunk = file.chunk(i);
                if (chunk.isEmpty()) {
                    grids.get(i).forEach((_, _, place) -> read.lost[place.position()] = true);
                    return;
                }
                try {
                    decodeAll(chunk.get(), grids.get(i), read.planes);
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

    private void decodeAll(byte[] chunk, SubGrid grid, List<int[]> planes) throws CorruptBitstreamException {
        RangeDecoder decoder = new RangeDecoder(chunk);
        for (int[] indices : planes) {
            GridModel model = depth.model(grid.rows(), grid.columns());
            grid.<CorruptBitstreamException>forEach((row, column, place) -> {
                for (int s = 0; s < depth.stages(); s++) {
                    indices[place.position() * stride + s] = model.decode(decoder, s, row, column);
                }
            });
        }
        checkEnd(decoder);
    }

    private static void checkEnd(RangeDecoder decoder) throws CorruptBitstreamException {
        if (decoder.unreadBytes() > 0) {
            throw new CorruptBitstreamException(0, decoder.unreadBytes() + " bytes are left over after the last token");
        }
    }
}
