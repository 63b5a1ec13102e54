package dev.tessera.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Quantizer;
import dev.tessera.vqmodels.CodebookFile;
import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.nn.FeatureMap;
import dev.tessera.vqmodels.training.TrainingOrder;
import dev.tessera.vqmodels.training.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SoundTrainingTest {
    private static final TestSounds SOUNDS = new TestSounds(7, 5000);
    private static final Map<String, String> SMALL = Map.ofEntries(
            Map.entry("sample-rate", "8000"),
            Map.entry("window", "128"),
            Map.entry("hop", "60"),
            Map.entry("complex-bins", "10"),
            Map.entry("width", "24"),
            Map.entry("encoder-blocks", "2"),
            Map.entry("decoder-blocks", "1"),
            Map.entry("segment", "960"),
            Map.entry("loss-windows", "64,128"),
            Map.entry("batch", "4"),
            Map.entry("codes", "32"),
            Map.entry("stages", "3"),
            Map.entry("dim", "8"),
            Map.entry("semantic-dim", "4"),
            Map.entry("warm-up", "3"),
            Map.entry("start-frames", "300"),
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
                .trainSounds(new TrainingOrder(output, "audio-24k", changes, 0, resume, 1, line -> {}), SOUNDS);
    }

    /** What a process to be killed trains. */
    static void trainForKills(Path output, int steps) throws IOException {
        train(output, true, small("steps", Integer.toString(steps), "revive-after", "4"));
    }

    @Test
    void killedTwiceAndResumedGivesTheSameModel() throws Exception {
        KilledTraining.assertResumesExactly(folder, "audio");
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
        assertTrue(!java.util.Arrays.equals(Files.readAllBytes(a), Files.readAllBytes(c)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"vq", "fsq", "bsq", "simvq", "factorized", "split"})
    void otherQuantizersTrainToo(String quantizer) throws IOException {
        Path output = folder.resolve("m.safetensors");
        assertTrue(train(output, false, small("quantizer", quantizer, "steps", "2"))
                .finished());
        ModelFile model = ModelFile.read(output);
        assertEquals("neural_audio_tokenizer", model.config().string("model_type"));
        Quantizer exported = CodebookFile.quantizer(model, CodebookFile.PREFIX);
        assertEquals(model.config().integer("codebook_dim"), exported.dim());
    }

    /** The first latents are those of the start, whatever was learnt; the others are not. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theFeaturesOfASplitStayAsTheyStarted(int tokenFrames) throws IOException {
        List<FeatureMap> latents = new ArrayList<>();
        for (int steps : new int[] {1, 12}) {
            Path output = folder.resolve(steps + ".safetensors");
            train(output, false, small("quantizer", "split", "steps", "" + steps, "token-frames", "" + tokenFrames));
            dev.tessera.vqmodels.nn.Network encoder =
                    dev.tessera.vqmodels.nn.Network.read(ModelFile.read(output), "encoder");
            float[] sound = Gradients.random(960, 0.3, 7);
            latents.add(encoder.run(FeatureMap.of(1, 1, 960, sound), 1));
        }
        int plane = latents.getFirst().width();
        float[] before = latents.getFirst().toArray();
        float[] after = latents.getLast().toArray();
        assertEquals(12 * plane, before.length);
        assertArrayEquals(java.util.Arrays.copyOf(before, 4 * plane), java.util.Arrays.copyOf(after, 4 * plane));
        for (int d = 4; d < 12; d++) {
            assertTrue(
                    !java.util.Arrays.equals(before, d * plane, (d + 1) * plane, after, d * plane, (d + 1) * plane),
                    "latent " + d + " learns");
        }
    }

    @Test
    void trainingImprovesOnTheKlt() throws IOException {
        Path output = folder.resolve("model.safetensors");
        train(output, false, small("steps", "120", "learning-rate", "2e-3"));
        List<String> curve = Files.readAllLines(folder.resolve("model.safetensors.curve.csv"));
        assertEquals("step,loss,log_mel_distance,learning_rate", curve.getFirst());
        double first = Double.parseDouble(curve.get(1).split(",")[1]);
        double last = 0;
        for (String line : curve.subList(curve.size() - 4, curve.size())) {
            last += Double.parseDouble(line.split(",")[1]) / 4;
        }
        assertTrue(last < 0.75 * first, "the loss went from " + first + " to " + last);
    }

    @Test
    void settingsThatDoNotFitAreRefused() {
        for (String[] wrong : new String[][] {
            {"segment", "970"},
            {"hop", "61"},
            {"window", "100"},
            {"look-ahead", "7"},
            {"shares", "speech"},
            {"shares", "speech:1"}, // there is none
            {"loss-windows", "64,x"},
            {"gain-low", "9"},
            {"start", "dct"},
            {"dim", "25"},
            {"semantic-dim", "0", "quantizer", "split"},
            {"semantic-dim", "9", "quantizer", "split"},
            {"start", "random", "quantizer", "split"}
        }) {
            assertThrows(
                    RuntimeException.class,
                    () -> train(
                            folder.resolve("m"),
                            false,
                            wrong.length > 2 ? small(wrong) : small(wrong[0], wrong[1], "quantizer", "vq")),
                    wrong[0] + " " + wrong[1]);
        }
    }

    /** Every layer of the pure-Java network gives what the engine's does, as far as single precision goes. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theExportedNetworksAgreeLayerByLayer(int tokenFrames) throws IOException {
        Recipe recipe = Recipe.read(
                Media.AUDIO, "audio-24k", small("token-frames", Integer.toString(tokenFrames), "look-ahead", "2"));
        ParameterStore store = new ParameterStore();
        SoundMedium medium = new SoundMedium(recipe, order(recipe), SOUNDS, 8, store, new SplittableRandom(3));
        store.seal();
        medium.read();
        medium.startAsKlt(new NoBottleneck(), new SplittableRandom(4));
        perturb(store);
        ModelFile model = ModelExport.of(recipe, store, medium, new NoBottleneck(), 0);
        float[] drawn = medium.draw(new SplittableRandom(5));
        float[] segment = java.util.Arrays.copyOf(drawn, 960);
        float[] latents = SeriesParity.assertAgree(model, "encoder", medium.encoder(), segment, 1);
        SeriesParity.assertAgree(model, "decoder", medium.decoder(), latents, 8);
    }

    private TrainingOrder order(Recipe recipe) {
        return new TrainingOrder(folder.resolve("m"), recipe.name(), Map.of(), 0, false, 1, line -> {});
    }

    /** Blocks start near zero, which would hide errors in them. */
    private static void perturb(ParameterStore store) {
        SplittableRandom random = new SplittableRandom(9);
        for (Parameter parameter : store.parameters()) {
            if (parameter.name.endsWith(".gamma") || parameter.name.endsWith(".bias")) {
                float[] values = new float[parameter.elements()];
                try (PointerScope _ = new PointerScope()) {
                    values = Tensors.floats(parameter.tensor());
                    for (int i = 0; i < values.length; i++) {
                        values[i] += (float) (0.2 * random.nextGaussian());
                    }
                    store.start(parameter, values);
                }
            }
        }
    }
}
