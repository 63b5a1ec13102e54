package dev.tessera.samples.peers;

import static dev.tessera.samples.peers.OnnxGraph.integer;
import static dev.tessera.samples.peers.OnnxGraph.integers;
import static dev.tessera.samples.peers.OnnxGraph.none;

/** ONNX models of one node. */
final class OnnxModel {
    private OnnxModel() {}

    /** {@code y = x w}, x {@code [batch x in]}, w {@code [in x out]}. */
    static byte[] matMul(int batch, int in, int out, float[] weights) {
        OnnxGraph graph = new OnnxGraph();
        String y = graph.node("MatMul", none(), "x", graph.constant(weights, in, out));
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
