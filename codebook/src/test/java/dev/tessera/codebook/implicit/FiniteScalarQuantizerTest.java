package dev.tessera.codebook.implicit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.implicit.FiniteScalarQuantizer.Bound;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FiniteScalarQuantizerTest {
    /** The published formulas, as they stand. */
    private static int digit(Bound bound, int levels, double z) {
        if (bound == Bound.SYMMETRIC) {
            return (int) Math.floor((levels - 1) * (Math.tanh(z) + 1) / 2 + 0.5);
        }
        boolean jax = bound == Bound.JAX_ORIGINAL;
        double h = (levels - 1) * (jax ? 0.999 : 1.001) / 2;
        double o = levels % 2 == 0 ? 0.5 : 0;
        double s = jax ? Math.tan(o / h) : 0.5 * Math.log((1 + o / h) / (1 - o / h));
        return (int) Math.rint(Math.tanh(z + s) * h - o) + levels / 2;
    }

    @ParameterizedTest
    @EnumSource(Bound.class)
    void digitsFollowTheFormulaAndReachEveryLevel(Bound bound) {
        int[] levels = {2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 255, 256, 999, 1000};
        FiniteScalarQuantizer fsq = new FiniteScalarQuantizer(levels, bound);
        SplittableRandom random = new SplittableRandom(1);
        int count = 40_000;
        float[] x = new float[count * levels.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) ((i % 3 == 0 ? 0.2 : i % 3 == 1 ? 1 : 4) * random.nextGaussian());
        }
        int[] indices = fsq.quantize(Latents.of(count, levels.length, x));
        boolean[][] seen = new boolean[levels.length][1000];
        MixedRadix stages = fsq.radix().grouped();
        int[] own = new int[fsq.stages()];
        for (int i = 0; i < count; i++) {
            System.arraycopy(indices, i * own.length, own, 0, own.length);
            int[] digits = fsq.radix().split(stages.joinBig(own));
            for (int j = 0; j < levels.length; j++) {
                float z = x[i * levels.length + j];
                if (digits[j] != digit(bound, levels[j], z)) {
                    // only where the last bit of tanh decides
                    assertTrue(digits[j] == digit(bound, levels[j], z - 1e-9)
                            || digits[j] == digit(bound, levels[j], z + 1e-9));
                }
                seen[j][digits[j]] = true;
            }
        }
        for (int j = 0; levels[j] <= 17; j++) {
            for (int d = 0; d < levels[j]; d++) {
                assertTrue(seen[j][d], "digit " + d + " of " + levels[j]);
            }
        }
        float[] extremes = {-Float.MAX_VALUE, -100, 100, Float.MAX_VALUE};
        for (int level : levels) {
            int[] ends = new FiniteScalarQuantizer(new int[] {level}, bound).quantize(Latents.of(4, 1, extremes));
            assertArrayEquals(new int[] {0, 0, level - 1, level - 1}, ends);
        }
    }

    @ParameterizedTest
    @CsvSource({"8, 240", "10, 1000", "12, 4375", "14, 15360", "16, 64000"})
    void tableOfThePaper(int bits, int size) {
        int[] levels = FiniteScalarQuantizer.levelsFor(1 << bits);
        for (Bound bound : Bound.values()) {
            FiniteScalarQuantizer fsq = new FiniteScalarQuantizer(levels, bound);
            assertArrayEquals(new int[] {size}, fsq.codebookSizes());
            int[] indices = new int[size];
            Arrays.setAll(indices, i -> i);
            float[] vectors = fsq.dequantize(indices, size).data();
            // index = sum of digit x product of the levels before it, digit from the normalised value
            for (int i = 0; i < size; i++) {
                long index = 0;
                long basis = 1;
                for (int j = 0; j < levels.length; j++) {
                    double value = vectors[i * levels.length + j];
                    double half = bound == Bound.SYMMETRIC ? (levels[j] - 1) / 2.0 : levels[j] / 2;
                    double centre = bound == Bound.SYMMETRIC ? half : levels[j] / 2;
                    index += basis * Math.round(value * half + centre);
                    basis *= levels[j];
                }
                assertEquals(i, index);
            }
            // the way there: a latent in the middle of each cell gives the index
            assertArrayEquals(
                    indices, fsq.quantize(Latents.of(size, levels.length, preimage(vectors, levels, bound)), 2));
        }
    }

    /** Inverse of the bound at the middle of the cell around each quantized value. */
    private static float[] preimage(float[] values, int[] levels, Bound bound) {
        float[] z = new float[values.length];
        for (int i = 0; i < z.length; i++) {
            int level = levels[i % levels.length];
            boolean jax = bound == Bound.JAX_ORIGINAL;
            double o = level % 2 == 0 ? 0.5 : 0;
            double h = bound == Bound.SYMMETRIC ? (level - 1) / 2.0 : (level - 1) * (jax ? 0.999 : 1.001) / 2;
            double shift = bound == Bound.SYMMETRIC ? 0 : jax ? Math.tan(o / h) : atanh(o / h);
            double t = bound == Bound.SYMMETRIC ? values[i] : (values[i] * (level / 2) + o) / h;
            z[i] = (float) (atanh(Math.clamp(t, -1 + 0.2 / level, 1 - 0.2 / level)) - shift);
        }
        return z;
    }

    private static double atanh(double x) {
        return 0.5 * Math.log((1 + x) / (1 - x));
    }

    @ParameterizedTest
    @EnumSource(Bound.class)
    void quantizedValuesKeepTheirIndexOnlyForFewLevels(Bound bound) {
        for (int level = 2; level <= 40; level++) {
            FiniteScalarQuantizer fsq = new FiniteScalarQuantizer(new int[] {level}, bound);
            int[] indices = new int[level];
            Arrays.setAll(indices, i -> i);
            boolean same = Arrays.equals(indices, fsq.quantize(fsq.dequantize(indices, level)));
            assertEquals(bound == Bound.SYMMETRIC ? level <= 5 : level == 3 || level == 5, same, "L = " + level);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 8, 16})
    void boundsDifferOnNormalLatentsAsTheirThresholdsSay(int level) {
        int count = 400_000;
        SplittableRandom random = new SplittableRandom(7);
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = (float) random.nextGaussian();
        }
        Latents latents = Latents.of(count, 1, x);
        int[] jax = new FiniteScalarQuantizer(new int[] {level}, Bound.JAX_ORIGINAL).quantize(latents);
        int[] torch = new FiniteScalarQuantizer(new int[] {level}, Bound.TORCH_PORT).quantize(latents);
        int different = 0;
        for (int i = 0; i < count; i++) {
            different += jax[i] == torch[i] ? 0 : 1;
        }
        NormalDistribution normal = new NormalDistribution();
        double expected = 0; // normal mass between the two positions of every threshold, in closed form
        double o = level % 2 == 0 ? 0.5 : 0;
        for (int r = 1 - level / 2; r <= (level - 1) / 2; r++) {
            double jaxHalf = (level - 1) * 0.999 / 2;
            double torchHalf = (level - 1) * 1.001 / 2;
            double jaxThreshold = atanh((r - 0.5 + o) / jaxHalf) - Math.tan(o / jaxHalf);
            double torchThreshold = atanh((r - 0.5 + o) / torchHalf) - atanh(o / torchHalf);
            expected +=
                    Math.abs(normal.cumulativeProbability(jaxThreshold) - normal.cumulativeProbability(torchThreshold));
        }
        double deviation = Math.sqrt(expected * (1 - expected) / count);
        assertEquals(expected, (double) different / count, 4 * deviation);
        switch (level) { // the published order of magnitude
            case 2 -> assertEquals(0.06, expected, 0.004);
            case 3 -> assertEquals(0.0009, expected, 0.0001);
            case 8 -> assertEquals(0.0035, expected, 0.0005);
            case 16 -> assertEquals(0.0080, expected, 0.0008);
            default -> assertTrue(expected < 0.01);
        }
    }

    @Test
    void hugeBooksAreSeveralStages() {
        int[] levels = new int[40];
        Arrays.fill(levels, 8); // 2^120 codes
        FiniteScalarQuantizer fsq = new FiniteScalarQuantizer(levels, Bound.TORCH_PORT);
        assertArrayEquals(new int[] {1 << 30, 1 << 30, 1 << 30, 1 << 30}, fsq.codebookSizes());
        assertEquals(BigInteger.TWO.pow(120), fsq.radix().size());
        SplittableRandom random = new SplittableRandom(3);
        float[] x = new float[40];
        BigInteger expected = BigInteger.ZERO;
        for (int j = 39; j >= 0; j--) {
            x[j] = (float) random.nextGaussian();
            expected = expected.shiftLeft(3).add(BigInteger.valueOf(digit(Bound.TORCH_PORT, 8, x[j])));
        }
        int[] stages = fsq.quantize(Latents.of(1, 40, x));
        assertEquals(expected, fsq.radix().grouped().joinBig(stages));
        assertTrue(expected.bitLength() > 63);
        int[] digits = fsq.radix().split(expected);
        float[] back = fsq.dequantize(stages, 1).data();
        for (int j = 0; j < 40; j++) {
            assertEquals((digits[j] - 4) / 4f, back[j]);
        }
    }

    @Test
    void levelsForOtherSizesHaveTheLargestProduct() {
        for (int codes : new int[] {25, 26, 64, 100, 255, 257, 512, 1023, 2048, 4097, 9999, 50_000}) {
            int[] levels = FiniteScalarQuantizer.levelsFor(codes);
            assertTrue(Arrays.stream(levels).allMatch(l -> l >= 5 && l <= 8));
            int best = 0;
            for (int p = 1; p <= codes; p++) {
                best = isProductOfFiveToEight(p) ? p : best;
            }
            assertEquals(best, Arrays.stream(levels).reduce(1, (a, b) -> a * b), "codes " + codes);
        }
        assertArrayEquals(new int[] {24}, FiniteScalarQuantizer.levelsFor(24));
        assertArrayEquals(new int[] {2}, FiniteScalarQuantizer.levelsFor(2));
        assertTrue(FiniteScalarQuantizer.levelsFor(Integer.MAX_VALUE).length >= 10);
        assertThrows(IllegalArgumentException.class, () -> FiniteScalarQuantizer.levelsFor(1));
    }

    private static boolean isProductOfFiveToEight(int p) {
        boolean possible = p == 1;
        for (int f = 5; f <= 8 && !possible; f++) {
            possible = p % f == 0 && isProductOfFiveToEight(p / f);
        }
        return possible;
    }

    @Test
    void threadsAndBadArguments() {
        FiniteScalarQuantizer fsq = new FiniteScalarQuantizer(new int[] {8, 6, 5}, Bound.JAX_ORIGINAL);
        SplittableRandom random = new SplittableRandom(5);
        float[] x = new float[3 * 9999];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        Latents latents = Latents.of(9999, 3, x);
        assertArrayEquals(fsq.quantize(latents), fsq.quantize(latents, 7));
        FiniteScalarQuantizer rebuilt = new FiniteScalarQuantizer(fsq.levels(), fsq.bound());
        assertArrayEquals(fsq.quantize(latents), rebuilt.quantize(latents, 2));
        assertThrows(IllegalArgumentException.class, () -> fsq.quantize(Latents.of(1, 2, new float[2])));
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> fsq.dequantize(new int[] {3, 240}, 2));
        assertTrue(e.getMessage().contains("240"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> fsq.dequantize(new int[] {-1}, 1));
        for (int bad : new int[] {1, 0, -3, 1001}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new FiniteScalarQuantizer(new int[] {5, bad}, Bound.SYMMETRIC));
        }
        assertThrows(IllegalArgumentException.class, () -> new FiniteScalarQuantizer(new int[0], Bound.SYMMETRIC));
        assertFalse(fsq.levels() == fsq.levels());
    }
}
