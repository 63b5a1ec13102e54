package dev.tessera.image.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.ImageModels;
import dev.tessera.vqmodels.training.NeuralTrainer;
import dev.tessera.vqmodels.training.PlaneRefinement;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinearImageTrainerTest {
    private static final String RECIPE = """
            coder = linear
            name = small
            side = 64
            crop-width = 48
            crop-height = 40
            visits = 5
            first-step = 30
            last-step = 50
            scale-shares = 2, 1, 0
            seed = 3
            """;

    private static final Supplier<NeuralTrainer> NO_ENGINE = () -> {
        throw new AssertionError("the recipe has no network");
    };

    private static final String NETWORK = """
            network-channels = 5
            network-layers = 3
            network-visits = 12
            network-scale-shares = 0, 1, 2
            network-steps = 7, 9
            network-learning-rate = 0.01
            """;

    @TempDir
    private Path folder;

    private static LinearImageRecipe recipe(String text) throws IOException {
        return LinearImageRecipe.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private Path picture(String name, int width, int height, int period) throws IOException {
        float[] grey = new float[width * height];
        for (int i = 0; i < grey.length; i++) {
            grey[i] = (i % width / period + i / width / period) % 2 == 0 ? 60 : 190;
        }
        Path file = folder.resolve(name);
        try (var out = Files.newOutputStream(file)) {
            ImageFiles.write(Image.ofGrey(width, height, grey), out, "png");
        }
        return file;
    }

    @Test
    void theOrderOfTheFilesDoesNotMatterTheSeedDoes() throws IOException {
        Path a = picture("a.png", 100, 70, 9);
        Path b = picture("b.png", 33, 200, 14);
        String first = new LinearImageTrainer(recipe(RECIPE), NO_ENGINE, 1, line -> {})
                .train(List.of(a, b))
                .file()
                .sha256();
        assertEquals(
                first,
                new LinearImageTrainer(recipe(RECIPE), NO_ENGINE, 1, line -> {})
                        .train(List.of(b, a))
                        .file()
                        .sha256());
        assertNotEquals(
                first,
                new LinearImageTrainer(recipe(RECIPE).withSeed(4), NO_ENGINE, 1, line -> {})
                        .train(List.of(a, b))
                        .file()
                        .sha256());
    }

    @Test
    void whatWasLearntMakesFilesOfItsKindSmaller() throws IOException {
        LinearImageModel learnt = new LinearImageTrainer(recipe(RECIPE), NO_ENGINE, 1, line -> {})
                .train(List.of(picture("a.png", 100, 70, 9), picture("b.png", 90, 90, 11)));
        Image other = ImageFiles.read(picture("c.png", 64, 64, 10));
        double with = bits(other, learnt.prior());
        double without = bits(other, new TransformPrior());
        assertTrue(with < without, with + " of " + without + " bits");
        assertEquals("small", learnt.file().config().string("name"));
    }

    /** The engine is asked for a network for each kind, with pairs of planes that fit it, and its answer is in the model. */
    @Test
    void theNetworkOfDetailsIsLearntByTheEngine() throws IOException {
        List<PlaneRefinement> orders = new ArrayList<>();
        NeuralTrainer engine = (NeuralTrainer) Proxy.newProxyInstance(
                NeuralTrainer.class.getClassLoader(),
                new Class<?>[] {NeuralTrainer.class},
                (self, method, arguments) -> {
                    PlaneRefinement order = (PlaneRefinement) arguments[0];
                    List<?> pairs = (List<?>) arguments[1];
                    orders.add(order);
                    assertFalse(pairs.isEmpty());
                    for (Object pair : pairs) {
                        assertEquals(order.layers(), ((PlaneRefinement.Pair) pair).margin());
                    }
                    return new PlaneRefinement.Trained(
                            List.of(new PlaneRefinement.Layer(2, 4, new float[72], new float[] {.1f, .1f, .1f, .1f})),
                            0);
                });
        String text = (RECIPE + NETWORK)
                .replace("side = 64", "side = 500")
                .replace("crop-width = 48", "crop-width = 100")
                .replace("crop-height = 40", "crop-height = 90");
        LinearImageModel model = new LinearImageTrainer(recipe(text), () -> engine, 1, line -> {})
                .train(List.of(picture("a.png", 500, 400, 9), picture("b.png", 400, 500, 14)));
        assertEquals(List.of(7, 9), orders.stream().map(PlaneRefinement::steps).toList());
        assertEquals(
                List.of(0, 1), orders.stream().map(PlaneRefinement::firstScale).toList());
        int[] flat = new int[16];
        int[] doubled = model.refiners().network().orElseThrow().apply(LumaRefiner.Kind.HALF, flat, 4, 4, 4, 20);
        assertEquals(408, doubled[20], 1); // a tenth of the range more
    }

    private static double bits(Image image, TransformPrior prior) {
        BitCoder.Trainer sum = new BitCoder.Trainer();
        new BlockEncoder(PicturePlanes.of(image, 0), 38, prior, 1, Tuning.PSNR, 0).encode(sum);
        return sum.cost / 65536.0;
    }

    @Test
    void recipesAreCheckedEntryByEntry() throws IOException {
        for (String[] change : new String[][] {
            {"visits = 5", "visits = 0", "visits is 0"},
            {"side = 64", "side = big", "'side' is 'big'"},
            {"last-step = 50", "last-step = 29", "last-step is 29, must be in [30, 95]"},
            {"2, 1, 0", "1, 1", "scale-shares"},
            {"2, 1, 0", "0, 0, 0", "scale-shares"},
            {"seed = 3", "", "'seed'"},
            {"coder = linear", "", "'coder'"},
            {"network-channels = 5", "", "'network-channels'"},
            {"network-layers = 3", "network-layers = 1", "network-layers is 1, must be in [2, 16]"},
            {"7, 9", "7", "network-steps are [7], must be 2"},
            {"7, 9", "7, x", "'network-steps' is '7, x'"},
            {"0, 1, 2", "1, 1, 2", "must begin with 0"},
            {"network-learning-rate = 0.01", "network-learning-rate = 2", "network-learning-rate is 2.0"}
        }) {
            String text = (RECIPE + NETWORK).replace(change[0], change[1]);
            assertNotEquals(RECIPE + NETWORK, text);
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> recipe(text));
            assertTrue(e.getMessage().contains(change[2]), e.getMessage());
        }
        assertFalse(LinearImageRecipe.isOne(new Properties()));
        LinearImageRecipe shipped = LinearImageRecipe.read(
                new ByteArrayInputStream(ImageModels.recipe("image-linear-2").orElseThrow()));
        assertEquals("image-linear-2", shipped.name());
        assertTrue(ImageModels.recipe("../index").isEmpty());
    }
}
