package dev.tessera.image.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.SequenceGeometry;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.image.Image;
import dev.tessera.image.ImageSequence;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SequenceCodecTest {
    private static final LinearImageModel MODEL =
            LinearImageModel.of("test", new TransformPrior(), TestRefiners.withNetwork());
    private static final int FRAMES = 5;

    /** How a scene changes from frame to frame. */
    private enum Clip {
        STILL,
        PAN,
        FADE,
        CUT
    }

    private static ImageSequence clip(Clip clip, int width, int height, boolean grey) {
        SplittableRandom random = new SplittableRandom(8);
        ImageSequence.Builder out = ImageSequence.builder(width, height, 50, 3);
        for (int i = 0; i < FRAMES; i++) {
            float[][] planes = new float[3][width * height];
            for (int j = 0; j < width * height; j++) {
                double x = clip == Clip.CUT && i > 2 ? 97 - j % width : j % width + (clip == Clip.PAN ? 1.5 * i : 0);
                double y = j / width + (clip == Clip.PAN ? .5 * i : 0);
                double gain = clip == Clip.FADE ? 1 - .15 * i : 1;
                double wave = 60 * StrictMath.sin(x * x / 130) + 40 * StrictMath.sin(y / 5 + x / 9);
                double noise = random.nextInt(5) - 2;
                planes[0][j] = (float) (gain * (128 + wave) + noise);
                planes[1][j] = (float) (gain * (120 - wave / 2 + y) + noise);
                planes[2][j] = (float) (gain * (90 + x % 64) + noise);
            }
            out.add(
                    grey
                            ? Image.ofGrey(width, height, planes[0])
                            : Image.ofRgb(width, height, planes[0], planes[1], planes[2]),
                    i == 2 ? 3 : 1);
        }
        return out.build();
    }

    private static SequenceCodec codec(Tuning tuning) {
        return new SequenceCodec(MODEL, tuning);
    }

    private static ImageSequence decoded(byte[] file) throws IOException {
        return codec(Tuning.PSNR).decompress(TsrFile.read(file));
    }

    private static double squaredError(ImageSequence a, ImageSequence b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            sum += PictureLoss.squaredError(a.frame(i), b.frame(i));
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource
    void everyKindGoesThereAndBack(Clip clip) throws IOException {
        ImageSequence sequence = clip(clip, 70, 41, clip == Clip.FADE);
        SequenceCodec.Packed packed = codec(Tuning.PSNR).compress(sequence, new RateTarget.Quality(70));
        assertArrayEquals(
                packed.bytes(),
                codec(Tuning.PSNR)
                        .compress(sequence, new RateTarget.Quality(70))
                        .bytes());
        ImageSequence back = decoded(packed.bytes());
        assertEquals(sequence.geometry(), back.geometry());
        assertEquals(sequence.isGrey(), back.isGrey());
        for (int i = 0; i < FRAMES; i++) {
            assertEquals(sequence.duration(i), back.duration(i));
        }
        assertEquals(back, decoded(packed.bytes()));
        assertEquals(FRAMES, packed.frameBytes().length);
        assertTrue(packed.bytes().length - Arrays.stream(packed.frameBytes()).sum() <= 20);
        double psnr = 10 * Math.log10(255 * 255.0 * 70 * 41 * FRAMES / squaredError(sequence, back));
        assertTrue(psnr > 30, psnr + " dB");
    }

    /** The least that a sequence must save: 30 % of the bytes of its frames alone, at no more error. */
    @ParameterizedTest
    @EnumSource(names = {"STILL", "PAN", "FADE"})
    void aSequenceIsSmallerThanItsFramesAlone(Clip clip) throws IOException {
        ImageSequence sequence = clip(clip, 96, 64, false);
        LinearImageCodec pictures = new LinearImageCodec(MODEL).tuned(Tuning.PSNR);
        long alone = 0;
        double error = 0;
        for (int i = 0; i < FRAMES; i++) {
            byte[] file = pictures.compress(sequence.frame(i), new RateTarget.Quality(65));
            alone += file.length;
            error += PictureLoss.squaredError(sequence.frame(i), pictures.decompress(TsrFile.read(file)));
        }
        byte[] together;
        int quality = 64;
        do {
            together = codec(Tuning.PSNR)
                    .compress(sequence, new RateTarget.Quality(++quality))
                    .bytes();
        } while (quality < 100 && squaredError(sequence, decoded(together)) >= error);
        assertTrue(
                together.length < .7 * alone,
                together.length + " bytes at the quality " + quality + ", alone " + alone);
    }

    @ParameterizedTest
    @EnumSource
    void budgetsAreKeptAndUsedAndMoreBytesAreBetter(Tuning tuning) throws IOException {
        ImageSequence sequence = clip(Clip.PAN, 72, 56, false);
        double before = Double.POSITIVE_INFINITY;
        for (int budget : new int[] {120, 200, 500}) {
            byte[] file = codec(tuning)
                    .compress(sequence, new RateTarget.Bytes(budget))
                    .bytes();
            assertTrue(file.length <= budget && file.length >= .97 * budget, file.length + " of " + budget);
            ImageSequence back = decoded(file);
            double loss = 0;
            for (int i = 0; i < FRAMES; i++) {
                loss += new PictureLoss(sequence.frame(i), tuning).of(back.frame(i));
            }
            assertTrue(loss < before, loss + " after " + before + " at " + budget);
            before = loss;
        }
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> codec(tuning).compress(sequence, new RateTarget.Bytes(15)));
        assertTrue(e.getMessage().matches(".*below the smallest possible file, \\d+ bytes"), e.getMessage());
    }

    /** Law 4. */
    @Test
    void strangePayloadsDecodeOrAreRefused() throws IOException {
        byte[] file = codec(Tuning.PSNR)
                .compress(clip(Clip.PAN, 48, 40, false), new RateTarget.Quality(50))
                .bytes();
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThrows(IOException.class, () -> decoded(cut), "cut to " + length);
        }
        TsrFile good = TsrFile.read(file);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 100; i++) {
            byte[] payload = i % 2 == 0 ? good.payload() : new byte[random.nextInt(120)];
            if (i % 2 == 0) {
                payload[random.nextInt(payload.length)] ^= (byte) (1 + random.nextInt(255));
            } else {
                random.nextBytes(payload);
            }
            int parameters = i < 50 ? good.header().parameters() : random.nextInt(1 << 14);
            TsrHeader header =
                    new TsrHeader(good.header().model(), good.header().geometry(), parameters);
            try {
                assertEquals(FRAMES, decoded(TsrFile.write(header, payload)).size());
            } catch (IOException expected) {
                assertNotNull(expected.getMessage());
            }
        }
    }

    /** A million frames of one pixel would need a thousand times as many samples. */
    @Test
    void whatIsPaddedTooMuchIsRefusedBeforeItIsAllocated() {
        TsrHeader many = new TsrHeader(
                MODEL.hash(),
                new SequenceGeometry(33, 33, 1 << 16, 25, 1),
                new Settings(true, false, 0, 0, Settings.Details.NONE, 9).parameters());
        IOException e = assertThrows(CorruptBitstreamException.class, () -> decoded(TsrFile.write(many, new byte[3])));
        assertTrue(e.getMessage().contains("samples in whole superblocks"), e.getMessage());
        TsrHeader small = new TsrHeader(
                MODEL.hash(),
                new SequenceGeometry(1, 1, 1 << 18, 25, 1),
                new Settings(true, false, 0, 0, Settings.Details.NONE, 9).parameters());
        e = assertThrows(CorruptBitstreamException.class, () -> decoded(TsrFile.write(small, new byte[3])));
        assertTrue(e.getMessage().contains("above the limit"), e.getMessage());
    }

    /** Written once, never again: later builds must read it to the same frames. */
    @Test
    void theGoldenFileDecodesToTheGoldenFrames() throws Exception {
        byte[] golden;
        try (InputStream in = SequenceCodecTest.class.getResourceAsStream("/golden/tsr/0/sequence-pan-70x41.tsr")) {
            golden = in.readAllBytes();
        }
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        LinearImageModel model = LinearImageModel.of("test", new TransformPrior(), Refiners.neutral());
        ImageSequence frames = new SequenceCodec(model, Tuning.PSNR).decompress(TsrFile.read(golden));
        for (int i = 0; i < frames.size(); i++) {
            digest.update(frames.frame(i).toRgb8());
        }
        assertEquals(GOLDEN_FRAMES, HexFormat.of().formatHex(digest.digest()));
    }

    /** The encoder makes these bytes on every machine. */
    @Test
    void theEncoderMakesTheGoldenBytes() throws Exception {
        byte[] file = codec(Tuning.MS_SSIM)
                .compress(clip(Clip.PAN, 70, 41, false), new RateTarget.Quality(60))
                .bytes();
        assertEquals(
                GOLDEN_BYTES,
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file)));
    }

    private static final String GOLDEN_BYTES = "4c75c94efe8b94d705ccbcb56e9baa0913a613eb714618cdcde3637269285c0e";
    private static final String GOLDEN_FRAMES = "f8786ba8ec6ab5bfed23b297e5634e17cbe596c0c0aedc4b7db815f17b8ecebd";

    /** Files and what they decode to, for the test of law 1. */
    static void update(MessageDigest digest) throws IOException {
        byte[] file = codec(Tuning.PSNR)
                .compress(clip(Clip.PAN, 32, 30, false), new RateTarget.Quality(60))
                .bytes();
        digest.update(file);
        ImageSequence frames = decoded(file);
        for (int i = 0; i < frames.size(); i++) {
            digest.update(frames.frame(i).toRgb8());
        }
    }
}
