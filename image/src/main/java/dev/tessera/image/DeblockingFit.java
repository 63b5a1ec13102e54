package dev.tessera.image;

import dev.tessera.codebook.Latents;

/**
 * Least squares for {@link Deblocking}: for each slot the strength that brings the smoothed samples nearest to the
 * original, s = sum(r (o - p)) / sum(r r) with the ramp r times the step, the decoded sample p and the original o.
 */
final class DeblockingFit {
    private static final double MIN_WEIGHT = 1000; // fewer observations than this prove nothing

    private final int[] subspaceDims;
    private final double[] products;
    private final double[] squares;

    DeblockingFit(int[] subspaceDims) {
        this.subspaceDims = subspaceDims.clone();
        this.products = new double[Deblocking.strengthCount(subspaceDims.length)];
        this.squares = new double[products.length];
    }

    void add(ColorPlanes original, ColorPlanes decoded, Latents quantized) {
        byte[] levels = Deblocking.levels(quantized, subspaceDims);
        int w = decoded.width();
        int h = decoded.height();
        int side = BlockTransform.BLOCK;
        for (boolean across : new boolean[] {true, false}) {
            add(original.luma(), decoded.luma(), w, h, side, across, levels, 0);
            add(original.cb(), decoded.cb(), w / 2, h / 2, side / 2, across, levels, 1);
            add(original.cr(), decoded.cr(), w / 2, h / 2, side / 2, across, levels, 1);
        }
    }

    float[] strengths() {
        float[] strengths = new float[products.length];
        for (int i = 0; i < strengths.length; i++) {
            double s = squares[i] < MIN_WEIGHT ? 0 : products[i] / squares[i];
            strengths[i] = (float) Math.max(0, Math.min(1, s));
        }
        return strengths;
    }

    private void add(
            float[] original, float[] decoded, int width, int height, int side, boolean across, byte[] levels, int chroma) {
        int step = across ? 1 : width;
        int edges = (across ? width : height) / side;
        int length = across ? height : width;
        int columns = width / side;
        for (int e = 1; e < edges; e++) {
            for (int t = 0; t < length; t++) {
                int along = t / side;
                int blockA = across ? along * columns + e - 1 : (e - 1) * columns + along;
                int blockB = across ? blockA + 1 : blockA + columns;
                int right = across ? t * width + e * side : e * side * width + t;
                float jump = decoded[right] - decoded[right - step];
                int slot = Deblocking.slot(chroma, levels[blockA], levels[blockB], jump, subspaceDims.length);
                if (slot < 0) {
                    continue;
                }
                for (int k = 0; k < side / 2; k++) {
                    double r = jump * Deblocking.ramp(k, side);
                    int a = right - (k + 1) * step;
                    int b = right + k * step;
                    products[slot] += r * (original[a] - decoded[a]) - r * (original[b] - decoded[b]);
                    squares[slot] += 2 * r * r;
                }
            }
        }
    }
}
