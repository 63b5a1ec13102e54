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
        Deblocking.forEachStep(decoded, levels, subspaceDims.length, (channel, right, stride, side, slot, jump) -> {
            float[] o = original.plane(channel);
            float[] p = decoded.plane(channel);
            for (int k = 0; k < side / 2; k++) {
                double r = jump * Deblocking.ramp(k, side);
                int a = right - (k + 1) * stride;
                int b = right + k * stride;
                products[slot] += r * (o[a] - p[a]) - r * (o[b] - p[b]);
                squares[slot] += 2 * r * r;
            }
        });
    }

    float[] strengths() {
        float[] strengths = new float[products.length];
        for (int i = 0; i < strengths.length; i++) {
            double s = squares[i] < MIN_WEIGHT ? 0 : products[i] / squares[i];
            strengths[i] = (float) Math.max(0, Math.min(1, s));
        }
        return strengths;
    }
}
