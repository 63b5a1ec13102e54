package dev.tessera.vqmodels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** An immutable array of numbers with a shape, row-major, as it stands in a model file. */
public final class Tensor {
    private final DType type;
    private final int[] shape;
    private final int elements;
    private final ByteBuffer data; // little-endian, elements x type.bytes() bytes, never written to

    Tensor(DType type, int[] shape, ByteBuffer data) {
        this.type = type;
        this.shape = shape.clone();
        this.elements = elements(shape);
        if (data.remaining() != (long) elements * type.bytes()) {
            throw new IllegalArgumentException("data has " + data.remaining() + " bytes, must have "
                    + (long) elements * type.bytes() + " for " + type + Arrays.toString(shape));
        }
        this.data = data.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A copy of {@code values} as F32; their number is the product of {@code shape}. */
    public static Tensor ofFloats(float[] values, int... shape) {
        ByteBuffer data = allocate(DType.F32, values.length);
        data.asFloatBuffer().put(values);
        return new Tensor(DType.F32, shape, data);
    }

    /** {@code values}, each rounded to the nearest F16. */
    public static Tensor ofHalfFloats(float[] values, int... shape) {
        ByteBuffer data = allocate(DType.F16, values.length);
        for (int i = 0; i < values.length; i++) {
            data.putShort(2 * i, Float.floatToFloat16(values[i]));
        }
        return new Tensor(DType.F16, shape, data);
    }

    /** A copy of {@code values} as I32. */
    public static Tensor ofInts(int[] values, int... shape) {
        ByteBuffer data = allocate(DType.I32, values.length);
        data.asIntBuffer().put(values);
        return new Tensor(DType.I32, shape, data);
    }

    /** A copy of {@code values} as I64. */
    public static Tensor ofLongs(long[] values, int... shape) {
        ByteBuffer data = allocate(DType.I64, values.length);
        data.asLongBuffer().put(values);
        return new Tensor(DType.I64, shape, data);
    }

    /** {@code values} as U16, each in [0, 65535]. */
    public static Tensor ofUnsignedShorts(int[] values, int... shape) {
        ByteBuffer data = allocate(DType.U16, values.length);
        for (int i = 0; i < values.length; i++) {
            checkRange(values[i], 0xFFFF);
            data.putShort(2 * i, (short) values[i]);
        }
        return new Tensor(DType.U16, shape, data);
    }

    /** A copy of {@code values} as U8; a byte stands for 0 to 255. */
    public static Tensor ofUnsignedBytes(byte[] values, int... shape) {
        return new Tensor(DType.U8, shape, ByteBuffer.wrap(values.clone()));
    }

    /**
     * Values of any type from their little-endian bytes, which are copied.
     *
     * @throws IllegalArgumentException when there are not product of {@code shape} x {@code type.bytes()} bytes
     */
    public static Tensor ofBytes(DType type, byte[] littleEndian, int... shape) {
        return new Tensor(type, shape, ByteBuffer.wrap(littleEndian.clone()));
    }

    public DType type() {
        return type;
    }

    /** A copy of the extents; empty for a single number. */
    public int[] shape() {
        return shape.clone();
    }

    /** Number of values, the product of {@link #shape()}. */
    public int elements() {
        return elements;
    }

    /** The bytes of the values, little-endian, read-only. */
    public ByteBuffer bytes() {
        return data.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A copy of {@link #bytes()}. */
    public byte[] toBytes() {
        byte[] out = new byte[data.remaining()];
        data.get(0, out);
        return out;
    }

    /**
     * The values as floats; F16 and BF16 are exact, F64 is rounded.
     *
     * @throws IllegalArgumentException when the type is not F32, F16, BF16 or F64
     */
    public float[] toFloats() {
        float[] out = new float[elements];
        switch (type) {
            case F32 -> data.asFloatBuffer().get(0, out);
            case F16 -> {
                for (int i = 0; i < elements; i++) {
                    out[i] = Float.float16ToFloat(data.getShort(2 * i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < elements; i++) {
                    out[i] = Float.intBitsToFloat(data.getShort(2 * i) << 16);
                }
            }
            case F64 -> {
                for (int i = 0; i < elements; i++) {
                    out[i] = (float) data.getDouble(8 * i);
                }
            }
            default -> throw wrongType("floats: F32, F16, BF16 or F64");
        }
        return out;
    }

    /**
     * The values as ints; unsigned types keep their value.
     *
     * @throws IllegalArgumentException when the type is not I32, U16, I16, U8, I8 or BOOL
     */
    public int[] toInts() {
        int[] out = new int[elements];
        switch (type) {
            case I32 -> data.asIntBuffer().get(0, out);
            case U16 -> {
                for (int i = 0; i < elements; i++) {
                    out[i] = Short.toUnsignedInt(data.getShort(2 * i));
                }
            }
            case I16 -> {
                for (int i = 0; i < elements; i++) {
                    out[i] = data.getShort(2 * i);
                }
            }
            case U8, BOOL -> {
                for (int i = 0; i < elements; i++) {
                    out[i] = Byte.toUnsignedInt(data.get(i));
                }
            }
            case I8 -> {
                for (int i = 0; i < elements; i++) {
                    out[i] = data.get(i);
                }
            }
            default -> throw wrongType("ints: I32, U16, I16, U8, I8 or BOOL");
        }
        return out;
    }

    /**
     * The values as longs.
     *
     * @throws IllegalArgumentException when the type is not I64, U32 or one that {@link #toInts()} takes
     */
    public long[] toLongs() {
        long[] out = new long[elements];
        switch (type) {
            case I64 -> data.asLongBuffer().get(0, out);
            case U32 -> {
                for (int i = 0; i < elements; i++) {
                    out[i] = Integer.toUnsignedLong(data.getInt(4 * i));
                }
            }
            default -> {
                int[] ints = toInts();
                Arrays.setAll(out, i -> ints[i]);
            }
        }
        return out;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tensor that
                && type == that.type
                && Arrays.equals(shape, that.shape)
                && data.equals(that.data);
    }

    @Override
    public int hashCode() {
        return 31 * data.hashCode() + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return type + Arrays.toString(shape);
    }

    private IllegalArgumentException wrongType(String wanted) {
        return new IllegalArgumentException("tensor is " + this + ", which cannot be read as " + wanted);
    }

    private static ByteBuffer allocate(DType type, int elements) {
        return ByteBuffer.allocate(Math.multiplyExact(elements, type.bytes())).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void checkRange(int value, int max) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException("value is " + value + ", must be in [0, " + max + "]");
        }
    }

    private static int elements(int[] shape) {
        long product = 1;
        for (int extent : shape) {
            if (extent < 0) {
                throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " has a negative extent");
            }
            product *= extent;
            if (product > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "shape " + Arrays.toString(shape) + " has more than " + Integer.MAX_VALUE + " elements");
            }
        }
        return (int) product;
    }
}
