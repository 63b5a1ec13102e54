package dev.tessera.vqmodels.integer;

import java.util.Arrays;

/**
 * Which positions around one a layer sees: a {@link IntegerLinear} of the values in a window is a 2-D convolution. A causal
 * window has the positions before its middle in raster order (mask A of van den Oord et al. 2016, "Pixel Recurrent Neural
 * Networks"), which a decoder knows; positions outside the grid are zeros.
 *
 * @param channels of each position
 * @param height of the window, odd
 * @param width of the window, odd
 * @param causal whether the middle and what follows it are left out
 */
public record GridWindow(int channels, int height, int width, boolean causal) {
    private static final int MAX_EXTENT = 63;

    public GridWindow {
        IntegerLayer.requireIn(1, IntegerFormat.MAX_SIZE, channels, "channels");
        requireOdd(height, "height");
        requireOdd(width, "width");
        if (causal && height * width == 1) {
            throw new IllegalArgumentException("a causal window of 1 x 1 is empty");
        }
        IntegerLayer.requireIn(1, IntegerFormat.MAX_SIZE, positions(height, width, causal) * channels, "size");
    }

    private static void requireOdd(int extent, String name) {
        IntegerLayer.requireIn(1, MAX_EXTENT, extent, name);
        if (extent % 2 == 0) {
            throw new IllegalArgumentException(name + " is " + extent + ", must be odd");
        }
    }

    private static int positions(int height, int width, boolean causal) {
        return causal ? height * width / 2 : height * width;
    }

    /** Positions in the window. */
    public int positions() {
        return positions(height, width, causal);
    }

    /** Values in the window, positions times channels. */
    public int size() {
        return positions() * channels;
    }

    /** Where the weight of value {@code index} of the window stands in a kernel {@code [channels x height x width]}. */
    public int kernelIndex(int index) {
        return index % channels * height * width + index / channels;
    }

    /**
     * Copies what the window has around a position, positions in raster order, channels within.
     *
     * @param grid {@code [gridHeight x gridWidth x channels]}
     * @param context takes {@link #size} values from {@code at} on
     */
    public void gather(int[] grid, int gridHeight, int gridWidth, int y, int x, int[] context, int at) {
        int rows = causal ? height / 2 + 1 : height;
        int to = at;
        for (int row = 0; row < rows; row++) {
            int inRow = causal && row == height / 2 ? width / 2 : width;
            int gridRow = y + row - height / 2;
            int left = x - width / 2;
            int first = Math.max(0, left);
            int end = Math.min(gridWidth, left + inRow);
            int toEnd = to + inRow * channels;
            if (gridRow < 0 || gridRow >= gridHeight || first >= end) {
                Arrays.fill(context, to, toEnd, 0);
            } else {
                int copyTo = to + (first - left) * channels;
                int count = (end - first) * channels;
                Arrays.fill(context, to, copyTo, 0);
                System.arraycopy(grid, (gridRow * gridWidth + first) * channels, context, copyTo, count);
                Arrays.fill(context, copyTo + count, toEnd, 0);
            }
            to = toEnd;
        }
    }
}
