package dev.tessera.image.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.image.Image;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Blocks of whole pictures through the coder and back. */
class BlockCodingTest {
    private record Coded(byte[] bytes, BlockEncoder encoder) {}

    private static Image picture(int width, int height) {
        SplittableRandom random = new SplittableRandom(4);
        float[][] planes = new float[3][width * height];
        for (int i = 0; i < width * height; i++) {
            int x = i % width;
            int y = i / width;
            float edge = x + y > 90 ? 70 : 0;
            planes[0][i] = 90 + edge + random.nextInt(12);
            planes[1][i] = (float) (120 + 60 * Math.sin(x / 8.0) * Math.cos(y / 11.0));
            planes[2][i] = y > height / 2 ? 30 : 160;
        }
        return Image.ofRgb(width, height, planes[0], planes[1], planes[2]);
    }

    private static Coded encode(Image image, int scale, int step, TransformPrior prior) {
        RangeEncoder out = new RangeEncoder();
        BlockEncoder encoder =
                new BlockEncoder(PicturePlanes.of(image, scale), step, prior.copy(), 1, Tuning.MS_SSIM, scale);
        encoder.encode(new BitCoder.Writer(out));
        return new Coded(out.finish(), encoder);
    }

    private static BlockDecoder decode(byte[] bytes, Image image, int scale, int step, TransformPrior prior) {
        BlockDecoder decoder = new BlockDecoder(
                PicturePlanes.scaled(image.width(), scale),
                PicturePlanes.scaled(image.height(), scale),
                3,
                step,
                prior.copy());
        decoder.decode(new BitCoder.Reader(new RangeDecoder(bytes)));
        return decoder;
    }

    private static Settings settings(int scale) {
        return new Settings(false, false, scale, 0, scale > 0 ? Settings.Details.FILTERS : Settings.Details.NONE, 30);
    }

    private static double meanSquaredError(Image a, Image b) {
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
    void theDecoderHasTheSamplesThatTheEncoderSaw() {
        TransformPrior prior = new TransformPrior();
        for (int[] size : new int[][] {{96, 64}, {57, 41}, {3, 1}}) {
            Image image = picture(size[0], size[1]);
            for (int scale = 0; scale < 3; scale++) {
                for (int step : new int[] {0, 20, 44, BlockDecoder.STEPS - 1}) {
                    Coded coded = encode(image, scale, step, prior);
                    BlockDecoder decoder = decode(coded.bytes(), image, scale, step, prior);
                    for (int c = 0; c < 3; c++) {
                        assertArrayEquals(coded.encoder().planes[c].samples, decoder.planes[c].samples);
                    }
                }
            }
        }
    }

    @Test
    void finerStepsAreLargerAndBetter() {
        Image image = picture(96, 96);
        int before = 0;
        double errorBefore = Double.POSITIVE_INFINITY;
        for (int step : new int[] {56, 44, 32, 20, 8}) {
            Coded coded = encode(image, 0, step, new TransformPrior());
            double error = meanSquaredError(
                    image, PicturePlanes.toImage(coded.encoder().planes, 96, 96, settings(0), Refiners.neutral()));
            assertTrue(coded.bytes().length > before, coded.bytes().length + " bytes at step " + step);
            assertTrue(error < errorBefore, error + " at step " + step);
            before = coded.bytes().length;
            errorBefore = error;
        }
        assertTrue(errorBefore < 150, "chroma at half size is what is left: " + errorBefore);
    }

    @Test
    void aLearntPriorSavesBytesAndSurvivesStorage() {
        Image image = picture(96, 96);
        TransformPrior learnt = new TransformPrior();
        for (int step : new int[] {50, 44, 38}) {
            new BlockEncoder(PicturePlanes.of(image, 0), step, learnt, 1, Tuning.PSNR, 0)
                    .encode(new BitCoder.Trainer());
        }
        TransformPrior restored = TransformPrior.of(learnt.save());
        int blank = encode(image, 0, 44, new TransformPrior()).bytes().length;
        Coded coded = encode(image, 0, 44, restored);
        assertTrue(coded.bytes().length < .8 * blank, coded.bytes().length + " of " + blank);
        assertArrayEquals(
                coded.encoder().planes[0].samples, decode(coded.bytes(), image, 0, 44, restored).planes[0].samples);
        assertEquals(learnt.save().length, restored.save().length);
    }

    @Test
    void anyBytesDecodeToSomething() {
        SplittableRandom random = new SplittableRandom(9);
        Image image = picture(40, 40);
        TransformPrior prior = new TransformPrior();
        for (int i = 0; i < 60; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            BlockDecoder decoder = decode(bytes, image, 0, random.nextInt(BlockDecoder.STEPS), prior);
            for (int sample : decoder.planes[0].samples) {
                assertTrue(sample >= 0 && sample <= 255 << SamplePlane.UNIT_BITS);
            }
        }
    }

    @Test
    void flatPicturesStayFlatAtEveryScale() {
        float[] grey = new float[70 * 50];
        java.util.Arrays.fill(grey, 77);
        Image flat = Image.ofRgb(70, 50, grey, grey.clone(), grey.clone());
        for (int scale = 0; scale < 3; scale++) {
            Image back =
                    PicturePlanes.toImage(PicturePlanes.of(flat, scale), 70, 50, settings(scale), Refiners.neutral());
            assertEquals(0, meanSquaredError(flat, back));
        }
    }

    @Test
    void theEdgeFilterLeavesSmoothPlanesAloneAndSoftensSteps() {
        Cells cells = new Cells(64, 32);
        cells.set(0, 0, 32, 0, false, 0, 0);
        cells.set(32, 0, 32, 0, false, 0, 0);
        SamplePlane plane = new SamplePlane(64, 32);
        for (int i = 0; i < plane.samples.length; i++) {
            plane.samples[i] = i % 64 < 32 ? 1600 : 1680;
        }
        int[] before = plane.samples.clone();
        new EdgeFilter(cells, 0).apply(plane, 1000, 0);
        assertArrayEquals(before, plane.samples);
        new EdgeFilter(cells, 2).apply(plane, 1000, 0);
        for (int x = 1; x < 64; x++) {
            assertTrue(plane.samples[x] - plane.samples[x - 1] <= 12, "step at " + x);
        }
        assertEquals(1600, plane.samples[20]);
        assertEquals(1680, plane.samples[44]);
    }
}
