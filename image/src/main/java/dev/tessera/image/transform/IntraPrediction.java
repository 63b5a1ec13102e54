package dev.tessera.image.transform;

import java.util.Arrays;

/**
 * Prediction of a block from the decoded samples above and to the left: mean, plane and straight directions, as in the
 * intra prediction of H.265 (Lainema et al. 2012), in integers.
 */
final class IntraPrediction {
    static final int MEAN = 0;
    static final int PLANE = 1;

    /** Modes: mean, plane, and 17 directions. */
    static final int MODES = 19;

    /** Not among the modes of luma: chroma as a linear function of luma ({@link LumaToChroma}). */
    static final int FROM_LUMA = MODES;

    /** Not among the modes of luma either: a piece of the frame before, for luma and chroma ({@link ReferenceFrame}). */
    static final int FROM_REFERENCE = FROM_LUMA + 1;

    /** Slopes in 1/32 of modes 2..9 (from the left, down to up) and 10..18 (from above, left to right). */
    private static final int[] SLOPES = {32, 21, 13, 5, 0, -5, -13, -26, -32, -21, -13, -5, 0, 5, 13, 26, 32};

    private static final int FIRST_VERTICAL = 10;
    private static final int MAX_SIZE = 32;
    private static final int MIDDLE = 128 << SamplePlane.UNIT_BITS;

    private final int[] above = new int[2 * MAX_SIZE + 1]; // the corner first
    private final int[] left = new int[2 * MAX_SIZE + 1];
    private final int[] smoothAbove = new int[2 * MAX_SIZE + 1];
    private final int[] smoothLeft = new int[2 * MAX_SIZE + 1];
    private final int[] reference = new int[3 * MAX_SIZE + 1];

    /**
     * Collects what surrounds a block; call before {@link #predict}.
     *
     * @param shift log2 of luma samples per sample of this plane
     */
    void collect(SamplePlane plane, Cells cells, int x, int y, int size, int shift) {
        boolean haveAbove = cells.at(x << shift, y - 1 << shift) >= 0;
        boolean haveLeft = cells.at(x - 1 << shift, y << shift) >= 0;
        fill(plane, cells, x, y, size, shift, true);
        fill(plane, cells, x, y, size, shift, false);
        if (!haveAbove && haveLeft) {
            Arrays.fill(above, 1, 2 * size + 1, left[1]);
        }
        if (!haveLeft && haveAbove) {
            Arrays.fill(left, 1, 2 * size + 1, above[1]);
        }
        boolean haveCorner = cells.at(x - 1 << shift, y - 1 << shift) >= 0;
        above[0] = haveCorner ? plane.samples[(y - 1) * plane.width + x - 1] : haveAbove ? above[1] : left[1];
        left[0] = above[0];
        smooth(above, left[1], 2 * size, smoothAbove);
        smooth(left, above[1], 2 * size, smoothLeft);
    }

    private static void smooth(int[] in, int beforeCorner, int length, int[] out) {
        out[0] = beforeCorner + 2 * in[0] + in[1] + 2 >> 2;
        for (int i = 1; i < length; i++) {
            out[i] = in[i - 1] + 2 * in[i] + in[i + 1] + 2 >> 2;
        }
        out[length] = in[length];
    }

    /** Whether a direction sees smoothed samples, as in H.265: the more of them, the further it is from straight. */
    private static boolean smooths(int slope, int size) {
        return Math.abs(slope) >= (size >= 32 ? 1 : size >= 16 ? 13 : size >= 8 ? 26 : 64);
    }

    private void fill(SamplePlane plane, Cells cells, int x, int y, int size, int shift, boolean horizontal) {
        int step = Cells.CELL >> shift;
        int[] out = horizontal ? above : left;
        int last = MIDDLE;
        for (int i = 0; i < 2 * size; i += step) {
            int sx = horizontal ? x + i : x - 1;
            int sy = horizontal ? y - 1 : y + i;
            if (cells.at(sx << shift, sy << shift) < 0) {
                for (int j = i; j < 2 * size; j++) {
                    out[j + 1] = last;
                }
                return;
            }
            for (int j = 0; j < step; j++) {
                last = horizontal
                        ? plane.samples[sy * plane.width + sx + j]
                        : plane.samples[(sy + j) * plane.width + sx];
                out[i + j + 1] = last;
            }
        }
    }

    /** Predicts the block around which {@link #collect} looked. */
    void predict(int mode, int size, int[] out) {
        switch (mode) {
            case MEAN -> mean(size, out);
            case PLANE -> plane(size, out);
            default -> direction(mode, size, out);
        }
    }

    private void mean(int size, int[] out) {
        int sum = size;
        for (int i = 1; i <= size; i++) {
            sum += above[i] + left[i];
        }
        Arrays.fill(out, 0, size * size, sum / (2 * size));
    }

    private void plane(int size, int[] out) {
        int shift = Integer.numberOfTrailingZeros(size) + 1;
        int right = above[size + 1];
        int below = left[size + 1];
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                int sum = (size - 1 - x) * left[y + 1]
                        + (x + 1) * right
                        + (size - 1 - y) * above[x + 1]
                        + (y + 1) * below
                        + size;
                out[y * size + x] = sum >> shift;
            }
        }
    }

    private void direction(int mode, int size, int[] out) {
        boolean vertical = mode >= FIRST_VERTICAL;
        int slope = SLOPES[mode - 2];
        boolean smooth = smooths(slope, size);
        int[] top = smooth ? smoothAbove : above;
        int[] start = smooth ? smoothLeft : left;
        int[] main = vertical ? top : start;
        int[] side = vertical ? start : top;
        int origin = size; // where the corner stands in the reference
        System.arraycopy(main, 0, reference, origin, 2 * size + 1);
        if (slope < 0) {
            for (int i = 1; i <= size; i++) {
                // the side sample that the ray through main position -i meets
                int at = (i * 32 + (-slope >> 1)) / -slope;
                reference[origin - i] = side[Math.min(at, 2 * size)];
            }
        }
        for (int d = 0; d < size; d++) {
            int offset = (d + 1) * slope;
            int whole = offset >> 5;
            int fraction = offset & 31;
            for (int i = 0; i < size; i++) {
                int at = origin + 1 + i + whole;
                int value = fraction == 0
                        ? reference[at]
                        : ((32 - fraction) * reference[at] + fraction * reference[at + 1] + 16) >> 5;
                out[vertical ? d * size + i : i * size + d] = value;
            }
        }
    }
}
