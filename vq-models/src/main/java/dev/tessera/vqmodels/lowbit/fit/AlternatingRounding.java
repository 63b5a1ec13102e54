package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.lowbit.GroupScales;
import dev.tessera.vqmodels.lowbit.ScalarCodes;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.ScalarWeights;
import dev.tessera.vqmodels.lowbit.ScaleGrid;
import dev.tessera.vqmodels.lowbit.ScaleType;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Objects;

/**
 * Learned rounding: which level a weight is rounded to, and the scales and zero points of the levels, both by the squared output error.
 * The rounding is the problem of AdaRound (Nagel et al. 2020), where a weight may take any level and not only the two beside it; that
 * the grid is learned along with it is from FlexRound (Lee et al. 2023). Instead of gradient descent on a relaxed problem both halves
 * are solved in turn, as P and V steps are in PV-Tuning (Malinovskii et al. 2024): codes by coordinate descent, scales in closed form
 * for all groups of an output at once. The error never
 * rises above that of {@link QuantEase}, and the result is the same on every machine.
 *
 * <p>Formats whose scales are not {@link ScaleType#HALF} keep those of the start. O(rows x cols^2) for each round.
 */
public final class AlternatingRounding implements ScalarMethod {
    private static final int SWEEPS = 20;
    private static final double LEAST_GAIN = 1e-3;

    private final Hessian hessian;
    private final ScalarMethod start;
    private final int rounds;
    private final int threads;

    /**
     * @param hessian of the inputs of the layer
     * @param start chooses first codes and scales
     * @param rounds most times that scales are fitted and codes chosen, at least 1; it ends when the error of an output falls by less
     *     than a thousandth
     * @param threads at least 1; the result does not depend on it
     */
    public AlternatingRounding(Hessian hessian, ScalarMethod start, int rounds, int threads) {
        this.hessian = Objects.requireNonNull(hessian, "hessian");
        this.start = Objects.requireNonNull(start, "start");
        this.rounds = Checks.requireAtLeast(1, rounds, "rounds");
        this.threads = Checks.requireAtLeast(1, threads, "threads");
    }

    @Override
    public ScalarWeights quantize(WeightMatrix weights, ScalarFormat format) {
        if (format.scaleType() != ScaleType.HALF) {
            return new QuantEase(hessian, start, SWEEPS, threads).quantize(weights, format);
        }
        hessian.requireCols(weights.cols());
        ScalarCodes first = start.quantize(weights, format).unpack();
        int rows = weights.rows();
        int groups = format.groups(weights.cols());
        float[] scales = new float[rows * groups];
        float largest = 0;
        for (int i = 0; i < scales.length; i++) {
            scales[i] = first.scales().get(i / groups, i % groups);
            largest = Math.max(largest, Math.abs(scales[i]));
        }
        ScaleGrid grid = ScaleGrid.of(ScaleType.HALF, largest);
        byte[] codes = first.codes().clone();
        byte[] zeros = first.zeros().clone();
        try (Workers workers = new Workers(threads)) {
            workers.runRows(rows, 1, (from, to) -> {
                for (int row = from; row < to; row++) {
                    descend(weights, format, grid, row, codes, scales, zeros);
                }
            });
        }
        GroupScales stored = GroupScales.encode(grid, rows, groups, scales);
        return ScalarWeights.of(new ScalarCodes(format, rows, weights.cols(), codes, stored, zeros));
    }

    private void descend(
            WeightMatrix weights,
            ScalarFormat format,
            ScaleGrid grid,
            int row,
            byte[] codes,
            float[] scales,
            byte[] zeros) {
        int cols = weights.cols();
        int groups = format.groups(cols);
        byte[] ownCodes = RowDescent.part(codes, row, cols);
        byte[] ownZeros = RowDescent.part(zeros, row, groups);
        float[] ownScales = new float[groups];
        for (int g = 0; g < groups; g++) {
            ownScales[g] = grid.snap(scales[row * groups + g]);
        }
        RowDescent descent = new RowDescent(hessian, format, weights, row, ownCodes, ownScales, ownZeros);
        double last = Double.POSITIVE_INFINITY;
        sweep(descent);
        for (int round = 0; round < rounds && descent.error() < (1 - LEAST_GAIN) * last; round++) {
            last = descent.error();
            descent.refit(grid);
            sweep(descent);
        }
        System.arraycopy(ownCodes, 0, codes, row * cols, cols);
        System.arraycopy(ownScales, 0, scales, row * groups, groups);
        System.arraycopy(ownZeros, 0, zeros, row * ownZeros.length, ownZeros.length);
    }

    private static void sweep(RowDescent descent) {
        for (int pass = 0; pass < SWEEPS && descent.sweep(); pass++) {}
    }
}
