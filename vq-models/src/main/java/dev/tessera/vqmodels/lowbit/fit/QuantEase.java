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
        int cols = weights.cols();
        int groups = format.groups(cols);
        byte[] codes = first.codes().clone();
        try (Workers workers = new Workers(threads)) {
            workers.runRows(weights.rows(), 1, (from, to) -> {
                for (int row = from; row < to; row++) {
                    float[] scales = new float[groups];
                    for (int g = 0; g < groups; g++) {
                        scales[g] = first.scales().get(row, g);
                    }
                    byte[] zeros = RowDescent.part(first.zeros(), row, groups);
                    byte[] own = RowDescent.part(codes, row, cols);
                    RowDescent descent = new RowDescent(hessian, format, weights, row, own, scales, zeros);
                    for (int pass = 0; pass < sweeps && descent.sweep(); pass++) {}
                    System.arraycopy(own, 0, codes, row * cols, cols);
                }
            });
        }
        return ScalarWeights.of(new ScalarCodes(format, weights.rows(), cols, codes, first.scales(), first.zeros()));
    }
}
