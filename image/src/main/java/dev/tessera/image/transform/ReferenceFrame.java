package dev.tessera.image.transform;

/**
 * The frame before as a prediction, moved by quarters of a luma sample: windowed sincs of 4 lobes for luma and 2 for chroma in
 * integers, one rounding for both directions. Beyond its rim the outermost samples go on.
 */
final class ReferenceFrame {
    private static final int TAP_BITS = 7;
    private static final int LUMA_LOBES = 4;
    private static final int CHROMA_LOBES = 2;
    private static final int LUMA_PHASE_BITS = 2;
    private static final int CHROMA_PHASE_BITS = 3; // a chroma sample is two luma samples wide
    private static final int[][] LUMA = taps(LUMA_LOBES, 1 << LUMA_PHASE_BITS);
    private static final int[][] CHROMA = taps(CHROMA_LOBES, 1 << CHROMA_PHASE_BITS);
    private static final int MOST = 255 << SamplePlane.UNIT_BITS;

    private final SamplePlane[] planes;
    private final int[] window = new int[square(BlockDecoder.SUPERBLOCK + 2 * LUMA_LOBES)];
    private final int[] rows = new int[window.length];

    ReferenceFrame(SamplePlane[] planes) {
        this.planes = planes;
    }

    SamplePlane luma() {
        return planes[0];
    }

    /**
     * Predicts a block.
     *
     * @param x of the block in the plane of {@code component}, as {@code y} and {@code size}
     * @param vectorX in quarters of a luma sample, as {@code vectorY}
     * @param out {@code [size x size]}
     */
    void predict(int component, int x, int y, int size, int vectorX, int vectorY, int[] out) {
        boolean luma = component == 0;
        int bits = luma ? LUMA_PHASE_BITS : CHROMA_PHASE_BITS;
        int lobes = luma ? LUMA_LOBES : CHROMA_LOBES;
        int phases = (1 << bits) - 1;
        int left = x + (vectorX >> bits);
        int top = y + (vectorY >> bits);
        if ((vectorX & phases) == 0 && (vectorY & phases) == 0) {
            collect(planes[component], left, top, size, out);
            return;
        }
        int side = size + 2 * lobes - 1;
        collect(planes[component], left - lobes + 1, top - lobes + 1, side, window);
        int[] across = (luma ? LUMA : CHROMA)[vectorX & phases];
        int[] down = (luma ? LUMA : CHROMA)[vectorY & phases];
        for (int row = 0; row < side; row++) {
            for (int column = 0; column < size; column++) {
                int sum = 0;
                for (int i = 0; i < across.length; i++) {
                    sum += across[i] * window[row * side + column + i];
                }
                rows[row * size + column] = sum;
            }
        }
        for (int i = 0; i < size * size; i++) {
            int sum = 1 << 2 * TAP_BITS - 1;
            for (int j = 0; j < down.length; j++) {
                sum += down[j] * rows[i + j * size];
            }
            out[i] = Math.clamp(sum >> 2 * TAP_BITS, 0, MOST);
        }
    }

    private static void collect(SamplePlane plane, int left, int top, int side, int[] out) {
        boolean inside = left >= 0 && top >= 0 && left + side <= plane.width && top + side <= plane.height;
        if (inside) {
            plane.get(left, top, side, out);
            return;
        }
        for (int row = 0; row < side; row++) {
            int from = Math.clamp(top + row, 0, plane.height - 1) * plane.width;
            for (int column = 0; column < side; column++) {
                out[row * side + column] = plane.samples[from + Math.clamp(left + column, 0, plane.width - 1)];
            }
        }
    }

    /** Taps of each phase; they sum up to 2^{@value #TAP_BITS}. */
    private static int[][] taps(int lobes, int phases) {
        int[][] taps = new int[phases][2 * lobes];
        for (int phase = 0; phase < phases; phase++) {
            double[] weights = new double[2 * lobes];
            double sum = 0;
            for (int i = 0; i < weights.length; i++) {
                weights[i] = Resampling.lanczos(i - lobes + 1 - (double) phase / phases, lobes);
                sum += weights[i];
            }
            int rest = 1 << TAP_BITS;
            for (int i = 0; i < weights.length; i++) {
                taps[phase][i] = (int) StrictMath.round((1 << TAP_BITS) * weights[i] / sum);
                rest -= taps[phase][i];
            }
            taps[phase][2 * phase < phases ? lobes - 1 : lobes] += rest; // flat stays flat
        }
        return taps;
    }

    private static int square(int side) {
        return side * side;
    }
}
