package dev.tessera.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.container.TsrLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The codec on neural tokenizers of each kind: one codebook, FSQ, residual stages, signs. */
class NeuralCodecTest {
    private static final RateTarget FINEST = new RateTarget.Quality(100);

    @TempDir
    private static Path folder;

    private static final Map<String, NeuralImageModel> MODELS = new HashMap<>();

    @BeforeAll
    static void makeModels() throws IOException {
        for (String quantizer : new String[] {"vq", "fsq", "rvq", "bsq"}) {
            MODELS.put(quantizer, TestNetworks.model(quantizer, folder));
        }
    }

    private static ImageCodec codec(String quantizer) {
        return new ImageCodec(MODELS.get(quantizer));
    }

    private static Image wholePatchesCropped(NeuralImageModel model, Tokens tokens, Image like) {
        return model.tokenizer().detokenize(tokens).crop(0, 0, like.width(), like.height());
    }

    @ParameterizedTest
    @ValueSource(strings = {"vq", "fsq", "rvq", "bsq"})
    void theFinestFileIsTheTokens(String quantizer) throws IOException {
        NeuralImageModel model = MODELS.get(quantizer);
        Image image = TestPictures.scene(101, 59, 6);
        Tokens tokens = model.tokenizer().tokenize(image);
        for (TsrLayout layout : TsrLayout.values()) {
            ImageCodec.Compressed file = codec(quantizer).compress(image, FINEST, layout, 2);
            assertTrue(file.finest());
            assertEquals(tokens, file.tokens());
            Image back = codec(quantizer).decompress(TsrFile.read(file.bytes()), 2);
            assertEquals(wholePatchesCropped(model, tokens, image), back);
            assertArrayEquals(
                    file.bytes(),
                    codec(quantizer)
                            .relayout(
                                    TsrFile.read(codec(quantizer)
                                            .compress(image, FINEST)
                                            .bytes()),
                                    layout,
                                    1));
        }
    }

    @ParameterizedTest
    @CsvSource({"vq, SINGLE", "vq, INDEPENDENT", "fsq, SINGLE", "fsq, PROGRESSIVE"})
    void oneCodebookFillsAnyBudget(String quantizer, TsrLayout layout) throws IOException {
        Image image =
                ImageFiles.read(Path.of("../samples/media/photo-coffee.jpg")).crop(0, 60, 512, 400);
        ImageCodec.Compressed nearest = codec(quantizer).compress(image, FINEST, layout, 1);
        int finest = nearest.bytes().length;
        int coarsest = codec(quantizer)
                .compress(image, new RateTarget.Quality(0), layout, 1)
                .bytes()
                .length;
        int before = 0;
        for (int i = 2; i < 5; i++) {
            int budget = coarsest + (finest - coarsest) * i / 5;
            ImageCodec.Compressed file = codec(quantizer).compress(image, new RateTarget.Bytes(budget), layout, 1);
            assertTrue(
                    file.bytes().length <= budget && file.bytes().length >= 0.97 * budget,
                    file.bytes().length + " of " + budget + " in " + coarsest + " " + finest);
            assertFalse(file.finest());
            boolean shorter =
                    file.tokens().codebookSizes()[0] < nearest.tokens().codebookSizes()[0];
            int same = 0;
            for (int p = 0; !shorter && p < nearest.tokens().positions(); p++) {
                same += file.tokens().index(0, p) == nearest.tokens().index(0, p) ? 1 : 0;
            }
            assertTrue(same > before || shorter && before == 0, same + " nearest tokens after " + before);
            before = same;
        }
        ImageCodec.Compressed all = codec(quantizer).compress(image, new RateTarget.Bytes(10L * finest), layout, 1);
        assertEquals(finest, all.bytes().length);
        assertTrue(all.finest());
        assertTooSmall(quantizer, image, layout, 12);
    }

