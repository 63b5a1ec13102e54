package dev.tessera.image.transform;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.kernels.Convolution;
import dev.tessera.vqmodels.kernels.LayerKernels;
import dev.tessera.vqmodels.training.PlaneRefinement;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Doubles luma that was coded smaller so that it has the structure of the original: for each kind of plane a small convolutional
 * network whose outputs, four for each sample (the pixel shuffle of Shi et al. 2016), are added to what {@link Resampling} makes of it.
 * Planes of full size stay as they are, where such a network won next to nothing. Immutable, safe to share.
 *
 * <p>All numbers are integers, and every sum of products stays below 2^24 in any order: the float kernels of the layers then make no
 * rounding, and all machines the same picture.
 */
final class DetailNetwork implements LumaRefiner {
    /** Hidden values are cut to 0 up to this. */
    static final int MOST = 1023;

    /** Largest magnitude of an input: a luma sample less {@link #MIDDLE}, or the step. */
    static final int MOST_INPUT = 2040;

    static final int MIDDLE = 128 << SamplePlane.UNIT_BITS;

    private static final int LARGEST_SUM = 1 << 24;
    private static final int MAX_SHIFT = 24;
    private static final int KERNEL = 3;
    private static final int MIDDLE_STEP = 40;
    private static final int INPUT_OF_STEP = 85; // 1/48 of the range of luma
    private static final int STEPS_OF_HALVING = 8;
    private static final int TILE = 64; // side, in samples of the plane

    /**
     * A convolution with 3 x 3 weights.
     *
     * @param weights {@code [out x in x 3 x 3]}
     * @param bias {@code [out]}
     * @param shift bits that the sum of a product loses
     */
    record Layer(int in, int out, short[] weights, int[] bias, int shift) {
        /**
         * The finest layer that stays below 24 bits for weights and biases of one whose inputs and outputs are counted in full ranges.
         *
         * @param weights of the outputs, {@code [out x in x 3 x 3]}
         * @param inputs what 1 of the input is here
         * @param outputs what 1 of the output is here
         * @param mostInput largest magnitude of an input here
         */
        static Layer of(int in, float[] weights, float[] bias, int inputs, int outputs, int mostInput) {
            int taps = in * KERNEL * KERNEL;
            double largest = 0;
            double largestWeight = 0;
            for (int o = 0; o < bias.length; o++) {
                double sum = Math.abs(bias[o]) * outputs;
                for (int i = o * taps; i < (o + 1) * taps; i++) {
                    double weight = Math.abs((double) weights[i]) * outputs / inputs;
                    sum += weight * mostInput;
                    largestWeight = Math.max(largestWeight, weight);
                }
                largest = Math.max(largest, sum);
            }
            int shift = 0;
            while (shift < MAX_SHIFT
                    && largest * (2L << shift) < LARGEST_SUM - (double) taps * mostInput
                    && largestWeight * (2L << shift) < Short.MAX_VALUE) {
                shift++;
            }
            double factor = 1L << shift;
            short[] rounded = new short[weights.length];
            for (int i = 0; i < rounded.length; i++) {
                rounded[i] = (short) Math.round(weights[i] * factor * outputs / inputs);
            }
            int[] roundedBias = new int[bias.length];
            for (int o = 0; o < bias.length; o++) {
                roundedBias[o] = (int) Math.round(bias[o] * factor * outputs);
            }
            return new Layer(in, bias.length, rounded, roundedBias, shift);
        }

        int mostInput(boolean first) {
            return first ? MOST_INPUT : MOST;
        }

        /** @throws IllegalArgumentException when a sum could have more than 24 bits */
        private void check(boolean first) {
            int taps = in * KERNEL * KERNEL;
            if (weights.length != out * taps || bias.length != out) {
                throw new IllegalArgumentException("a layer of " + in + " to " + out + " channels has "
                        + weights.length + " weights and " + bias.length + " biases, must have " + out * taps + " and "
                        + out);
            }
            if (shift < 0 || shift > MAX_SHIFT) {
                throw new IllegalArgumentException("shift is " + shift + ", must be in [0, " + MAX_SHIFT + "]");
            }
            for (int o = 0; o < out; o++) {
                long sum = Math.abs((long) bias[o]);
                for (int i = o * taps; i < (o + 1) * taps; i++) {
                    sum += (long) Math.abs(weights[i]) * mostInput(first);
                }
                if (sum >= LARGEST_SUM) {
                    throw new IllegalArgumentException("the sum of output " + o + " of a layer can reach " + sum
                            + ", must stay below " + LARGEST_SUM);
                }
            }
        }
    }

    /** What there are networks for. */
    static final List<Kind> KINDS = List.of(Kind.HALF, Kind.QUARTER);

    private static final int OUTPUTS = 4; // of a sample
    private static final int INPUTS = 2; // luma and the step

    private final List<List<Layer>> layers; // of each of the kinds
    private final List<List<Convolution>> convolutions;

