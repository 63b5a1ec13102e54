package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.constant_pad_nd;
import static org.bytedeco.pytorch.global.torch.rand;
import static org.bytedeco.pytorch.global.torch.round;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.vqmodels.ModelFile;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * Scalar quantization without a largest level ("open FSQ"), trained together with its rate: each picture of a step has one of several rates, each
 * latent is multiplied by the gain of its channel at this rate, rounded, and divided by another gain (Cui et al. 2021, asymmetric
 * gained units), so that one model has every rate from the lowest to the highest by interpolation of the gains.
 *
 * <p>The loss is the cross-entropy of the levels under a prior (Minnen et al. 2018): a convolution that sees the latents above
 * and to the left, two layers more, and for each channel the mean and the scale of a logistic distribution of its level. Levels are
 * rounded for the decoder and have uniform noise for the rate (Balle et al. 2017; mixed as in Minnen and Singh 2020).
 */
final class OpenBottleneck implements Bottleneck {
    /** Rows above and columns on either side that the prior sees. */
    static final int REACH = 2;

    private static final int SIDE = 2 * REACH + 1;
    private static final int EXTRA = 2; // planes beside the latents: the rate, and what is inside of the picture
    private static final double FIRST_GAIN = 1; // of latents with a mean variance of 1
    private static final double LEAST_LIKELIHOOD = 1e-6;
    private static final double LEAST_LOG_SCALE = -6;
    private static final double MOST_LOG_SCALE = 6;
    private static final int START = 4096; // latents
    private static final float FIRST_OUTPUT = 0.1f; // of the kernels of the last layer of the prior
    private static final double FORGET = 0.98; // of what reports show

    private final ParameterStore store;
    private final int dim;
    private final int width;
    private final Rates rates;
    private final Parameter logGains;
    private final Parameter logInverse;
    private final Network prior;
    private final float[] mask;
    private final double[] recentBits;

    /**
     * The rates of a model.
     *
     * @param count how many, at least 2; rate r is r in every table
     * @param lowest what a unit of distortion is worth at rate 0, in bits per pixel
     * @param ratio of that to the next rate, above 1
     * @param pixels that a latent stands for
     */
    record Rates(int count, double lowest, double ratio, int pixels) {
        static Rates of(Recipe recipe) {
            int factor = recipe.integer("factor", 2, 64);
            return new Rates(
                    recipe.integer("rates", 2, 64),
                    recipe.number("rate-lowest", 1e-6, 1e6),
                    recipe.number("rate-ratio", 1.001, 1000),
                    factor * factor);
        }

        double worth(int rate) {
            return lowest * Math.pow(ratio, rate);
        }
    }

    OpenBottleneck(String prefix, int dim, int width, Rates rates, ParameterStore store, SplittableRandom random) {
        this.store = store;
        this.dim = dim;
        this.width = width;
        this.rates = rates;
        float[] gains = new float[rates.count * dim];
        float[] inverse = new float[gains.length];
        for (int r = 0; r < rates.count; r++) {
            double gain = Math.log(FIRST_GAIN) + r * Math.log(rates.ratio) / 2;
            Arrays.fill(gains, r * dim, (r + 1) * dim, (float) gain);
            Arrays.fill(inverse, r * dim, (r + 1) * dim, (float) -gain);
        }
        logGains = store.plain(prefix + ".log_gains", gains, rates.count, dim);
        logInverse = store.plain(prefix + ".log_inverse_gains", inverse, rates.count, dim);
        prior = Network.build(
                prefix + ".prior",
                List.of(
                        new Layer.Conv2d(dim + EXTRA, width, SIDE, 1, 0, 1),
                        new Layer.Conv2d(width, width, 1, 1, 0, 1),
                        new Layer.Conv2d(width, 2 * dim, 1, 1, 0, 1)),
                store,
                random);
        mask = new float[SIDE * SIDE];
        Arrays.fill(mask, 0, REACH * SIDE + REACH, 1);
        recentBits = new double[rates.count];
    }

    @Override
    public int dim() {
        return dim;
    }

    @Override
    public int[] codebookSizes() {
        return new int[0];
    }

    @Override
    public int wantedForStart() {
        return START;
    }

    /** Starts the prior as one distribution a channel, that of the latents; its network is next to nothing. */
    @Override
    public void start(Latents latents, int threads, long seed) {
        float[] bias = new float[2 * dim];
        float[] values = latents.data();
        for (int d = 0; d < dim; d++) {
            double sum = 0;
            for (int i = d; i < values.length; i += dim) {
                sum += values[i];
            }
            double mean = sum / latents.count();
            double distance = 0;
            for (int i = d; i < values.length; i += dim) {
                distance += Math.abs(values[i] - mean);
            }
            bias[d] = (float) mean;
            // the mean distance of a logistic distribution of scale 1 is 2 log 2
            bias[dim + d] = (float) Math.log(Math.max(1e-4, distance / latents.count() / (2 * Math.log(2))));
        }
        List<Parameter> last = prior.parameters(prior.layers().size() - 1);
        float[] kernels = Tensors.floats(last.getFirst().tensor());
        for (int i = 0; i < kernels.length; i++) {
            kernels[i] *= FIRST_OUTPUT;
        }
        store.start(last.getFirst(), kernels);
        store.start(last.getLast(), bias);
    }

    @Override
    public Quantized forward(Tensor latents, Moment moment) {
        throw new UnsupportedOperationException("the prior needs the places of the latents");
    }

