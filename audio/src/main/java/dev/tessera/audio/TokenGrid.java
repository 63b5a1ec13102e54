package dev.tessera.audio;

/**
 * Tokens of one part (envelope or waveform) of one plane, or of some of its frames, and the order in which they are
 * coded: frame by frame, column by column, stage by stage. Index 0 of a stage from {@code firstZeroStage} on ends its
 * position: the stages behind it are zero and not coded.
 *
 * @param rows frames
 * @param width columns
 * @param indices {@code [rows x width x stages]}
 */
record TokenGrid(int rows, int width, int stages, int firstZeroStage, int[] indices) {
    /** Says what the index at a place is: chooses, knows or decodes it. */
    @FunctionalInterface
    interface Step<E extends Exception> {
        /** @param at where the index goes; those of earlier stages stand before it */
        int index(int stage, int row, int column, int at) throws E;
    }

    /** A grid of zeros. */
    static TokenGrid blank(int rows, int width, int stages, int firstZeroStage) {
        int size = Math.multiplyExact(Math.multiplyExact(rows, width), stages);
        return new TokenGrid(rows, width, stages, firstZeroStage, new int[size]);
    }

    /** Fills in all tokens. */
    <E extends Exception> void fill(Step<E> step) throws E {
        fill(0, width, 0, stages, step);
    }

    /** Fills in the tokens of some columns and stages; columns beyond the last are none. */
    <E extends Exception> void fill(int fromColumn, int toColumn, int fromStage, int toStage, Step<E> step) throws E {
        for (int row = 0; row < rows; row++) {
            for (int column = fromColumn; column < Math.min(width, toColumn); column++) {
                int first = (row * width + column) * stages;
                for (int s = fromStage; s < toStage; s++) {
                    if (s > firstZeroStage && indices[first + s - 1] == 0) {
                        break;
                    }
                    indices[first + s] = step.index(s, row, column, first + s);
                }
            }
        }
    }

    /** Copies row {@code from} of {@code source} to row {@code to}. */
    void copyRow(TokenGrid source, int from, int to) {
        int size = width * stages;
        System.arraycopy(source.indices, from * size, indices, to * size, size);
    }
}
