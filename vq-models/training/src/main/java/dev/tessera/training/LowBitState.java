package dev.tessera.training;

import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.RotatedWeights;
import dev.tessera.vqmodels.lowbit.Rotation;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.ScalarWeights;
import dev.tessera.vqmodels.lowbit.ScaleType;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Optional;

/**
 * Weights in few bits and the floats behind them, between two trainings.
 *
 * @param dense in steps of half precision, with levels that are consecutive integers
 * @param rotation of their inputs
 * @param latents what rounds to their codes, {@code [rows x cols]}
 */
record LowBitState(ScalarWeights dense, Optional<Rotation> rotation, float[] latents) {
    /**
     * Half the width of the part of a cell, the values that round to a level, in which latents start. Learned rounding puts weights in
     * cells beside their own; started at the border (1/2), these fall back in the first steps, and what was learned is lost.
     */
    private static final double HALF_CELL = 0.25;

    /**
     * The start of a training: each float is the one nearest to its weight among those near the level that it has.
     *
     * @param weights as they were before they were quantized, {@code [rows x cols]}
     * @throws IllegalArgumentException when {@code quantized} are of a kind whose steps cannot be learnt
     */
    static LowBitState of(String name, QuantizedWeights quantized, float[] weights) {
        boolean isRotated = quantized instanceof RotatedWeights;
        QuantizedWeights inner = isRotated ? ((RotatedWeights) quantized).dense() : quantized;
        if (!(inner instanceof ScalarWeights dense) || !hasSteps(dense.scalarFormat())) {
            throw new IllegalArgumentException("the weights '" + name + "' are "
                    + quantized.format().formatName() + ", must be int8, int4, int3, int2 or ternary");
        }
        WeightMatrix matrix = new WeightMatrix(dense.rows(), dense.cols(), weights);
        Optional<Rotation> rotation =
                isRotated ? Optional.of(((RotatedWeights) quantized).rotation()) : Optional.empty();
        LowBitState near = new LowBitState(
                dense,
                rotation,
                rotation.map(r -> r.rotate(matrix)).orElse(matrix).values());
        return new LowBitState(dense, rotation, near.intoCells());
    }

    private static boolean hasSteps(ScalarFormat format) {
        return format.scaleType() == ScaleType.HALF
                && switch (format.format()) {
                    case INT8, INT4, INT3, INT2, TERNARY -> true;
                    default -> false;
                };
    }

    private float[] intoCells() {
        ScalarFormat format = dense.scalarFormat();
        int cols = dense.cols();
        float[] moved = new float[latents.length];
        for (int i = 0; i < moved.length; i++) {
            int row = i / cols;
            int group = i % cols / format.groupLength(cols);
            double step = dense.scales().get(row, group);
            double zero = dense.zero(row, group);
            float level = format.level(dense.code(row, i % cols));
            double low = level == first() ? Double.NEGATIVE_INFINITY : level - HALF_CELL;
            double high = level == last() ? Double.POSITIVE_INFINITY : level + HALF_CELL;
            moved[i] = step == 0 ? 0 : (float) (step * (Math.clamp(latents[i] / step + zero, low, high) - zero));
        }
        return moved;
    }

    /** The lowest level. */
    float first() {
        return switch (dense.format()) {
            case INT8 -> -127;
            case TERNARY -> -1;
            default -> 0;
        };
    }

    /** The highest level. */
    float last() {
        return switch (dense.format()) {
            case INT8 -> 127;
            case TERNARY -> 1;
            default -> dense.scalarFormat().codeCount() - 1;
        };
    }

    /** As a model file has them. */
    QuantizedWeights weights() {
        return rotation.isEmpty() ? dense : RotatedWeights.of(dense, rotation.get());
    }
}