    @Test
    void residualStagesAreTheRates() throws IOException {
        Image image = TestPictures.scene(200, 150, 5);
        ImageCodec.Compressed all = codec("rvq").compress(image, FINEST);
        assertEquals(3, all.tokens().stages());
        int budget = all.bytes().length - 1;
        double before = TestPictures.psnr(image, codec("rvq").decompress(TsrFile.read(all.bytes())));
        for (int stages = 2; stages >= 1; stages--) {
            ImageCodec.Compressed fewer = codec("rvq").compress(image, new RateTarget.Bytes(budget));
            assertEquals(stages, fewer.tokens().stages());
            assertFalse(fewer.finest());
            for (int p = 0; p < fewer.tokens().positions(); p++) {
                assertEquals(all.tokens().index(stages - 1, p), fewer.tokens().index(stages - 1, p));
            }
            TsrFile file = TsrFile.read(fewer.bytes());
            double psnr = TestPictures.psnr(image, codec("rvq").decompress(file));
            assertTrue(psnr < before, stages + " stages: " + psnr + " dB");
            before = psnr;
            budget = fewer.bytes().length - 1;
        }
        assertTooSmall("rvq", image, TsrLayout.SINGLE, budget);
    }

    @Test
    void aQuantizerWithoutDistancesHasOneSize() {
        Image image = TestPictures.scene(200, 150, 5);
        int size = codec("bsq").compress(image, new RateTarget.Quality(3)).bytes().length;
        assertEquals(size, codec("bsq").compress(image, FINEST).bytes().length);
        assertEquals(
                size, codec("bsq").compress(image, new RateTarget.Bytes(size)).bytes().length);
        String message = assertTooSmall("bsq", image, TsrLayout.SINGLE, size - 1);
        assertTrue(message.endsWith(" " + size + " bytes"), message);
    }

