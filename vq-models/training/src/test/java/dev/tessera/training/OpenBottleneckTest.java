package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.manual_seed;
import static org.bytedeco.pytorch.global.torch.rand;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.training.TrainingOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenBottleneckTest {
    private static final int DIM = 2;
    private static final int WIDTH = 3;
    private static final int HEIGHT = 3;
    private static final int COLUMNS = 4;
    private static final int RATES = 3;
    private static final int SEED = 4;
    private static final float[] X = Gradients.random(DIM * HEIGHT * COLUMNS, 2, 5);

    private final ParameterStore store = new ParameterStore();
    private OpenBottleneck bottleneck;
    private ModelFile exported;

    @TempDir
    Path folder;

    @BeforeEach
    void make() {
        bottleneck = new OpenBottleneck(
                "quantizer", DIM, WIDTH, new OpenBottleneck.Rates(RATES, 0.5, 2, 64), store, new SplittableRandom(1));
        store.seal();
        int count = bottleneck.wantedForStart();
        bottleneck.start(Latents.of(count, DIM, Gradients.random(count * DIM, 1.5, 6)), 1, 1);
        ModelFile.Builder builder = ModelFile.builder();
        Map<String, Object> config = new LinkedHashMap<>();
        bottleneck.addTo(config, builder);
        exported = builder.config(ModelConfig.of(config)).build();
    }

    private static Bottleneck.Moment moment() {
        return new Bottleneck.Moment(true, 0, new SplittableRandom(SEED));
    }

    private static int rate() {
        return new SplittableRandom(SEED).nextInt(RATES);
    }

    private float[] tensor(String name, int... shape) throws IOException {
        return exported.tensor("quantizer." + name, shape).toFloats();
    }

    /** Latents {@code [D x h x w]} as the decoder gets them. */
    private double[] decoded() throws IOException {
        float[] gains = tensor("log_gains", RATES, DIM);
        float[] inverse = tensor("log_inverse_gains", RATES, DIM);
        double[] out = new double[X.length];
        for (int i = 0; i < X.length; i++) {
            int at = rate() * DIM + i / (HEIGHT * COLUMNS);
            out[i] = Math.rint(X[i] * Math.exp(gains[at])) * Math.exp(inverse[at]);
        }
        return out;
    }

    @Test
    void latentsAreRoundedAtTheRateOfTheStep() throws IOException {
        double[] expected = decoded();
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            float[] found = Tensors.floats(bottleneck
                    .forwardGrid(Tensors.of(X, 1, DIM, HEIGHT, COLUMNS), moment())
                    .latents());
            for (int i = 0; i < found.length; i++) {
                assertEquals(expected[i], found[i], 1e-5, "latent " + i);
            }
        }
    }

    /** The loss from its definition, in doubles, with the noise that the engine draws. */
    @Test
    void theLossIsTheCrossEntropyOverWhatDistortionIsWorth() throws IOException {
        double found;
        float[] noise;
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            manual_seed(9);
            found = bottleneck
                    .forwardGrid(Tensors.of(X, 1, DIM, HEIGHT, COLUMNS), moment())
                    .loss()
                    .item_double();
            manual_seed(9);
            noise = Tensors.floats(rand(1, DIM, HEIGHT, COLUMNS));
        }
        float[] gains = tensor("log_gains", RATES, DIM);
        double bits = 0;
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < COLUMNS; x++) {
                double[] both = expected(y, x);
                for (int c = 0; c < DIM; c++) {
                    double gain = Math.exp(gains[rate() * DIM + c]);
                    int at = (c * HEIGHT + y) * COLUMNS + x;
                    double level = X[at] * gain + noise[at] - 0.5;
                    double mean = both[c] * gain;
                    double scale = Math.exp(both[DIM + c]) * gain;
                    double likelihood = sigmoid((level + 0.5 - mean) / scale) - sigmoid((level - 0.5 - mean) / scale);
                    bits -= Math.log(Math.max(1e-6, likelihood)) / Math.log(2);
                }
            }
        }
        double perPixel = bits / (HEIGHT * COLUMNS * 64);
        double expected = perPixel / (0.5 * Math.pow(2, rate()));
        assertEquals(expected, found, 2e-4 * expected);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** Outputs of the prior at a position, from the decoded latents above and to the left. */
    private double[] expected(int y, int x) throws IOException {
        double[] latents = decoded();
        float[] kernel = tensor("prior.0.weight", WIDTH, DIM + 2, 5, 5);
        float[] bias = tensor("prior.0.bias", WIDTH);
        double[] hidden = new double[WIDTH];
        for (int o = 0; o < WIDTH; o++) {
            double sum = bias[o];
            for (int tap = 0; tap < 25; tap++) {
                int row = y + tap / 5 - 2;
                int column = x + tap % 5 - 2;
                boolean inside = row >= 0 && row < HEIGHT && column >= 0 && column < COLUMNS;
                for (int c = 0; c < DIM && inside; c++) {
                    sum += kernel[(o * (DIM + 2) + c) * 25 + tap] * latents[(c * HEIGHT + row) * COLUMNS + column];
                }
                sum += kernel[(o * (DIM + 2) + DIM) * 25 + tap] * rate() / (RATES - 1);
                sum += inside ? kernel[(o * (DIM + 2) + DIM + 1) * 25 + tap] : 0;
            }
            hidden[o] = Math.max(0, sum);
        }
        hidden = layer("1", hidden, WIDTH);
        for (int o = 0; o < WIDTH; o++) {
            hidden[o] = Math.max(0, hidden[o]);
        }
        return layer("2", hidden, 2 * DIM);
    }

    private double[] layer(String name, double[] in, int count) throws IOException {
        float[] weights = tensor("prior." + name + ".weight", count, in.length, 1, 1);
        float[] bias = tensor("prior." + name + ".bias", count);
        double[] out = new double[count];
        for (int o = 0; o < count; o++) {
            out[o] = bias[o];
            for (int i = 0; i < in.length; i++) {
                out[o] += weights[o * in.length + i] * in[i];
            }
        }
        return out;
    }

    /** What is not above or to the left has no weight in the file. */
    @Test
    void exportedKernelsAreCausal() throws IOException {
        float[] kernel = tensor("prior.0.weight", WIDTH, DIM + 2, 5, 5);
        int used = 0;
        for (int i = 0; i < kernel.length; i++) {
            if (i % 25 >= 12) {
                assertEquals(0, kernel[i]);
            } else if (kernel[i] != 0) {
                used++;
            }
        }
        assertTrue(used > 0);
    }

    @Test
    void theRecipeTrainsAndGivesAModel() throws IOException {
        Path output = folder.resolve("open.safetensors");
        Map<String, String> small = Map.of(
                "width",
                "24",
                "encoder-blocks",
                "1",
                "decoder-blocks",
                "1",
                "crop",
                "32",
                "batch",
                "2",
                "dim",
                "8",
                "steps",
                "3",
                "start-patches",
                "300",
                "prior-width",
                "8");
        TrainingOrder order = new TrainingOrder(output, "image-open", small, 0, false, 1, line -> {});
        assertTrue(new LibtorchTrainer()
                .trainImages(order, new TestPictures(6, 80))
                .finished());
        ModelFile model = ModelFile.read(output);
        assertEquals("learned_image_codec", model.config().string("model_type"));
        assertEquals(8, model.config().integer("latent_dim"));
        assertEquals(7 * 8, model.tensor("quantizer.log_gains", 7, 8).toFloats().length);
    }

    @Test
    void soundsAreRefused() {
        TrainingOrder order = new TrainingOrder(
                folder.resolve("x"), "audio-24k", Map.of("quantizer", "open-fsq"), 0, false, 1, line -> {});
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new LibtorchTrainer().trainSounds(order, null));
        assertTrue(e.getMessage().contains("image-open has"), e.getMessage());
    }
}
