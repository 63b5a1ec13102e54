package dev.tessera.image;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.util.List;

/**
 * What to expect of a latent where its eight neighbours are known, or some of them: an estimate of the conditional mean, learnt from
 * pictures by {@link RestorationTrainer}. A linear map of the neighbours and a network of one layer of rectified units side by
 * side. Each neighbour enters as its difference to the mean latent, in units of {@code deviation}, and a 1; an unknown one as zeros.
 *
 * <p>Sums run in a fixed order: the same bits everywhere. Immutable.
 *
 * @param mean of latents, {@code [D]}
 * @param deviation root of the mean variance of a dimension, above 0
 * @param hidden weights of the units, {@code [8 (D + 1)][units]}
 * @param hiddenBias {@code [units]}
 * @param output weights of the units, {@code [units][D]}
 * @param linear {@code [8 (D + 1)][D]}
 * @param bias {@code [D]}
 */
record LatentPredictor(
        float[] mean,
        float deviation,
        float[][] hidden,
        float[] hiddenBias,
        float[][] output,
        float[][] linear,
        float[] bias) {
    /** Rows and columns of the neighbours from the position, in the order in which they enter. */
    static final int[][] NEIGHBOURS = {{-1, -1}, {-1, 0}, {-1, 1}, {0, -1}, {0, 1}, {1, -1}, {1, 0}, {1, 1}};

    private static final String PREFIX = "restoration.";
    private static final int MAX_UNITS = 4096;

    static boolean isIn(ModelFile file) {
        return file.hasTensor(PREFIX + "mean");
    }

    /**
     * The predictor in {@code file}, of latents of {@code dim} numbers.
     *
     * @throws CorruptModelException when it is of others
     */
    static LatentPredictor read(ModelFile file, int dim) throws CorruptModelException {
        float[] hiddenBias = file.tensor(PREFIX + "hidden.bias", -1).toFloats();
        int units = hiddenBias.length;
        if (units > MAX_UNITS) {
            throw new CorruptModelException("restoration has " + units + " units, must have at most " + MAX_UNITS);
        }
        int inputs = inputs(dim);
        float deviation = file.tensor(PREFIX + "deviation", 1).toFloats()[0];
        LatentPredictor read = new LatentPredictor(
                file.tensor(PREFIX + "mean", dim).toFloats(),
                deviation,
                rows(file.tensor(PREFIX + "hidden.weight", inputs, units)),
                hiddenBias,
                rows(file.tensor(PREFIX + "output.weight", units, dim)),
                rows(file.tensor(PREFIX + "linear.weight", inputs, dim)),
                file.tensor(PREFIX + "output.bias", dim).toFloats());
        if (!(deviation > 0) || !read.allFinite()) {
            throw new CorruptModelException("restoration must have finite numbers and a deviation above 0");
        }
        return read;
    }

    /** The same with its matrices rounded as {@link #addTo} stores them. */
    LatentPredictor rounded() {
        return new LatentPredictor(
                mean, deviation, rows(half(hidden)), hiddenBias, rows(half(output)), rows(half(linear)), bias);
    }

    void addTo(ModelFile.Builder builder) {
        builder.tensor(PREFIX + "mean", Tensor.ofFloats(mean, mean.length))
                .tensor(PREFIX + "deviation", Tensor.ofFloats(new float[] {deviation}, 1))
                .tensor(PREFIX + "hidden.weight", half(hidden))
                .tensor(PREFIX + "hidden.bias", Tensor.ofFloats(hiddenBias, hiddenBias.length))
                .tensor(PREFIX + "output.weight", half(output))
                .tensor(PREFIX + "linear.weight", half(linear))
                .tensor(PREFIX + "output.bias", Tensor.ofFloats(bias, bias.length));
    }

    /** Whether a tensor of this name is one of {@link #addTo}. */
    static boolean owns(String tensor) {
        return tensor.startsWith(PREFIX);
    }

    static int inputs(int dim) {
        return NEIGHBOURS.length * (dim + 1);
    }

    int dim() {
        return mean.length;
    }

    /**
     * Puts what is known around a position where {@link #predict} takes it from.
     *
     * @param latents {@code [rows x columns x D]}
     * @param known a position each
     * @param into {@code [8 (D + 1)]}
     */
    void gather(float[] latents, boolean[] known, int rows, int columns, int position, float[] into) {
        int dim = dim();
        int row = position / columns;
        int column = position % columns;
        int to = 0;
        for (int[] offset : NEIGHBOURS) {
            int y = row + offset[0];
            int x = column + offset[1];
            boolean here = y >= 0 && y < rows && x >= 0 && x < columns && known[y * columns + x];
            for (int d = 0; d < dim; d++) {
                into[to++] = here ? (latents[(y * columns + x) * dim + d] - mean[d]) / deviation : 0;
            }
            into[to++] = here ? 1 : 0;
        }
    }

    /**
     * The latent that is expected.
     *
     * @param inputs as {@link #gather} leaves them
     * @param latents receives the latent from {@code at} on
     */
    void predict(float[] inputs, float[] latents, int at) {
        float[] units = new float[hiddenBias.length];
        float[] sums = new float[dim()];
        run(inputs, units, sums);
        for (int d = 0; d < sums.length; d++) {
            latents[at + d] = mean[d] + deviation * sums[d];
        }
    }

    /** The same in units of {@link #deviation} around the mean; {@code units} receives the rectified units. */
    void run(float[] inputs, float[] units, float[] sums) {
        System.arraycopy(hiddenBias, 0, units, 0, units.length);
        System.arraycopy(bias, 0, sums, 0, sums.length);
        for (int i = 0; i < inputs.length; i++) {
            if (inputs[i] != 0) {
                add(units, hidden[i], inputs[i]);
                add(sums, linear[i], inputs[i]);
            }
        }
        for (int u = 0; u < units.length; u++) {
            if (units[u] > 0) {
                add(sums, output[u], units[u]);
            } else {
                units[u] = 0;
            }
        }
    }

    static void add(float[] sums, float[] row, float factor) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += row[i] * factor;
        }
    }

    private boolean allFinite() {
        return List.of(hidden, output, linear, new float[][] {mean, hiddenBias, bias, {deviation}}).stream()
                .allMatch(LatentPredictor::allFinite);
    }

    private static boolean allFinite(float[][] rows) {
        for (float[] row : rows) {
            for (float value : row) {
                if (!Float.isFinite(value)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static Tensor half(float[][] rows) {
        int width = rows[0].length;
        float[] values = new float[Math.multiplyExact(rows.length, width)];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, values, i * width, width);
        }
        return Tensor.ofHalfFloats(values, rows.length, width);
    }

    private static float[][] rows(Tensor matrix) {
        int[] shape = matrix.shape();
        float[] values = matrix.toFloats();
        float[][] rows = new float[shape[0]][shape[1]];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, i * shape[1], rows[i], 0, shape[1]);
        }
        return rows;
    }
}
