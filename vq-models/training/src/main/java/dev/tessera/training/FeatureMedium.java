package dev.tessera.training;

import dev.tessera.codebook.Latents;
import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.training.SeriesSource;
import dev.tessera.vqmodels.training.TrainingOrder;
import java.io.IOException;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Random windows of series of vectors, {@code [batch x channels x 1 x window]}, every channel standardized. */
final class FeatureMedium implements Medium {
    private final Recipe recipe;
    private final TrainingOrder order;
    private final SeriesSource source;
    private final ParameterStore store;
    private final FeatureNetworks networks;
    private final int window;
    private final int batch;
    private final double lossSquared;
    private final double lossDifference;
    private SeriesPool pool;

    FeatureMedium(
            Recipe recipe,
            TrainingOrder order,
            SeriesSource source,
            int dim,
            ParameterStore store,
            SplittableRandom random) {
        this.recipe = recipe;
        this.order = order;
        this.source = source;
        this.store = store;
        networks = FeatureNetworks.of(recipe, source.channels(), dim, store, random);
        window = recipe.integer("window", 2, 1 << 20);
        batch = recipe.integer("batch", 1, 4096);
        lossSquared = recipe.number("loss-squared", 0, 1e6);
        lossDifference = recipe.number("loss-difference", 0, 1e6);
        if (window % networks.tokenFrames() != 0) {
            throw new IllegalArgumentException("the recipe's window is " + window + ", must be a multiple of the "
                    + networks.tokenFrames() + " frames of a token");
        }
    }

    @Override
    public Media media() {
        return Media.FEATURES;
    }

    @Override
    public String items() {
        return "series";
    }

    @Override
    public SeriesSource source() {
        return source;
    }

    @Override
    public Network encoder() {
        return networks.encoder;
    }

    @Override
    public Network decoder() {
        return networks.decoder;
    }

    @Override
    public int channels() {
        return source.channels();
    }

    @Override
    public void read() throws IOException {
        pool = SeriesPool.read(
                source, (long) recipe.integer("pool-megabytes", 1, 1 << 20) << 20, recipe.seed(), order.progress());
    }

    @Override
    public void startAsKlt(Bottleneck bottleneck, SplittableRandom random) {
        networks.startAsKlt(
                patches(random), bottleneck.wantsWhitened(), bottleneck.outputScale(), store, order.threads());
    }

    private Latents patches(SplittableRandom random) {
        int count = recipe.integer("start-patches", 1, 1_000_000);
        return Latents.of(
                count, source.channels() * networks.tokenFrames(), pool.windows(count, networks.tokenFrames(), random));
    }

    @Override
    public float[] draw(SplittableRandom random) {
        return pool.windows(batch, window, random);
    }

    @Override
    public Tensor tensor(float[] drawn) {
        return Tensors.of(drawn, batch, source.channels(), 1, window);
    }

    /** The quality is the signal-to-noise ratio of the standardized batch in dB. */
    @Override
    public Judgement judge(Tensor output, Tensor original) {
        Tensor error = output.sub(original);
        Tensor squared = error.square().mean();
        Tensor loss = Tensors.scale(squared, lossSquared);
        if (lossDifference > 0) {
            Tensor difference = error.narrow(3, 1, window - 1).sub(error.narrow(3, 0, window - 1));
            loss = loss.add(Tensors.scale(difference.square().mean(), lossDifference));
        }
        return new Judgement(loss, ratio(squared, original));
    }

    private static double ratio(Tensor squared, Tensor original) {
        try (NoGradGuard _ = new NoGradGuard()) {
            double signal = original.square().mean().item_double();
            return 10 * Math.log10(Math.max(1e-10, signal) / Math.max(1e-10, squared.item_double()));
        }
    }

    @Override
    public String qualityName() {
        return "snr";
    }

    @Override
    public void describe(Map<String, Object> config) {
        config.put("channels", source.channels());
        config.put("token_frames", networks.tokenFrames());
    }

    /** {@code features.mean} and {@code features.scale}. */
    @Override
    public void addTensors(ModelFile.Builder builder) {
        int channels = source.channels();
        builder.tensor("features.mean", dev.tessera.vqmodels.Tensor.ofFloats(pool.mean(), channels))
                .tensor("features.scale", dev.tessera.vqmodels.Tensor.ofFloats(pool.scale(), channels));
    }
}
