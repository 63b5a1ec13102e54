package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.lowbit.GroupScales;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.ScaleGrid;
import dev.tessera.vqmodels.lowbit.ScaleType;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Arrays;

/** Chooses the scale and zero point of groups of weights. */
final class GroupFitter {
    static final int STRIPE = 16; // rows that one task works on

    private static final double WIDEST = 1.2; // clip ratios: above 1 the outermost level lies beyond the largest weight
    private static final double RATIO_STEP = 0.02;
    private static final int RATIOS = 59;
    private static final int REFINEMENTS = 4;

    private final ScalarFormat format;
    private final ScaleRule rule;
    private final double top; // level that the largest magnitude meets; below 0 for integers without zero point

    GroupFitter(ScalarFormat format, ScaleRule rule) {
        rule.requireFits(format);
        this.format = format;
        this.rule = rule;
        this.top = top(format);
    }

    /** A scale, on the grid, and the code of a zero point. */
    record Group(float scale, int zeroCode) {}

    /** Scales of a whole matrix; {@code zeros} is {@code [rows x groups]}, empty when not affine. */
    record Groups(ScaleGrid grid, GroupScales scales, byte[] zeros) {
        float scale(int row, int group) {
            return scales.get(row, group);
        }

        int zeroCode(int row, int group) {
            return zeros.length == 0 ? 0 : zeros[row * scales.groups() + group] & 0xFF;
        }
    }

    private static double top(ScalarFormat format) {
        return switch (format.format()) {
            case INT8 -> 127;
            case INT4, INT3, INT2 -> format.affine() ? format.codeCount() - 1 : -(format.codeCount() / 2);
            case FP4, NVFP4 -> 6;
            case MXFP4 -> 4; // the largest power of two of e2m1, because the scale is rounded down to one
            case FP6 -> 28;
            case FP8 -> 448;
            case NF4, TERNARY, BINARY -> 1;
            case VQ16, PQ, PVQ, PLANES -> throw new IllegalArgumentException(format + " has no scalar levels");
        };
    }

    /** Scales of all groups of {@code weights}; {@code importance} is one number a column, empty for equal ones. */
    Groups fit(WeightMatrix weights, double[] importance, Workers workers) {
        // Before the grid of scales is known they are searched for without one.
        ScaleGrid open = new ScaleGrid(ScaleType.DOUBLE, 1);
        GroupFitter first = new GroupFitter(format, ScaleRule.standard(format.format()));
        int groups = format.groups(weights.cols());
        float[] scales = new float[Math.multiplyExact(weights.rows(), groups)];
        byte[] zeros = new byte[format.affine() ? scales.length : 0];
        first.fitRows(weights, importance, open, scales, zeros, workers);
        float largest = 0;
        for (float scale : scales) {
            largest = Math.max(largest, Math.abs(scale));
        }
        ScaleGrid grid = ScaleGrid.of(format.scaleType(), largest);
        if (format.scaleType() != ScaleType.DOUBLE || rule != first.rule) {
            fitRows(weights, importance, grid, scales, zeros, workers);
        }
        return new Groups(grid, GroupScales.encode(grid, weights.rows(), groups, scales), zeros);
    }

    private void fitRows(
            WeightMatrix weights, double[] importance, ScaleGrid grid, float[] scales, byte[] zeros, Workers workers) {
        int cols = weights.cols();
        int groups = format.groups(cols);
        int length = format.groupLength(cols);
        workers.runRows(weights.rows(), STRIPE, (fromRow, toRow) -> {
            double[] row = new double[cols];
            for (int r = fromRow; r < toRow; r++) {
                for (int col = 0; col < cols; col++) {
                    row[col] = weights.get(r, col);
                }
                for (int g = 0; g < groups; g++) {
                    Group group = fit(row, g * length, Math.min((g + 1) * length, cols), importance, grid);
                    scales[r * groups + g] = group.scale();
                    if (format.affine()) {
                        zeros[r * groups + g] = (byte) group.zeroCode();
                    }
                }
            }
        });
    }

    /** The group {@code w[from .. to)}. O(to - from), times the clip ratios for {@link ScaleRule#MIN_MSE}. */
    Group fit(double[] w, int from, int to, double[] importance, ScaleGrid grid) {
        return switch (rule) {
            case ABSMAX -> absmax(w, from, to, grid, 1);
            case ABSMEAN -> mean(w, from, to, grid);
            case ABSMEDIAN -> median(w, from, to, grid);
            case MIN_MSE -> leastError(w, from, to, importance, grid);
        };
    }

    /**
     * The value that {@code weight} is quantized to in a group is {@code scale x (level(code) - zero)}; this is the
     * code.
     */
    static int code(ScalarFormat format, double weight, float scale, float zero) {
        return format.nearest(scale == 0 ? zero : weight / scale + zero);
    }

