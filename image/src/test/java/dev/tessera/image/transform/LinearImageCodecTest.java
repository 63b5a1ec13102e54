package dev.tessera.image.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.image.Image;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LinearImageCodecTest {
    private static final LinearImageModel MODEL =
            LinearImageModel.of("test", new TransformPrior(), TestRefiners.withNetwork());

    /** Waves, a slope and an edge; colours that follow the luma only in part. */
    private static Image scene(int width, int height) {
        float[][] planes = new float[3][width * height];
        for (int i = 0; i < width * height; i++) {
            int x = i % width;
            int y = i / width;
            int wave = (x * x / 7 + y * 3) % 97;
            int edge = 2 * x > width + y ? 60 : 0;
            planes[0][i] = 40 + edge + wave;
            planes[1][i] = 200 - edge - wave / 2f - 80f * y / height;
            planes[2][i] = 90 + 100f * x / width;
        }
        return Image.ofRgb(width, height, planes[0], planes[1], planes[2]);
    }

    private static Image decoded(byte[] file) throws IOException {
        return new LinearImageCodec(MODEL).decompress(TsrFile.read(file));
    }

    private static byte[] compressed(Image image, RateTarget target) {
        return new LinearImageCodec(MODEL).compress(image, target);
    }

    private static double squaredError(Image a, Image b) {
        byte[] x = a.toRgb8();
        byte[] y = b.toRgb8();
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            int e = (x[i] & 0xFF) - (y[i] & 0xFF);
            sum += e * e;
        }
        return sum / x.length;
    }

    @Test
    void everySizeGoesThereAndBack() throws IOException {
        for (int[] size : new int[][] {{1, 1}, {7, 3}, {33, 65}, {64, 32}}) {
            Image image = scene(size[0], size[1]);
            byte[] file = compressed(image, new RateTarget.Quality(80));
            Image back = decoded(file);
            assertEquals(size[0], back.width());
            assertEquals(size[1], back.height());
            assertArrayEquals(file, compressed(image, new RateTarget.Quality(80)));
            assertEquals(back, decoded(file));
        }
    }

    /** Noise in one half, lettering in the other. */
    private static Image lettering(int width, int height) {
        SplittableRandom random = new SplittableRandom(5);
        float[][] planes = new float[3][width * height];
        for (int i = 0; i < width * height; i++) {
            int x = i % width;
            int y = i / width;
            float noise = random.nextInt(90);
            boolean ink = y % 12 < 8 && (x / 2 * 7 + y / 12 * 3) % 5 < 2;
            planes[0][i] = x < width / 2 ? 60 + noise : ink ? 20 : 240;
            planes[1][i] = x < width / 2 ? 90 + noise : ink ? 30 : 240;
            planes[2][i] = x < width / 2 ? 70 + noise / 2 : ink ? 90 : 230;
        }
        return Image.ofRgb(width, height, planes[0], planes[1], planes[2]);
    }

    /** Discs in front of a sky. */
    private static Image discs(int width, int height) {
        float[][] planes = new float[3][width * height];
        for (int i = 0; i < width * height; i++) {
            int x = i % width;
            int y = i / width;
            int d = (x % 40 - 20) * (x % 40 - 20) + (y % 36 - 18) * (y % 36 - 18);
            boolean inside = d < 40 + 5 * (x / 40 + y / 36);
            planes[0][i] = inside ? 210 - d / 2f : 90 + 60f * y / height;
            planes[1][i] = inside ? 60 + d / 3f : 140 + 40f * y / height;
            planes[2][i] = inside ? 40 : 220 - 20f * x / width;
        }
        return Image.ofRgb(width, height, planes[0], planes[1], planes[2]);
    }

    private static List<Image> scenes() {
        return List.of(scene(56, 40), lettering(56, 40), discs(56, 40));
    }

    /** What the tuning is for: less is better. */
    private static double loss(Image image, Image decoded, Tuning tuning) {
        return tuning == Tuning.PSNR ? squaredError(image, decoded) : -new VisualQuality(image).of(decoded);
    }

    /** DESIGN section 4, and the law that quality rises strictly with the budget, for the measure that is tuned for. */
    @ParameterizedTest
    @EnumSource
    void budgetsAreKeptAndUsedAndMoreBytesAreBetter(Tuning tuning) throws IOException {
        LinearImageCodec codec = new LinearImageCodec(MODEL).tuned(tuning);
        for (Image image : scenes()) {
            byte[] finest = codec.compress(image, new RateTarget.Quality(100));
            double before = Double.POSITIVE_INFINITY;
            for (int budget : new int[] {80, 160, 320, 640}) {
                byte[] file = codec.compress(image, new RateTarget.Bytes(budget));
                boolean isFinest = Arrays.equals(file, finest);
                assertTrue(file.length <= budget, file.length + " of " + budget);
                assertTrue(isFinest || file.length >= .97 * budget, file.length + " of " + budget);
                assertTrue(!isFinest || budget == 640, "the finest file has " + file.length + " bytes");
                double loss = loss(image, decoded(file), tuning);
                assertTrue(loss < before, loss + " after " + before + " at " + budget);
                before = loss;
            }
        }
    }

    @Test
    void eachTuningIsBetterAtItsMeasure() throws IOException {
        LinearImageCodec similar = new LinearImageCodec(MODEL).tuned(Tuning.MS_SSIM);
        LinearImageCodec near = new LinearImageCodec(MODEL).tuned(Tuning.PSNR);
        double similarity = 0;
        double error = 0;
        for (Image image : scenes()) {
            Image a = decoded(similar.compress(image, new RateTarget.Bytes(260)));
            Image b = decoded(near.compress(image, new RateTarget.Bytes(260)));
            similarity += loss(image, b, Tuning.MS_SSIM) - loss(image, a, Tuning.MS_SSIM);
            error += Math.log(squaredError(image, a) / squaredError(image, b));
        }
        assertTrue(similarity > 0, "similarity gained: " + similarity);
        assertTrue(error > 0, "error gained: " + error);
    }

    @Test
    void moreEffortIsWorthBytes() throws IOException {
        LinearImageCodec codec = new LinearImageCodec(MODEL).tuned(Tuning.PSNR);
        double[] saved = new double[2];
        for (Image image : scenes()) {
            double[] costs = new double[3];
            for (int i = 0; i < 3; i++) {
                byte[] file = codec.withEffort(1 + 4 * i).compress(image, new RateTarget.Quality(60));
                costs[i] = Math.log(file.length) + .5 * Math.log(squaredError(image, decoded(file)));
            }
            saved[0] += costs[0] - costs[1];
            saved[1] += costs[1] - costs[2];
        }
        assertTrue(saved[0] > 0 && saved[1] > 0, "saved: " + Arrays.toString(saved));
        assertThrows(IllegalArgumentException.class, () -> codec.withEffort(0));
        assertThrows(IllegalArgumentException.class, () -> codec.withEffort(10));
    }

    @Test
    void aBudgetBelowTheSmallestFileNamesIt() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> compressed(scene(64, 64), new RateTarget.Bytes(5)));
        assertTrue(e.getMessage().matches(".*below the smallest possible file, \\d+ bytes"), e.getMessage());
    }

    @Test
    void aHugeBudgetIsTheBestQualityWithoutPadding() {
        Image image = scene(40, 40);
        byte[] best = compressed(image, new RateTarget.Bytes(1_000_000));
        assertTrue(best.length < 10_000, best.length + " bytes");
    }

    /** The more quality, the nearer, down to a tenth of what a grey of the mean would leave. */
    @Test
    void greyAndAlphaAreKept() throws IOException {
        Image colour = scene(70, 50);
        Image grey = Image.ofGrey(70, 50, colour.plane(0));
        float[] alpha = new float[70 * 50];
        for (int i = 0; i < alpha.length; i++) {
            alpha[i] = i % 70 < 35 ? 0 : 255;
        }
        LinearImageCodec codec = new LinearImageCodec(MODEL).tuned(Tuning.PSNR);
        Image mean = Image.ofGrey(70, 50, flat(70 * 50, mean(grey.plane(0))));
        double greyBefore = squaredError(grey, mean);
        double colourBefore = Double.POSITIVE_INFINITY;
        double alphaBefore = 128 * 128;
        for (int q : new int[] {50, 75, 100}) {
            Image back = decoded(codec.compress(grey, new RateTarget.Quality(q)));
            assertTrue(back.isGrey());
            double error = squaredError(grey, back);
            assertTrue(error < greyBefore, error + " after " + greyBefore + " at " + q);
            greyBefore = error;
            Image shown = decoded(codec.compress(colour.withAlpha(alpha), new RateTarget.Quality(q)));
            double colourError = squaredError(colour, shown);
            double alphaError = squaredError(
                    Image.ofGrey(70, 50, alpha),
                    Image.ofGrey(70, 50, shown.alpha().clone()));
            assertTrue(colourError < colourBefore, colourError + " after " + colourBefore + " at " + q);
            assertTrue(alphaError < alphaBefore, alphaError + " after " + alphaBefore + " at " + q);
            colourBefore = colourError;
            alphaBefore = alphaError;
        }
        assertTrue(greyBefore < .1 * squaredError(grey, mean), greyBefore + " is left");
    }

    private static float[] flat(int count, double value) {
        float[] out = new float[count];
        Arrays.fill(out, (float) value);
        return out;
    }

    private static double mean(float[] plane) {
        double sum = 0;
        for (float v : plane) {
            sum += v;
        }
        return sum / plane.length;
    }

    @ParameterizedTest
    @EnumSource
    void qualityGoesUpWithQ(Tuning tuning) throws IOException {
        LinearImageCodec codec = new LinearImageCodec(MODEL).tuned(tuning);
        for (Image image : scenes()) {
            double before = Double.POSITIVE_INFINITY;
            for (int q : new int[] {10, 40, 70, 100}) {
                double loss = loss(image, decoded(codec.compress(image, new RateTarget.Quality(q))), tuning);
                assertTrue(loss < before, loss + " after " + before + " at " + q);
                before = loss;
            }
        }
    }

    /** Law 4; the check sum of the single layout finds almost all of it, whatever gets through must decode or be refused. */
    @Test
    void damageIsRefusedAndNothingElseThrown() throws IOException {
        byte[] file = compressed(scene(48, 40), new RateTarget.Bytes(200));
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThrows(IOException.class, () -> decoded(cut), "cut to " + length);
        }
        for (int bit = 0; bit < 8 * file.length; bit++) {
            byte[] flipped = file.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThrows(IOException.class, () -> decoded(flipped), "bit " + bit);
        }
    }

    /** A payload that passes the check sum by chance, or by a hostile hand: never anything but pixels or a refusal. */
    @Test
    void strangePayloadsDecodeOrAreRefused() throws IOException {
        TsrFile good = TsrFile.read(compressed(scene(48, 40), new RateTarget.Bytes(300)));
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 200; i++) {
            byte[] payload = i % 2 == 0 ? good.payload().clone() : new byte[random.nextInt(120)];
            if (i % 2 == 0) {
                payload[random.nextInt(payload.length)] ^= (byte) (1 + random.nextInt(255));
            } else {
                random.nextBytes(payload);
            }
            int parameters = i < 100 ? good.header().parameters() : random.nextInt(1 << 14);
            TsrHeader header =
                    new TsrHeader(good.header().model(), good.header().geometry(), parameters);
            try {
                assertEquals(48, decoded(TsrFile.write(header, payload)).width());
            } catch (IOException expected) {
                assertNotNull(expected.getMessage());
            }
        }
    }

    /** A line of 2^22 pixels would need 32 times as many samples. */
    @Test
    void planesAreNotAllocatedForPicturesThatArePaddedTooMuch() {
        byte[] file = TsrFile.write(
                new TsrHeader(
                        MODEL.hash(),
                        new ImageGeometry(1, (1 << 22) + 33),
                        new Settings(true, false, 0, 0, Settings.Details.NONE, 9).parameters()),
                new byte[3]);
        IOException e = assertThrows(CorruptBitstreamException.class, () -> decoded(file));
        assertTrue(e.getMessage().contains("samples in whole superblocks"), e.getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> compressed(
                        Image.ofGrey((1 << 22) + 33, 1, new float[(1 << 22) + 33]), new RateTarget.Quality(1)));
    }

    @Test
    void parametersOutOfRangeAreRefused() throws IOException {
        for (int parameters = 0; parameters < BlockDecoder.STEPS << 7; parameters++) {
            assertEquals(parameters, Settings.of(parameters).parameters());
        }
        assertThrows(CorruptBitstreamException.class, () -> Settings.of(BlockDecoder.STEPS << 7));
        Settings some = new Settings(true, false, 2, 3, Settings.Details.NETWORK, 41);
        assertEquals(some, Settings.of(some.parameters()));
        assertThrows(CorruptBitstreamException.class, () -> Settings.of(-1));
        assertThrows(CorruptBitstreamException.class, () -> Settings.of(Integer.MAX_VALUE));
    }

    @Test
    void networksThatTheModelDoesNotHaveAreRefused() throws IOException {
        LinearImageModel plain = LinearImageModel.of("plain", new TransformPrior(), Refiners.neutral());
        for (LinearImageModel model : List.of(plain, MODEL)) {
            for (int scale = 1; scale < Settings.SCALES; scale++) {
                Settings settings = new Settings(true, false, scale, 0, Settings.Details.NETWORK, 9);
                byte[] file = TsrFile.write(
                        new TsrHeader(model.hash(), new ImageGeometry(9, 9), settings.parameters()), new byte[9]);
                String message = "";
                try {
                    new LinearImageCodec(model).decompress(TsrFile.read(file));
                } catch (CorruptBitstreamException e) {
                    message = e.getMessage();
                }
                assertEquals(model == plain, message.contains("details are NETWORK"), message);
            }
        }
    }

    @Test
    void modelsGoThroughFilesAndOthersAreRefused() throws IOException {
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        MODEL.file().write(stored);
        LinearImageModel loaded = LinearImageModel.load(ModelFile.read(stored.toByteArray()));
        assertEquals(MODEL.hash(), loaded.hash());
        byte[] file = compressed(scene(40, 30), new RateTarget.Quality(50));
        assertEquals(decoded(file), new LinearImageCodec(loaded).decompress(TsrFile.read(file)));
        LinearImageModel other = LinearImageModel.of("other", new TransformPrior(), Refiners.neutral());
        assertThrows(CorruptBitstreamException.class, () -> new LinearImageCodec(other).decompress(TsrFile.read(file)));
        ModelFile strange = ModelFile.builder()
                .config(ModelConfig.of(Map.of("model_type", "x")))
                .build();
        assertThrows(CorruptModelException.class, () -> LinearImageModel.load(strange));
    }

    /** Files and what they decode to, for the test of law 1. */
    static void update(MessageDigest digest) throws IOException {
        byte[] file = compressed(scene(50, 40), new RateTarget.Quality(60));
        digest.update(file);
        digest.update(decoded(file).toRgb8());
        int[] plane = new SplittableRandom(1).ints(70 * 66, 0, 4081).toArray();
        for (int sample : TestRefiners.network(2).apply(LumaRefiner.Kind.HALF, plane, 70, 70, 66, 20)) {
            digest.update((byte) sample);
        }
    }
}
