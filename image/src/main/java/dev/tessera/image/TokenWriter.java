package dev.tessera.image;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.container.TsrLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Codes the tokens of a picture's planes (colours, perhaps alpha) in one of the three layouts.
 *
 * <p>Single: plane by plane, positions in raster order, all stages of a position. Progressive: a chunk for each
 * stage with its tokens of all positions of all planes. Independent: a chunk for each {@link SubGrid#independent}
 * with all stages of its positions of all planes.
 */
final class TokenWriter {
    private final TokenDepth depth;
    private final int height;
    private final int width;
    private final int threads;

    /**
     * Where tokens come from. With several threads it is called for several chunks at a time, which share no position.
     */
    @FunctionalInterface
    interface Source {
        /** The index to code at a place; {@code model} says what it would cost. */
        int next(GridModel model, int stage, int row, int column, SubGrid.Place place);
    }

    /** @param depth of what is coded */
    TokenWriter(TokenDepth depth, int height, int width, int threads) {
        this.depth = depth;
        this.height = height;
        this.width = width;
        this.threads = threads;
    }

    /** Tokens that are known, {@code [positions x stages]}. */
    static Source known(int[] indices, int stages) {
        return (_, stage, _, _, place) -> indices[place.position() * stages + stage];
    }

    /** The chunks of a file. */
    List<byte[]> write(TsrLayout layout, List<Source> planes) {
        return switch (layout) {
            case SINGLE -> {
                RangeEncoder encoder = new RangeEncoder();
                encodeAll(encoder, SubGrid.whole(height, width), planes);
                yield List.of(encoder.finish());
            }
            case PROGRESSIVE -> progressive(planes);
            case INDEPENDENT -> independent(planes);
        };
    }

    private List<byte[]> progressive(List<Source> planes) {
        RangeEncoder encoder = new RangeEncoder();
        SubGrid grid = SubGrid.whole(height, width);
        List<GridModel> models = new ArrayList<>();
        planes.forEach(_ -> models.add(depth.model(height, width)));
        for (int s = 0; s < depth.stages(); s++) {
            int stage = s;
            for (int p = 0; p < planes.size(); p++) {
                GridModel model = models.get(p);
                Source source = planes.get(p);
                grid.forEach((row, column, place) -> encode(encoder, model, source, stage, row, column, place));
            }
            if (s + 1 < depth.stages()) {
                encoder.cut();
            }
        }
        return encoder.finishPieces();
    }

    private List<byte[]> independent(List<Source> planes) {
        List<SubGrid> grids = SubGrid.independent(height, width);
        byte[][] chunks = new byte[grids.size()][];
        try (Workers workers = new Workers(Math.min(threads, chunks.length))) {
            workers.run(chunks.length, i -> {
                RangeEncoder encoder = new RangeEncoder();
                encodeAll(encoder, grids.get(i), planes);
                chunks[i] = encoder.finish();
            });
        }
        return Arrays.asList(chunks);
    }

    private void encodeAll(RangeEncoder encoder, SubGrid grid, List<Source> planes) {
        for (Source source : planes) {
            GridModel model = depth.model(grid.rows(), grid.columns());
            grid.forEach((row, column, place) -> {
                for (int s = 0; s < depth.stages(); s++) {
                    encode(encoder, model, source, s, row, column, place);
                }
            });
        }
    }

    private static void encode(
            RangeEncoder encoder, GridModel model, Source source, int stage, int row, int column, SubGrid.Place place) {
        model.encode(encoder, stage, row, column, source.next(model, stage, row, column, place));
    }
}
