package dev.tessera.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ImageCodecTest {
    private static ImageModel model;
    private static ImageCodec codec;

    @BeforeAll
    static void loadModel() throws IOException {
        model = TestPictures.model();
        codec = new ImageCodec(model);
    }

    @Test
    void anySizeComesBackInItsSize() throws IOException {
        int[][] sizes = {{1, 1}, {1, 40}, {15, 17}, {16, 16}, {33, 7}, {100, 61}};
        for (int[] size : sizes) {
            Image image = TestPictures.scene(size[0], size[1], 3);
            Image back = codec.decompress(TsrFile.read(
                    codec.compress(image, new RateTarget.Quality(90)).bytes()));
            assertEquals(size[0], back.width());
            assertEquals(size[1], back.height());
            assertTrue(
                    TestPictures.psnr(image, back) > 12,
                    () -> size[0] + " x " + size[1] + ": " + TestPictures.psnr(image, back) + " dB");
        }
    }

    @Test
    void aBudgetIsKeptAndUsed() {
        Image image = TestPictures.scene(300, 200, 5);
        int finest = codec.compress(image, new RateTarget.Quality(100)).bytes().length;
        int coarsest = codec.compress(image, new RateTarget.Quality(0)).bytes().length;
        for (int budget = coarsest + 20; budget < finest; budget += (finest - coarsest) / 9) {
            int bytes = codec.compress(image, new RateTarget.Bytes(budget)).bytes().length;
            assertTrue(bytes <= budget && bytes >= 0.97 * budget, bytes + " of " + budget + " bytes");
        }
        assertEquals(
                finest,
                codec.compress(image, new RateTarget.Bytes(10L * finest)).bytes().length);
    }

    @Test
    void aBudgetThatNothingFitsNamesTheMinimum() {
        Image image = TestPictures.scene(64, 64, 5);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> codec.compress(image, new RateTarget.Bytes(9)));
        assertTrue(
                e.getMessage().matches(".*budget of 9 bytes is below the smallest possible file, \\d+ bytes"),
                e.getMessage());
    }

    @Test
    void moreBytesAreMoreQuality() throws IOException {
        Image image = TestPictures.scene(256, 256, 8);
        double before = 0;
        int bytesBefore = 0;
        for (int quality = 20; quality <= 100; quality += 20) {
            byte[] file = codec.compress(image, new RateTarget.Quality(quality)).bytes();
            double psnr = TestPictures.psnr(image, codec.decompress(TsrFile.read(file)));
            assertTrue(
                    file.length > bytesBefore && psnr > before,
                    "quality " + quality + ": " + file.length + " bytes, " + psnr + " dB");
            bytesBefore = file.length;
            before = psnr;
        }
    }

    @Test
    void greyStaysGreyAndAlphaComesBack() throws IOException {
        float[] luma = TestPictures.scene(70, 50, 2).plane(1);
        Image grey = Image.ofGrey(70, 50, luma.clone());
        Image greyBack = codec.decompress(
                TsrFile.read(codec.compress(grey, new RateTarget.Quality(95)).bytes()));
        assertTrue(greyBack.isGrey());
        assertNull(greyBack.alpha());

        float[] alpha = TestPictures.fadingAlpha(70, 50);
        Image seeThrough = TestPictures.scene(70, 50, 2).withAlpha(alpha);
        Image back = codec.decompress(TsrFile.read(
                codec.compress(seeThrough, new RateTarget.Quality(95)).bytes()));
        float[] alphaBack = back.alpha();
        assertNotNull(alphaBack);
        double error = 0;
        for (int i = 0; i < alpha.length; i++) {
            error += Math.abs(alpha[i] - alphaBack[i]) / alpha.length;
        }
        assertTrue(error < 25, "mean alpha error " + error);
    }

    @Test
    void theFinestFileHoldsTheTokensOfTheTokenizer() throws IOException {
        Image image = TestPictures.scene(96, 80, 4);
        Tokens tokens = model.tokenizer().tokenize(image);
        Tokens coded = codec.compress(image, new RateTarget.Quality(100)).tokens();
        assertArrayEquals(new int[] {5, 6}, tokens.shape());
        int different = 0;
        for (int i = 0; i < tokens.toArray().length; i++) {
            different += tokens.toArray()[i] == coded.toArray()[i] ? 0 : 1;
        }
        assertTrue(different <= 1, different + " tokens differ; only near ties may");
        Image detokenized = model.tokenizer().detokenize(tokens);
        assertEquals(96, detokenized.width());
        assertEquals(80, detokenized.height());
    }

    @Test
    void everyDamageIsOurException() throws IOException {
        byte[] file = codec.compress(TestPictures.scene(48, 48, 6), new RateTarget.Quality(80))
                .bytes();
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThrows(IOException.class, () -> codec.decompress(TsrFile.read(cut)));
        }
        for (int bit = 0; bit < 8 * file.length; bit++) {
            byte[] flipped = file.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThrows(IOException.class, () -> codec.decompress(TsrFile.read(flipped)));
        }
    }

    /** Payloads that a checksum blesses but no encoder wrote: wrong pictures are allowed, other exceptions are not. */
    @Test
    void nonsenseWithARightChecksumIsSafe() throws IOException {
        TsrFile good = TsrFile.read(codec.compress(TestPictures.scene(48, 48, 6), new RateTarget.Quality(80))
                .bytes());
        SplittableRandom random = new SplittableRandom(1);
        int decoded = 0;
        for (int i = 0; i < 400; i++) {
            byte[] payload = new byte[random.nextInt(good.payload().length + 10)];
            random.nextBytes(payload);
            try {
                assertEquals(
                        48,
                        codec.decompress(TsrFile.read(TsrFile.write(good.header(), payload)))
                                .width());
                decoded++;
            } catch (IOException expected) {
                assertNotNull(expected.getMessage());
            }
        }
        assertTrue(decoded < 400);
    }

    /** Written once, never again: later builds must read it to the same pixels. */
    @Test
    void theGoldenFileDecodesToTheGoldenPixels() throws Exception {
        byte[] golden;
        try (InputStream in = ImageCodecTest.class.getResourceAsStream("/golden/tsr/0/scene-61x45.tsr")) {
            golden = in.readAllBytes();
        }
        Image image = codec.decompress(TsrFile.read(golden));
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(image.toRgb8());
        assertEquals(GOLDEN_PIXELS, HexFormat.of().formatHex(digest));
        assertArrayEquals(
                golden,
                codec.compress(TestPictures.scene(61, 45, 11), new RateTarget.Quality(70))
                        .bytes());
    }

    private static final String GOLDEN_PIXELS = "9ef8019d769a88887c7175363a6a81db08dc4d825ff5e1403c26152bc84a0233";
}
