package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.vqmodels.lowbit.PlaneWeights;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Optional;

/**
 * Takes a matrix apart into planes (BitStack, Wang et al. 2024, section 3.1): of what is left the signs, and the product of low rank
 * that is nearest to the magnitudes, where with calibration an input counts by its mean square; then the same of the rest.
 *
 * <p>Where the paper has rank 16 for matrices of 4096, small ones take less: the two factors have at most half the bytes of the signs.
 */
public final class PlaneFit {
    private static final int MOST_RANK = 16;

    private PlaneFit() {}

    /** The rank of the magnitudes of a matrix, at least 1. */
    public static int rank(int rows, int cols) {
        long signs = (long) rows * ((cols + 7) / 8);
        return (int) Math.clamp(signs / 2 / (2 * ((long) rows + cols)), 1, Math.min(MOST_RANK, Math.min(rows, cols)));
    }

    /**
     * @param hessian of the inputs, if known
     * @param planes in [1, 64]
     */
    public static PlaneWeights quantize(WeightMatrix weights, Optional<Hessian> hessian, int planes) {
        Checks.requireIn(1, PlaneWeights.MOST_PLANES, planes, "planes");
        int rows = weights.rows();
        int cols = weights.cols();
        int rank = rank(rows, cols);
        double[] columnWeights = LowRankCompensation.columnWeights(hessian, cols);
        Optional<PlaneWeights> all = Optional.empty();
        for (int plane = 0; plane < planes; plane++) {
            float[] made = all.isEmpty() ? new float[rows * cols] : all.get().dequantize();
            boolean[] signs = new boolean[rows * cols];
            double[][] magnitudes = new double[rows][cols];
            for (int i = 0; i < made.length; i++) {
                double left = (double) weights.values()[i] - made[i];
                signs[i] = left < 0;
                magnitudes[i / cols][i % cols] = Math.abs(left) * columnWeights[i % cols];
            }
            LowRankCompensation.Product product = LowRankCompensation.nearest(magnitudes, rank, columnWeights);
            all = Optional.of(PlaneWeights.add(all, rows, cols, rank, signs, product.left(), product.right()));
        }
        return all.orElseThrow();
    }
}
