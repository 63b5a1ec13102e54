package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.implicit.PyramidVectorQuantizer;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.lowbit.GroupScales;
import dev.tessera.vqmodels.lowbit.PyramidWeights;
import dev.tessera.vqmodels.lowbit.ScaleGrid;
import dev.tessera.vqmodels.lowbit.ScaleType;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Pyramid vector quantization of weights: the integer vector of the nearest direction, and the scale of least squared error. With
 * inputs, the vectors of a row come one after the other and the weights that follow make up for the error of each, as in {@link Gptq};
 * within a vector the weights do so too where that leaves less error in the output; a scale counts an input by its mean square.
 *
 * <p>32 inputs and 21 pulses are 2^61.4 vectors, the most of this dimension below 2^63: 2 bits a weight and half a bit for the scale.
 * The same result for any number of threads.
 */
public final class PyramidFit {
    private static final int DIM = 32;
    private static final int PULSES = 21;
    private static final double DAMPING = 0.01;
    private static final int STAGE_BITS = 30; // of PyramidVectorQuantizer

    private final WeightMatrix weights;
    private final int groups;
    private final double[] importance;
    private final Optional<double[][]> factor;
    private final PyramidVectorQuantizer quantizer = new PyramidVectorQuantizer(DIM, PULSES);
    private final ScaleGrid grid;
    private final long[] codes; // [rows x groups]
    private final float[] scales;

    private PyramidFit(WeightMatrix weights, Optional<Hessian> inputs, Workers workers) {
        this.weights = weights;
        int cols = weights.cols();
        this.groups = (cols - 1) / DIM + 1;
        this.importance = inputs.map(Hessian::diagonal).orElseGet(() -> {
            double[] ones = new double[cols];
            Arrays.fill(ones, 1);
            return ones;
        });
        this.factor = inputs.map(
                hessian -> InverseFactor.of(hessian, IntStream.range(0, cols).toArray(), DAMPING, workers));
        float largest = 0;
        for (float value : weights.values()) {
            largest = Math.max(largest, Math.abs(value));
        }
        this.grid = ScaleGrid.of(ScaleType.HALF, largest);
        this.codes = new long[Math.multiplyExact(weights.rows(), groups)];
        this.scales = new float[codes.length];
    }

    /** @param inputs of the layer, if errors are to be made up for */
    public static PyramidWeights quantize(WeightMatrix weights, Optional<Hessian> inputs, int threads) {
        inputs.ifPresent(hessian -> hessian.requireCols(weights.cols()));
        try (Workers workers = new Workers(threads)) {
            PyramidFit fit = new PyramidFit(weights, inputs, workers);
            workers.runRows(weights.rows(), GroupFitter.STRIPE, (from, to) -> {
                for (int row = from; row < to; row++) {
                    fit.quantizeRow(row);
                }
            });
            GroupScales stored = GroupScales.encode(fit.grid, weights.rows(), fit.groups, fit.scales);
            return PyramidWeights.of(weights.rows(), weights.cols(), DIM, PULSES, fit.codes, stored);
        }
    }

    private void quantizeRow(int row) {
        int cols = weights.cols();
        double[] w = new double[cols];
        for (int col = 0; col < cols; col++) {
            w[col] = weights.get(row, col);
        }
        float[] vector = new float[DIM];
        for (int group = 0; group < groups; group++) {
            int from = group * DIM;
            int count = Math.min(DIM, cols - from);
            Arrays.fill(vector, 0);
            for (int i = 0; i < count; i++) {
                vector[i] = (float) w[from + i];
            }
            int[] pulses = nearest(vector);
            float scale = scale(w, from, count, pulses);
            if (factor.isPresent() && scale != 0) {
                int[] other = compensated(w, from, count, scale);
                if (error(w, from, count, other, scale) < error(w, from, count, pulses, scale)) {
                    pulses = other;
                }
            }
            codes[row * groups + group] = quantizer.pyramid().index(pulses).longValueExact();
            scales[row * groups + group] = scale;
            for (int i = 0; i < count && factor.isPresent(); i++) {
                spread(w[from + i] - scale * pulses[i], factor.get()[from + i], from + i, w, cols);
            }
        }
    }

    /** Takes the error of weight {@code j} over its factor off those that follow, and returns it. */
    private static double spread(double difference, double[] u, int j, double[] w, int end) {
        double error = difference / u[j];
        for (int k = j + 1; k < end; k++) {
            w[k] -= error * u[k];
        }
        return error;
    }

    private float scale(double[] w, int from, int count, int[] pulses) {
        double along = 0;
        double length = 0;
        for (int i = 0; i < count; i++) {
            along += importance[from + i] * w[from + i] * pulses[i];
            length += importance[from + i] * pulses[i] * pulses[i];
        }
        return grid.snap(length > 0 ? along / length : 0);
    }

    /** What the output loses by a vector, when the weights after each of its own and after it make up for errors. */
    private double error(double[] w, int from, int count, int[] pulses, float scale) {
        double[] left = Arrays.copyOf(w, from + count);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            double[] u = factor.orElseThrow()[from + i];
            double error = spread(left[from + i] - scale * pulses[i], u, from + i, left, from + count);
            sum += error * error;
        }
        return sum;
    }

    /** Each weight rounded after those before it were made up for, then pulses that are too many or missing, cheapest first. */
    private int[] compensated(double[] w, int from, int count, float scale) {
        int[] pulses = new int[DIM];
        double[] left = Arrays.copyOf(w, from + count);
        int missing = PULSES;
        for (int i = 0; i < count; i++) {
            pulses[i] = (int) Math.clamp(Math.rint(left[from + i] / scale), -PULSES, PULSES);
            missing -= Math.abs(pulses[i]);
            spread(left[from + i] - scale * pulses[i], factor.orElseThrow()[from + i], from + i, left, from + count);
        }
        while (missing != 0) {
            int step = missing > 0 ? 1 : -1;
            int best = -1;
            int bestPulses = 0;
            double least = Double.POSITIVE_INFINITY;
            for (int i = 0; i < count; i++) {
                int before = pulses[i];
                if (before == 0 && step < 0) {
                    continue;
                }
                for (int sign = -1; sign <= 1; sign += 2) {
                    if (before != 0 && sign != Integer.signum(before)) {
                        continue;
                    }
                    pulses[i] = before + sign * step;
                    double error = error(w, from, count, pulses, scale);
                    if (error < least) {
                        least = error;
                        best = i;
                        bestPulses = pulses[i];
                    }
                }
                pulses[i] = before;
            }
            pulses[best] = bestPulses;
            missing -= step;
        }
        return pulses;
    }

    /** The integers of the nearest direction. */
    private int[] nearest(float[] vector) {
        int[] stages = quantizer.quantize(Latents.of(1, DIM, vector));
        BigInteger code = BigInteger.ZERO;
        for (int s = stages.length - 1; s >= 0; s--) {
            code = code.shiftLeft(STAGE_BITS).add(BigInteger.valueOf(stages[s]));
        }
        return quantizer.pyramid().vector(code);
    }
}
