package dev.tessera.samples.peers;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** An ONNX model, written field by field as onnx.proto numbers them: input {@code x}, output {@code y}, nodes in order. */
final class OnnxGraph {
    private static final int FLOAT = 1;
    private static final int UINT8 = 2;
    private static final int INT8 = 3;
    private static final int INT64 = 7;
    private static final int OPSET = 20;
    private static final String RUNTIME_DOMAIN = "com.microsoft";
    private static final int IR_VERSION = 9;

    private final ProtocolMessage graph = new ProtocolMessage();
    private int names;

    /** A node with one output, whose name is returned. */
    String node(String type, ProtocolMessage attributes, String... inputs) {
        String output = "t" + names++;
        named(type, attributes, output, inputs);
        return output;
    }

    private void named(String type, ProtocolMessage attributes, String output, String... inputs) {
        ProtocolMessage node = new ProtocolMessage();
        for (String input : inputs) {
            node.text(1, input);
        }
        byte[] fields = node.text(2, output).text(4, type).toBytes();
        byte[] more = attributes.toBytes();
        byte[] all = new byte[fields.length + more.length];
        System.arraycopy(fields, 0, all, 0, fields.length);
        System.arraycopy(more, 0, all, fields.length, more.length);
        graph.bytes(1, all);
    }

    static ProtocolMessage none() {
        return new ProtocolMessage();
    }

    /** Attributes of a node, one after the other. */
    static ProtocolMessage integer(ProtocolMessage attributes, String name, long value) {
        return attributes.message(
                5, new ProtocolMessage().text(1, name).number(3, value).number(20, 2));
    }

    static ProtocolMessage real(ProtocolMessage attributes, String name, float value) {
        return attributes.message(
                5, new ProtocolMessage().text(1, name).real(2, value).number(20, 1));
    }

    static ProtocolMessage text(ProtocolMessage attributes, String name, String value) {
        return attributes.message(
                5, new ProtocolMessage().text(1, name).text(4, value).number(20, 3));
    }

    static ProtocolMessage integers(ProtocolMessage attributes, String name, int... values) {
        ProtocolMessage attribute = new ProtocolMessage().text(1, name);
        for (int value : values) {
            attribute.number(8, value);
        }
        return attributes.message(5, attribute.number(20, 7));
    }

    /** A node of ONNX Runtime's own domain. */
    String nodeOfRuntime(String type, ProtocolMessage attributes, String... inputs) {
        return node(type, attributes.text(7, RUNTIME_DOMAIN), inputs);
    }

    /** A constant, whose name is returned. */
    String constant(float[] values, int... shape) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return constant(FLOAT, raw.array(), shape);
    }

    String constant(byte[] values, int... shape) {
        return constant(UINT8, values, shape);
    }

    String constantOfSigned(byte[] values, int... shape) {
        return constant(INT8, values, shape);
    }

    String constant(long... values) {
        ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        return constant(INT64, raw.array(), values.length);
    }

    private String constant(int type, byte[] raw, int... shape) {
        String name = "c" + names++;
        ProtocolMessage tensor = new ProtocolMessage();
        for (int extent : shape) {
            tensor.number(1, extent);
        }
        graph.message(5, tensor.number(2, type).text(8, name).bytes(9, raw));
        return name;
    }

    /** The model whose output is what {@code last} names. */
    byte[] model(String last, long[] inShape, long[] outShape) {
        named("Identity", none(), "y", last);
        graph.text(2, "g").message(11, value("x", inShape)).message(12, value("y", outShape));
        return new ProtocolMessage()
                .number(1, IR_VERSION)
                .message(7, graph)
                .message(8, new ProtocolMessage().text(1, "").number(2, OPSET))
                .message(8, new ProtocolMessage().text(1, RUNTIME_DOMAIN).number(2, 1))
                .toBytes();
    }

    private static ProtocolMessage value(String name, long[] shape) {
        ProtocolMessage dims = new ProtocolMessage();
        for (long extent : shape) {
            dims.message(1, new ProtocolMessage().number(1, extent));
        }
        ProtocolMessage tensor = new ProtocolMessage().number(1, FLOAT).message(2, dims);
        return new ProtocolMessage().text(1, name).message(2, new ProtocolMessage().message(1, tensor));
    }
}
