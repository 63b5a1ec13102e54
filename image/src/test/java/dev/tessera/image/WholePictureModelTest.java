package dev.tessera.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that bring every picture to one size: as many tokens for each. */
class WholePictureModelTest {
    private static final int SIDE = 64;

    @TempDir
    Path folder;

    private static ModelFile file(Object wholeSize) {
        return TestNetworks.file(TestNetworks.quantizer("vq"), config -> with(config, wholeSize), false);
    }

    private static Map<String, Object> with(Map<String, Object> config, Object wholeSize) {
        Map<String, Object> changed = new HashMap<>(config);
        changed.put("whole_size", wholeSize);
        return changed;
    }

    private NeuralImageModel model() throws IOException {
        return (NeuralImageModel)
                ImageModel.load(new NeuralPriorTrainer(8, 2, _ -> {}).train(file(SIDE), TestNetworks.scenes(folder)));
    }

    @Test
    void everySizeHasTheSameNumberOfTokens() throws IOException {
        NeuralImageModel model = model();
        for (int[] size : new int[][] {{64, 64}, {200, 130}, {31, 300}, {1, 1}}) {
            Image image = TestPictures.scene(size[0], size[1], 5);
            Tokens tokens = model.tokenizer().tokenize(image);
            assertEquals(64, tokens.positions());
            assertEquals(tokens, model.tokenizer().tokenize(Resizing.resize(image, SIDE, SIDE)));
            Image back = model.toSize(model.tokenizer().detokenize(tokens), size[0], size[1]);
            assertEquals(size[0], back.width());
            assertEquals(size[1], back.height());
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> model.toSize(TestPictures.scene(SIDE, SIDE, 5), 1 << 20, 1 << 20));
    }

    @Test
    void filesOfAnyLayoutHaveTheSizeOfTheOriginal() throws IOException {
        ImageCodec codec = new ImageCodec(model());
        Image image = TestPictures.scene(222, 111, 6);
        Image expected = codec.decompress(
                TsrFile.read(codec.compress(image, new RateTarget.Quality(100)).bytes()));
        for (TsrLayout layout : TsrLayout.values()) {
            byte[] bytes = codec.compress(image, new RateTarget.Quality(100), layout, 2)
                    .bytes();
            assertEquals(expected, codec.decompress(TsrFile.read(bytes)));
        }
        assertTrue(TestPictures.psnr(image, expected) > 12, () -> TestPictures.psnr(image, expected) + " dB");
    }

    @Test
    void sizesThatCannotBeAreRefused() {
        for (int side : new int[] {7, 60, 4104, -64}) {
            CorruptModelException e =
                    assertThrows(CorruptModelException.class, () -> ImageModel.load(file(side)), "size " + side);
            assertTrue(e.getMessage().contains("whole_size"), e.getMessage());
        }
    }
}