    private static String assertTooSmall(String quantizer, Image image, TsrLayout layout, int budget) {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> codec(quantizer).compress(image, new RateTarget.Bytes(budget), layout, 1));
        assertTrue(e.getMessage().contains("smallest possible file"), e.getMessage());
        return e.getMessage();
    }

    /** The first chunks of a progressive file are the file of the first stages. */
    @Test
    void aPrefixOfStagesIsACoarserPicture() throws IOException {
        Image image = TestPictures.scene(200, 150, 5);
        byte[] whole =
                codec("rvq").compress(image, FINEST, TsrLayout.PROGRESSIVE, 1).bytes();
        int[] chunks = TsrFile.read(whole).chunkBytes();
        assertEquals(3, chunks.length);
        byte[] two = Arrays.copyOf(whole, whole.length - chunks[2] - 1);
        TsrFile prefix = TsrFile.read(two, TsrLimits.DEFAULT, Tolerance.PREFIX);
        assertEquals((long) 25 * 19, codec("rvq").missingTokens(prefix));
        byte[] budget = codec("rvq")
                .compress(image, new RateTarget.Bytes(whole.length - chunks[2]))
                .bytes();
        assertEquals(codec("rvq").decompress(TsrFile.read(budget)), codec("rvq").decompress(prefix));
    }

    @Test
    void lostChunksAreConcealed() throws IOException {
        Image image = TestPictures.scene(320, 240, 9);
        ImageCodec codec = codec("fsq");
        byte[] file = codec.compress(image, FINEST, TsrLayout.INDEPENDENT, 1).bytes();
        double whole = TestPictures.psnr(image, codec.decompress(TsrFile.read(file)));
        byte[] damaged = file.clone();
        damaged[file.length - 6] ^= 1;
        TsrFile concealed = TsrFile.read(damaged, TsrLimits.DEFAULT, Tolerance.CONCEAL);
        double near = TestPictures.psnr(image, codec.decompress(concealed));
        double mean =
                TestPictures.psnr(image, codec.decompress(TsrFile.read(damaged, TsrLimits.DEFAULT, Tolerance.PREFIX)));
        assertEquals(240, codec.missingTokens(concealed));
        assertTrue(whole > near && near > mean + 0.5, whole + " > " + near + " > " + mean);
    }

    @Test
    void greyStaysGreyAndAlphaComesBack() throws IOException {
        Image grey = Image.ofGrey(70, 50, TestPictures.scene(70, 50, 2).plane(1));
        Image greyBack = codec("fsq")
                .decompress(TsrFile.read(codec("fsq").compress(grey, FINEST).bytes()));
        assertTrue(greyBack.isGrey());
        assertNull(greyBack.alpha());
        float[] alpha = TestPictures.fadingAlpha(70, 50);
        Image back = codec("fsq")
                .decompress(TsrFile.read(codec("fsq")
                        .compress(TestPictures.scene(70, 50, 2).withAlpha(alpha), FINEST)
                        .bytes()));
        assertNotNull(back.alpha());
        Image plane = codec("fsq")
                .decompress(TsrFile.read(codec("fsq")
                        .compress(Image.ofGrey(70, 50, alpha.clone()), FINEST)
                        .bytes()));
        assertArrayEquals(plane.plane(0), back.alpha());
    }

    @ParameterizedTest
    @EnumSource(TsrLayout.class)
    void threadsChangeNothing(TsrLayout layout) throws IOException {
        Image image = TestPictures.scene(600, 500, 7);
        byte[] one = codec("fsq")
                .compress(image, new RateTarget.Quality(40), layout, 1)
                .bytes();
        Image pixels = codec("fsq").decompress(TsrFile.read(one), 1);
        for (int threads : new int[] {2, 7}) {
            assertArrayEquals(
                    one,
                    codec("fsq")
                            .compress(image, new RateTarget.Quality(40), layout, threads)
                            .bytes());
            assertEquals(pixels, codec("fsq").decompress(TsrFile.read(one), threads));
        }
    }

    @Test
    void everyDamageIsOurException() throws IOException {
        byte[] file =
                codec("fsq").compress(TestPictures.scene(48, 48, 6), FINEST).bytes();
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThrows(IOException.class, () -> codec("fsq").decompress(TsrFile.read(cut)));
        }
        for (int bit = 0; bit < 8 * file.length; bit++) {
            byte[] flipped = file.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThrows(IOException.class, () -> codec("fsq").decompress(TsrFile.read(flipped)));
        }
    }

    /** K = 4,725 is no power of two: payloads that no encoder wrote can name an index that is none. */
    @Test
    void nonsenseWithARightChecksumIsSafe() throws IOException {
        TsrFile good = TsrFile.read(
                codec("fsq").compress(TestPictures.scene(48, 48, 6), FINEST).bytes());
        SplittableRandom random = new SplittableRandom(1);
        int decoded = 0;
        for (int i = 0; i < 300; i++) {
            byte[] payload = new byte[random.nextInt(good.payload().length + 10)];
            random.nextBytes(payload);
            try {
                codec("fsq").decompress(TsrFile.read(TsrFile.write(good.header(), payload)));
                decoded++;
            } catch (IOException expected) {
                assertNotNull(expected.getMessage());
            }
        }
        assertTrue(decoded < 300);
    }

    /** Written once, never again: later builds must read them to the same pixels, and write the same. */
    @ParameterizedTest
    @CsvSource({"vq, " + GOLDEN_VQ, "fsq, " + GOLDEN_FSQ})
    void theGoldenFilesDecodeToTheGoldenPixels(String quantizer, String pixels) throws Exception {
        byte[] golden;
        try (InputStream in =
                NeuralCodecTest.class.getResourceAsStream("/golden/tsr/0/neural-" + quantizer + "-61x45.tsr")) {
            golden = in.readAllBytes();
        }
        ImageCodec frozen = new ImageCodec(TestNetworks.frozen(quantizer));
        Image image = frozen.decompress(TsrFile.read(golden));
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(image.toRgb8());
        assertEquals(pixels, HexFormat.of().formatHex(digest));
        assertArrayEquals(
                golden,
                frozen.compress(TestPictures.scene(61, 45, 11), new RateTarget.Quality(70))
                        .bytes());
    }

    private static final String GOLDEN_VQ = "334f42a00dee40504dc390addf4e4011ebcf71c06f989817ca002bbfcd731860";
    private static final String GOLDEN_FSQ = "567aed4e0d00e62a8f09b1786db05c2a313dca189fd599b05a50404d152a2914";
}
