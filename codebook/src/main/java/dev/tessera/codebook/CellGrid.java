package dev.tessera.codebook;

import java.util.Arrays;

/**
 * A grid cut into square cells, and every cell into the square blocks of a grain. Cells and blocks that stick out over the
 * border are cut off there. A time axis {@code [t]} is a grid of one row.
 */
final class CellGrid {
    private final int height;
    private final int width;
    private final int[] sides; // of the blocks of each grain; sides[0] is the side of a cell
    private final int cellColumns;
    private final int cells;

    CellGrid(int[] shape, int[] sides) {
        if (shape.length != 1 && shape.length != 2) {
            throw new IllegalArgumentException("shape is " + Arrays.toString(shape) + ", must be [frames] or [h, w]");
        }
        Shapes.count(shape);
        this.height = shape.length == 1 ? 1 : shape[0];
        this.width = shape[shape.length - 1];
        this.sides = sides;
        this.cellColumns = parts(width, sides[0]);
        this.cells = parts(height, sides[0]) * cellColumns;
    }

    /** Returns a copy of {@code sides} when they fall, each divides the one before it and the last is 1. */
    static int[] checkedSides(int[] sides) {
        boolean good = sides.length >= 2 && sides[sides.length - 1] == 1;
        for (int g = 0; good && g + 1 < sides.length; g++) {
            good = sides[g] > sides[g + 1] && sides[g + 1] > 0 && sides[g] % sides[g + 1] == 0;
        }
        if (!good) {
            throw new IllegalArgumentException("blockSides is " + Arrays.toString(sides)
                    + ", must be at least 2 falling numbers that end in 1, each a divisor of the one before it");
        }
        return sides.clone();
    }

    int cells() {
        return cells;
    }

    int grains() {
        return sides.length;
    }

    /** Number of blocks of {@code cell} at {@code grain}. */
    int blocks(int cell, int grain) {
        return parts(bottom(cell) - top(cell), sides[grain]) * parts(right(cell) - left(cell), sides[grain]);
    }

    /** Number of positions of {@code cell}. */
    int positions(int cell) {
        return (bottom(cell) - top(cell)) * (right(cell) - left(cell));
    }

    /** Calls {@code task} for the blocks of {@code cell} at {@code grain} in raster order. */
    void forBlocks(int cell, int grain, BlockTask task) {
        int side = sides[grain];
        for (int top = top(cell); top < bottom(cell); top += side) {
            for (int left = left(cell); left < right(cell); left += side) {
                task.accept(top, Math.min(top + side, bottom(cell)), left, Math.min(left + side, right(cell)));
            }
        }
    }

    /** Columns of the grid: position = row x width + column. */
    int width() {
        return width;
    }

    private int top(int cell) {
        return cell / cellColumns * sides[0];
    }

    private int bottom(int cell) {
        return (int) Math.min((long) top(cell) + sides[0], height);
    }

    private int left(int cell) {
        return cell % cellColumns * sides[0];
    }

    private int right(int cell) {
        return (int) Math.min((long) left(cell) + sides[0], width);
    }

    private static int parts(int extent, int side) {
        return (int) (((long) extent + side - 1) / side);
    }

    /** Work on the positions of rows {@code [top, bottom)} and columns {@code [left, right)}. */
    @FunctionalInterface
    interface BlockTask {
        void accept(int top, int bottom, int left, int right);
    }
}
