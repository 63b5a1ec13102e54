package dev.tessera.vqmodels.nn;

import dev.tessera.vqmodels.kernels.Convolution;
import dev.tessera.vqmodels.kernels.LayerKernels;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Convolution (cross-correlation, as every framework has it) with strides, zero padding, dilation and groups; with a group per
 * channel it is a depthwise one, with a kernel of 1x1 a linear layer. A series has height 1 and a kernel of height 1.
 *
 * <p>Each output starts at its bias and takes its products by fused multiply-add in the order channel of the group, kernel row,
 * kernel column. O(outputs x products), memory for one padded copy of the input.
 */
public final class Conv extends Layer {
    private static final int MAX_STEP = 1024;

    private final Convolution.Shape shape;
    private final Convolution convolution;
    private final Padding padding;
    private final String name;

    /**
     * Zeros around the whole input.
     *
     * @param top rows above
     * @param left columns before
     * @param bottom rows below
     * @param right columns behind
     */
    public record Padding(int top, int left, int bottom, int right) {
        /** None. */
        public static final Padding NONE = new Padding(0, 0, 0, 0);
    }

    private Conv(Builder builder) {
        super(builder.shape().inChannels(), builder.shape().outChannels());
        this.shape = builder.shape();
        this.padding = builder.checkedPadding(shape);
        this.name = builder.name;
        this.convolution = new Convolution(
                LayerKernels.best(),
                shape,
                parameters("weights", builder.weights, Math.multiplyExact(shape.outChannels(), shape.depth())),
                builder.bias.length == 0
                        ? new float[shape.outChannels()]
                        : parameters("bias", builder.bias, shape.outChannels()));
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * A matrix product at each position.
     *
     * @param weights {@code [outChannels x inChannels]}
     * @param bias {@code [outChannels]}
     */
    public static Conv linear(int outChannels, int inChannels, float[] weights, float[] bias) {
        return builder()
                .weights(outChannels, inChannels, 1, 1, weights)
                .bias(bias)
                .build();
    }

    /** What the weights are called where they were read from; empty when they were not. */
    public String name() {
        return name;
    }

    /** Groups that the channels are cut into. */
    public int groups() {
        return shape.groups();
    }

    /** Products that an output is the sum of. */
    public int products() {
        return shape.depth();
    }

    /**
     * The inputs that outputs are weighted sums of, for at most {@code most} outputs, drawn with a fixed seed.
     *
     * @param in {@code [inChannels x height x width]}
     * @return {@code [outputs x products]}, a row in the order of the weights of an output
     * @throws IllegalArgumentException when there are groups, each of which sees inputs of its own
     */
    public float[] inputRows(FeatureMap in, int most) {
        if (shape.groups() != 1) {
            throw new IllegalArgumentException("groups is " + shape.groups() + ", must be 1");
        }
        Extent out = outExtent(in.extent());
        int positions = Math.multiplyExact(out.height(), out.width());
        int[] chosen = positions <= most
                ? IntStream.range(0, positions).toArray()
                : new SplittableRandom(positions).ints(most, 0, positions).toArray();
        int depth = shape.depth();
        float[] rows = new float[Math.multiplyExact(chosen.length, depth)];
        for (int i = 0; i < chosen.length; i++) {
            int top = chosen[i] / out.width() * shape.strideY() - padding.top;
            int left = chosen[i] % out.width() * shape.strideX() - padding.left;
            for (int product = 0; product < depth; product++) {
                int tap = product % (shape.kernelHeight() * shape.kernelWidth());
                int y = top + tap / shape.kernelWidth() * shape.dilationY();
                int x = left + tap % shape.kernelWidth() * shape.dilationX();
                if (y >= 0 && y < in.height() && x >= 0 && x < in.width()) {
                    int channel = product / (shape.kernelHeight() * shape.kernelWidth());
                    rows[i * depth + product] = in.data()[(channel * in.height() + y) * in.width() + x];
                }
            }
        }
        return rows;
    }

    @Override
    public Scale scale() {
        return Scale.down(shape.strideY(), shape.strideX());
    }

    @Override
    public Extent outExtent(Extent in) {
        long height = (long) in.height() + padding.top + padding.bottom;
        long width = (long) in.width() + padding.left + padding.right;
        if (in.height() < 1
                || in.width() < 1
                || height < fieldY()
                || width < fieldX()
                || Math.max(height, width) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("input is " + in + ", must with padding cover the kernel of " + fieldY()
                    + "x" + fieldX() + " and stay below 2^31");
        }
        return new Extent(shape.outHeight((int) height), shape.outWidth((int) width));
    }

    private int fieldY() {
        return (shape.kernelHeight() - 1) * shape.dilationY() + 1;
    }

    private int fieldX() {
        return (shape.kernelWidth() - 1) * shape.dilationX() + 1;
    }

    @Override
    public Window inWindow(Window out, Extent in) {
        long top = (long) out.top() * shape.strideY() - padding.top;
        long left = (long) out.left() * shape.strideX() - padding.left;
        return Window.clipped(
                top,
                left,
                top + (out.height() - 1L) * shape.strideY() + fieldY(),
                left + (out.width() - 1L) * shape.strideX() + fieldX(),
                in);
    }

    @Override
    FeatureMap apply(Region in, Window out, Pass pass) {
        Convolution.Source source = new Convolution.Source(
                in.map().data(),
                in.map().height(),
                in.map().width(),
                out.top() * shape.strideY() - padding.top - in.window().top(),
                out.left() * shape.strideX() - padding.left - in.window().left(),
                (out.height() - 1) * shape.strideY() + fieldY(),
                (out.width() - 1) * shape.strideX() + fieldX());
        FeatureMap result = pass.map(outChannels(), out.height(), out.width());
        convolution.apply(source, result.data(), pass.workers()::run);
        return result;
    }

    /** Collects the parts of a convolution. */
    public static final class Builder {
        private float[] weights = new float[0];
        private float[] bias = new float[0]; // stands for zeros
        private int outChannels;
        private int groupChannels;
        private int kernelHeight;
        private int kernelWidth;
        private int groups = 1;
        private int strideY = 1;
        private int strideX = 1;
        private int dilationY = 1;
        private int dilationX = 1;
        private boolean causal;
        private boolean padded;
        private Padding padding = Padding.NONE;
        private String name = "";

        private Builder() {}

        /**
         * Sets the weights.
         *
         * @param values {@code [outChannels x groupChannels x kernelHeight x kernelWidth]}
         * @param outChannels channels of the output
         * @param groupChannels channels of the input over the number of groups
         */
        public Builder weights(int outChannels, int groupChannels, int kernelHeight, int kernelWidth, float[] values) {
            this.outChannels = in("outChannels", outChannels, 1, 1 << 20);
            this.groupChannels = in("groupChannels", groupChannels, 1, 1 << 20);
            this.kernelHeight = in("kernelHeight", kernelHeight, 1, MAX_STEP);
            this.kernelWidth = in("kernelWidth", kernelWidth, 1, MAX_STEP);
            this.weights = values.clone();
            return this;
        }

        /** Sets {@link Conv#name()}. */
        public Builder name(String value) {
            name = value;
            return this;
        }

        /** Sets the bias, {@code [outChannels]}; without it, it is 0. */
        public Builder bias(float[] values) {
            bias = values.clone();
            return this;
        }

        /** Sets the number of groups, a divisor of both numbers of channels. */
        public Builder groups(int value) {
            groups = in("groups", value, 1, 1 << 20);
            return this;
        }

        /** Sets the steps between outputs, 1 to 1024. */
        public Builder stride(int y, int x) {
            strideY = in("strideY", y, 1, MAX_STEP);
            strideX = in("strideX", x, 1, MAX_STEP);
            return this;
        }

        /** Sets the steps between inputs of one output, 1 to 1024. */
        public Builder dilation(int y, int x) {
            dilationY = in("dilationY", y, 1, MAX_STEP);
            dilationX = in("dilationX", x, 1, MAX_STEP);
            return this;
        }

        /** Sets the padding; without it, it is such that at stride 1 the size stays, the odd zero behind. */
        public Builder padding(Padding value) {
            padding = value;
            padded = true;
            return this;
        }

        /** Puts all zeros before the first column, so that no output sees a later column. */
        public Builder causal() {
            causal = true;
            return this;
        }

        public Conv build() {
            return new Conv(this);
        }

        private Convolution.Shape shape() {
            if (weights.length == 0) {
                throw new IllegalArgumentException("weights are missing");
            }
            if (outChannels % groups != 0) {
                throw new IllegalArgumentException("groups is " + groups + ", must divide " + outChannels);
            }
            return new Convolution.Shape(
                    Math.multiplyExact(groupChannels, groups),
                    outChannels,
                    groups,
                    kernelHeight,
                    kernelWidth,
                    strideY,
                    strideX,
                    dilationY,
                    dilationX);
        }

        private Padding checkedPadding(Convolution.Shape shape) {
            int y = (shape.kernelHeight() - 1) * shape.dilationY();
            int x = (shape.kernelWidth() - 1) * shape.dilationX();
            if (!padded) {
                return causal ? new Padding(y / 2, x, y - y / 2, 0) : new Padding(y / 2, x / 2, y - y / 2, x - x / 2);
            }
            if (causal) {
                throw new IllegalArgumentException("a causal convolution has a padding of its own");
            }
            // an output that sees nothing but zeros is never wanted
            in("padding.top", padding.top, 0, y);
            in("padding.bottom", padding.bottom, 0, y);
            in("padding.left", padding.left, 0, x);
            in("padding.right", padding.right, 0, x);
            return padding;
        }
    }
}
