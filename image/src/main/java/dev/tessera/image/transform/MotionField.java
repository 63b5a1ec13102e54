package dev.tessera.image.transform;

import java.util.Arrays;

/** How the blocks of a frame coded so far came from the frame before, by cells of 8 x 8 luma samples. */
final class MotionField {
    /** No part of the frame, or not coded yet. */
    static final int UNKNOWN = 0;

    /** Predicted from samples of the same frame. */
    static final int INTRA = 1;

    /** Moved from the frame before, with levels. */
    static final int MOVED = 2;

    /** Moved from the frame before, without. */
    static final int COPIED = 3;

    static final int KINDS = 4;

    private static final int CELL = BlockDecoder.MIN_BLOCK;

    private final int width;
    private final int height;
    private final byte[] kinds;
    private final short[] vectors; // x and y of each cell in quarters of a luma sample
    private final int[] predicted = new int[2];

    MotionField(int lumaWidth, int lumaHeight) {
        this.width = lumaWidth / CELL;
        this.height = lumaHeight / CELL;
        this.kinds = new byte[width * height];
        this.vectors = new short[2 * kinds.length];
    }

    /** The kind of the cell at luma sample (x, y). */
    int kind(int x, int y) {
        return isOutside(x, y) ? UNKNOWN : kinds[cell(x, y)];
    }

    void set(int x, int y, int size, int kind, int vectorX, int vectorY) {
        for (int cy = y; cy < y + size; cy += CELL) {
            int from = cell(x, cy);
            Arrays.fill(kinds, from, from + size / CELL, (byte) kind);
            for (int i = from; i < from + size / CELL; i++) {
                vectors[2 * i] = (short) vectorX;
                vectors[2 * i + 1] = (short) vectorY;
            }
        }
    }

    /** Forgets a block. */
    void clear(int x, int y, int size) {
        set(x, y, size, UNKNOWN, 0, 0);
    }

    /** Whether both cells are copied from one piece of the frame before, so that no edge is between them. */
    boolean isOnePiece(int x, int y, int otherX, int otherY) {
        int a = cell(x, y);
        int b = cell(otherX, otherY);
        return kinds[a] == COPIED
                && kinds[b] == COPIED
                && vectors[2 * a] == vectors[2 * b]
                && vectors[2 * a + 1] == vectors[2 * b + 1];
    }

    /**
     * The vector that a block is expected to have: of one moved neighbour (left, above, above on the right, or else above on the
     * left), the first of two, the median of three. Reused from call to call.
     */
    int[] predicted(int x, int y, int size) {
        boolean cornerRight = kind(x + size, y - 1) != UNKNOWN;
        int[] around = {moved(x - 1, y), moved(x, y - 1), cornerRight ? moved(x + size, y - 1) : moved(x - 1, y - 1)};
        int count = 0;
        int first = -1;
        for (int cell : around) {
            count += cell < 0 ? 0 : 1;
            first = first < 0 ? cell : first;
        }
        for (int i = 0; i < 2; i++) {
            predicted[i] = count == 0
                    ? 0
                    : count < 3
                            ? vectors[2 * first + i]
                            : median(
                                    vectors[2 * around[0] + i], vectors[2 * around[1] + i], vectors[2 * around[2] + i]);
        }
        return predicted;
    }

    /** The vector at luma sample (x, y); of no motion outside. */
    int[] vector(int x, int y) {
        return isOutside(x, y) ? new int[2] : new int[] {vectors[2 * cell(x, y)], vectors[2 * cell(x, y) + 1]};
    }

    private int moved(int x, int y) {
        return kind(x, y) >= MOVED ? cell(x, y) : -1;
    }

    private boolean isOutside(int x, int y) {
        return x < 0 || y < 0 || x >= width * CELL || y >= height * CELL;
    }

    private int cell(int x, int y) {
        return y / CELL * width + x / CELL;
    }

    private static int median(int a, int b, int c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }
}
