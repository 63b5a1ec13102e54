package dev.tessera.samples.peers;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** An ONNX model of one node, input {@code x} and output {@code y}, written field by field as onnx.proto numbers them. */
final class OnnxModel {
    private static final int FLOAT = 1;
    private static final int OPSET = 17;
    private static final int IR_VERSION = 8;

    private OnnxModel() {}

    /** {@code y = x w}, x {@code [batch x in]}, w {@code [in x out]}. */
    static byte[] matMul(int batch, int in, int out, float[] weights) {
        Message node = new Message().text(1, "x").text(1, "w").text(2, "y").text(4, "MatMul");
        return model(node, new long[] {batch, in}, new long[] {batch, out}, weights, in, out);
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
        Message node = new Message()
                .text(1, "x")
                .text(1, "w")
                .text(2, "y")
                .text(4, "Conv")
                .message(5, new Message().text(1, "group").number(3, groups).number(20, 2))
                .message(5, integers("kernel_shape", kernel))
                .message(5, integers("pads", pads));
        return model(node, inShape, outShape, weights, shape);
    }

    private static Message integers(String name, int[] values) {
        Message attribute = new Message().text(1, name);
        for (int value : values) {
            attribute.number(8, value);
        }
        return attribute.number(20, 7);
    }

    private static byte[] model(Message node, long[] inShape, long[] outShape, float[] weights, int... weightShape) {
        ByteBuffer raw = ByteBuffer.allocate(4 * weights.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(weights);
        Message tensor = new Message();
        Arrays.stream(weightShape).forEach(extent -> tensor.number(1, extent));
        tensor.number(2, FLOAT).text(8, "w").bytes(9, raw.array());
        Message graph = new Message()
                .message(1, node)
                .text(2, "g")
                .message(5, tensor)
                .message(11, value("x", inShape))
                .message(12, value("y", outShape));
        return new Message()
                .number(1, IR_VERSION)
                .message(7, graph)
                .message(8, new Message().text(1, "").number(2, OPSET))
                .toBytes();
    }

    private static Message value(String name, long[] shape) {
        Message dims = new Message();
        for (long extent : shape) {
            dims.message(1, new Message().number(1, extent));
        }
        Message tensor = new Message().number(1, FLOAT).message(2, dims);
        return new Message().text(1, name).message(2, new Message().message(1, tensor));
    }

    /** Protocol buffer fields: a tag of number and wire type, then the value. */
    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint((long) field << 3);
            varint(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.toBytes());
        }

        Message bytes(int field, byte[] value) {
            varint((long) field << 3 | 2);
            varint(value.length);
            out.writeBytes(value);
            return this;
        }

        byte[] toBytes() {
            return out.toByteArray();
        }

        private void varint(long value) {
            long rest = value;
            for (; rest > 0x7F; rest >>>= 7) {
                out.write((int) (rest & 0x7F | 0x80));
            }
            out.write((int) rest);
        }
    }
}
