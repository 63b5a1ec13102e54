package dev.tessera.training;

import dev.tessera.codebook.Latents;
import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.training.SoundSource;
import dev.tessera.vqmodels.training.TrainingOrder;
import java.io.IOException;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Random segments of sounds, {@code [batch x 1 x 1 x segment]}, full scale is -1..1. */
final class SoundMedium implements Medium {
    private final Recipe recipe;
    private final TrainingOrder order;
    private final SoundSource source;
    private final ParameterStore store;
    private final SoundNetworks networks;
    private final SoundLosses losses;
    private final int sampleRate;
    private final int segment;
    private final int batch;
    private final SoundPool.Gain gain;
    private SoundPool pool;

    SoundMedium(
            Recipe recipe,
            TrainingOrder order,
            SoundSource source,
            int dim,
            ParameterStore store,
            SplittableRandom random) {
        this.recipe = recipe;
        this.order = order;
        this.source = source;
        this.store = store;
        networks = SoundNetworks.of(recipe, dim, store, random);
        sampleRate = recipe.integer("sample-rate", 1000, 384_000);
        segment = recipe.integer("segment", 256, 1 << 24);
        batch = recipe.integer("batch", 1, 4096);
        gain = new SoundPool.Gain(recipe.number("gain-low", -120, 120), recipe.number("gain-high", -120, 120));
        losses = new SoundLosses(
                recipe.integers("loss-windows", 16, segment),
                sampleRate,
                recipe.number("loss-convergence", 0, 1e6),
                recipe.number("loss-log", 0, 1e6),
                recipe.number("loss-mel", 0, 1e6),
                recipe.number("loss-wave", 0, 1e6));
        if (segment % networks.tokenSamples() != 0) {
            throw new IllegalArgumentException("the recipe's segment is " + segment + ", must be a multiple of the "
                    + networks.tokenSamples() + " samples of a token");
        }
    }

    @Override
    public Media media() {
        return Media.AUDIO;
    }

    @Override
    public String items() {
        return "sounds";
    }

    @Override
    public SoundSource source() {
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
        return 1;
    }

    @Override
    public void read() throws IOException {
        pool = SoundPool.read(
                source,
                sampleRate,
                SoundPool.shares(recipe.string("shares")),
                (long) recipe.integer("pool-megabytes", 1, 1 << 20) << 20,
                recipe.seed(),
                order.threads(),
                order.progress());
    }

    @Override
    public void startAsKlt(Bottleneck bottleneck, SplittableRandom random) {
        networks.startAsKlt(
                magnitudes(random),
                bottleneck.wantsWhitened(),
                bottleneck.outputScale(),
                store,
                random,
                order.threads());
    }

    /** Compressed magnitudes of frames, {@code [count x bins]}. */
    private Latents magnitudes(SplittableRandom random) {
        int count = recipe.integer("start-frames", 1, 1_000_000);
        int bins = networks.spectrum().size() / 2 + 1;
        float[] magnitudes = new float[Math.multiplyExact(count, bins)];
        int filled = 0;
        while (filled < magnitudes.length) {
            try (PointerScope _ = new PointerScope();
                    NoGradGuard _ = new NoGradGuard()) {
                Tensor features = Series.compressedStft(tensor(draw(random)), networks.spectrum());
                float[] some = Tensors.floats(
                        features.narrow(1, 0, bins).permute(0, 2, 3, 1).reshape(-1, bins));
                int values = Math.min(some.length, magnitudes.length - filled);
                System.arraycopy(some, 0, magnitudes, filled, values);
                filled += values;
            }
        }
        return Latents.of(count, bins, magnitudes);
    }

    @Override
    public float[] draw(SplittableRandom random) {
        return pool.segments(batch, segment, gain, random);
    }

    @Override
    public Tensor tensor(float[] drawn) {
        return Tensors.of(drawn, batch, 1, 1, segment);
    }

    @Override
    public Judgement judge(Tensor output, Tensor original) {
        return losses.of(output.reshape(batch, segment), original.reshape(batch, segment));
    }

    @Override
    public String qualityName() {
        return "log_mel_distance";
    }

    @Override
    public void describe(Map<String, Object> config) {
        config.put("sample_rate", sampleRate);
        config.put("token_samples", networks.tokenSamples());
    }
}
