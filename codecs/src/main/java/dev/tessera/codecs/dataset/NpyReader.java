package dev.tessera.codecs.dataset;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.UnsupportedVersionException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Reads a {@code .npy} file front to back in pieces of any size, so that files larger than the memory can be read.
 *
 * <p>Versions 1 to 3, all integer and floating-point types in either byte order, C order. An array in Fortran order is
 * refused unless both orders are the same.
 */
public final class NpyReader implements Closeable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final SeekableByteChannel channel;
    private final NpyHeader header;
    private final ByteBuffer buffer;
    private long remaining;

    private NpyReader(SeekableByteChannel channel, NpyHeader header) {
        this.channel = channel;
        this.header = header;
        this.remaining = header.elements();
        this.buffer = ByteBuffer.allocate(BUFFER_BYTES).order(header.order());
    }

    /**
     * Opens a file and reads its header.
     *
     * @throws CorruptBitstreamException when this is no {@code .npy} file, its type or order cannot be read, or its length is
     *     not what shape and type ask for
     * @throws UnsupportedVersionException for versions above 3
     */
    public static NpyReader open(Path path) throws IOException {
        return open(FileChannel.open(path, StandardOpenOption.READ));
    }

    /** Reads a file in memory like {@link #open(Path)}. */
    public static NpyReader open(byte[] file) throws IOException {
        return open(new MemoryChannel(file));
    }

    /** Reads the header of {@code channel}, which is closed with the reader. */
    static NpyReader open(SeekableByteChannel channel) throws IOException {
        try {
            int[] range = NpyHeader.dictionaryRange(readUpTo(channel, 0, NpyHeader.PREFIX_BYTES));
            byte[] dictionary = readUpTo(channel, range[0], range[1] - range[0]);
            NpyHeader header = NpyHeader.parse(new String(dictionary, StandardCharsets.UTF_8), range[1]);
            long expected = header.elements() * header.type().bytes();
            long found = channel.size() - header.dataOffset();
            if (found != expected) {
                throw new CorruptBitstreamException(
                        header.dataOffset(),
                        "the array has " + found + " bytes, must have " + expected + " for the shape "
                                + Arrays.toString(header.shape()));
            }
            channel.position(header.dataOffset());
            return new NpyReader(channel, header);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Type of the elements in the file. */
    public NpyType type() {
        return header.type();
    }

    /** Extents of the array, row-major; empty for a single number. */
    public long[] shape() {
        return header.shape().clone();
    }

    /** Elements that were not read yet. */
    public long remaining() {
        return remaining;
    }

    /**
     * The next elements as floats, rounded where the type is wider; as many as {@code target} holds or as remain.
     *
     * @return how many were read; 0 at the end
     */
    public int readFloats(float[] target) throws IOException {
        int total = (int) Math.min(target.length, remaining);
        for (int done = 0; done < total; ) {
            int n = fill(total - done);
            if (type() == NpyType.F4) {
                buffer.asFloatBuffer().get(target, done, n);
            } else {
                for (int i = 0; i < n; i++) {
                    target[done + i] = type().isFloat() ? floatAt(i) : integerAt(i);
                }
            }
            done += n;
        }
        return total;
    }

    /**
     * The next elements as 64-bit integers; as many as {@code target} holds or as remain.
     *
     * @return how many were read; 0 at the end
     * @throws CorruptBitstreamException when the type is a floating-point one, or a value is above 2^63 - 1
     */
    public int readLongs(long[] target) throws IOException {
        requireIntegers();
        int total = (int) Math.min(target.length, remaining);
        for (int done = 0; done < total; ) {
            int n = fill(total - done);
            for (int i = 0; i < n; i++) {
                target[done + i] = integerAt(i);
            }
            done += n;
        }
        return total;
    }

    /**
     * The next elements as 32-bit integers; as many as {@code target} holds or as remain.
     *
     * @return how many were read; 0 at the end
     * @throws CorruptBitstreamException when the type is a floating-point one, or a value does not fit
     */
    public int readInts(int[] target) throws IOException {
        requireIntegers();
        int total = (int) Math.min(target.length, remaining);
        for (int done = 0; done < total; ) {
            int n = fill(total - done);
            for (int i = 0; i < n; i++) {
                long value = integerAt(i);
                if (value != (int) value) {
                    throw new CorruptBitstreamException(
                            offset() - (long) (n - i) * type().bytes(), "the value " + value + " does not fit 32 bits");
                }
                target[done + i] = (int) value;
            }
            done += n;
        }
        return total;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** Brings up to {@code wanted} elements to the front of the buffer; returns how many. */
    private int fill(int wanted) throws IOException {
        int n = Math.min(wanted, BUFFER_BYTES / type().bytes());
        buffer.clear().limit(n * type().bytes());
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new CorruptBitstreamException(channel.position(), "the file became shorter while it was read");
            }
        }
        buffer.flip();
        remaining -= n;
        return n;
    }

    private float floatAt(int i) {
        return switch (type()) {
            case F2 -> Float.float16ToFloat(buffer.getShort(2 * i));
            case F4 -> buffer.getFloat(4 * i);
            default -> (float) buffer.getDouble(8 * i);
        };
    }

    private long integerAt(int i) throws CorruptBitstreamException {
        return switch (type()) {
            case U1 -> Byte.toUnsignedLong(buffer.get(i));
            case I1 -> buffer.get(i);
            case U2 -> Short.toUnsignedLong(buffer.getShort(2 * i));
            case I2 -> buffer.getShort(2 * i);
            case U4 -> Integer.toUnsignedLong(buffer.getInt(4 * i));
            case I4 -> buffer.getInt(4 * i);
            case U8 -> {
                long value = buffer.getLong(8 * i);
                if (value < 0) {
                    throw new CorruptBitstreamException(
                            offset(), "the value " + Long.toUnsignedString(value) + " is above 2^63 - 1");
                }
                yield value;
            }
            default -> buffer.getLong(8 * i);
        };
    }

    private void requireIntegers() throws CorruptBitstreamException {
        if (type().isFloat()) {
            throw new CorruptBitstreamException(0, "the array has the type " + type().code() + ", integers are needed");
        }
    }

    private long offset() {
        return header.dataOffset() + (header.elements() - remaining) * type().bytes();
    }

    private static byte[] readUpTo(SeekableByteChannel channel, long position, int length) throws IOException {
        channel.position(position);
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && channel.read(bytes) > 0) {
            // until all is read or the file ends
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }
}
