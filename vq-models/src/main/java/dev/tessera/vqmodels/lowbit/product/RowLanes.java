package dev.tessera.vqmodels.lowbit.product;

import dev.tessera.codebook.internal.Workers;

/** The order of weights of which each row has a lane of 16 bits: tiles of a few vectors. */
interface RowLanes {
    /** Rows of a task, rounded up to a tile. */
    int ROWS_PER_TASK = 256;

    /** Rows of a vector. */
    int lanes();

    /** Vectors of a tile: all their sums fit in 16 registers. */
    int vectors();

    /** Rows of a tile. */
    default int rows() {
        return vectors() * lanes();
    }

    /**
     * The lane of a row of a tile: the first half of a vector's rows has the even lanes, the others the odd ones, so that both
     * halves of lanes of 32 bits are consecutive rows.
     */
    default int place(int row) {
        int inVector = row % lanes();
        return row - inVector + (inVector < lanes() / 2 ? 2 * inVector : 2 * inVector - lanes() + 1);
    }

    /** Shares out the tiles of {@code count} rows. */
    default void runTiles(Workers workers, int count, Workers.RowTask tiles) {
        workers.runRows(count / rows(), Math.max(1, ROWS_PER_TASK / rows()), tiles);
    }
}
