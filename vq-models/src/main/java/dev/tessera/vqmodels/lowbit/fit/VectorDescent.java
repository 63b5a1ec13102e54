package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.lowbit.GroupScales;
import dev.tessera.vqmodels.lowbit.ScaleGrid;
import dev.tessera.vqmodels.lowbit.ScaleType;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Codes, scales and codebooks of vectors of weights by the squared output error. Codes are first chosen one vector after the other, and
 * the error of each is made up for by the weights that follow, as in GPTQ (VPTQ, Liu et al. 2024). Then, in turn, codes go down
 * coordinate by coordinate, and scales and codebooks take their closed form for the codes (AQLM, Egiazarian et al. 2024, with one
 * codebook; its codebooks are trained by gradients).
 *
 * <p>Rows share a codebook in runs. O(rows x cols^2 + rows x cols x codes x dim) for each round, 3 x rows x cols doubles.
 */
final class VectorDescent {
    private static final double DAMPING = 0.01;
    private static final int ROUNDS = 8;
    private static final int SWEEPS = 20;
    private static final double LEAST_GAIN = 0.005;

    private final WeightMatrix weights;
    private final Hessian hessian;
    private final int dim;
    private final int size; // of a codebook
    private final int perBook; // rows
    private final int vectors; // of a row
    private final float[] codebooks; // [books][size][dim], exactly F16
    private final byte[] codes; // [rows x vectors]
    private final float[] scales; // [rows]
    private final double[][] q; // [rows][cols]
    private final double[][] pull; // [rows][cols]: S (w - q), S the sum of x x^T

    /** @param codebooks are changed */
    VectorDescent(
            WeightMatrix weights,
            Hessian hessian,
            int dim,
            int rowsPerCodebook,
            float[] codebooks,
            GroupScales scales) {
        hessian.requireCols(weights.cols());
        int rows = weights.rows();
        this.weights = weights;
        this.hessian = hessian;
        this.dim = dim;
        this.perBook = rowsPerCodebook;
        this.size = codebooks.length / dim / ((rows - 1) / rowsPerCodebook + 1);
        this.vectors = (weights.cols() - 1) / dim + 1;
        this.codebooks = codebooks;
        this.codes = new byte[Math.multiplyExact(rows, vectors)];
        this.scales = new float[rows];
        this.q = new double[rows][weights.cols()];
        this.pull = new double[rows][weights.cols()];
        for (int row = 0; row < rows; row++) {
            this.scales[row] = scales.get(row, 0);
        }
    }

    /** How much the error of an input matters once the inputs behind it make up for it: {@code [cols]}. */
    static double[] importance(Hessian hessian, Workers workers) {
        double[][] factor = factor(hessian, workers);
        return IntStream.range(0, factor.length)
                .mapToDouble(i -> 1 / (factor[i][i] * factor[i][i]))
                .toArray();
    }

    private static double[][] factor(Hessian hessian, Workers workers) {
        return InverseFactor.of(hessian, IntStream.range(0, hessian.cols()).toArray(), DAMPING, workers);
    }

    void run(Workers workers) {
        int rows = weights.rows();
        ScaleGrid grid = ScaleGrid.of(
                ScaleType.HALF,
                IntStream.range(0, rows).mapToDouble(row -> scales[row]).max().orElseThrow());
        double[][] factor = factor(hessian, workers);
        workers.runRows(rows, 1, (from, to) -> {
            for (int row = from; row < to; row++) {
                compensate(row, factor);
                restart(row);
            }
        });
        double last = Double.POSITIVE_INFINITY;
        for (int round = 0; round < ROUNDS && error(0, rows) < (1 - LEAST_GAIN) * last; round++) {
            last = error(0, rows);
            workers.run((rows - 1) / perBook + 1, this::refitBook);
            workers.runRows(rows, 1, (from, to) -> {
                for (int row = from; row < to; row++) {
                    descend(row);
                    refitScale(row, grid);
                }
            });
        }
    }

    byte[] codes() {
        return codes;
    }

    GroupScales scales() {
        float largest = 0;
        for (float scale : scales) {
            largest = Math.max(largest, Math.abs(scale));
        }
        return GroupScales.encode(ScaleGrid.of(ScaleType.HALF, largest), scales.length, 1, scales);
    }

    private double error(int fromRow, int toRow) {
        double sum = 0;
        for (int row = fromRow; row < toRow; row++) {
            for (int col = 0; col < weights.cols(); col++) {
                sum += (weights.get(row, col) - q[row][col]) * pull[row][col];
            }
        }
        return sum;
    }

    /** Where the code vector {@code code} of the row begins. */
    private int at(int row, int code) {
        return (row / perBook * size + code) * dim;
    }

    private int end(int vector) {
        return Math.min((vector + 1) * dim, weights.cols());
    }

