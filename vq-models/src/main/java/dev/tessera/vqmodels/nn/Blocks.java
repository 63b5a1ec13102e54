package dev.tessera.vqmodels.nn;

/** Well-known groups of layers. */
public final class Blocks {
    private Blocks() {}

    /**
     * A ConvNeXt block (Liu et al. 2022): x + scale * project(GELU(expand(norm(depthwise(x))))).
     *
     * @param depthwise a convolution with a group per channel
     * @param norm over the channels
     * @param expand linear, to the inner channels
     * @param project linear, back
     */
    public static Residual convNext(Conv depthwise, Pointwise norm, Conv expand, Conv project, LayerScale scale) {
        return new Residual(new Sequence(depthwise, norm, expand, gelu(expand), project, scale));
    }

    /** The same without norm: a mixer of positions, then of channels (after Trockman and Kolter 2022). */
    public static Residual mixer(Conv depthwise, Conv expand, Conv project, LayerScale scale) {
        return new Residual(new Sequence(depthwise, expand, gelu(expand), project, scale));
    }

    private static Activation gelu(Conv before) {
        return new Activation(Activation.Function.GELU, before.outChannels());
    }

    /**
     * Patches, each multiplied with a matrix: a KLT, DCT or learned embedding.
     *
     * @param channels of the picture
     * @param patchHeight rows of a patch
     * @param patchWidth columns of a patch
     * @param linear takes {@code channels x patchHeight x patchWidth} values in this order
     */
    public static Sequence patchEmbedding(int channels, int patchHeight, int patchWidth, Conv linear) {
        return new Sequence(new PixelUnshuffle(channels, patchHeight, patchWidth), linear);
    }

    /** The way back: a matrix product gives the values of a patch, which are laid out as pixels. */
    public static Sequence patchExpansion(int patchHeight, int patchWidth, Conv linear) {
        return new Sequence(linear, new PixelShuffle(linear.outChannels(), patchHeight, patchWidth));
    }

    /**
     * A transposed convolution as a convolution with an output channel for each phase of the stride, and a pixel shuffle: no output
     * is ever written twice, so sums keep one order. Output sizes are {@code (in - 1) stride - 2 padding + kernel}.
     *
     * @param inChannels channels of the input
     * @param outChannels channels of the output
     * @param kernel height and width, each at least the stride
     * @param stride vertical and horizontal
     * @param padding vertical and horizontal, each below the kernel
     * @param weights {@code [inChannels x outChannels x kernel[0] x kernel[1]]}
     * @param bias {@code [outChannels]}
     */
    public static Sequence transposedConv(
            int inChannels, int outChannels, int[] kernel, int[] stride, int[] padding, float[] weights, float[] bias) {
        for (int axis = 0; axis < 2; axis++) {
            Layer.in("kernel[" + axis + "]", kernel[axis], 1, PixelShuffle.MAX_FACTOR);
            Layer.in("stride[" + axis + "]", stride[axis], 1, kernel[axis]);
            Layer.in("padding[" + axis + "]", padding[axis], 0, kernel[axis] - 1);
        }
        int tapsY = Math.ceilDiv(kernel[0], stride[0]);
        int tapsX = Math.ceilDiv(kernel[1], stride[1]);
        int phases = stride[0] * stride[1];
        Layer.parameters(
                "weights",
                weights,
                Math.multiplyExact(Math.multiplyExact(inChannels, outChannels), kernel[0] * kernel[1]));
        Layer.parameters("bias", bias, outChannels);
        float[] folded = new float
                [Math.multiplyExact(
                        Math.multiplyExact(outChannels * phases, inChannels), Math.multiplyExact(tapsY, tapsX))];
        float[] foldedBias = new float[outChannels * phases];
        for (int o = 0; o < outChannels * phases; o++) {
            int channel = o / phases;
            int phaseY = o / stride[1] % stride[0];
            int phaseX = o % stride[1];
            foldedBias[o] = bias[channel];
            for (int c = 0; c < inChannels; c++) {
                for (int m = 0; m < tapsY * tapsX; m++) {
                    // the last tap meets the newest input
                    int y = (tapsY - 1 - m / tapsX) * stride[0] + phaseY;
                    int x = (tapsX - 1 - m % tapsX) * stride[1] + phaseX;
                    if (y < kernel[0] && x < kernel[1]) {
                        folded[(o * inChannels + c) * tapsY * tapsX + m] =
                                weights[((c * outChannels + channel) * kernel[0] + y) * kernel[1] + x];
                    }
                }
            }
        }
        int bottom = (kernel[0] - 1 - padding[0]) / stride[0];
        int right = (kernel[1] - 1 - padding[1]) / stride[1];
        Conv conv = Conv.builder()
                .weights(outChannels * phases, inChannels, tapsY, tapsX, folded)
                .bias(foldedBias)
                .padding(new Conv.Padding(tapsY - 1, tapsX - 1, bottom, right))
                .build();
        return new Sequence(
                conv,
                new PixelShuffle(outChannels * phases, stride[0], stride[1]),
                new Crop(
                        outChannels,
                        padding[0],
                        padding[1],
                        (bottom + 1) * stride[0] + padding[0] - kernel[0],
                        (right + 1) * stride[1] + padding[1] - kernel[1]));
    }
}
