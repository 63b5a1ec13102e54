package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.lowbit.GroupScales;
import dev.tessera.vqmodels.lowbit.ScalarCodes;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.ScalarWeights;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * GPTQ (Frantar et al. 2022): the inputs of a layer are quantized one after the other, and the error of each is made up
 * for by the
 * weights of those that follow, as far as the inputs go together. Works for every scalar format.
 *
 * <p>Scales of a group are chosen on entering it, from the weights as they are by then; in {@linkplain Builder#actOrder
 * order of
 * activation}, and with doubly quantized scales, from the original weights before anything is quantized, so that groups
 * stay
 * consecutive in the file ("static groups" of the authors' code). An input that is 0 in all calibration data is rounded
 * to nearest by
 * itself; the authors' code sets its weights to 0.
 *
 * <p>O(cols^3 + rows x cols^2) time, 2 x cols^2 doubles. Rows do not depend on each other, so 16 of them at a time take
 * the place of the
 * blocks of 128 columns of the paper; every weight is what the paper's equations make it.
 */
public final class Gptq implements ScalarMethod {
    private final Hessian hessian;
    private final Optional<ScaleRule> rule;
    private final double damping;
    private final boolean actOrder;
    private final int threads;

    private Gptq(Builder builder) {
        this.hessian = builder.hessian;
        this.rule = builder.rule;
        this.damping = builder.damping;
        this.actOrder = builder.actOrder;
        this.threads = builder.threads;
    }

    /** @param hessian of the inputs of the layer */
    public static Builder builder(Hessian hessian) {
        return new Builder(hessian);
    }

    @Override
    public ScalarWeights quantize(WeightMatrix weights, ScalarFormat format) {
        hessian.requireCols(weights.cols());
        try (Workers workers = new Workers(threads)) {
            return new Run(weights, format, workers).quantize(workers);
        }
    }

    private int[] order() {
        IntStream columns = IntStream.range(0, hessian.cols());
        if (!actOrder) {
            return columns.toArray();
        }
        double[] diagonal = hessian.diagonal();
        return columns.boxed()
                .sorted(Comparator.comparingDouble(col -> -diagonal[col])) // stable: equal ones keep their order
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** One matrix. */
    private final class Run {
        private final WeightMatrix weights;
        private final ScalarFormat format;
        private final int[] order;
        private final double[] importance;
        private final double[][] factor;
        private final GroupFitter fitter;
        private final GroupFitter.Groups groups; // of the original weights
        private final boolean inOrder; // whether scales are chosen on entering a group
        private final float[] scales; // [rows x groups]
        private final byte[] zeros; // [rows x groups], empty when not affine
        private final byte[] codes;

        Run(WeightMatrix weights, ScalarFormat format, Workers workers) {
            this.weights = weights;
            this.format = format;
            this.order = order();
            this.importance = hessian.diagonal();
            this.fitter = new GroupFitter(format, rule.orElse(ScaleRule.standard(format.format())));
            this.groups = fitter.fit(weights, importance, workers);
            this.factor = InverseFactor.of(hessian, order, damping, workers);
            this.inOrder = !actOrder && fitter.isSequential();
            this.scales = new float[weights.rows() * format.groups(weights.cols())];
            this.zeros = groups.zeros().clone();
            this.codes = new byte[Math.multiplyExact(weights.rows(), weights.cols())];
        }

        ScalarWeights quantize(Workers workers) {
            int rows = weights.rows();
            int count = format.groups(weights.cols());
            for (int i = 0; i < scales.length; i++) {
                scales[i] = groups.scale(i / count, i % count);
            }
            workers.runRows(rows, GroupFitter.STRIPE, this::quantizeRows);
            GroupScales stored = inOrder ? GroupScales.encode(groups.grid(), rows, count, scales) : groups.scales();
            return ScalarWeights.of(new ScalarCodes(format, rows, weights.cols(), codes, stored, zeros));
        }

        private void quantizeRows(int from, int to) {
            int cols = weights.cols();
            int count = format.groups(cols);
            int length = format.groupLength(cols);
            double[][] w = new double[to - from][cols]; // in the order of quantization
            for (int r = 0; r < w.length; r++) {
                for (int j = 0; j < cols; j++) {
                    w[r][j] = weights.get(from + r, order[j]);
                }
            }
            for (int j = 0; j < cols; j++) {
                int col = order[j];
                int group = col / length;
                for (int r = 0; r < w.length; r++) {
                    int at = (from + r) * count + group;
                    if (inOrder && j % length == 0) {
                        enterGroup(w[r], j, Math.min(j + length, cols), at);
                    }
                    float zero = format.zero(zeros.length == 0 ? 0 : zeros[at] & 0xFF);
                    int code = GroupFitter.code(format, w[r][j], scales[at], zero);
                    codes[(from + r) * cols + col] = (byte) code;
                    spread((w[r][j] - scales[at] * (format.level(code) - zero)) / factor[j][j], factor[j], j, w[r]);
                }
            }
        }

        private void enterGroup(double[] w, int from, int to, int at) {
            GroupFitter.Group group = fitter.fit(w, from, to, importance, groups.grid());
            scales[at] = group.scale();
            if (format.affine()) {
                zeros[at] = (byte) group.zeroCode();
            }
        }

        private static void spread(double error, double[] factor, int j, double[] w) {
            for (int k = j + 1; k < w.length; k++) {
                w[k] -= error * factor[k];
            }
        }
    }

    /** Settings; defaults: the usual scale rule, damping 0.01, natural order, all processors. */
    public static final class Builder {
        private final Hessian hessian;
        private Optional<ScaleRule> rule = Optional.empty();
        private double damping = 0.01;
        private boolean actOrder;
        private int threads = Runtime.getRuntime().availableProcessors();

        private Builder(Hessian hessian) {
            this.hessian = Objects.requireNonNull(hessian, "hessian");
        }

        /** How scales are chosen; {@link ScaleRule#MIN_MSE} counts an input by its sum of squares. */
        public Builder scaleRule(ScaleRule rule) {
            this.rule = Optional.of(rule);
            return this;
        }

        /** Part of the mean of the Hessian's diagonal that is added to it, in [1e-9, 1]. */
        public Builder damping(double damping) {
            this.damping = Checks.requireIn(1e-9, 1, damping, "damping");
            return this;
        }

        /** Whether inputs are quantized by falling sum of squares instead of from the first to the last. */
        public Builder actOrder(boolean actOrder) {
            this.actOrder = actOrder;
            return this;
        }

        /** Threads to use, at least 1; the result does not depend on it. */
        public Builder threads(int threads) {
            this.threads = Checks.requireAtLeast(1, threads, "threads");
            return this;
        }

        public Gptq build() {
            return new Gptq(this);
        }
    }

    @Override
    public String toString() {
        return "Gptq" + Arrays.asList(rule.map(ScaleRule::name).orElse("standard"), damping, actOrder);
    }
}
