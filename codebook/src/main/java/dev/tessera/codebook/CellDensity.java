package dev.tessera.codebook;

import java.util.Arrays;

/** The densities of all cells of a grid. */
final class CellDensity {
    private static final int REACH = 4; // bins; exp(-4^2 / 2) is 0.0003

    private CellDensity() {}

    /** Density of each cell, {@code [cells]}. */
    static double[] of(GrainPolicy.Density density, Latents latents, CellGrid grid) {
        double[] out = new double[grid.cells()];
        for (int c = 0; c < out.length; c++) {
            float[] values = values(latents, grid, c);
            out[c] = switch (density) {
                case GrainPolicy.Density.Variance() -> variance(values, latents.dim());
                case GrainPolicy.Density.SoftHistogram histogram -> entropy(values, latents.dim(), histogram);
            };
        }
        return out;
    }

    /** The vectors of a cell, {@code [dim x positions of the cell]}. */
    private static float[] values(Latents latents, CellGrid grid, int cell) {
        int d = latents.dim();
        float[] x = latents.data();
        int n = grid.positions(cell);
        float[] out = new float[d * n];
        grid.forBlocks(cell, 0, (top, bottom, left, right) -> {
            int p = 0;
            for (int row = top; row < bottom; row++) {
                for (int column = left; column < right; column++) {
                    int from = (row * grid.width() + column) * d;
                    for (int k = 0; k < d; k++) {
                        out[k * n + p] = x[from + k];
                    }
                    p++;
                }
            }
        });
        return out;
    }

    private static double variance(float[] values, int dim) {
        int n = values.length / dim;
        double sum = 0;
        for (int from = 0; from < values.length; from += n) {
            double mean = 0;
            for (int p = from; p < from + n; p++) {
                mean += values[p];
            }
            mean /= n;
            for (int p = from; p < from + n; p++) {
                double difference = values[p] - mean;
                sum += difference * difference;
            }
        }
        return sum / n;
    }

    private static double entropy(float[] values, int dim, GrainPolicy.Density.SoftHistogram histogram) {
        int n = values.length / dim;
        double spacing = (histogram.max() - histogram.min()) / (histogram.bins() - 1);
        double[] weights = new double[histogram.bins()];
        double sum = 0;
        for (int from = 0; from < values.length; from += n) {
            Arrays.fill(weights, 0);
            for (int p = from; p < from + n; p++) {
                double value = Math.clamp(values[p], histogram.min(), histogram.max());
                double at = (value - histogram.min()) / spacing;
                int first = Math.max(0, (int) at - REACH);
                int last = Math.min(weights.length - 1, (int) at + 1 + REACH);
                for (int b = first; b <= last; b++) {
                    weights[b] += StrictMath.exp(-0.5 * (at - b) * (at - b));
                }
            }
            sum += entropy(weights);
        }
        return sum / dim;
    }

    /** Entropy, in bits, of the distribution in proportion to {@code weights}. */
    private static double entropy(double[] weights) {
        double total = 0;
        for (double weight : weights) {
            total += weight;
        }
        double nats = 0;
        for (double weight : weights) {
            if (weight > 0) {
                nats -= weight / total * StrictMath.log(weight / total);
            }
        }
        return nats / StrictMath.log(2);
    }
}
