package dev.tessera.image.learned;

import dev.tessera.image.TestNetworks;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

/** A small learned codec that needs no training: the networks of {@link TestNetworks}, random weights of the prior, three rates. */
final class TestLearned {
    static final int DIM = TestNetworks.DIM;
    static final int WIDTH = 8;
    static final int RATES = 3;

    private TestLearned() {}

    /** A model as the training of networks leaves it. */
    static ModelFile withoutPrior() {
        ModelFile networks = TestNetworks.withoutPrior("vq");
        ModelFile.Builder builder = ModelFile.builder();
        for (String name : networks.tensorNames()) {
            if (name.startsWith("encoder.") || name.startsWith("decoder.")) {
                try {
                    builder.tensor(name, networks.tensor(name));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        SplittableRandom random = new SplittableRandom(3);
        float[] gains = new float[RATES * DIM];
        float[] inverse = new float[gains.length];
        for (int i = 0; i < gains.length; i++) {
            gains[i] = 1 + 0.8f * (i / DIM) + 0.1f * random.nextFloat();
            inverse[i] = -gains[i] - 0.02f;
        }
        builder.tensor(Gains.LOG_GAINS, Tensor.ofFloats(gains, RATES, DIM));
        builder.tensor(Gains.LOG_INVERSE, Tensor.ofFloats(inverse, RATES, DIM));
        builder.tensor("quantizer.prior.0.weight", random(random, 0.1f, WIDTH, DIM + LevelPrior.PLANES, 5, 5));
        builder.tensor("quantizer.prior.0.bias", random(random, 0.1f, WIDTH));
        builder.tensor("quantizer.prior.1.weight", random(random, 0.4f, WIDTH, WIDTH, 1, 1));
        builder.tensor("quantizer.prior.1.bias", random(random, 0.1f, WIDTH));
        builder.tensor("quantizer.prior.2.weight", random(random, 0.4f, 2 * DIM, WIDTH, 1, 1));
        builder.tensor("quantizer.prior.2.bias", random(random, 0.5f, 2 * DIM));
        ModelConfig config = networks.config()
                .with("model_type", LearnedImageModel.MODEL_TYPE)
                .with("name", "learned-test")
                .with("latent_dim", DIM)
                .with("rates", RATES)
                .with("prior_width", WIDTH);
        return builder.config(config).build();
    }

    private static Tensor random(SplittableRandom random, float scale, int... shape) {
        float[] values = new float[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = scale * (2 * random.nextFloat() - 1);
        }
        return Tensor.ofFloats(values, shape);
    }

    /** The model with its prior, learnt from a few scenes. */
    static LearnedImageModel model(Path folder) throws IOException {
        return LearnedImageModel.load(
                new LearnedPriorTrainer(12, 2, _ -> {}).train(withoutPrior(), TestNetworks.scenes(folder)));
    }
}
