package dev.tessera.image.transform;

/**
 * Prediction of chroma as a linear function of the luma at the same place, fitted to the decoded samples above and to the left, as in the
 * cross-component prediction of H.266 (Zhang et al. 2018). Integers only.
 */
final class LumaToChroma {
    private static final int SLOPE_BITS = 8;
    private static final int MAX_SLOPE = 2 << SLOPE_BITS;
    private static final int NOISE = 64; // squared 1/16 levels of luma that prove no slope

    private LumaToChroma() {}

    /** Whether the block at luma sample (x, y) has neighbours to learn from. */
    static boolean possible(Cells cells, int x, int y) {
        return cells.at(x - 1, y) >= 0 || cells.at(x, y - 1) >= 0;
    }

    /**
     * Predicts a chroma block.
     *
     * @param luma decoded up to and with the block
     * @param x of the luma block
     * @param y of the luma block
     * @param size of the luma block
     * @param out {@code [size / 2 x size / 2]}
     */
    static void predict(SamplePlane luma, SamplePlane chroma, Cells cells, int x, int y, int size, int[] out) {
        int half = size / 2;
        int count = 0;
        long sumLuma = 0;
        long sumChroma = 0;
        long squares = 0;
        long products = 0;
        boolean above = cells.at(x, y - 1) >= 0;
        boolean left = cells.at(x - 1, y) >= 0;
        for (int i = 0; i < 2 * half; i++) {
            boolean inRow = i < half;
            if (!(inRow ? above : left)) {
                continue;
            }
            int cx = inRow ? x / 2 + i : x / 2 - 1;
            int cy = inRow ? y / 2 - 1 : y / 2 + i - half;
            long l = mean(luma, 2 * cx, 2 * cy);
            long c = chroma.samples[cy * chroma.width + cx];
            count++;
            sumLuma += l;
            sumChroma += c;
            squares += l * l;
            products += l * c;
        }
        long variance = count * squares - sumLuma * sumLuma + (long) count * count * NOISE;
        long covariance = count * products - sumLuma * sumChroma;
        int slope = (int) Math.clamp((covariance << SLOPE_BITS) / variance, -MAX_SLOPE, MAX_SLOPE);
        int meanLuma = (int) ((sumLuma + count / 2) / count);
        int meanChroma = (int) ((sumChroma + count / 2) / count);
        int most = 255 << SamplePlane.UNIT_BITS;
        for (int cy = 0; cy < half; cy++) {
            for (int cx = 0; cx < half; cx++) {
                int l = mean(luma, x + 2 * cx, y + 2 * cy);
                out[cy * half + cx] = Math.clamp(meanChroma + ((long) slope * (l - meanLuma) >> SLOPE_BITS), 0, most);
            }
        }
    }

    private static int mean(SamplePlane luma, int x, int y) {
        int i = y * luma.width + x;
        int[] s = luma.samples;
        return s[i] + s[i + 1] + s[i + luma.width] + s[i + luma.width + 1] + 2 >> 2;
    }
}
