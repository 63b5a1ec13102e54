package dev.tessera.codecs.dataset;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * Writes a {@code .npy} file front to back: version 1.0, little-endian, C order, elements at a multiple of 64 bytes, which is
 * what {@code numpy.load} takes and can map into memory.
 *
 * <p>The shape is said first; {@link #close()} checks that it was kept.
 */
public final class NpyWriter implements Closeable {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final Set<NpyType> WRITABLE = EnumSet.complementOf(EnumSet.of(NpyType.F8));

    private final OutputStream out;
    private final NpyType type;
    private final long[] shape;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long remaining;

    /**
     * Writes the header to {@code out}, which stays open when this writer is closed.
     *
     * @param type any but F8
     * @param shape extents, row-major; none for a single number
     */
    public NpyWriter(OutputStream out, NpyType type, long... shape) throws IOException {
        if (!WRITABLE.contains(type)) {
            throw new IllegalArgumentException("type is " + type + ", must be one of " + WRITABLE);
        }
        long elements = 1;
        for (long extent : shape) {
            if (extent < 0) {
                throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " has a negative extent");
            }
            elements = Math.multiplyExact(elements, extent);
        }
        this.out = out;
        this.type = type;
        this.shape = shape.clone();
        this.remaining = elements;
        out.write(NpyHeader.write(type, shape));
    }

    /** Appends floats to an F4 array, or to an F2 array, rounded to the nearest half-precision number. */
    public void writeFloats(float... values) throws IOException {
        if (!type.isFloat()) {
            throw new IllegalArgumentException("the array has the type " + type + ", floats need F2 or F4");
        }
        take(values.length);
        for (float value : values) {
            if (type == NpyType.F4) {
                room().putFloat(value);
            } else {
                room().putShort(Float.floatToFloat16(value));
            }
        }
    }

    /**
     * Appends integers to an array of integers; U8 takes those below 2^63.
     *
     * @throws IllegalArgumentException when a value does not fit the type
     */
    public void writeLongs(long... values) throws IOException {
        take(values.length);
        for (long value : values) {
            put(value);
        }
    }

    /** Appends integers like {@link #writeLongs}. */
    public void writeInts(int... values) throws IOException {
        take(values.length);
        for (int value : values) {
            put(value);
        }
    }

    /**
     * Hands the last bytes to the stream.
     *
     * @throws IllegalStateException when the shape asks for more elements than were written
     */
    @Override
    public void close() throws IOException {
        flush();
        if (remaining != 0) {
            throw new IllegalStateException(
                    "the shape " + Arrays.toString(shape) + " asks for " + remaining + " more elements");
        }
    }

    private void put(long value) throws IOException {
        switch (type) {
            case U1, I1 -> {
                requireFit(type == NpyType.U1 ? value == (value & 0xFF) : value == (byte) value, value);
                room().put((byte) value);
            }
            case U2, I2 -> {
                requireFit(type == NpyType.U2 ? value == (value & 0xFFFF) : value == (short) value, value);
                room().putShort((short) value);
            }
            case U4, I4 -> {
                requireFit(type == NpyType.U4 ? value == (value & 0xFFFFFFFFL) : value == (int) value, value);
                room().putInt((int) value);
            }
            case U8, I8 -> {
                requireFit(type == NpyType.I8 || value >= 0, value);
                room().putLong(value);
            }
            default -> throw new IllegalArgumentException("the array has the type " + type + ", integers need another");
        }
    }

    private void requireFit(boolean fits, long value) {
        if (!fits) {
            throw new IllegalArgumentException("value is " + value + ", which does not fit the type " + type);
        }
    }

    private void take(int elements) {
        if (elements > remaining) {
            throw new IllegalArgumentException("there are " + elements + " values, but the shape "
                    + Arrays.toString(shape) + " has room for " + remaining);
        }
        remaining -= elements;
    }

    private ByteBuffer room() throws IOException {
        if (buffer.remaining() < type.bytes()) {
            flush();
        }
        return buffer;
    }

    private void flush() throws IOException {
        out.write(buffer.array(), 0, buffer.position());
        buffer.clear();
    }
}