    /** Codes of a row by error compensation along the upper triangular {@code factor}. */
    private void compensate(int row, double[][] factor) {
        double[] w = new double[weights.cols()];
        for (int col = 0; col < w.length; col++) {
            w[col] = weights.get(row, col);
        }
        double[] errors = new double[dim];
        double[] best = new double[dim];
        for (int v = 0; v < vectors; v++) {
            int from = v * dim;
            double least = Double.POSITIVE_INFINITY;
            for (int code = 0; code < size; code++) {
                double cost = 0;
                for (int i = from; i < end(v) && cost < least; i++) {
                    double left = w[i] - (double) scales[row] * codebooks[at(row, code) + i - from];
                    for (int k = from; k < i; k++) {
                        left -= errors[k - from] * factor[k][i];
                    }
                    errors[i - from] = left / factor[i][i];
                    cost += errors[i - from] * errors[i - from];
                }
                if (cost < least) {
                    least = cost;
                    codes[row * vectors + v] = (byte) code;
                    System.arraycopy(errors, 0, best, 0, dim);
                }
            }
            for (int i = from; i < end(v); i++) {
                for (int k = end(v); k < w.length; k++) {
                    w[k] -= best[i - from] * factor[i][k];
                }
            }
        }
    }

    /** Takes q and the pull from codes, scale and codebook. */
    private void restart(int row) {
        Arrays.fill(pull[row], 0);
        for (int col = 0; col < weights.cols(); col++) {
            q[row][col] = value(row, col, codes[row * vectors + col / dim] & 0xFF);
            move(row, col, q[row][col] - weights.get(row, col));
        }
    }

    private double value(int row, int col, int code) {
        return (double) scales[row] * codebooks[at(row, code) + col % dim];
    }

    private void move(int row, int col, double step) {
        double[] s = hessian.row(col);
        double[] target = pull[row];
        for (int k = 0; step != 0 && k < target.length; k++) {
            target[k] -= step * s[k];
        }
    }

    /** Every vector in turn takes the code that is best while all others stand still. */
    private void descend(int row) {
        double[] steps = new double[dim];
        for (int v = 0; v < vectors; v++) {
            int from = v * dim;
            int best = codes[row * vectors + v] & 0xFF;
            double least = 0;
            for (int code = 0; code < size; code++) {
                double change = 0;
                for (int i = from; i < end(v); i++) {
                    steps[i - from] = value(row, i, code) - q[row][i];
                    double pulled = 2 * pull[row][i];
                    double[] s = hessian.row(i);
                    for (int k = from; k < i; k++) {
                        pulled -= 2 * steps[k - from] * s[k];
                    }
                    change += steps[i - from] * (steps[i - from] * s[i] - pulled);
                }
                if (change < least) {
                    least = change;
                    best = code;
                }
            }
            codes[row * vectors + v] = (byte) best;
            for (int i = from; least < 0 && i < end(v); i++) {
                double step = value(row, i, best) - q[row][i];
                q[row][i] += step;
                move(row, i, step);
            }
        }
    }

    private void refitScale(int row, ScaleGrid grid) {
        double pulled = 0;
        double own = 0;
        for (int a = 0; a < weights.cols(); a++) {
            pulled += q[row][a] * pull[row][a];
            double[] s = hessian.row(a);
            double sum = 0;
            for (int b = 0; b < s.length; b++) {
                sum += s[b] * q[row][b];
            }
            own += q[row][a] * sum;
        }
        if (own > 0) {
            float before = scales[row];
            double error = error(row, row + 1);
            scales[row] = grid.snap(before * (1 + pulled / own));
            restart(row);
            if (!(error(row, row + 1) < error)) {
                scales[row] = before;
                restart(row);
            }
        }
    }

    /** Code vectors of less squared output error for the codes and scales, rounded to F16, if that is less than it was. */
    private void refitBook(int book) {
        int fromRow = book * perBook;
        int toRow = Math.min(fromRow + perBook, weights.rows());
        int from = at(fromRow, 0);
        double[][] products = new double[size * dim][size * dim];
        double[] steps = new double[size * dim];
        for (int row = fromRow; row < toRow; row++) {
            addEquations(row, products, steps);
        }
        LeastSquares.relax(products, steps, SWEEPS);
        double error = error(fromRow, toRow);
        float[] before = Arrays.copyOfRange(codebooks, from, from + steps.length);
        for (int i = 0; i < steps.length; i++) {
            codebooks[from + i] = Float.float16ToFloat(Float.floatToFloat16((float) (before[i] + steps[i])));
        }
        restart(fromRow, toRow);
        if (!(error(fromRow, toRow) < error)) {
            System.arraycopy(before, 0, codebooks, from, before.length);
            restart(fromRow, toRow);
        }
    }

    private void restart(int fromRow, int toRow) {
        for (int row = fromRow; row < toRow; row++) {
            restart(row);
        }
    }

    /** What a row says about the numbers of its codebook, into the lower triangle. */
    private void addEquations(int row, double[][] products, double[] steps) {
        int[] numbers = new int[weights.cols()];
        double scale = scales[row];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (codes[row * vectors + i / dim] & 0xFF) * dim + i % dim;
            steps[numbers[i]] += scale * pull[row][i];
            double[] s = hessian.row(i);
            products[numbers[i]][numbers[i]] += scale * scale * s[i];
            for (int j = 0; j < i; j++) {
                int low = Math.min(numbers[i], numbers[j]);
                int high = Math.max(numbers[i], numbers[j]);
                products[high][low] += (low == high ? 2 : 1) * scale * scale * s[j];
            }
        }
    }
}
