package dev.tessera.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.container.TsrLimits;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pictures in the progressive and the independent layout. */
class LayoutTest {
    private static final List<String> PHOTOS =
            List.of("photo-astronaut.png", "photo-clownfish.jpg", "photo-coffee.jpg", "photo-lionfish.jpg");

    private static ImageCodec codec; // with the small model of the tests
    private static ImageCodec shipped;

    @BeforeAll
    static void loadModels() throws IOException {
        codec = new ImageCodec(TestPictures.model());
        try (InputStream in = ImageModel.class.getResourceAsStream("models/image-pq16.safetensors")) {
            shipped = new ImageCodec(ImageModel.load(ModelFile.read(in)));
        }
    }

    private static byte[] compress(Image image, int quality, TsrLayout layout) {
        return codec.compress(image, new RateTarget.Quality(quality), layout, 1).bytes();
    }

    private static TsrFile read(byte[] file, Tolerance tolerance) throws IOException {
        return TsrFile.read(file, TsrLimits.DEFAULT, tolerance);
    }

    @ParameterizedTest
    @EnumSource(TsrLayout.class)
    void tokensStayTheSameInEveryLayout(TsrLayout layout) throws IOException {
        for (int[] size : new int[][] {{1, 1}, {16, 90}, {90, 16}, {100, 61}}) {
            Image image = TestPictures.scene(size[0], size[1], 3);
            if (size[0] == 100) {
                image = image.withAlpha(TestPictures.fadingAlpha(100, 61));
            }
            byte[] single = compress(image, 60, TsrLayout.SINGLE);
            TsrFile file = TsrFile.read(single);
            byte[] other = codec.relayout(file, layout, 2);
            Image expected = codec.decompress(file);
            Image found = codec.decompress(TsrFile.read(other), 2);
            assertArrayEquals(expected.toRgb8(), found.toRgb8());
            assertEquals(expected.alpha() == null, found.alpha() == null);
            assertArrayEquals(single, codec.relayout(TsrFile.read(other), TsrLayout.SINGLE, 1));
        }
    }

