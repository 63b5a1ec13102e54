package dev.tessera.vqmodels.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.tessera.codebook.internal.Workers;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The twins give equal bits; shapes, tiles and threads do not matter. */
class LayerKernelsTest {
    private static final LayerKernels SCALAR = LayerKernels.scalar();
    private static final LayerKernels VECTOR = LayerKernels.vector();

    @Test
    void pointwiseTwinsHaveEqualBits() {
        float[] x = random(new SplittableRandom(1), 10_007, 12);
        x[3] = Float.NaN;
        x[4] = Float.POSITIVE_INFINITY;
        x[5] = Float.NEGATIVE_INFINITY;
        x[6] = -0f;
        x[7] = 3e38f;
        x[8] = 1e-42f;
        for (int length : new int[] {1, 15, 33, x.length - 1}) {
            float[] a = x.clone();
            float[] b = x.clone();
            SCALAR.gelu(a, 1, length);
            VECTOR.gelu(b, 1, length);
            assertArrayEquals(a, b);
            a = x.clone();
            b = x.clone();
            SCALAR.silu(a, 1, length);
            VECTOR.silu(b, 1, length);
            assertArrayEquals(a, b);
            a = x.clone();
            b = x.clone();
            SCALAR.snake(a, 1, length, 0.7f);
            VECTOR.snake(b, 1, length, 0.7f);
            assertArrayEquals(a, b);
        }
    }

    @Property(tries = 60)
    void normTwinsHaveEqualBits(
            @ForAll @IntRange(min = 1, max = 70) int channels,
            @ForAll @IntRange(min = 1, max = 90) int plane,
            @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = random(random, channels * plane, 3);
        float[] weight = random(random, channels, 1);
        float[] bias = random(random, channels, 1);
        int from = random.nextInt(plane);
        float[] a = x.clone();
        float[] b = x.clone();
        SCALAR.layerNorm(a, plane, from, plane, weight, bias, 1e-6f);
        VECTOR.layerNorm(b, plane, from, plane, weight, bias, 1e-6f);
        assertArrayEquals(a, b);
        SCALAR.rmsNorm(a, plane, from, plane, weight, 1e-6f);
        VECTOR.rmsNorm(b, plane, from, plane, weight, 1e-6f);
        assertArrayEquals(a, b);
    }

    @Property(tries = 150)
    void convolutionIsTheSameSumForEveryKernelAndThreadCount(
            @ForAll @IntRange(min = 1, max = 3) int groups,
            @ForAll @IntRange(min = 1, max = 40) int groupIn,
            @ForAll @IntRange(min = 1, max = 40) int groupOut,
            @ForAll @IntRange(min = 1, max = 3) int kernelHeight,
            @ForAll @IntRange(min = 1, max = 5) int kernelWidth,
            @ForAll @IntRange(min = 1, max = 2) int stride,
            @ForAll @IntRange(min = 1, max = 2) int dilation,
            @ForAll @IntRange(min = 0, max = 60) int moreWidth,
            @ForAll @IntRange(min = 0, max = 3) int moreHeight) {
        check(
                new Convolution.Shape(
                        groups * groupIn,
                        groups * groupOut,
                        groups,
                        kernelHeight,
                        kernelWidth,
                        stride,
                        stride,
                        dilation,
                        dilation),
                (kernelHeight - 1) * dilation + 1 + moreHeight,
                (kernelWidth - 1) * dilation + 1 + moreWidth);
    }

    @Test
    void depthwiseAndLargeAndSinglePositionsToo() {
        check(new Convolution.Shape(24, 24, 24, 5, 5, 1, 1, 1, 1), 20, 75);
        check(new Convolution.Shape(24, 24, 24, 1, 7, 1, 1, 2, 2), 1, 301);
        check(new Convolution.Shape(7, 7, 7, 3, 3, 2, 2, 1, 1), 21, 40);
        check(new Convolution.Shape(300, 130, 1, 1, 3, 1, 1, 1, 1), 1, 203);
        check(new Convolution.Shape(260, 300, 1, 1, 1, 1, 1, 1, 1), 1, 1);
        check(new Convolution.Shape(30, 70, 1, 2, 2, 1, 1, 1, 1), 3, 3);
        check(new Convolution.Shape(290, 70, 1, 1, 1, 1, 1, 1, 1), 1, 30);
        check(new Convolution.Shape(100, 90, 1, 3, 3, 1, 1, 1, 1), 12, 50);
        // deeper than what stays undivided
        check(new Convolution.Shape(130, 21, 1, 3, 3, 1, 1, 1, 1), 9, 50);
        check(new Convolution.Shape(360, 21, 1, 1, 3, 1, 1, 1, 1), 1, 203);
        check(new Convolution.Shape(1030, 41, 1, 1, 1, 1, 1, 1, 1), 1, 33);
        check(new Convolution.Shape(1030, 41, 1, 1, 1, 2, 2, 1, 1), 5, 9);
        check(new Convolution.Shape(1030, 41, 1, 1, 1, 2, 1, 1, 1), 5, 9);
    }

    private static void check(Convolution.Shape shape, int height, int width) {
        SplittableRandom random = new SplittableRandom(shape.hashCode());
        float[] in = random(random, shape.inChannels() * height * width, 1);
        float[] weights = random(random, shape.outChannels() * shape.depth(), 1);
        float[] bias = random(random, shape.outChannels(), 1);
        float[] expected = specification(shape, weights, bias, in, height, width);
        for (LayerKernels kernels : new LayerKernels[] {SCALAR, LayerKernels.firstCompiler(), VECTOR}) {
            Convolution convolution = new Convolution(kernels, shape, weights, bias);
            for (int threads : new int[] {1, 2, 7}) {
                float[] out = new float[expected.length];
                try (Workers workers = new Workers(threads)) {
                    convolution.apply(
                            new Convolution.Source(in, height, width, 0, 0, height, width), out, workers::run);
                }
                assertArrayEquals(expected, out, shape + " on " + height + "x" + width);
            }
        }
    }

    /** One sum after the other, in the documented order. */
    private static float[] specification(
            Convolution.Shape s, float[] weights, float[] bias, float[] in, int height, int width) {
        int outHeight = s.outHeight(height);
        int outWidth = s.outWidth(width);
        float[] out = new float[s.outChannels() * outHeight * outWidth];
        int groupIn = s.inChannels() / s.groups();
        int groupOut = s.outChannels() / s.groups();
        for (int i = 0; i < out.length; i++) {
            int o = i / outWidth / outHeight;
            int y = i / outWidth % outHeight;
            int x = i % outWidth;
            float sum = bias[o];
            int w = o * s.depth();
            for (int c = 0; c < groupIn; c++) {
                for (int ky = 0; ky < s.kernelHeight(); ky++) {
                    for (int kx = 0; kx < s.kernelWidth(); kx++) {
                        int row = (o / groupOut * groupIn + c) * height + y * s.strideY() + ky * s.dilationY();
                        sum = Math.fma(weights[w++], in[row * width + x * s.strideX() + kx * s.dilationX()], sum);
                    }
                }
            }
            out[i] = sum;
        }
        return out;
    }

    private static float[] random(SplittableRandom random, int length, float scale) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (scale * (2 * random.nextDouble() - 1));
        }
        return values;
    }
}
