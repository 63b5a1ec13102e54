package dev.tessera.image.learned;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.image.Image;
import dev.tessera.image.PictureCodec;
import dev.tessera.image.TestPictures;
import dev.tessera.image.transform.VisualQuality;
import dev.tessera.vqmodels.CorruptModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnedImageCodecTest {
    @TempDir
    static Path folder;

    private static LearnedImageModel model;
    private static LearnedImageCodec codec;

    @BeforeAll
    static void train() throws IOException {
        model = TestLearned.model(folder);
        codec = new LearnedImageCodec(model);
    }

    private static byte[] compressed(Image image, RateTarget target, int threads) {
        return codec.pack(image, target, TsrLayout.SINGLE, threads).bytes();
    }

    private static Image decoded(byte[] file) throws IOException {
        return codec.decompress(TsrFile.read(file), 2);
    }

    @Test
    void everySizeGoesThereAndBack() throws IOException {
        for (int[] size : new int[][] {{1, 1}, {7, 3}, {33, 65}, {64, 32}}) {
            Image image = TestPictures.scene(size[0], size[1], 4);
            byte[] file = compressed(image, new RateTarget.Quality(70), 1);
            Image back = decoded(file);
            assertEquals(size[0], back.width());
            assertEquals(size[1], back.height());
            assertArrayEquals(file, compressed(image, new RateTarget.Quality(70), 3));
            assertEquals(back, codec.decompress(TsrFile.read(file), 1));
        }
    }

    /** DESIGN section 4: budgets are kept, and more bytes are strictly better. */
    @Test
    void budgetsAreKeptAndMoreIsBetter() throws IOException {
        Image image = TestPictures.scene(120, 88, 5);
        VisualQuality quality = new VisualQuality(image);
        double before = Double.NEGATIVE_INFINITY;
        for (int budget : new int[] {40, 90, 200, 450}) {
            byte[] file = compressed(image, new RateTarget.Bytes(budget), 1);
            assertTrue(file.length <= budget && file.length > 0.8 * budget, file.length + " of " + budget);
            double now = quality.of(decoded(file));
            assertTrue(now > before, "quality " + now + " with " + budget + " bytes, " + before + " with fewer");
            before = now;
        }
    }

    @Test
    void qualityTwentyIsShorterAndWorseThanNinety() throws IOException {
        Image image = TestPictures.scene(80, 64, 6);
        VisualQuality quality = new VisualQuality(image);
        byte[] low = compressed(image, new RateTarget.Quality(20), 1);
        byte[] high = compressed(image, new RateTarget.Quality(90), 1);
        assertTrue(low.length < high.length);
        assertTrue(quality.of(decoded(low)) < quality.of(decoded(high)));
    }

    @Test
    void greyAndAlphaComeBack() throws IOException {
        Image colours = TestPictures.scene(40, 24, 7);
        float[] fading = TestPictures.fadingAlpha(40, 24);
        Image back = decoded(compressed(colours.withAlpha(fading), new RateTarget.Quality(95), 1));
        assertNotNull(back.alpha());
        double error = 0;
        for (int i = 0; i < fading.length; i++) {
            error += Math.abs(back.alpha()[i] - fading[i]) / fading.length;
        }
        assertTrue(error < 30, "mean error of alpha is " + error);
        Image grey = Image.ofGrey(40, 24, colours.plane(1).clone());
        assertTrue(decoded(compressed(grey, new RateTarget.Quality(50), 1)).isGrey());
    }

    @Test
    void aBudgetBelowTheSmallestFileNamesThat() {
        Image image = TestPictures.scene(64, 64, 8);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> compressed(image, new RateTarget.Bytes(3), 1));
        assertTrue(e.getMessage().contains("below the smallest possible file"), e.getMessage());
        int smallest = Integer.parseInt(e.getMessage().replaceAll(".*file, (\\d+) bytes", "$1"));
        assertTrue(compressed(image, new RateTarget.Bytes(smallest), 1).length <= smallest);
    }

    private static TsrHeader header(int parameters) {
        return new TsrHeader(model.hash(), new ImageGeometry(40, 24), parameters);
    }

    private static String refused(TsrHeader header, byte[] payload) {
        return assertThrows(CorruptBitstreamException.class, () -> decoded(TsrFile.write(header, payload)))
                .getMessage();
    }

    @Test
    void damagedFilesAreRefused() throws IOException {
        Image image = TestPictures.scene(40, 24, 9);
        TsrFile whole = TsrFile.read(compressed(image, new RateTarget.Quality(60), 1));
        byte[] payload = whole.payload();
        int parameters = whole.header().parameters();
        byte[] longer = Arrays.copyOf(payload, payload.length + 9);
        longer[payload.length + 3] = 1;
        assertTrue(refused(header(parameters), longer).contains("left behind the picture"));
        assertTrue(refused(header(parameters | 3 << 2), payload).contains("scale is 3, must be in [0, 3)"));
        int steps = model.gains().steps();
        assertTrue(refused(header(steps << 4), payload).contains("step of the rate is " + steps));
        RangeEncoder seven = new RangeEncoder();
        LevelPlane.channels(new BitCoder.Writer(seven), TestLearned.DIM, 7);
        assertTrue(refused(header(parameters), seven.finish())
                .contains("7 channels are said to be coded, must be at most 6"));
    }

    @Test
    void aModelWithoutPriorIsRefusedByName() {
        CorruptModelException e =
                assertThrows(CorruptModelException.class, () -> PictureCodec.of(TestLearned.withoutPrior()));
        assertTrue(e.getMessage().contains("'tessera train prior' makes one"), e.getMessage());
    }
}
