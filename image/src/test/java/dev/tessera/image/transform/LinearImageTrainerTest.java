package dev.tessera.image.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.ImageModels;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
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
        String first = new LinearImageTrainer(recipe(RECIPE), line -> {})
                .train(List.of(a, b))
                .file()
                .sha256();
        assertEquals(
                first,
                new LinearImageTrainer(recipe(RECIPE), line -> {})
                        .train(List.of(b, a))
                        .file()
                        .sha256());
        assertNotEquals(
                first,
                new LinearImageTrainer(recipe(RECIPE).withSeed(4), line -> {})
                        .train(List.of(a, b))
                        .file()
                        .sha256());
    }

    @Test
    void whatWasLearntMakesFilesOfItsKindSmaller() throws IOException {
        LinearImageModel learnt = new LinearImageTrainer(recipe(RECIPE), line -> {})
                .train(List.of(picture("a.png", 100, 70, 9), picture("b.png", 90, 90, 11)));
        Image other = ImageFiles.read(picture("c.png", 64, 64, 10));
        double with = bits(other, learnt.prior());
        double without = bits(other, new TransformPrior());
        assertTrue(with < without, with + " of " + without + " bits");
        assertEquals("small", learnt.file().config().string("name"));
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
            {"coder = linear", "", "'coder'"}
        }) {
            String text = RECIPE.replace(change[0], change[1]);
            assertNotEquals(RECIPE, text);
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> recipe(text));
            assertTrue(e.getMessage().contains(change[2]), e.getMessage());
        }
        assertFalse(LinearImageRecipe.isOne(new Properties()));
        LinearImageRecipe shipped = LinearImageRecipe.read(
                new ByteArrayInputStream(ImageModels.recipe("image-linear").orElseThrow()));
        assertEquals("image-linear", shipped.name());
        assertTrue(ImageModels.recipe("../index").isEmpty());
    }
}