    /**
     * @param layers of each of the {@link #KINDS}
     * @throws IllegalArgumentException when they do not fit together, or a sum could be rounded
     */
    DetailNetwork(List<List<Layer>> layers) {
        this.layers = layers.stream().map(List::copyOf).toList();
        this.convolutions = new ArrayList<>();
        if (layers.size() != KINDS.size()) {
            throw new IllegalArgumentException(
                    "there are networks for " + layers.size() + " kinds of planes, must be " + KINDS.size());
        }
        for (List<Layer> ofKind : this.layers) {
            List<Convolution> made = new ArrayList<>();
            int channels = INPUTS;
            for (Layer layer : ofKind) {
                layer.check(made.isEmpty());
                if (layer.in != channels) {
                    throw new IllegalArgumentException(
                            "layer " + made.size() + " has " + layer.in + " inputs, must have " + channels);
                }
                channels = layer.out;
                made.add(convolution(layer));
            }
            if (made.isEmpty() || channels != OUTPUTS) {
                throw new IllegalArgumentException("a network of " + made.size() + " layers has " + channels
                        + " outputs, must have " + OUTPUTS + " from some layer");
            }
            convolutions.add(List.copyOf(made));
        }
    }

    private static Convolution convolution(Layer layer) {
        float[] weights = new float[layer.weights.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = layer.weights[i];
        }
        float[] bias = new float[layer.out];
        for (int i = 0; i < bias.length; i++) {
            bias[i] = layer.bias[i];
        }
        return new Convolution(
                LayerKernels.best(),
                new Convolution.Shape(layer.in, layer.out, 1, KERNEL, KERNEL, 1, 1, 1, 1),
                weights,
                bias);
    }

    /**
     * The network of what was trained.
     *
     * @param trained of each kind
     */
    static DetailNetwork of(List<List<PlaneRefinement.Layer>> trained) {
        List<List<Layer>> layers = new ArrayList<>();
        for (List<PlaneRefinement.Layer> ofKind : trained) {
            List<Layer> made = new ArrayList<>();
            for (int i = 0; i < ofKind.size(); i++) {
                PlaneRefinement.Layer layer = ofKind.get(i);
                boolean first = i == 0;
                boolean last = i == ofKind.size() - 1;
                made.add(Layer.of(
                        layer.in(),
                        layer.weights(),
                        layer.bias(),
                        first ? PlaneRefinement.UNIT : MOST,
                        last ? PlaneRefinement.UNIT : MOST,
                        first ? MOST_INPUT : MOST));
            }
            layers.add(made);
        }
        return new DetailNetwork(layers);
    }

    /**
     * What a network is to make of a decoded plane.
     *
     * @param target twice as large
     * @param margin number of layers
     */
    static PlaneRefinement.Pair pair(
            Kind kind,
            int[] decoded,
            int stride,
            int width,
            int height,
            int step,
            int[] target,
            int targetStride,
            int margin) {
        Tile all = new Tile(-margin, -margin, width + 2 * margin, height + 2 * margin);
        float[] in = input(kind, decoded, stride, width, height, step, all);
        short[] inputs = new short[in.length];
        for (int i = 0; i < in.length; i++) {
            inputs[i] = (short) in[i];
        }
        return new PlaneRefinement.Pair(
                INPUTS,
                margin,
                height,
                width,
                inputs,
                shorts(Resampling.doubled(decoded, stride, width, height), 2 * width, 2 * width, 2 * height),
                shorts(target, targetStride, 2 * width, 2 * height));
    }

