package dev.tessera.image;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.SeededGaussian;
import dev.tessera.codebook.internal.SplitMix64;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Learns a {@link LatentPredictor}: steps of Adam (Kingma and Ba 2015) on the squared error of latents whose neighbours are left out
 * at random, a share of them that is drawn anew for each. Single-threaded and in a fixed order.
 */
final class LatentPredictorTrainer {
    static final int EPOCHS = 5;

    /** With 256 the squared error of f16 latents is 3 % larger, with neighbours two positions away and 128 units 3 % more than with 256. */
    private static final int UNITS = 512;

    private static final int BATCH = 256;
    private static final float RATE = 1e-3f; // at first; then down to 0 as a cosine
    private static final float LINEAR_RATE =
            0.1f; // of it, for the linear part, which starts at the plain mean of neighbours
    private static final float[] SHARES = {0, 0.1f, 0.2f, 0.3f, 0.6f}; // of neighbours left out

    private final List<Latents> grids;
    private final SplitMix64 random;
    private final LatentPredictor predictor;
    private final Parameters[] parameters; // hidden, hidden bias, output, linear, bias
    private final float[] inputs;
    private final float[] units;
    private final float[] sums;
    private final float[] unitGradient;
    private double squares;

    /** Numbers that are learnt, the gradient of a batch and the two moments of Adam. */
    private record Parameters(float[][] values, float[][] gradient, float[][] first, float[][] second, float rate) {
        static Parameters of(float rate, float[]... values) {
            return new Parameters(values, zeros(values), zeros(values), zeros(values), rate);
        }

        private static float[][] zeros(float[][] like) {
            return Arrays.stream(like).map(row -> new float[row.length]).toArray(float[][]::new);
        }

        void step(float rate, int batch, float firstScale, float secondScale) {
            for (int r = 0; r < values.length; r++) {
                float[] value = values[r];
                float[] g = gradient[r];
                float[] m = first[r];
                float[] v = second[r];
                for (int i = 0; i < value.length; i++) {
                    float mean = g[i] / batch;
                    m[i] += 0.1f * (mean - m[i]);
                    v[i] += 0.001f * (mean * mean - v[i]);
                    value[i] -=
                            rate * this.rate * (m[i] * firstScale) / ((float) Math.sqrt(v[i] * secondScale) + 1e-8f);
                    g[i] = 0;
                }
            }
        }
    }

    LatentPredictorTrainer(List<Latents> grids, SplitMix64 random) {
        this.grids = grids;
        this.random = random;
        int dim = grids.getFirst().dim();
        int width = LatentPredictor.inputs(dim);
        float[] mean = mean(grids, dim);
        this.predictor = new LatentPredictor(
                mean,
                deviation(grids, mean),
                gaussian(width, UNITS, 2 / Math.sqrt(width)),
                new float[UNITS],
                new float[UNITS][dim],
                meanOfNeighbours(width, dim),
                new float[dim]);
        this.parameters = new Parameters[] {
            Parameters.of(1, predictor.hidden()),
            Parameters.of(1, predictor.hiddenBias()),
            Parameters.of(1, predictor.output()),
            Parameters.of(LINEAR_RATE, predictor.linear()),
            Parameters.of(1, predictor.bias())
        };
        this.inputs = new float[width];
        this.units = new float[UNITS];
        this.sums = new float[dim];
        this.unitGradient = new float[UNITS];
    }

    /** Learns from every position {@code epochs} times, in another order each time. */
    LatentPredictor train(int epochs, Consumer<String> progress) {
        int[] starts = new int[grids.size() + 1]; // of the positions of each grid among all
        for (int g = 0; g < grids.size(); g++) {
            starts[g + 1] = Math.addExact(starts[g], grids.get(g).count());
        }
        int[] order = new int[starts[grids.size()]];
        Arrays.setAll(order, i -> i);
        long steps = Math.ceilDiv(order.length, BATCH) * (long) epochs;
        long step = 0;
        for (int epoch = 0; epoch < epochs; epoch++) {
            shuffle(order);
            squares = 0;
            for (int from = 0; from < order.length; from += BATCH) {
                int to = Math.min(order.length, from + BATCH);
                for (int i = from; i < to; i++) {
                    int g = Arrays.binarySearch(starts, order[i]);
                    g = g >= 0 ? g : -g - 2;
                    learn(grids.get(g), order[i] - starts[g]);
                }
                step++;
                float rate = RATE * (float) (1 + StrictMath.cos(Math.PI * step / steps)) / 2;
                float firstScale = (float) (1 / (1 - StrictMath.pow(0.9, step)));
                float secondScale = (float) (1 / (1 - StrictMath.pow(0.999, step)));
                for (Parameters some : parameters) {
                    some.step(rate, to - from, firstScale, secondScale);
                }
            }
            progress.accept(String.format(
                    Locale.ROOT,
                    "restoration: epoch %d of %d, squared error %.4f of the variance",
                    epoch + 1,
                    epochs,
                    squares / order.length / sums.length));
        }
        return predictor.rounded();
    }