    @ParameterizedTest
    @EnumSource(TsrLayout.class)
    void aBudgetIsKeptAndUsed(TsrLayout layout) {
        Image image = TestPictures.scene(300, 200, 5);
        int finest = compress(image, 100, layout).length;
        int coarsest = compress(image, 0, layout).length;
        for (int budget = coarsest + 20; budget < finest; budget += (finest - coarsest) / 4) {
            int bytes = codec.compress(image, new RateTarget.Bytes(budget), layout, 2)
                    .bytes()
                    .length;
            assertTrue(bytes <= budget && bytes >= 0.97 * budget, bytes + " of " + budget + " bytes");
        }
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> codec.compress(image, new RateTarget.Bytes(10), layout, 2));
        assertTrue(e.getMessage().contains("smallest possible file"), e.getMessage());
    }

    @Test
    void threadsChangeNothing() throws IOException {
        Image image = TestPictures.scene(1300, 900, 7);
        byte[] one = compress(image, 50, TsrLayout.INDEPENDENT);
        assertEquals(10, TsrFile.read(one).chunkCount());
        byte[] pixels = codec.decompress(TsrFile.read(one)).toRgb8();
        byte[] damaged = one.clone();
        damaged[one.length / 2] ^= 1;
        byte[] concealed = codec.decompress(read(damaged, Tolerance.CONCEAL)).toRgb8();
        for (int threads : new int[] {2, 7}) {
            assertArrayEquals(
                    one,
                    codec.compress(image, new RateTarget.Quality(50), TsrLayout.INDEPENDENT, threads)
                            .bytes());
            assertArrayEquals(
                    pixels, codec.decompress(TsrFile.read(one), threads).toRgb8());
            assertArrayEquals(
                    concealed,
                    codec.decompress(read(damaged, Tolerance.CONCEAL), threads).toRgb8());
        }
    }

    @Test
    void everyChunkOfAProgressivePhotoMakesItBetter() throws IOException {
        for (String name : PHOTOS) {
            Image photo = photo(name);
            byte[] file = shipped.compress(photo, new RateTarget.Quality(40), TsrLayout.PROGRESSIVE, 1)
                    .bytes();
            int[] ends = ends(file, 2);
            double before = 0;
            for (int n = 1; n <= ends.length; n++) {
                TsrFile prefix = read(Arrays.copyOf(file, ends[n - 1]), Tolerance.PREFIX);
                assertEquals(ends.length - n, prefix.missingChunks().length);
                assertEquals((ends.length - n) * 1024L, shipped.missingTokens(prefix));
                double psnr = TestPictures.psnr(photo, shipped.decompress(prefix));
                assertTrue(psnr >= before, name + ", " + n + " chunks: " + psnr + " dB after " + before);
                before = psnr;
            }
            assertTrue(before > 18, name + ": " + before + " dB");
        }
    }

    /** The bar is that of a codec for lossy channels: at most 2 dB lost, at least 2 dB better than grey holes. */
    @Test
    void aLostFifthIsConcealed() throws IOException {
        double undamaged = 0;
        double concealed = 0;
        double filled = 0;
        for (String name : PHOTOS) {
            Image photo = photo(name);
            byte[] file = shipped.compress(photo, new RateTarget.Quality(40), TsrLayout.INDEPENDENT, 2)
                    .bytes();
            int[] ends = ends(file, 4);
            assertEquals(5, ends.length);
            byte[] damaged = file.clone();
            damaged[ends[3]] ^= 1; // the last chunk, so that its prefix lacks the same blocks
            undamaged += TestPictures.psnr(photo, shipped.decompress(TsrFile.read(file))) / PHOTOS.size();
            TsrFile conceal = read(damaged, Tolerance.CONCEAL);
            concealed += TestPictures.psnr(photo, shipped.decompress(conceal)) / PHOTOS.size();
            filled += TestPictures.psnr(photo, shipped.decompress(read(damaged, Tolerance.PREFIX))) / PHOTOS.size();
            long blocks = shipped.missingTokens(conceal) / 7;
            assertTrue(blocks >= 204 && blocks <= 205, blocks + " blocks");
            assertThrows(IOException.class, () -> TsrFile.read(damaged));
        }
        assertTrue(
                concealed >= undamaged - 2 && concealed >= filled + 2,
                concealed + " dB of " + undamaged + " dB, mean fill " + filled + " dB");
    }

    @Test
    void anyLossButThatOfAllChunksDecodes() throws IOException {
        Image image = TestPictures.scene(200, 120, 9).withAlpha(TestPictures.fadingAlpha(200, 120));
        byte[] file = compress(image, 60, TsrLayout.INDEPENDENT);
        int[] ends = ends(file, 4);
        int[] bytes = TsrFile.read(file).chunkBytes();
        double whole = TestPictures.psnr(image, codec.decompress(TsrFile.read(file)));
        for (int lost = 0; lost < 31; lost++) {
            byte[] damaged = file.clone();
            for (int i = 0; i < 5; i++) {
                if ((lost >> i & 1) != 0) {
                    damaged[ends[i] - 1 - bytes[i] / 2] ^= 0x10;
                }
            }
            TsrFile read = read(damaged, Tolerance.CONCEAL);
            assertEquals(Integer.bitCount(lost), read.missingChunks().length);
            Image back = codec.decompress(read);
            assertNotNull(back.alpha());
            double psnr = TestPictures.psnr(image, back);
            assertTrue(psnr <= whole + 0.5 && psnr > 8, "chunks " + lost + " lost: " + psnr + " of " + whole + " dB");
        }
    }

    /** Chunks that a checksum blesses but no encoder wrote, and chunk counts that fit no picture. */
    @Test
    void nonsenseWithRightChecksumsIsSafe() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        TsrFile good = TsrFile.read(compress(TestPictures.scene(48, 48, 6), 80, TsrLayout.SINGLE));
        int decoded = 0;
        for (int i = 0; i < 300; i++) {
            TsrLayout layout = i % 2 == 0 ? TsrLayout.PROGRESSIVE : TsrLayout.INDEPENDENT;
            List<byte[]> chunks = new ArrayList<>();
            int count = i % 10 == 0 ? random.nextInt(1, 9) : layout == TsrLayout.PROGRESSIVE ? 3 : 5;
            for (int c = 0; c < count; c++) {
                byte[] chunk = new byte[random.nextInt(12)];
                random.nextBytes(chunk);
                chunks.add(chunk);
            }
            try {
                TsrFile file = TsrFile.read(TsrFile.write(good.header(), layout, chunks));
                assertEquals(48, codec.decompress(file, 2).width());
                decoded++;
            } catch (IOException expected) {
                assertNotNull(expected.getMessage());
            }
        }
        assertTrue(decoded > 0 && decoded < 300, decoded + " decoded");
    }

    @Test
    void goldenFilesHoldTheTokensOfTheSingleOne() throws IOException {
        TsrFile single = TsrFile.read(golden("scene-61x45.tsr"));
        byte[] pixels = codec.decompress(single).toRgb8();
        for (TsrLayout layout : List.of(TsrLayout.PROGRESSIVE, TsrLayout.INDEPENDENT)) {
            byte[] file = golden("scene-61x45-" + layout.name().toLowerCase(Locale.ROOT) + ".tsr");
            assertArrayEquals(pixels, codec.decompress(TsrFile.read(file)).toRgb8());
            assertArrayEquals(file, codec.relayout(single, layout, 1));
        }
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = LayoutTest.class.getResourceAsStream("/golden/tsr/0/" + name)) {
            return in.readAllBytes();
        }
    }

    private static Image photo(String name) throws IOException {
        return ImageFiles.read(Path.of("../samples/media").resolve(name));
    }

    private static int[] ends(byte[] file, int checksumBytes) throws IOException {
        int[] ends = TsrFile.read(file).chunkBytes();
        int end = file.length;
        for (int i = ends.length - 1; i >= 0; i--) {
            int bytes = ends[i] + checksumBytes;
            ends[i] = end;
            end -= bytes;
        }
        return ends;
    }
}
