package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.training.EnvelopeRefinement;
import dev.tessera.vqmodels.training.EnvelopeRefinement.Pair;
import dev.tessera.vqmodels.training.NeuralTrainer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringReader;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AudioTrainerTest {
    private static final String SMALL = """
            name = small
            seconds-per-file = 2
            seconds-per-folder = 6
            codes = 16
            iterations = 4
            vectors-per-code = 30
            envelope-components = 6
            envelope-stages = 2
            envelope-lambdas = 0.3
            core-stages = 2
            core-steps = 0.03, 0.1
            core-dead-zone = 1.5
            core-lambda = 0.8
            prior-table-bits = 8
            seed = 1
            """;

    private static AudioRecipe recipe(String text) throws IOException {
        return AudioRecipe.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static List<Path> sounds(Path folder) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            float[] x = new float[16000];
            double pitch = 100 + 60 * i;
            for (int t = 0; t < x.length; t++) {
                x[t] = (float) (0.2 * Math.sin(2 * Math.PI * pitch * t / 16000.0) * (1 + Math.sin(t / 900.0))
                        + 0.05 * random.nextDouble(-1, 1));
            }
            Path file = folder.resolve("s" + i + ".wav");
            try (OutputStream out = Files.newOutputStream(file)) {
                AudioFiles.writeWav(AudioSignal.mono(16000, x), out);
            }
            files.add(file);
        }
        return files;
    }

    private static ModelFile train(AudioRecipe recipe, int threads, List<Path> files) throws IOException {
        return new AudioTrainer(recipe, threads, _ -> {}).train(files);
    }

    @Test
    void theSameModelForAnyThreadCountAndFileOrder(@TempDir Path folder) throws IOException {
        List<Path> files = sounds(folder);
        ModelFile model = train(recipe(SMALL), 1, files);
        assertEquals(model.sha256(), train(recipe(SMALL), 3, files).sha256());
        List<Path> reversed = new ArrayList<>(files);
        Collections.reverse(reversed);
        assertEquals(model.sha256(), train(recipe(SMALL), 2, reversed).sha256());
        assertNotEquals(
                model.sha256(), train(recipe(SMALL).with(16, 2), 1, files).sha256());
        AudioModel loaded = AudioModel.load(ModelFile.read(bytes(model)));
        assertEquals(2, loaded.tokenizer().quantizer().stages());
        assertEquals(6, loaded.tokenizer().quantizer().dim());
        assertEquals("small", model.config().string("name"));
    }

    private static byte[] bytes(ModelFile model) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        model.write(out);
        return out.toByteArray();
    }

    /** Index 0 of the stages that can end a position is the zero vector. */
    @Test
    void codebooksBeginWithTheZeroVector(@TempDir Path folder) throws IOException {
        ClassicalAudioModel model = (ClassicalAudioModel) AudioModel.load(train(recipe(SMALL), 2, sounds(folder)));
        for (float v : model.envelopePart().quantizer().codebooks().get(1).codeVector(0)) {
            assertEquals(0, v);
        }
        for (int s = 0; s < 2; s++) {
            for (float v : model.corePart().quantizer().codebooks().get(s).codeVector(0)) {
                assertEquals(0, v);
            }
        }
    }

    @Test
    void tooLittleSoundIsRefused(@TempDir Path folder) throws IOException {
        List<Path> files = sounds(folder).subList(0, 1);
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> train(recipe(SMALL).with(4096, 1), 1, files));
        assertTrue(e.getMessage().contains("give more sound"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> train(recipe(SMALL), 1, List.of()));
        assertThrows(IllegalArgumentException.class, () -> new AudioTrainer(recipe(SMALL), 0, _ -> {}));
    }

    @Test
    void recipesNameWhatIsWrong() throws IOException {
        IllegalArgumentException missing =
                assertThrows(IllegalArgumentException.class, () -> recipe(SMALL.replace("codes = 16", "")));
        assertTrue(missing.getMessage().contains("'codes'"), missing.getMessage());
        IllegalArgumentException mistyped =
                assertThrows(IllegalArgumentException.class, () -> recipe(SMALL.replace("codes = 16", "codes = x")));
        assertTrue(mistyped.getMessage().contains("'codes'"), mistyped.getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> recipe(SMALL.replace("envelope-components = 6", "envelope-components = 81")));
        assertEquals("audio-mel-mdct", AudioRecipe.standard().name());
    }

    @Test
    void otherModelsAreRefused() throws IOException {
        ModelFile nothing = ModelFile.builder().build();
        assertThrows(CorruptModelException.class, () -> AudioModel.load(nothing));
        ModelFile newer = ModelFile.builder()
                .config(ModelConfig.of(Map.of("model_type", "audio_mel_mdct_rvq", "format_version", 99)))
                .build();
        assertThrows(CorruptModelException.class, () -> AudioModel.load(newer));
        ModelFile hollow = ModelFile.builder()
                .config(ModelConfig.of(Map.of(
                        "model_type", "audio_mel_mdct_rvq",
                        "format_version", 1,
                        "num_stages", 1,
                        "core_stages", 1,
                        "prior_table_bits", 8)))
                .build();
        assertThrows(CorruptModelException.class, () -> AudioModel.load(hollow));
    }

    @Test
    void theShippedModelIsThatOfItsRecipe() throws IOException {
        try (InputStream in = AudioModel.class.getResourceAsStream("models/audio-mel-mdct.safetensors")) {
            ModelFile file = ModelFile.read(in);
            AudioRecipe recipe = AudioRecipe.standard();
            assertEquals(recipe.name(), file.config().string("name"));
            assertEquals(recipe.codebookSize(), file.config().integer("codebook_size"));
            assertEquals(recipe.envelopeStages(), file.config().integer("num_stages"));
            assertEquals(recipe.coreStages(), file.config().integer("core_stages"));
            assertEquals(recipe.seed(), file.config().longInteger("seed"));
        }
    }

    private static final String SCALAR = """
            codec = scalar
            name = small
            seconds-per-file = 2
            seconds-per-folder = 6
            envelope-components = 6
            passes = 2
            envelope-steps = 0.5, 2
            waveform-steps = 0.03, 0.1
            lambda = 0.15
            seed = 1
            """;

    private static final String REFINER = """
            refiner-local-channels = 3
            refiner-local-layers = 2
            refiner-wide-channels = 4
            refiner-wide-kernels = 5, 3
            refiner-visits = 3
            refiner-kbps = 0.3, 1.5
            refiner-hybrid-from-kbps = 0.7
            refiner-steps = 9
            refiner-learning-rate = 0.01
            """;

    private static final Supplier<NeuralTrainer> NO_ENGINE = () -> {
        throw new AssertionError("there is no network to train");
    };

    private static Properties entries(String text) throws IOException {
        Properties entries = new Properties();
        entries.load(new StringReader(text));
        return entries;
    }

    @Test
    void scalarModelsAreTheSameForAnyThreadCountAndFileOrder(@TempDir Path folder) throws IOException {
        List<Path> files = sounds(folder);
        assertTrue(ScalarRecipe.isOne(entries(SCALAR)));
        assertFalse(ScalarRecipe.isOne(entries(SMALL)));
        ScalarRecipe recipe = ScalarRecipe.read(entries(SCALAR));
        ModelFile model = new ScalarTrainer(recipe, NO_ENGINE, 1, _ -> {}).train(files);
        List<Path> reversed = new ArrayList<>(files);
        Collections.reverse(reversed);
        assertEquals(
                model.sha256(),
                new ScalarTrainer(recipe, NO_ENGINE, 3, _ -> {}).train(reversed).sha256());
        assertNotEquals(
                model.sha256(),
                new ScalarTrainer(recipe.withSeed(2), NO_ENGINE, 1, _ -> {})
                        .train(files)
                        .sha256());
        AudioSignal sound = AudioFiles.read(files.getFirst());
        AudioCodec codec = new AudioCodec(AudioModel.load(model));
        byte[] file = codec.compress(sound, new RateTarget.Bytes(400)).bytes();
        assertEquals(sound.length(), codec.decompress(TsrFile.read(file)).length());
    }

    @Test
    void scalarRecipesNameWhatIsWrong() throws IOException {
        for (String[] change : new String[][] {
            {"passes = 2", "passes = two", "passes"},
            {"passes = 2", "passes = 0", "passes is 0"},
            {"lambda = 0.15", "", "lambda"},
            {"envelope-components = 6", "envelope-components = 81", "envelopeComponents is 81"},
        }) {
            Properties entries = entries(SCALAR.replace(change[0], change[1]));
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> ScalarRecipe.read(entries));
            assertTrue(e.getMessage().contains(change[2]), e.getMessage());
        }
    }

    /** The engine gets decoded sounds, those of which it learns apart from those that it does not, and its answer is in the model. */
    @Test
    void theRefinerIsLearntByTheEngine(@TempDir Path folder) throws IOException {
        List<EnvelopeRefinement> orders = new ArrayList<>();
        List<Integer> counts = new ArrayList<>();
        List<Pair> seen = new ArrayList<>();
        NeuralTrainer engine = (NeuralTrainer) Proxy.newProxyInstance(
                NeuralTrainer.class.getClassLoader(),
                new Class<?>[] {NeuralTrainer.class},
                (self, method, arguments) -> {
                    orders.add((EnvelopeRefinement) arguments[0]);
                    for (int i = 1; i <= 2; i++) {
                        List<?> pairs = (List<?>) arguments[i];
                        counts.add(pairs.size());
                        pairs.forEach(pair -> seen.add((Pair) pair));
                    }
                    return EnvelopeRefinerTest.networks(1);
                });
        ScalarRecipe recipe = ScalarRecipe.read(entries(SCALAR + REFINER));
        ModelFile model = new ScalarTrainer(recipe, () -> engine, 1, _ -> {}).train(sounds(folder));
        assertEquals(9, orders.getFirst().steps());
        assertEquals(List.of(5, 3), orders.getFirst().wideKernels());
        assertEquals(List.of(3 * 5, 3), counts); // one of six sounds is kept out
        assertTrue(seen.stream().anyMatch(pair -> pair.constants()[2] == 1));
        assertTrue(seen.stream().anyMatch(pair -> pair.constants()[2] == 0));
        assertEquals(2, model.config().integer("format_version"));
        assertTrue(((ScalarAudioModel) AudioModel.load(model)).refiner().isPresent());
    }

    @Test
    void refinerRecipesNameWhatIsWrong() throws IOException {
        for (String[] change : new String[][] {
            {"refiner-local-channels = 3", "", "refiner-local-channels"},
            {"refiner-local-layers = 2", "refiner-local-layers = 9", "refiner-local-layers is 9, must be in [2, 8]"},
            {"5, 3", "5, x", "refiner-wide-kernels"},
            {"5, 3", "5", "must be two odd numbers or more"},
            {"5, 3", "4, 3", "must be two odd numbers or more"},
            {"5, 3", "9, 9, 3", "reach 9 frames, must reach at most 8"},
            {"0.3, 1.5", "0", "refiner-kbps are [0.0]"},
            {"refiner-visits = 3", "refiner-visits = 0", "refiner-visits is 0"},
            {"refiner-learning-rate = 0.01", "refiner-learning-rate = 2", "refiner-learning-rate is 2.0"},
        }) {
            Properties entries = entries(SCALAR + REFINER.replace(change[0], change[1]));
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> ScalarRecipe.read(entries));
            assertTrue(e.getMessage().contains(change[2]), e.getMessage());
        }
    }
}