    private void shuffle(int[] order) {
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
    }

    private void learn(Latents grid, int position) {
        int columns = grid.shape()[1];
        int dim = sums.length;
        predictor.gather(grid.data(), known(grid.count()), grid.shape()[0], columns, position, inputs);
        leaveOut();
        predictor.run(inputs, units, sums);
        for (int d = 0; d < dim; d++) {
            float target = (grid.data()[position * dim + d] - predictor.mean()[d]) / predictor.deviation();
            sums[d] -= target; // the gradient of half the squared error
            squares += sums[d] * sums[d];
        }
        for (int u = 0; u < UNITS; u++) {
            unitGradient[u] = 0;
            if (units[u] > 0) {
                LatentPredictor.add(parameters[2].gradient[u], sums, units[u]);
                float[] row = predictor.output()[u];
                float gradient = 0;
                for (int d = 0; d < dim; d++) {
                    gradient += row[d] * sums[d];
                }
                unitGradient[u] = gradient;
            }
        }
        LatentPredictor.add(parameters[1].gradient[0], unitGradient, 1);
        LatentPredictor.add(parameters[4].gradient[0], sums, 1);
        for (int i = 0; i < inputs.length; i++) {
            if (inputs[i] != 0) {
                LatentPredictor.add(parameters[0].gradient[i], unitGradient, inputs[i]);
                LatentPredictor.add(parameters[3].gradient[i], sums, inputs[i]);
            }
        }
    }

    private boolean[] everything = new boolean[0];

    private boolean[] known(int count) {
        if (everything.length < count) {
            everything = new boolean[count];
            Arrays.fill(everything, true);
        }
        return everything;
    }

    private void leaveOut() {
        float share = SHARES[random.nextInt(SHARES.length)];
        int each = sums.length + 1;
        for (int n = 0; n < LatentPredictor.NEIGHBOURS.length; n++) {
            if (random.nextDouble() < share) {
                Arrays.fill(inputs, n * each, (n + 1) * each, 0);
            }
        }
    }

    private float[][] gaussian(int rows, int width, double deviation) {
        float[][] values = new float[rows][];
        for (int i = 0; i < rows; i++) {
            values[i] = SeededGaussian.draw(width, deviation, random);
        }
        return values;
    }

    private static float[][] meanOfNeighbours(int width, int dim) {
        float[][] rows = new float[width][dim];
        for (int i = 0; i < width; i++) {
            int d = i % (dim + 1);
            if (d < dim) {
                rows[i][d] = 1f / LatentPredictor.NEIGHBOURS.length;
            }
        }
        return rows;
    }

    private static float[] mean(List<Latents> grids, int dim) {
        double[] sums = new double[dim];
        long count = 0;
        for (Latents grid : grids) {
            count += grid.count();
            float[] data = grid.data();
            for (int i = 0; i < data.length; i++) {
                sums[i % dim] += data[i];
            }
        }
        float[] mean = new float[dim];
        for (int d = 0; d < dim; d++) {
            mean[d] = (float) (sums[d] / count);
        }
        return mean;
    }

    private static float deviation(List<Latents> grids, float[] mean) {
        double squares = 0;
        long numbers = 0;
        for (Latents grid : grids) {
            float[] data = grid.data();
            numbers += data.length;
            for (int i = 0; i < data.length; i++) {
                double e = data[i] - mean[i % mean.length];
                squares += e * e;
            }
        }
        return squares == 0 ? 1 : (float) Math.sqrt(squares / numbers);
    }
}
