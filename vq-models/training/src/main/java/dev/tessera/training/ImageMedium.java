package dev.tessera.training;

import dev.tessera.codebook.Latents;
import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.training.PictureSource;
import dev.tessera.vqmodels.training.TrainingOrder;
import java.io.IOException;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/** Random crops of pictures, or whole ones brought to one size, {@code [batch x 3 x crop x crop]} in 0..1. */
final class ImageMedium implements Medium {
    private final Recipe recipe;
    private final TrainingOrder order;
    private final PictureSource source;
    private final ParameterStore store;
    private final ImageNetworks networks;
    private final Losses losses;
    private final int crop;
    private final int batch;
    private final boolean turns;
    private final boolean whole;
    private PicturePool pool;

    ImageMedium(
            Recipe recipe,
            TrainingOrder order,
            PictureSource source,
            int dim,
            ParameterStore store,
            SplittableRandom random) {
        this.recipe = recipe;
        this.order = order;
        this.source = source;
        this.store = store;
        networks = ImageNetworks.of(recipe, dim, store, random);
        losses = new Losses(
                recipe.number("loss-absolute", 0, 1e6),
                recipe.number("loss-squared", 0, 1e6),
                recipe.number("loss-structure", 0, 1e6),
                recipe.number("loss-gradient", 0, 1e6));
        crop = recipe.integer("crop", 16, 4096);
        batch = recipe.integer("batch", 1, 4096);
        turns = recipe.flag("turns");
        if (crop % networks.factor() != 0) {
            throw new IllegalArgumentException(
                    "the recipe's crop is " + crop + ", must be a multiple of the factor " + networks.factor());
        }
        int size = recipe.integer("whole-size", 0, 4096);
        whole = size > 0;
        if (whole && size != crop) {
            throw new IllegalArgumentException("the recipe's crop is " + crop + ", must be its whole-size " + size);
        }
    }

    @Override
    public Media media() {
        return Media.IMAGE;
    }

    @Override
    public String items() {
        return "pictures";
    }

    @Override
    public PictureSource source() {
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
        return 3;
    }

    @Override
    public void read() throws IOException {
        pool = PicturePool.read(
                source,
                crop,
                (long) recipe.integer("pool-megabytes", 1, 1 << 20) << 20,
                recipe.seed(),
                order.threads(),
                order.progress());
    }

    /** The KLT of patches. */
    @Override
    public void startAsKlt(Bottleneck bottleneck, SplittableRandom random) {
        if (!recipe.string("network").equals("convnext")) {
            throw new IllegalArgumentException("the recipe's start is klt, which only convnext has");
        }
        networks.startAsKlt(
                patches(random), bottleneck.wantsWhitened(), bottleneck.outputScale(), store, order.threads());
    }

    /** Patches of random crops, {@code [count x (3 x factor x factor)]} in -1..1. */
    private Latents patches(SplittableRandom random) {
        int factor = networks.factor();
        int side = 3 * factor * factor;
        int count = recipe.integer("start-patches", 1, 1_000_000);
        float[] patches = new float[Math.multiplyExact(count, side)];
        int columns = crop / factor;
        float[] picture = null;
        for (int i = 0; i < count; i++) {
            int place = i % (columns * columns);
            if (whole && place == 0) {
                picture = pool.wholes(1, crop, turns, random);
            }
            float[] patch =
                    whole ? patch(picture, place / columns, place % columns) : pool.crops(1, factor, turns, random);
            for (int k = 0; k < side; k++) {
                patches[i * side + k] = 2 * patch[k] - 1;
            }
        }
        return Latents.of(count, side, patches);
    }

    private float[] patch(float[] picture, int row, int column) {
        int factor = networks.factor();
        float[] patch = new float[3 * factor * factor];
        for (int i = 0; i < 3 * factor; i++) {
            int line = (i / factor * crop + row * factor + i % factor) * crop;
            System.arraycopy(picture, line + column * factor, patch, i * factor, factor);
        }
        return patch;
    }

    @Override
    public float[] draw(SplittableRandom random) {
        return whole ? pool.wholes(batch, crop, turns, random) : pool.crops(batch, crop, turns, random);
    }

    @Override
    public Tensor tensor(float[] drawn) {
        return Tensors.of(drawn, batch, 3, crop, crop);
    }

    @Override
    public Tensor encode(Tensor pictures) {
        return networks.encoder.forward(Tensors.plus(Tensors.scale(pictures, 2), -1));
    }

    @Override
    public Tensor decode(Tensor latents) {
        return Tensors.scale(Tensors.plus(networks.decoder.forward(latents), 1), 0.5);
    }

    @Override
    public Judgement judge(Tensor output, Tensor original) {
        return new Judgement(losses.of(output, original), psnr(output, original));
    }

    /** In dB, of the mean squared error of the batch. */
    private static double psnr(Tensor output, Tensor original) {
        try (NoGradGuard _ = new NoGradGuard()) {
            Tensor clipped = output.clamp(new ScalarOptional(new Scalar(0.0)), new ScalarOptional(new Scalar(1.0)));
            double error = Tensors.meanSquaredError(clipped, original).item_double();
            return -10 * Math.log10(Math.max(1e-10, error));
        }
    }

    @Override
    public String qualityName() {
        return "psnr";
    }

    @Override
    public void describe(Map<String, Object> config) {
        config.put("factor", networks.factor());
        if (whole) {
            config.put("whole_size", crop);
        }
        config.put("input_scale", 1 / 127.5); // of samples in 0..255
        config.put("input_offset", -1.0);
    }
}