    /** Quantizes {@code grid [batch x D x h x w]}, each of the batch at a rate that is drawn for it. */
    @Override
    public Quantized forwardGrid(Tensor grid, Moment moment) {
        int[] drawn = moment.random().ints(grid.size(0), 0, rates.count).toArray();
        Tensor gain = rowsOf(logGains, drawn).exp();
        Tensor inverse = rowsOf(logInverse, drawn).exp();
        Tensor scaled = grid.mul(gain);
        Tensor rounded = Tensors.straightThrough(round(scaled.detach()), scaled);
        Tensor decoded = rounded.mul(inverse);
        Tensor noisy = scaled.add(Tensors.plus(rand(scaled.shape()), -0.5));
        Tensor perPixel = Tensors.scale(bits(noisy, decoded, gain, drawn).mean(1, 2, 3), dim / (double) rates.pixels);
        float[] worth = new float[drawn.length];
        float[] bits = Tensors.floats(perPixel);
        for (int b = 0; b < drawn.length; b++) {
            int rate = drawn[b];
            worth[b] = (float) (1 / rates.worth(rate));
            recentBits[rate] = recentBits[rate] == 0 ? bits[b] : FORGET * recentBits[rate] + (1 - FORGET) * bits[b];
        }
        return new Quantized(
                decoded,
                List.of(),
                perPixel.mul(Tensors.of(worth, worth.length)).mean());
    }

    /** {@code [batch x D x 1 x 1]} of {@code [rates x D]}. */
    private Tensor rowsOf(Parameter table, int[] drawn) {
        return Tensors.rows(table.tensor(), Tensors.indices(drawn)).view(drawn.length, dim, 1, 1);
    }

    /** Bits of each level under the prior. */
    private Tensor bits(Tensor levels, Tensor decoded, Tensor gain, int[] drawn) {
        Tensor hidden = prior.forward(0, surroundings(decoded, drawn), mask).relu();
        Tensor both = prior.forward(2, prior.forward(1, hidden).relu());
        Tensor mean = both.narrow(1, 0, dim).mul(gain);
        Tensor logScale = both.narrow(1, dim, dim)
                .add(gain.log())
                .clamp_min(new Scalar(LEAST_LOG_SCALE))
                .clamp_max(new Scalar(MOST_LOG_SCALE));
        Tensor away = levels.sub(mean).abs();
        Tensor steepness = logScale.neg().exp();
        // the tails are alike, so that the difference of two numbers near 0 can be taken in place of two near 1
        Tensor upper = Tensors.plus(away.neg(), 0.5).mul(steepness).sigmoid();
        Tensor lower = Tensors.plus(away.neg(), -0.5).mul(steepness).sigmoid();
        Tensor likelihood = upper.sub(lower).clamp_min(new Scalar(LEAST_LIKELIHOOD));
        return Tensors.scale(likelihood.log2(), -1);
    }

    /** The decoded latents with a border of zeros, a plane of the rate in 0..1 and one that is 1 inside of the picture. */
    private Tensor surroundings(Tensor decoded, int[] drawn) {
        int batch = drawn.length;
        int height = Math.toIntExact(decoded.size(2)) + 2 * REACH;
        int columns = Math.toIntExact(decoded.size(3)) + 2 * REACH;
        int area = height * columns;
        float[] planes = new float[batch * EXTRA * area];
        for (int b = 0; b < batch; b++) {
            int at = b * EXTRA * area;
            Arrays.fill(planes, at, at + area, drawn[b] / (float) (rates.count - 1));
            for (int y = REACH; y < height - REACH; y++) {
                int line = at + area + y * columns;
                Arrays.fill(planes, line + REACH, line + columns - REACH, 1);
            }
        }
        Tensor padded = constant_pad_nd(decoded, new long[] {REACH, REACH, REACH, REACH}, new Scalar(0.0));
        return cat(new TensorVector(padded, Tensors.of(planes, batch, EXTRA, height, columns)), 1);
    }

    @Override
    public Quantizer export() {
        throw new UnsupportedOperationException("an open quantizer has no codebook");
    }

    @Override
    public String modelType(String media) {
        return "learned_" + media + "_codec";
    }

    @Override
    public void addTo(Map<String, Object> config, ModelFile.Builder builder) {
        config.put("latent_dim", dim);
        config.put("rates", rates.count);
        config.put("prior_width", width);
        add(builder, logGains, rates.count, dim);
        add(builder, logInverse, rates.count, dim);
        for (int i = 0; i < prior.layers().size(); i++) {
            Layer.Conv2d layer = (Layer.Conv2d) prior.layers().get(i);
            List<Parameter> parameters = prior.parameters(i);
            float[] kernels = Tensors.floats(parameters.getFirst().tensor());
            if (i == 0) {
                for (int k = 0; k < kernels.length; k++) {
                    kernels[k] = mask[k % mask.length] == 0 ? 0 : kernels[k];
                }
            }
            builder.tensor(
                    parameters.getFirst().name,
                    dev.tessera.vqmodels.Tensor.ofFloats(
                            kernels, layer.out(), layer.in(), layer.kernel(), layer.kernel()));
            add(builder, parameters.getLast(), layer.out());
        }
    }

    private static void add(ModelFile.Builder builder, Parameter parameter, int... shape) {
        builder.tensor(parameter.name, dev.tessera.vqmodels.Tensor.ofFloats(Tensors.floats(parameter.tensor()), shape));
    }

    @Override
    public String report() {
        StringJoiner all = new StringJoiner(" ");
        for (double bits : recentBits) {
            all.add(String.format(Locale.ROOT, "%.4f", bits));
        }
        return "bits per pixel " + all;
    }
}
