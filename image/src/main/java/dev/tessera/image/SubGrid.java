package dev.tessera.image;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Positions of a picture's token grid that are coded together, arranged as a grid of their own, whose neighbours the
 * entropy model looks at.
 *
 * @param rows rows of this grid
 * @param columns columns of this grid
 * @param positions position in the picture, {@code row x picture columns + column}, of each place of this grid in
 *     raster order; -1 where there is none
 */
record SubGrid(int rows, int columns, int[] positions) {
    /**
     * Sets that the independent layout deals positions to: set = (column + 2 row) mod 5. All eight neighbours of a
     * position are in other sets, and a set holds a fifth of the positions of every row.
     */
    static final int SETS = 5;

    /** About so many positions of one set make a chunk. */
    private static final int CHUNK_POSITIONS = 512;

    /** A place of the grid as a picture sees it: its position, and that of the places left and above, or -1. */
    record Place(int position, int left, int up) {}

    /** What is done at a place. */
    @FunctionalInterface
    interface Visitor<E extends Exception> {
        void visit(int row, int column, Place place) throws E;
    }

    /** The whole grid of a picture. */
    static SubGrid whole(int height, int width) {
        int[] positions = new int[Math.multiplyExact(height, width)];
        Arrays.setAll(positions, i -> i);
        return new SubGrid(height, width, positions);
    }

    /**
     * Chunks of the independent layout of a picture: bands of rows one after the other, in each its {@link #SETS} sets.
     */
    static List<SubGrid> independent(int height, int width) {
        int bands = bands(height, width);
        List<SubGrid> grids = new ArrayList<>();
        for (int band = 0; band < bands; band++) {
            int from = (int) ((long) height * band / bands);
            int to = (int) ((long) height * (band + 1) / bands);
            for (int set = 0; set < SETS; set++) {
                grids.add(ofSet(set, from, to, width));
            }
        }
        return grids;
    }

    /** Number of chunks of the independent layout. */
    static int independentChunks(int height, int width) {
        return SETS * bands(height, width);
    }

    /** Number of positions. */
    long count() {
        return Arrays.stream(positions).filter(position -> position >= 0).count();
    }

    /** Calls {@code visitor} for every position in raster order of this grid. */
    <E extends Exception> void forEach(Visitor<E> visitor) throws E {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                int at = row * columns + column;
                if (positions[at] >= 0) {
                    int left = column == 0 ? -1 : positions[at - 1];
                    int up = row == 0 ? -1 : positions[at - columns];
                    visitor.visit(row, column, new Place(positions[at], left, up));
                }
            }
        }
    }

    private static int bands(int height, int width) {
        long full = SETS * (long) CHUNK_POSITIONS;
        return (int) Math.max(1, Math.min(height, ((long) height * width + full / 2) / full));
    }

    private static SubGrid ofSet(int set, int from, int to, int width) {
        int columns = Math.ceilDiv(width, SETS);
        int[] positions = new int[(to - from) * columns];
        for (int y = from; y < to; y++) {
            int first = Math.floorMod(set - 2 * y, SETS);
            for (int j = 0; j < columns; j++) {
                int x = first + SETS * j;
                positions[(y - from) * columns + j] = x < width ? y * width + x : -1;
            }
        }
        return new SubGrid(to - from, columns, positions);
    }
}