    private static short[] shorts(int[] plane, int stride, int width, int height) {
        short[] out = new short[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                out[y * width + x] = (short) plane[y * stride + x];
            }
        }
        return out;
    }

    /** What the networks see of the quantization step of a picture. */
    static int inputOfStep(Kind kind, int step) {
        int fullSize = step + STEPS_OF_HALVING * kind.ordinal();
        return Math.clamp((fullSize - MIDDLE_STEP) * INPUT_OF_STEP, -MOST_INPUT, MOST_INPUT);
    }

    /**
     * For each kind a byte with the number of layers; for each of these 16 bits each with inputs and outputs, a byte with the shift, weights of 16
     * and biases of 32 bits; big-endian.
     */
    byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (List<Layer> ofKind : layers) {
                out.writeByte(ofKind.size());
                for (Layer layer : ofKind) {
                    out.writeShort(layer.in);
                    out.writeShort(layer.out);
                    out.writeByte(layer.shift);
                    for (short weight : layer.weights) {
                        out.writeShort(weight);
                    }
                    for (int bias : layer.bias) {
                        out.writeInt(bias);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // an array takes everything
        }
        return bytes.toByteArray();
    }

    /** @throws CorruptModelException when {@code bytes} are not what {@link #toBytes} makes of some network */
    static DetailNetwork ofBytes(byte[] bytes) throws CorruptModelException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            List<List<Layer>> layers = new ArrayList<>();
            for (int kind = 0; kind < KINDS.size(); kind++) {
                List<Layer> ofKind = new ArrayList<>();
                int count = Byte.toUnsignedInt(in.get());
                for (int i = 0; i < count; i++) {
                    ofKind.add(layer(in));
                }
                layers.add(ofKind);
            }
            if (in.hasRemaining()) {
                throw new IllegalArgumentException(in.remaining() + " bytes are left behind the last layer");
            }
            return new DetailNetwork(layers);
        } catch (BufferUnderflowException e) {
            throw new CorruptModelException("the network of details ends at byte " + bytes.length + " inside a layer");
        } catch (IllegalArgumentException e) {
            throw new CorruptModelException("the network of details: " + e.getMessage());
        }
    }

    private static Layer layer(ByteBuffer from) {
        int in = Short.toUnsignedInt(from.getShort());
        int out = Short.toUnsignedInt(from.getShort());
        int shift = Byte.toUnsignedInt(from.get());
        long weights = (long) out * in * KERNEL * KERNEL;
        if (2 * weights + 4L * out > from.remaining()) {
            throw new BufferUnderflowException();
        }
        short[] values = new short[(int) weights];
        from.asShortBuffer().get(values);
        from.position(from.position() + 2 * values.length);
        int[] bias = new int[out];
        from.asIntBuffer().get(bias);
        from.position(from.position() + 4 * out);
        return new Layer(in, out, values, bias, shift);
    }

    @Override
    public int[] apply(Kind kind, int[] in, int stride, int width, int height, int step) {
        int[] out = Resampling.doubled(in, stride, width, height);
        for (int y = 0; y < height; y += TILE) {
            for (int x = 0; x < width; x += TILE) {
                Tile tile = new Tile(x, y, Math.min(TILE, width - x), Math.min(TILE, height - y));
                int margin = layers.get(KINDS.indexOf(kind)).size();
                float[] around = input(kind, in, stride, width, height, step, tile.with(margin));
                add(residual(kind, around, tile.with(margin)), tile, out, 2 * width);
            }
        }
        return out;
    }

    /** A part of a plane that is not doubled yet. */
    private record Tile(int left, int top, int width, int height) {
        Tile with(int margin) {
            return new Tile(left - margin, top - margin, width + 2 * margin, height + 2 * margin);
        }
    }

    /** What is added to the samples of a tile less its margins, {@code [4 x height x width]}. */
    private float[] residual(Kind kind, float[] input, Tile tile) {
        int index = KINDS.indexOf(kind);
        float[] values = input;
        int width = tile.width;
        int height = tile.height;
        for (int i = 0; i < layers.get(index).size(); i++) {
            Layer layer = layers.get(index).get(i);
            float[] sums = new float[layer.out * (width - 2) * (height - 2)];
            Convolution convolution = convolutions.get(index).get(i);
            convolution.apply(
                    new Convolution.Source(values, height, width, 0, 0, height, width), sums, DetailNetwork::inTurn);
            boolean last = i == layers.get(index).size() - 1;
            int least = last ? -LARGEST_SUM : 0;
            int most = last ? LARGEST_SUM : MOST;
            int half = layer.shift == 0 ? 0 : 1 << layer.shift - 1;
            for (int k = 0; k < sums.length; k++) {
                sums[k] = Math.clamp((int) sums[k] + half >> layer.shift, least, most);
            }
            values = sums;
            width -= 2;
            height -= 2;
        }
        return values;
    }

    private static void inTurn(int count, IntConsumer task) {
        for (int i = 0; i < count; i++) {
            task.accept(i);
        }
    }

    /** Luma of a tile, samples beyond the plane as the nearest in it, and the step; {@code [2 x height x width]}. */
    private static float[] input(Kind kind, int[] in, int stride, int width, int height, int step, Tile tile) {
        int count = tile.width * tile.height;
        float[] out = new float[INPUTS * count];
        for (int y = 0; y < tile.height; y++) {
            int row = Math.clamp(tile.top + y, 0, height - 1) * stride;
            for (int x = 0; x < tile.width; x++) {
                out[y * tile.width + x] = in[row + Math.clamp(tile.left + x, 0, width - 1)] - MIDDLE;
            }
        }
        Arrays.fill(out, count, 2 * count, inputOfStep(kind, step));
        return out;
    }

    private static void add(float[] residual, Tile tile, int[] out, int outWidth) {
        int most = 255 << SamplePlane.UNIT_BITS;
        for (int c = 0; c < OUTPUTS; c++) {
            for (int y = 0; y < tile.height; y++) {
                int to = (2 * (tile.top + y) + c / 2) * outWidth + 2 * tile.left + c % 2;
                for (int x = 0; x < tile.width; x++) {
                    int residue = (int) residual[(c * tile.height + y) * tile.width + x];
                    out[to + 2 * x] = Math.clamp(out[to + 2 * x] + residue, 0, most);
                }
            }
        }
    }
}
