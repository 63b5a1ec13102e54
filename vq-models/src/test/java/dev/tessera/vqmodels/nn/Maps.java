package dev.tessera.vqmodels.nn;

import java.util.SplittableRandom;

/** Random parameters and maps. */
final class Maps {
    private final SplittableRandom random;

    Maps(long seed) {
        this.random = new SplittableRandom(seed);
    }

    float[] values(int length, double scale) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (scale * (2 * random.nextDouble() - 1));
        }
        return values;
    }

    FeatureMap map(int channels, int height, int width) {
        return FeatureMap.of(channels, height, width, values(channels * height * width, 1));
    }

    Conv.Builder conv(int out, int groupIn, int kernelHeight, int kernelWidth) {
        int depth = groupIn * kernelHeight * kernelWidth;
        return Conv.builder()
                .weights(out, groupIn, kernelHeight, kernelWidth, values(out * depth, Math.sqrt(3.0 / depth)))
                .bias(values(out, 0.1));
    }

    Conv linear(int out, int in) {
        return conv(out, in, 1, 1).build();
    }

    LayerNorm norm(int channels) {
        return new LayerNorm(values(channels, 1), values(channels, 0.1), 1e-6f);
    }

    Residual convNext(int channels, int kernelHeight, int kernelWidth, boolean causal) {
        Conv.Builder depthwise = conv(channels, 1, kernelHeight, kernelWidth).groups(channels);
        return Blocks.convNext(
                (causal ? depthwise.causal() : depthwise).build(),
                norm(channels),
                linear(3 * channels, channels),
                linear(channels, 3 * channels),
                new LayerScale(values(channels, 1)));
    }

    /** An image encoder and decoder: patches, a depthwise mixer, strides, shuffles, group norm in squares. */
    Sequence image() {
        return new Sequence(
                Blocks.patchEmbedding(3, 4, 4, linear(12, 48)),
                convNext(12, 5, 5, false),
                Blocks.mixer(
                        conv(12, 1, 3, 3).groups(12).build(),
                        linear(20, 12),
                        linear(12, 20),
                        new LayerScale(values(12, 1))),
                conv(16, 12, 3, 3).stride(2, 2).build(),
                new GroupNorm(4, 3, values(16, 1), values(16, 0.1), 1e-5f),
                new Activation(Activation.Function.SILU, 16),
                new Upsample(16, 2, 2),
                Blocks.transposedConv(
                        16,
                        6,
                        new int[] {4, 4},
                        new int[] {2, 2},
                        new int[] {1, 1},
                        values(16 * 6 * 16, .2),
                        values(6, .1)),
                new Residual(
                        new Sequence(conv(6, 3, 3, 3).groups(2).build(), new Snake(new float[] {1, 2, 3, .5f, 1, 1}))),
                Blocks.patchExpansion(2, 2, linear(12, 6)));
    }

    /** Convolutions around a mixer of the 4 x 6 positions of a block. */
    Sequence whole() {
        return new Sequence(
                Blocks.patchEmbedding(3, 2, 2, linear(10, 12)),
                convNext(10, 3, 3, false),
                new Residual(new Sequence(
                        norm(10),
                        new Transpose(new Extent(4, 6), new Extent(1, 10)),
                        linear(30, 24),
                        new Activation(Activation.Function.GELU, 30),
                        linear(24, 30),
                        new Transpose(new Extent(1, 10), new Extent(4, 6)))),
                convNext(10, 3, 3, false),
                Blocks.patchExpansion(2, 2, linear(12, 10)));
    }

    /** An audio decoder with an inverse-STFT head. */
    Sequence audio(boolean causal) {
        Conv.Builder stem = conv(12, 5, 1, 7);
        return new Sequence(
                (causal ? stem.causal() : stem).build(),
                convNext(12, 1, 7, causal),
                new RmsNorm(values(12, 1), 1e-6f),
                linear(18, 12),
                new InverseStft(16, 6, 4));
    }

    /** An audio encoder that starts with spectra. */
    Sequence hearing() {
        return new Sequence(new CompressedStft(16, 6, 4), linear(12, 17), convNext(12, 1, 7, true));
    }

    /** A causal feature encoder with strides. */
    Sequence features() {
        return new Sequence(
                conv(8, 4, 1, 4)
                        .stride(1, 2)
                        .padding(new Conv.Padding(0, 3, 0, 0))
                        .build(),
                convNext(8, 1, 5, true),
                conv(6, 8, 1, 3).dilation(1, 2).causal().build(),
                new Activation(Activation.Function.GELU, 6));
    }
}