    /** Clips at {@code ratio} times the extremes. */
    private Group absmax(double[] w, int from, int to, ScaleGrid grid, double ratio) {
        double least = 0;
        double largest = 0;
        for (int i = from; i < to; i++) {
            least = Math.min(least, w[i]);
            largest = Math.max(largest, w[i]);
        }
        if (format.affine()) {
            float scale = grid.snap(ratio * (largest - least) / top);
            return new Group(scale, zeroCode(format, -ratio * least, scale));
        }
        double extreme = Math.max(-least, largest);
        if (top < 0 && largest >= -least) {
            return new Group(grid.snap(ratio * extreme / top), 0); // below 0, so that code 0 is the largest weight
        }
        return new Group(grid.snap(ratio * extreme / Math.abs(top)), 0);
    }

    /** The code of the zero point of an affine group that takes {@code offset} off its levels times {@code scale}. */
    static int zeroCode(ScalarFormat format, double offset, float scale) {
        int steps = 256 >> format.format().codeBits(); // of a zero code in a unit
        return scale == 0 ? 0 : (int) Math.clamp(Math.rint(offset / scale * steps), 0, 255);
    }

    private static Group mean(double[] w, int from, int to, ScaleGrid grid) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += Math.abs(w[i]);
        }
        return new Group(grid.snap(sum / (to - from)), 0);
    }

    private static Group median(double[] w, int from, int to, ScaleGrid grid) {
        double[] magnitudes = new double[to - from];
        for (int i = from; i < to; i++) {
            magnitudes[i - from] = Math.abs(w[i]);
        }
        Arrays.sort(magnitudes);
        int half = magnitudes.length / 2;
        boolean odd = magnitudes.length % 2 == 1;
        return new Group(grid.snap(odd ? magnitudes[half] : (magnitudes[half - 1] + magnitudes[half]) / 2), 0);
    }

    private Group leastError(double[] w, int from, int to, double[] importance, ScaleGrid grid) {
        Group best = new GroupFitter(format, ScaleRule.standard(format.format())).fit(w, from, to, importance, grid);
        double error = error(w, from, to, importance, best, Double.POSITIVE_INFINITY);
        float tried = Float.NaN;
        for (int i = -1; i < RATIOS; i++) {
            // of the few powers of two near the extreme, twice the standard one leaves nothing clipped
            double ratio = i < 0 ? 2 : WIDEST - RATIO_STEP * i;
            Group group = absmax(w, from, to, grid, ratio);
            if (group.scale() == tried && !format.affine()) {
                continue;
            }
            tried = group.scale();
            Group[] candidates = top < 0 ? new Group[] {group, new Group(-group.scale(), 0)} : new Group[] {group};
            for (Group candidate : candidates) {
                double found = error(w, from, to, importance, candidate, error);
                if (found < error) {
                    error = found;
                    best = candidate;
                }
            }
        }
        for (int i = 0; i < REFINEMENTS; i++) {
            Group refined = regress(w, from, to, importance, best, grid);
            double found = error(w, from, to, importance, refined, error);
            if (!(found < error)) {
                break;
            }
            error = found;
            best = refined;
        }
        return best;
    }

    /** The weighted squared error, or something not below {@code limit}. */
    private double error(double[] w, int from, int to, double[] importance, Group group, double limit) {
        float zero = format.zero(group.zeroCode());
        double error = 0;
        for (int i = from; i < to && error < limit; i++) {
            int code = code(format, w[i], group.scale(), zero);
            double difference = w[i] - group.scale() * (format.level(code) - zero);
            error += weight(importance, i) * difference * difference;
        }
        return error;
    }

    /**
     * Least squares of the weights on the levels of the codes that they have now; with a zero point, on these and 1.
     */
    private Group regress(double[] w, int from, int to, double[] importance, Group group, ScaleGrid grid) {
        float zero = format.zero(group.zeroCode());
        double h = 0;
        double hl = 0;
        double hw = 0;
        double hll = 0;
        double hlw = 0;
        for (int i = from; i < to; i++) {
            double level = format.level(code(format, w[i], group.scale(), zero)) - (format.affine() ? 0 : zero);
            double weight = weight(importance, i);
            h += weight;
            hl += weight * level;
            hw += weight * w[i];
            hll += weight * level * level;
            hlw += weight * level * w[i];
        }
        if (!format.affine()) {
            return hll == 0 ? group : new Group(grid.snap(hlw / hll), 0);
        }
        double determinant = h * hll - hl * hl;
        if (!(determinant > 0)) {
            return group;
        }
        float scale = grid.snap((h * hlw - hl * hw) / determinant);
        return new Group(scale, zeroCode(format, -(hw - scale * hl) / h, scale));
    }

    private static double weight(double[] importance, int i) {
        return importance.length == 0 ? 1 : importance[i];
    }

    /** Whether scales can be chosen group by group, before those of later groups are known. */
    boolean isSequential() {
        return format.scaleType() != ScaleType.DOUBLE;
    }
}
