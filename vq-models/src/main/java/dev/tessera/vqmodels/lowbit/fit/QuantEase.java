package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.lowbit.ScalarCodes;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.ScalarWeights;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Objects;

/**
 * Cyclic coordinate descent on the squared output error (QuantEase, Behdin et al. 2023, algorithm 1): starting from the
 * codes of another
 * method, every weight in turn takes the level that is best while all others stand still, until nothing changes. Scales
 * stay those of
 * the start. The output error never rises; works for every scalar format.
 *
 * <p>The relaxed iterations of the paper, which leave weights unquantized at times, are left out: the start is better
 * than theirs.
 *
 * <p>O(rows x cols^2) for the start and for every cols changes of a weight in a row.
 */
public final class QuantEase implements ScalarMethod {
    private final Hessian hessian;
    private final ScalarMethod start;
    private final int sweeps;
    private final int threads;

    /**
     * @param hessian of the inputs of the layer
     * @param start chooses scales and first codes
     * @param sweeps most times that every weight is looked at, at least 1; 20 is plenty
     * @param threads at least 1; the result does not depend on it
     */
    public QuantEase(Hessian hessian, ScalarMethod start, int sweeps, int threads) {
        this.hessian = Objects.requireNonNull(hessian, "hessian");
        this.start = Objects.requireNonNull(start, "start");
        this.sweeps = Checks.requireAtLeast(1, sweeps, "sweeps");
        this.threads = Checks.requireAtLeast(1, threads, "threads");
    }

    @Override
    public ScalarWeights quantize(WeightMatrix weights, ScalarFormat format) {
        hessian.requireCols(weights.cols());
        ScalarCodes first = start.quantize(weights, format).unpack();
        byte[] codes = first.codes().clone();
        try (Workers workers = new Workers(threads)) {
            workers.runRows(weights.rows(), 1, (from, to) -> {
                for (int row = from; row < to; row++) {
                    descend(weights, first, codes, row);
                }
            });
        }
        return ScalarWeights.of(
                new ScalarCodes(format, weights.rows(), weights.cols(), codes, first.scales(), first.zeros()));
    }

    private void descend(WeightMatrix weights, ScalarCodes first, byte[] codes, int row) {
        ScalarFormat format = first.format();
        int cols = weights.cols();
        int length = format.groupLength(cols);
        int groups = format.groups(cols);
        double[] q = new double[cols];
        double[] pull = new double[cols]; // (w - q) S
        for (int pass = 0; pass <= sweeps; pass++) { // pass 0 takes the codes of the start
            boolean changed = false;
            for (int col = 0; col < cols; col++) {
                double[] s = hessian.row(col);
                int group = col / length;
                float scale = first.scales().get(row, group);
                byte[] zeros = first.zeros();
                float zero = format.zero(zeros.length == 0 ? 0 : zeros[row * groups + group] & 0xFF);
                int at = row * cols + col;
                if (pass > 0 && s[col] > 0) {
                    int code = GroupFitter.code(format, q[col] + pull[col] / s[col], scale, zero);
                    changed |= (byte) code != codes[at];
                    codes[at] = (byte) code;
                }
                double value = scale * (format.level(codes[at] & 0xFF) - zero);
                double step = pass == 0 ? value - weights.get(row, col) : value - q[col];
                q[col] = value;
                for (int k = 0; step != 0 && k < cols; k++) {
                    pull[k] -= step * s[k];
                }
            }
            if (pass > 0 && !changed) {
                return;
            }
        }
    }
}
