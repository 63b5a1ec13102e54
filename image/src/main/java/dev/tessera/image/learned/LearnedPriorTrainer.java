package dev.tessera.image.learned;

import dev.tessera.codebook.Latents;
import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.NeuralNetworks;
import dev.tessera.image.Resizing;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import dev.tessera.vqmodels.TokenizerFile;
import dev.tessera.vqmodels.integer.GridWindow;
import dev.tessera.vqmodels.integer.IntegerFormat;
import dev.tessera.vqmodels.integer.IntegerGraph;
import dev.tessera.vqmodels.integer.IntegerGraphFile;
import dev.tessera.vqmodels.integer.fit.FloatGraph;
import dev.tessera.vqmodels.integer.fit.IntegerGraphFit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Makes a codec of trained networks: brings the prior that was trained with them into integers, and learns the adaptive models of levels
 * from pictures. The same model and files give the same codec for any thread count.
 */
public final class LearnedPriorTrainer {
    private static final int SEED = 1;
    private static final int VISITS = 800;
    private static final int CALIBRATIONS = 48;
    private static final int CONTEXTS_PER_PICTURE = 24;
    private static final int CROP = 512;
    private static final int LEAST_SIDE = 256;
    private static final int REPORT_EVERY = 40;

    private final int visits;
    private final int threads;
    private final Consumer<String> progress;

    /** With {@value #VISITS} visits. */
    public LearnedPriorTrainer(int threads, Consumer<String> progress) {
        this(VISITS, threads, progress);
    }

    /**
     * @param visits number of parts of pictures to learn from, at least 1
     * @param threads for the networks
     * @param progress told what happens, a line at a time
     */
    public LearnedPriorTrainer(int visits, int threads, Consumer<String> progress) {
        this.visits = visits;
        this.threads = threads;
        this.progress = progress;
    }

