package dev.tessera.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.vqmodels.CodebookFile;
import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.training.TrainingOrder;
import dev.tessera.vqmodels.training.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageTrainingTest {
    private static final TestPictures PICTURES = new TestPictures(6, 80);
    private static final Map<String, String> SMALL = Map.ofEntries(
            Map.entry("width", "24"),
            Map.entry("encoder-blocks", "1"),
            Map.entry("decoder-blocks", "1"),
            Map.entry("crop", "32"),
            Map.entry("batch", "4"),
            Map.entry("codes", "32"),
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
        return new LibtorchTrainer()
                .trainImages(new TrainingOrder(output, "image-f8", changes, 0, resume, 1, line -> {}), PICTURES);
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
        Path output = folder.resolve(quantizer + ".safetensors");
        TrainingResult result = train(output, false, small("quantizer", quantizer, "stages", "2", "steps", "3"));
        assertTrue(result.finished());
        assertTrue(result.quality() > 8, "PSNR is " + result.quality());
        ModelFile model = ModelFile.read(output);
        Quantizer exported = CodebookFile.quantizer(model, CodebookFile.PREFIX);
        assertEquals(model.config().integer("codebook_dim"), exported.dim());
        assertEquals(24, model.tensor("encoder.0.weight", 24, 3, 8, 8).shape()[0]);
        assertEquals(
                "layer_scale",
                model.config().objects("decoder").get(1).objects("body").get(5).string("type"));
    }

    /** All factors start as the KLT: what the decoder makes of exact latents is the projection on the components. */
    @ParameterizedTest
    @ValueSource(ints = {8, 16, 32})
    void theNetworkStartsAsTheKlt(int factor) throws IOException {
        Recipe recipe = Recipe.read(
                Media.IMAGE,
                "image-f16",
                small("factor", Integer.toString(factor), "dim", "24", "quantizer", "vq", "fine-blocks", "1"));
        ParameterStore store = new ParameterStore();
        ImageNetworks networks = ImageNetworks.of(recipe, 24, store, new SplittableRandom(1));
        store.seal();
        PicturePool pool = PicturePool.read(PICTURES, 48, 1 << 20, 1, 1, line -> {});
        int dim = 3 * factor * factor;
        float[] patches = patches(pool, 1, factor);
        int fitted = Math.min(
                factor, 16); // a KLT of 3072 dimensions takes half a minute: that of a half of the side, enlarged
        Klt small = Klt.fit(Latents.of(400, 3 * fitted * fitted, patches(pool, 400, fitted)), 24, 1);
        int times = factor / fitted;
        Klt klt = Klt.of(
                dim, 24, enlarged(small.mean(), fitted, times, 1), enlarged(small.basis(), fitted, times, times));
        networks.startAs(klt, small.eigenvalues(), false, 1, store);
        float[] expected =
                klt.inverse(klt.transform(Latents.of(1, dim, patches))).data();
        try (PointerScope _ = new PointerScope()) {
            float[] out = Tensors.floats(
                    networks.decoder.forward(networks.encoder.forward(Tensors.of(patches, 1, 3, factor, factor))));
            for (int k = 0; k < dim; k++) {
                assertEquals(expected[k], out[k], 0.03, "value " + k); // the blocks add a thousandth of theirs
            }
        }
    }

    /** {@code count} patches in -1..1, one after the other. */
    private static float[] patches(PicturePool pool, int count, int factor) {
        int dim = 3 * factor * factor;
        float[] patches = new float[count * dim];
        for (int i = 0; i < count; i++) {
            float[] patch = pool.crops(1, factor, false, new SplittableRandom(i));
            for (int k = 0; k < dim; k++) {
                patches[i * dim + k] = 2 * patch[k] - 1;
            }
        }
        return patches;
    }

    /** Every number of maps of {@code side} x {@code side} in a square of {@code times} x {@code times}, over {@code divisor}. */
    private static float[] enlarged(float[] maps, int side, int times, float divisor) {
        int large = side * times;
        float[] out = new float[maps.length * times * times];
        for (int i = 0; i < out.length; i++) {
            int x = i % large / times;
            int y = i / large % large / times;
            out[i] = maps[(i / (large * large) * side + y) * side + x] / divisor;
        }
        return out;
    }

    /** A start from the KLT is far better than noise, and training makes it better still. */
    @Test
    void trainingImprovesOnTheKlt() throws IOException {
        Path output = folder.resolve("model.safetensors");
        train(output, false, small("quantizer", "fsq", "codes", "1000", "steps", "150", "learning-rate", "2e-3"));
        List<String> curve = Files.readAllLines(folder.resolve("model.safetensors.curve.csv"));
        double first = Double.parseDouble(curve.get(1).split(",")[1]);
        double psnr = Double.parseDouble(curve.get(1).split(",")[2]);
        double last = 0;
        for (String line : curve.subList(curve.size() - 4, curve.size())) {
            last += Double.parseDouble(line.split(",")[1]) / 4;
        }
        assertTrue(psnr > 16, "PSNR of the first step is " + psnr);
        assertTrue(last < 0.75 * first, "the loss went from " + first + " to " + last);
    }

    /** Every picture, at whatever size, is one square to the networks, and all tokens see each other. */
    @Test
    void wholePicturesAreBroughtToOneSize() throws IOException {
        Path output = folder.resolve("whole.safetensors");
        Map<String, String> whole = small(
                "quantizer", "simvq", "whole-size", "32", "mixer-blocks", "1", "steps", "120", "learning-rate", "2e-3");
        TrainingResult result = train(output, false, whole);
        ModelFile model = ModelFile.read(output);
        assertEquals(32, model.config().integer("whole_size"));
        assertEquals(
                "transpose",
                model.config().objects("encoder").get(2).objects("body").get(1).string("type"));
        assertTrue(result.quality() > 16, "PSNR is " + result.quality());
        Path without = folder.resolve("without.safetensors");
        Map<String, String> changes = new HashMap<>(whole);
        changes.put("whole-size", "0");
        assertThrows(IllegalArgumentException.class, () -> train(without, false, changes));
        changes.put("whole-size", "64");
        assertThrows(IllegalArgumentException.class, () -> train(without, false, changes));
    }

    @Test
    void anotherRecipeOrOtherPicturesAreNotResumed() throws IOException {
        Path output = folder.resolve("model.safetensors");
        Checkpoint checkpoint = new Checkpoint(1, 5, 0, "other=1\n", "", 1, "", Map.of());
        checkpoint.write(TrainingOrder.checkpoint(output));
        assertThrows(IllegalArgumentException.class, () -> train(output, true, small("steps", "5")));
        assertThrows(IllegalArgumentException.class, () -> train(output, false, small("unknown", "5")));
        assertThrows(IllegalArgumentException.class, () -> train(output, false, small("codes", "-5")));
    }

    /** Killed twice without warning and resumed, a training ends with the bytes of an unbroken one. */
    @Test
    void killedTwiceAndResumedGivesTheSameModel() throws Exception {
        KilledTraining.assertResumesExactly(folder, "image");
    }

    /** What a process to be killed trains: moving averages, dropout and revival are the state that is easiest to forget. */
    static void trainForKills(Path output, int steps) throws IOException {
        train(
                output,
                true,
                small(
                        "quantizer",
                        "rvq",
                        "stages",
                        "3",
                        "steps",
                        Integer.toString(steps),
                        "revive-after",
                        "4",
                        "dropout",
                        "0.7"));
    }
}
