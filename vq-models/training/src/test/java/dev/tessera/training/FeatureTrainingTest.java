package dev.tessera.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Quantizer;
import dev.tessera.vqmodels.CodebookFile;
import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.training.SeriesSource;
import dev.tessera.vqmodels.training.TrainingException;
import dev.tessera.vqmodels.training.TrainingOrder;
import dev.tessera.vqmodels.training.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureTrainingTest {
    private static final int CHANNELS = 6;
    private static final TestSeries SERIES = new TestSeries(5, 150, CHANNELS);
    private static final Map<String, String> SMALL = Map.ofEntries(
            Map.entry("width", "24"),
            Map.entry("encoder-blocks", "1"),
            Map.entry("decoder-blocks", "2"),
            Map.entry("window", "32"),
            Map.entry("batch", "4"),
            Map.entry("codes", "32"),
            Map.entry("stages", "2"),
            Map.entry("dim", "8"),
            Map.entry("warm-up", "3"),
            Map.entry("start-patches", "300"),
            Map.entry("checkpoint-minutes", "0"));

    @TempDir
    Path folder;

    private static Map<String, String> small(String... changes) {
        Map<String, String> all = new HashMap<>(SMALL);
        for (int i = 0; i < changes.length; i += 2) {
            all.put(changes[i], changes[i + 1]);
        }
        return all;
    }

    private static TrainingResult train(Path output, boolean resume, Map<String, String> changes) throws IOException {
        return train(output, resume, changes, SERIES);
    }

    private static TrainingResult train(Path output, boolean resume, Map<String, String> changes, SeriesSource source)
            throws IOException {
        return new LibtorchTrainer()
                .trainSeries(new TrainingOrder(output, "features-f4", changes, 0, resume, 1, line -> {}), source);
    }

    /** What a process to be killed trains. */
    static void trainForKills(Path output, int steps) throws IOException {
        train(output, true, small("steps", Integer.toString(steps)));
    }

    @Test
    void killedTwiceAndResumedGivesTheSameModel() throws Exception {
        KilledTraining.assertResumesExactly(folder, "features");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vq",
                "spherical",
                "rotation",
                "ema",
                "entropy",
                "simvq",
                "vqganlc",
                "gumbel",
                "fsq",
                "lfq",
                "bsq",
                "rvq",
                "factorized"
            })
    void everyQuantizerTrainsAndGivesAModel(String quantizer) throws IOException {
        Path output = folder.resolve("m.safetensors");
        assertTrue(train(output, false, small("quantizer", quantizer, "steps", "2"))
                .finished());
        ModelFile model = ModelFile.read(output);
        assertEquals("neural_features_tokenizer", model.config().string("model_type"));
        assertEquals(CHANNELS, model.config().integer("channels"));
        assertEquals(4, model.config().integer("token_frames"));
        Quantizer exported = CodebookFile.quantizer(model, CodebookFile.PREFIX);
        assertEquals(model.config().integer("codebook_dim"), exported.dim());
    }

    @Test
    void theSeedDecides() throws IOException {
        Path a = folder.resolve("a.safetensors");
        Path b = folder.resolve("b.safetensors");
        Path c = folder.resolve("c.safetensors");
        train(a, false, small("steps", "6"));
        train(b, false, small("steps", "6"));
        train(c, false, small("steps", "6", "seed", "2"));
        assertArrayEquals(Files.readAllBytes(a), Files.readAllBytes(b));
        assertFalse(Arrays.equals(Files.readAllBytes(a), Files.readAllBytes(c)));
    }

    @Test
    void trainingImprovesOnTheKlt() throws IOException {
        Path output = folder.resolve("model.safetensors");
        TrainingResult result = train(output, false, small("steps", "250", "learning-rate", "4e-3", "codes", "64"));
        List<String> curve = Files.readAllLines(folder.resolve("model.safetensors.curve.csv"));
        assertEquals("step,loss,snr,learning_rate", curve.getFirst());
        double first = Double.parseDouble(curve.get(1).split(",")[2]);
        assertTrue(first > 2, "the KLT has an SNR of " + first + " dB");
        assertTrue(result.quality() > first + 1, "the SNR went from " + first + " to " + result.quality());
    }

    /** Mean and spread of each channel stand in the model, those of a constant channel as its value and 1. */
    @Test
    void channelsAreStandardized() throws IOException {
        SeriesSource constant = new SeriesSource() {
            @Override
            public int size() {
                return 2;
            }

            @Override
            public int channels() {
                return 2;
            }

            @Override
            public String name(int index) {
                return "" + index;
            }

            @Override
            public float[] read(int index) {
                return index == 0 ? new float[] {1, 7, 3, 7} : new float[] {5, 7, 7, 7, 9, 7};
            }
        };
        Path output = folder.resolve("m.safetensors");
        train(output, false, small("steps", "1", "window", "8"), constant);
        ModelFile model = ModelFile.read(output);
        assertArrayEquals(new float[] {5, 7}, model.tensor("features.mean").toFloats());
        assertArrayEquals(
                new float[] {(float) Math.sqrt(8), 1},
                model.tensor("features.scale").toFloats());
        SeriesPool pool = SeriesPool.read(constant, 1, 1, line -> {});
        float[] window = pool.windows(1, 8, new SplittableRandom(1));
        for (int t = 0; t < 16; t++) {
            assertTrue(Math.abs(window[t]) < 3, "standardized");
        }
        assertArrayEquals(new float[8], Arrays.copyOfRange(window, 8, 16));
    }

    /** The loss is that of plain loops, and its gradient that of differences. */
    @Test
    void theLossIsErrorAndErrorOfDifferences() throws IOException {
        Recipe recipe = Recipe.read(
                Media.FEATURES, "features-f4", small("window", "4", "batch", "2", "loss-difference", "0.5"));
        TrainingOrder order = new TrainingOrder(folder.resolve("m"), "m", Map.of(), 0, false, 1, line -> {});
        FeatureMedium medium =
                new FeatureMedium(recipe, order, SERIES, 8, new ParameterStore(), new SplittableRandom(3));
        float[] original = Gradients.random(2 * CHANNELS * 4, 1, 1);
        float[] output = Gradients.random(2 * CHANNELS * 4, 1, 2);
        float[] gradient;
        try (PointerScope _ = new PointerScope()) {
            Tensor x = medium.tensor(output).set_requires_grad(true);
            Medium.Judgement judgement = medium.judge(x, medium.tensor(original));
            assertEquals(loss(output, original), judgement.loss().item_double(), 1e-5);
            double signal = 0;
            double error = 0;
            for (int i = 0; i < output.length; i++) {
                signal += original[i] * original[i];
                error += Math.pow(output[i] - original[i], 2);
            }
            assertEquals(10 * Math.log10(signal / error), judgement.quality(), 1e-4);
            judgement.loss().backward();
            gradient = Tensors.floats(x.grad());
        }
        for (int i = 0; i < output.length; i += 7) {
            float[] up = output.clone();
            float[] down = output.clone();
            up[i] += 1e-2f;
            down[i] -= 1e-2f;
            double step = (double) up[i] - down[i];
            assertEquals((loss(up, original) - loss(down, original)) / step, gradient[i], 1e-5);
        }
    }

    private static double loss(float[] output, float[] original) {
        double squared = 0;
        double differences = 0;
        for (int i = 0; i < output.length; i++) {
            squared += Math.pow((double) output[i] - original[i], 2) / output.length;
            if (i % 4 > 0) {
                double before = (double) output[i - 1] - original[i - 1];
                differences += Math.pow(output[i] - original[i] - before, 2) / (output.length / 4 * 3);
            }
        }
        return squared + 0.5 * differences;
    }

    @Test
    void settingsAndDataThatDoNotFitAreRefused() {
        for (String[] wrong : new String[][] {
            {"window", "33"},
            {"token-frames", "0"},
            {"start", "dct"},
            {"kernel", "0"},
            {"loss-squared", "x"},
            {"crop", "32"} // of pictures
        }) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> train(folder.resolve("m"), false, small(wrong)),
                    wrong[0] + " " + wrong[1]);
        }
        assertThrows(
                TrainingException.class,
                () -> train(folder.resolve("m"), false, small(), new TestSeries(2, 0, CHANNELS)));
    }

    /** Every layer of the pure-Java networks gives what the engine's does, and no output sees a later frame. */
    @ParameterizedTest
    @CsvSource({"features-f4, 4", "features-f2, 2", "features-f1, 1"})
    void theExportedNetworksAgreeLayerByLayerAndAreCausal(String name, int tokenFrames) throws IOException {
        Recipe recipe = Recipe.read(Media.FEATURES, name, small());
        ParameterStore store = new ParameterStore();
        TrainingOrder order = new TrainingOrder(folder.resolve("m"), name, Map.of(), 0, false, 1, line -> {});
        FeatureMedium medium = new FeatureMedium(recipe, order, SERIES, 8, store, new SplittableRandom(3));
        store.seal();
        medium.read();
        medium.startAsKlt(new NoBottleneck(), new SplittableRandom(4));
        for (Parameter parameter : store.parameters()) { // every layer must matter: branches start near 0, biases at it
            if (parameter.name.endsWith(".gamma") || parameter.name.endsWith(".bias")) {
                store.start(parameter, Gradients.random(Math.toIntExact(parameter.elements()), 0.3, parameter.offset));
            }
        }
        ModelFile model = ModelExport.of(recipe, store, medium, new NoBottleneck(), 0);
        float[] window = Arrays.copyOf(medium.draw(new SplittableRandom(5)), CHANNELS * 32);
        float[] latents = SeriesParity.assertAgree(model, "encoder", medium.encoder(), window, CHANNELS);
        SeriesParity.assertAgree(model, "decoder", medium.decoder(), latents, 8);
        var encoder = dev.tessera.vqmodels.nn.Network.read(model, "encoder");
        assertEquals(0, encoder.horizontal().lookAhead());
        assertEquals(tokenFrames, encoder.scale().downX());
        assertEquals(4 * tokenFrames, encoder.horizontal().lookBack());
        var decoder = dev.tessera.vqmodels.nn.Network.read(model, "decoder");
        assertEquals(0, decoder.horizontal().lookAhead());
        assertEquals(tokenFrames, decoder.scale().upX());
    }
}