    /**
     * A copy of {@code model} with its prior in integers, and what {@code files} taught; its other weights in F16.
     *
     * @throws IOException when a picture cannot be read, or the model is no learned codec
     */
    public ModelFile train(ModelFile model, List<Path> files) throws IOException {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("there are no pictures to learn from");
        }
        int dim = LearnedImageModel.dim(model);
        ModelFile.Builder builder = TokenizerFile.withHalfWeights(model);
        ModelFile half = builder.config(model.config()).build();
        NeuralNetworks networks = NeuralNetworks.read(half, dim);
        Gains gains = Gains.read(half, dim);
        Random random = new Random(SEED);
        IntegerGraph graph = graph(half, networks, gains, dim, files, random);
        LevelPrior prior = new LevelPrior(dim, graph);
        LevelModel levels = new LevelModel();
        LearnedImageModel learning = new LearnedImageModel(half, networks, dim, gains, prior, levels);
        double bits = 0;
        for (int visit = 1; visit <= visits; visit++) {
            Image image = crop(files, random);
            BitCoder.Trainer trainer = new BitCoder.Trainer();
            int step = random.nextInt(gains.steps());
            new LevelPlane(learning, image, threads).learn(step, price(random), levels, trainer);
            bits += trainer.cost / 65536.0 / image.width() / image.height();
            if (visit % REPORT_EVERY == 0) {
                progress.accept(String.format(
                        Locale.ROOT, "%d of %d visits, %.4f bits per pixel", visit, visits, bits / REPORT_EVERY));
                bits = 0;
            }
        }
        Map<String, Object> added = new LinkedHashMap<>();
        IntegerGraphFile.write(LevelPrior.PREFIX, graph, builder, added);
        ModelConfig config =
                model.config().with("codebook_size", LevelModel.MAX_LEVEL).with("num_stages", 1);
        for (Map.Entry<String, Object> entry : added.entrySet()) {
            config = config.with(entry.getKey(), entry.getValue());
        }
        byte[] state = levels.save();
        return builder.tensor(LearnedImageModel.STATE, Tensor.ofUnsignedBytes(state, state.length))
                .config(config)
                .build();
    }

    /** Half of the pictures are coded as they are, the others with bits that are worth more, as at the lowest rates. */
    private static double price(Random random) {
        return random.nextBoolean() ? 1 : StrictMath.pow(2, 3 * random.nextDouble());
    }

    /** A random part of a random picture at a random size. */
    private static Image crop(List<Path> files, Random random) throws IOException {
        Image image = ImageFiles.read(files.get(random.nextInt(files.size())));
        int least = Math.min(image.width(), image.height());
        double ratio = Math.min(1, (LEAST_SIDE + random.nextDouble() * (least - LEAST_SIDE)) / least);
        int width = Math.max(1, (int) StrictMath.round(image.width() * ratio));
        int height = Math.max(1, (int) StrictMath.round(image.height() * ratio));
        Image resized = Resizing.resize(image, width, height);
        int cropWidth = Math.min(CROP, width);
        int cropHeight = Math.min(CROP, height);
        return resized.crop(
                random.nextInt(width - cropWidth + 1), random.nextInt(height - cropHeight + 1), cropWidth, cropHeight);
    }

    /** The prior that was trained in floats, in integers. */
    private IntegerGraph graph(
            ModelFile model, NeuralNetworks networks, Gains gains, int dim, List<Path> files, Random random)
            throws IOException {
        GridWindow window = LevelPrior.window(dim);
        FloatGraph floats = floats(model, window, dim);
        List<int[]> contexts = new ArrayList<>();
        for (int i = 0; i < CALIBRATIONS; i++) {
            Image image = crop(files, random);
            contexts.addAll(contexts(networks, gains, dim, image, random.nextInt(gains.steps()), random));
        }
        IntegerGraphFit.Result result = IntegerGraphFit.builder()
                .activationBits(12)
                .format("expected", new IntegerFormat(2 * dim, -32768, 32767, LevelPrior.OUT_UNIT))
                .build()
                .fit(floats, LevelPrior.input(dim), contexts, List.of("expected"));
        progress.accept("prior in integers, errors " + result.errors());
        return result.graph();
    }

    private static FloatGraph floats(ModelFile model, GridWindow window, int dim) throws IOException {
        int width = model.config().integer("prior_width");
        String name = "quantizer.prior.";
        float[] first = model.tensor(name + "0.weight", width, dim + LevelPrior.PLANES, window.height(), window.width())
                .toFloats();
        float[] second = model.tensor(name + "1.weight", width, width, 1, 1).toFloats();
        float[] third = model.tensor(name + "2.weight", 2 * dim, width, 1, 1).toFloats();
        return FloatGraph.builder(window.size())
                .add(
                        "seen",
                        new FloatGraph.Linear(
                                IntegerGraphFit.weights(window, width, first),
                                model.tensor(name + "0.bias", width).toFloats(),
                                true))
                .add(
                        "joined",
                        new FloatGraph.Linear(
                                rows(second, width),
                                model.tensor(name + "1.bias", width).toFloats(),
                                true))
                .add(
                        "expected",
                        new FloatGraph.Linear(
                                rows(third, 2 * dim),
                                model.tensor(name + "2.bias", 2 * dim).toFloats(),
                                false))
                .build();
    }

    private static float[][] rows(float[] weights, int count) {
        int size = weights.length / count;
        float[][] rows = new float[count][size];
        for (int i = 0; i < count; i++) {
            System.arraycopy(weights, i * size, rows[i], 0, size);
        }
        return rows;
    }

    /** What the prior sees at some places of a picture whose latents are rounded. */
    private List<int[]> contexts(NeuralNetworks networks, Gains gains, int dim, Image image, int step, Random random) {
        Latents latents = networks.encoder(threads).encode(image);
        int rows = latents.shape()[0];
        int columns = latents.shape()[1];
        Gains.AtRate rate = gains.at(step);
        LevelPrior.Surroundings around = new LevelPrior.Surroundings(dim, rows, columns, rate);
        float[] values = latents.data();
        for (int i = 0; i < values.length; i++) {
            int level = (int) StrictMath.rint(values[i] * (double) rate.gain()[i % dim]);
            around.set(i / dim / columns, i / dim % columns, i % dim, level);
        }
        List<int[]> contexts = new ArrayList<>();
        for (int i = 0; i < CONTEXTS_PER_PICTURE; i++) {
            contexts.add(
                    around.look(random.nextInt(rows), random.nextInt(columns)).clone());
        }
        return contexts;
    }
}
