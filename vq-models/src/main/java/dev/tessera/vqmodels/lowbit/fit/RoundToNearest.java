package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.lowbit.ScalarCodes;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.ScalarWeights;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Optional;

/**
 * Every weight becomes the nearest level under the scale of its group. O(rows x cols) but for {@link
 * ScaleRule#MIN_MSE}, which tries
 * about 60 scales a group.
 *
 * <p>Quantizing what it dequantized to changes nothing under {@link ScaleRule#ABSMAX}, and for binary weights under
 * {@link
 * ScaleRule#ABSMEAN}, unless scales are doubly quantized; ternary weights keep their codes, not their scale.
 */
public final class RoundToNearest implements ScalarMethod {
    private final Optional<ScaleRule> rule;
    private final double[] importance;
    private final int threads;

    private RoundToNearest(Optional<ScaleRule> rule, double[] importance, int threads) {
        this.rule = rule;
        this.importance = importance;
        this.threads = Checks.requireAtLeast(1, threads, "threads");
    }

    /** With the rule that is {@linkplain ScaleRule#standard usual} for the format. */
    public static RoundToNearest standard(int threads) {
        return new RoundToNearest(Optional.empty(), new double[0], threads);
    }

    public static RoundToNearest of(ScaleRule rule, int threads) {
        return new RoundToNearest(Optional.of(rule), new double[0], threads);
    }

    /** The clip ratio of least squared error, where an input counts by its sum of squares. */
    public static RoundToNearest leastError(Hessian hessian, int threads) {
        return new RoundToNearest(Optional.of(ScaleRule.MIN_MSE), hessian.diagonal(), threads);
    }

    @Override
    public ScalarWeights quantize(WeightMatrix weights, ScalarFormat format) {
        int cols = weights.cols();
        if (importance.length != 0 && importance.length != cols) {
            throw new IllegalArgumentException(
                    "cols is " + cols + ", must be that of the Hessian, " + importance.length);
        }
        byte[] codes = new byte[Math.multiplyExact(weights.rows(), cols)];
        try (Workers workers = new Workers(threads)) {
            GroupFitter fitter = new GroupFitter(format, rule.orElse(ScaleRule.standard(format.format())));
            GroupFitter.Groups groups = fitter.fit(weights, importance, workers);
            int length = format.groupLength(cols);
            workers.runRows(weights.rows(), GroupFitter.STRIPE, (from, to) -> {
                for (int row = from; row < to; row++) {
                    for (int col = 0; col < cols; col++) {
                        float scale = groups.scale(row, col / length);
                        float zero = format.zero(groups.zeroCode(row, col / length));
                        codes[row * cols + col] = (byte) GroupFitter.code(format, weights.get(row, col), scale, zero);
                    }
                }
            });
            return ScalarWeights.of(
                    new ScalarCodes(format, weights.rows(), cols, codes, groups.scales(), groups.zeros()));
        }
    }
}
