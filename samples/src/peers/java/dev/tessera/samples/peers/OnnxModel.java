package dev.tessera.samples.peers;

import static dev.tessera.samples.peers.OnnxGraph.integer;
import static dev.tessera.samples.peers.OnnxGraph.integers;
import static dev.tessera.samples.peers.OnnxGraph.none;

import dev.tessera.vqmodels.lowbit.ScalarCodes;

/** ONNX models of one node. */
final class OnnxModel {
    /** Accuracy level of MatMulNBits whose inputs are not rounded. */
    static final int FLOATS = 1;

    /** Accuracy level of MatMulNBits whose inputs are rounded to 8 bits. */
    static final int BYTES = 4;

    private OnnxModel() {}

    /** {@code y = x w}, x {@code [batch x in]}, w {@code [in x out]}. */
    static byte[] matMul(int batch, int in, int out, float[] weights) {
        OnnxGraph graph = new OnnxGraph();
        String y = graph.node("MatMul", none(), "x", graph.constant(weights, in, out));
        return graph.model(y, new long[] {batch, in}, new long[] {batch, out});
    }

    /**
     * {@code y = W x} for each x {@code [in]} of the batch, W of symmetric integers in groups along the inputs, by MatMulNBits.
     *
     * @param bits 2, 4 or 8
     * @param inputs how they are taken: {@link #FLOATS} or {@link #BYTES}
     * @param codes {@code [out x in]} of so many bits, 2^(bits - 1) is zero
     * @param scales {@code [out x in / group]}
     */
    static byte[] nBits(int batch, int in, int out, int bits, int group, int inputs, byte[] codes, float[] scales) {
        int inByte = Byte.SIZE / bits;
        byte[] packed = new byte[codes.length / inByte];
        for (int i = 0; i < codes.length; i++) {
            packed[i / inByte] |= (byte) (codes[i] << i % inByte * bits);
        }
        ProtocolMessage attributes = integer(none(), "K", in);
        integer(attributes, "N", out);
        integer(attributes, "bits", bits);
        integer(attributes, "block_size", group);
        integer(attributes, "accuracy_level", inputs);
        OnnxGraph graph = new OnnxGraph();
        String weights = graph.constant(packed, out, in / group, group / inByte);
        String y = graph.nodeOfRuntime("MatMulNBits", attributes, "x", weights, graph.constant(scales, scales.length));
        return graph.model(y, new long[] {batch, in}, new long[] {batch, out});
    }

    /** {@code y = W x} for each x {@code [in]} of the batch, W of bytes with a scale for every row, inputs rounded to bytes with one. */
    static byte[] dynamic(int batch, int in, int out, ScalarCodes weights) {
        byte[] transposed = new byte[in * out];
        float[] scales = new float[out];
        for (int r = 0; r < out; r++) {
            scales[r] = weights.scales().get(r, 0);
            for (int c = 0; c < in; c++) {
                transposed[c * out + r] = weights.codes()[r * in + c];
            }
        }
        OnnxGraph graph = new OnnxGraph();
        String y = graph.nodeOfRuntime(
                "DynamicQuantizeMatMul",
                none(),
                "x",
                graph.constantOfSigned(transposed, in, out),
                graph.constant(scales, out));
        return graph.model(y, new long[] {batch, in}, new long[] {batch, out});
    }

    /** A convolution without bias whose output has the size of its input; {@code kernel} has an extent per axis. */
    static byte[] conv(long[] inShape, long[] outShape, float[] weights, int groups, int... kernel) {
        int[] shape = new int[2 + kernel.length];
        shape[0] = (int) outShape[1];
        shape[1] = (int) inShape[1] / groups;
        System.arraycopy(kernel, 0, shape, 2, kernel.length);
        int[] pads = new int[2 * kernel.length];
        for (int i = 0; i < pads.length; i++) {
            pads[i] = kernel[i % kernel.length] / 2;
        }
        OnnxGraph graph = new OnnxGraph();
        ProtocolMessage attributes = integer(none(), "group", groups);
        integers(attributes, "kernel_shape", kernel);
        integers(attributes, "pads", pads);
        return graph.model(
                graph.node("Conv", attributes, "x", graph.constant(weights, shape)), inShape, outShape);
    }
}
