package dev.tessera.vqmodels.quantize;

import dev.tessera.vqmodels.lowbit.WeightMatrix;
import dev.tessera.vqmodels.lowbit.fit.Hessian;

/**
 * What quantization does to the output of a layer y = W x on calibration data, beside what noise would do: the errors of the weights
 * with signs drawn at random. Rounding is such noise as long as the errors know nothing of each other and of the inputs; errors that
 * add up in the output say that the weights were rounded to something, by clipping, by a codebook that is too coarse, or because
 * somebody placed them so.
 *
 * @param signal sum of squares of the outputs
 * @param error sum of squares of what quantization adds to them
 * @param expected what it would be on average over random signs: the sum of squares of all (error of a weight x its input)
 * @param deviation standard deviation of that
 */
public record OutputNoise(double signal, double error, double expected, double deviation) {
    private static final double MOST_DEVIATIONS = 6;
    private static final double MOST_EXCESS = 1.25;

    /** O(rows x cols^2). */
    static OutputNoise of(Hessian hessian, WeightMatrix weights, float[] quantized) {
        int cols = weights.cols();
        double[] diagonal = hessian.diagonal();
        double expected = 0;
        double variance = 0;
        double[] squares = new double[cols];
        for (int row = 0; row < weights.rows(); row++) {
            for (int col = 0; col < cols; col++) {
                double e = (double) quantized[row * cols + col] - weights.get(row, col);
                squares[col] = e * e;
                expected += squares[col] * diagonal[col];
            }
            for (int a = 0; a < cols; a++) {
                double sum = 0;
                for (int b = 0; b < a && squares[a] > 0; b++) {
                    sum += squares[b] * hessian.get(a, b) * hessian.get(a, b);
                }
                variance += 4 * squares[a] * sum; // each pair stands twice in the error, so four times in its square
            }
        }
        return new OutputNoise(
                hessian.outputError(weights, new float[quantized.length]),
                hessian.outputError(weights, quantized),
                expected,
                Math.sqrt(variance));
    }

    /** Ratio of output and error in dB; infinite without an error. */
    public double signalToNoise() {
        return error <= 0 ? Double.POSITIVE_INFINITY : 10 * StrictMath.log10(signal / error);
    }

    /** The error over that of noise; 1 without an error. */
    public double excess() {
        return expected <= 0 ? 1 : error / expected;
    }

    /** Whether noise does not explain the error: 6 standard deviations and a quarter above what it would make. */
    public boolean isBeyondNoise() {
        return error > expected + MOST_DEVIATIONS * deviation && error > MOST_EXCESS * expected;
    }
}
