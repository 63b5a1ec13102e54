package dev.tessera.vqmodels.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.commons.math3.special.Erf;
import org.junit.jupiter.api.Test;

/** Each layer against a naive double-precision version of its definition. */
class LayerTest {
    private final Maps maps = new Maps(7);

    /** The value that a place of the output should have. */
    @FunctionalInterface
    private interface Oracle {
        double at(int channel, int y, int x);
    }

    private static void check(FeatureMap out, int channels, int height, int width, Oracle oracle) {
        assertEquals(channels, out.channels());
        assertEquals(new Extent(height, width), out.extent());
        double largest = 1e-3;
        double worst = 0;
        for (int c = 0; c < channels; c++) {
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    double expected = oracle.at(c, y, x);
                    largest = Math.max(largest, Math.abs(expected));
                    worst = Math.max(worst, Math.abs(out.get(c, y, x) - expected));
                }
            }
        }
        assertTrue(worst <= 1e-5 * largest, "error " + worst + " at values up to " + largest);
    }

    private static double at(FeatureMap map, int c, int y, int x) {
        return y < 0 || x < 0 || y >= map.height() || x >= map.width() ? 0 : map.get(c, y, x);
    }

    @Test
    void convolutionWithEverything() {
        float[] w = maps.values(8 * 3 * 3 * 2, 1);
        float[] b = maps.values(8, 1);
        FeatureMap in = maps.map(6, 13, 17);
        Conv conv = Conv.builder()
                .weights(8, 3, 3, 2, w)
                .bias(b)
                .groups(2)
                .stride(2, 3)
                .dilation(1, 2)
                .padding(new Conv.Padding(1, 2, 0, 1))
                .build();
        check(conv.apply(in, 1), 8, 6, 6, (o, y, x) -> {
            double sum = b[o];
            for (int c = 0; c < 3; c++) {
                for (int ky = 0; ky < 3; ky++) {
                    for (int kx = 0; kx < 2; kx++) {
                        sum += w[((o * 3 + c) * 3 + ky) * 2 + kx]
                                * at(in, o / 4 * 3 + c, 2 * y + ky - 1, 3 * x + 2 * kx - 2);
                    }
                }
            }
            return sum;
        });
    }

    @Test
    void depthwiseConvolutionOfASeriesAndOfAPicture() {
        float[] w = maps.values(5 * 21, 1);
        FeatureMap series = maps.map(5, 1, 50);
        Conv causal = Conv.builder()
                .weights(5, 1, 1, 7, w = maps.values(35, 1))
                .groups(5)
                .causal()
                .build();
        float[] taps = w;
        check(causal.apply(series, 1), 5, 1, 50, (c, y, x) -> {
            double sum = 0;
            for (int k = 0; k < 7; k++) {
                sum += taps[c * 7 + k] * at(series, c, 0, x + k - 6);
            }
            return sum;
        });
        float[] square = maps.values(5 * 25, 1);
        FeatureMap picture = maps.map(5, 9, 40);
        Conv conv = Conv.builder().weights(5, 1, 5, 5, square).groups(5).build();
        check(conv.apply(picture, 1), 5, 9, 40, (c, y, x) -> {
            double sum = 0;
            for (int k = 0; k < 25; k++) {
                sum += square[c * 25 + k] * at(picture, c, y + k / 5 - 2, x + k % 5 - 2);
            }
            return sum;
        });
    }

    @Test
    void linearLayerAtOneAndAtManyPositions() {
        float[] w = maps.values(37 * 300, 1);
        float[] b = maps.values(37, 1);
        for (int width : new int[] {1, 100}) {
            FeatureMap in = maps.map(300, 1, width);
            check(Conv.linear(37, 300, w, b).apply(in, 1), 37, 1, width, (o, y, x) -> {
                double sum = b[o];
                for (int c = 0; c < 300; c++) {
                    sum += (double) w[o * 300 + c] * in.get(c, 0, x);
                }
                return sum;
            });
        }
    }

    @Test
    void transposedConvolution() {
        for (int[] k : new int[][] {{4, 2, 1}, {3, 2, 1}, {7, 3, 2}, {2, 2, 0}, {5, 1, 2}, {16, 8, 4}}) {
            int kernel = k[0];
            int stride = k[1];
            int padding = k[2];
            float[] w = maps.values(3 * 2 * kernel * kernel, 1);
            float[] b = maps.values(2, 1);
            FeatureMap in = maps.map(3, 5, 7);
            int height = 4 * stride - 2 * padding + kernel;
            int width = 6 * stride - 2 * padding + kernel;
            double[] sums = new double[2 * height * width];
            for (int i = 0; i < sums.length; i++) {
                sums[i] = b[i / width / height];
            }
            for (int c = 0; c < 3; c++) { // as it is defined: every input spreads over the outputs
                for (int p = 0; p < 35; p++) {
                    for (int q = 0; q < 2 * kernel * kernel; q++) {
                        int y = p / 7 * stride + q / kernel % kernel - padding;
                        int x = p % 7 * stride + q % kernel - padding;
                        if (y >= 0 && x >= 0 && y < height && x < width) {
                            sums[(q / kernel / kernel * height + y) * width + x] +=
                                    (double) in.get(c, p / 7, p % 7) * w[c * 2 * kernel * kernel + q];
                        }
                    }
                }
            }
            Sequence layer = Blocks.transposedConv(
                    3, 2, new int[] {kernel, kernel}, new int[] {stride, stride}, new int[] {padding, padding}, w, b);
            check(layer.apply(in, 1), 2, height, width, (c, y, x) -> sums[(c * height + y) * width + x]);
        }
    }

    @Test
    void activations() {
        FeatureMap in = FeatureMap.of(3, 5, 7, maps.values(105, 6));
        check(new Activation(Activation.Function.GELU, 3).apply(in, 1), 3, 5, 7, (c, y, x) -> {
            double v = in.get(c, y, x);
            return 0.5 * v * Erf.erfc(-v / Math.sqrt(2));
        });
        check(new Activation(Activation.Function.SILU, 3).apply(in, 1), 3, 5, 7, (c, y, x) -> {
            double v = in.get(c, y, x);
            return v / (1 + Math.exp(-v));
        });
        float[] alpha = {0.3f, 1, -7};
        check(new Snake(alpha).apply(in, 1), 3, 5, 7, (c, y, x) -> {
            double v = in.get(c, y, x);
            double s = Math.sin(alpha[c] * v);
            return v + s * s / alpha[c];
        });
        check(new LayerScale(alpha).apply(in, 1), 3, 5, 7, (c, y, x) -> (double) alpha[c] * in.get(c, y, x));
    }

    @Test
    void norms() {
        FeatureMap in = maps.map(12, 6, 45);
        float[] w = maps.values(12, 2);
        float[] b = maps.values(12, 2);
        check(new LayerNorm(w, b, 1e-5f).apply(in, 1), 12, 6, 45, (c, y, x) -> {
            double mean = 0;
            double square = 0;
            for (int k = 0; k < 12; k++) {
                mean += in.get(k, y, x) / 12.0;
                square += in.get(k, y, x) * in.get(k, y, x) / 12.0;
            }
            return (in.get(c, y, x) - mean) / Math.sqrt(square - mean * mean + 1e-5) * w[c] + b[c];
        });
        check(new RmsNorm(w, 1e-5f).apply(in, 1), 12, 6, 45, (c, y, x) -> {
            double square = 0;
            for (int k = 0; k < 12; k++) {
                square += in.get(k, y, x) * in.get(k, y, x) / 12.0;
            }
            return in.get(c, y, x) / Math.sqrt(square + 1e-5) * w[c];
        });
        check(new GroupNorm(3, 10, w, b, 1e-5f).apply(in, 1), 12, 6, 45, (c, y, x) -> {
            double sum = 0;
            double squares = 0;
            int count = 0;
            for (int k = c / 4 * 4; k < c / 4 * 4 + 4; k++) {
                for (int v = 0; v < 6; v++) {
                    for (int u = x / 10 * 10; u < Math.min(x / 10 * 10 + 10, 45); u++) {
                        sum += in.get(k, v, u);
                        squares += in.get(k, v, u) * in.get(k, v, u);
                        count++;
                    }
                }
            }
            double mean = sum / count;
            return (in.get(c, y, x) - mean) / Math.sqrt(squares / count - mean * mean + 1e-5) * w[c] + b[c];
        });
    }

    @Test
    void rearrangements() {
        FeatureMap in = maps.map(12, 4, 6);
        check(
                new PixelShuffle(12, 2, 3).apply(in, 1),
                2,
                8,
                18,
                (c, y, x) -> in.get(c * 6 + y % 2 * 3 + x % 3, y / 2, x / 3));
        assertEquals(in, new PixelUnshuffle(2, 2, 3).apply(new PixelShuffle(12, 2, 3).apply(in, 1), 1));
        check(new Upsample(12, 2, 3).apply(in, 1), 12, 8, 18, (c, y, x) -> in.get(c, y / 2, x / 3));
        check(new Crop(12, 1, 2, 0, 1).apply(in, 1), 12, 3, 3, (c, y, x) -> in.get(c, y + 1, x + 2));
        Transpose transpose = new Transpose(new Extent(2, 3), new Extent(4, 3));
        check(
                transpose.apply(in, 1),
                6,
                8,
                6,
                (c, y, x) -> in.get(y % 4 * 3 + x % 3, y / 4 * 2 + c / 3, x / 3 * 3 + c % 3));
        assertEquals(in, new Transpose(new Extent(4, 3), new Extent(2, 3)).apply(transpose.apply(in, 1), 1));
        assertThrows(
                IllegalArgumentException.class, () -> new Transpose(new Extent(3, 3), new Extent(4, 3)).apply(in, 1));
        Conv half =
                Conv.builder().weights(12, 1, 1, 1, new float[12]).groups(12).build();
        assertEquals(in, new Residual(new Sequence(half)).apply(in, 1));
        assertThrows(IllegalArgumentException.class, () -> new PixelUnshuffle(12, 3, 1).apply(in, 1));
    }

    @Test
    void inverseStft() {
        int size = 16;
        int hop = 6;
        int frames = 9;
        FeatureMap in = FeatureMap.of(18, 1, frames, maps.values(18 * frames, 5));
        double[] signal = new double[frames * hop + size];
        double[] weight = new double[frames * hop + size];
        for (int f = 0; f < frames; f++) {
            for (int t = 0; t < size; t++) {
                double sample = 0;
                for (int k = 0; k < size; k++) {
                    int bin = Math.min(k, size - k);
                    double magnitude = Math.exp(Math.min(in.get(bin, 0, f), 3));
                    double phase = (bin == 0 || bin == 8 ? 0 : k == bin ? 1 : -1) * in.get(9 + bin, 0, f);
                    double real = bin == 0 || bin == 8 ? magnitude * Math.cos(in.get(9 + bin, 0, f)) : magnitude;
                    sample += real * Math.cos(phase + 2 * Math.PI * k * t / size) / size;
                }
                double window = 0.5 - 0.5 * Math.cos(2 * Math.PI * t / size);
                signal[f * hop + t] += window * sample;
                weight[f * hop + t] += window * window;
            }
        }
        check(
                new InverseStft(size, hop, 3).apply(in, 1),
                1,
                1,
                frames * hop,
                (c, y, x) -> signal[x + 5] / weight[x + 5]);
    }

    @Test
    void compressedStft() {
        int size = 16;
        int hop = 6;
        FeatureMap in = FeatureMap.of(1, 1, 30, maps.values(30, 0.5));
        check(new CompressedStft(size, hop, 4).apply(in, 1), 9 + 8, 1, 5, (c, y, frame) -> {
            int bin = c < 9 ? c : (c - 9) % 4;
            double re = 0;
            double im = 0;
            for (int t = 0; t < size; t++) {
                double window = (0.5 - 0.5 * Math.cos(2 * Math.PI * t / size)) * 4 / size;
                double sample = window * at(in, 0, 0, frame * hop - 5 + t);
                re += sample * Math.cos(2 * Math.PI * bin * t / size);
                im -= sample * Math.sin(2 * Math.PI * bin * t / size);
            }
            double power = re * re + im * im + 1e-12;
            double magnitude = Math.pow(power, 0.125);
            return c < 9 ? magnitude : (c < 13 ? re : im) * magnitude / Math.sqrt(power);
        });
    }

    @Test
    void badArgumentsAreNamed() {
        assertThrows(IllegalArgumentException.class, () -> new Snake(new float[] {0}));
        assertThrows(IllegalArgumentException.class, () -> new LayerScale(new float[] {Float.NaN}));
        assertThrows(IllegalArgumentException.class, () -> new GroupNorm(2, 4, new float[3], new float[3], 1e-5f));
        assertThrows(IllegalArgumentException.class, () -> new PixelShuffle(6, 2, 2));
        assertThrows(IllegalArgumentException.class, () -> new InverseStft(24, 6, 1));
        assertThrows(IllegalArgumentException.class, () -> new CompressedStft(24, 6, 1));
        assertThrows(IllegalArgumentException.class, () -> new CompressedStft(16, 5, 1));
        assertThrows(IllegalArgumentException.class, () -> new CompressedStft(16, 6, 10));
        assertThrows(IllegalArgumentException.class, () -> new CompressedStft(16, 6, 1).apply(maps.map(1, 1, 13), 1));
        assertThrows(IllegalArgumentException.class, () -> new Residual(new Sequence(maps.linear(3, 2))));
        assertThrows(
                IllegalArgumentException.class,
                () -> maps.conv(2, 2, 1, 3)
                        .padding(new Conv.Padding(0, 3, 0, 0))
                        .build());
        assertThrows(IllegalArgumentException.class, () -> new Sequence(maps.linear(3, 2), maps.linear(2, 2)));
        assertThrows(IllegalArgumentException.class, () -> maps.linear(3, 2).apply(maps.map(3, 1, 1), 1));
        assertThrows(IllegalArgumentException.class, () -> FeatureMap.of(1 << 20, 1 << 20, 1 << 20, new float[0]));
    }
}
