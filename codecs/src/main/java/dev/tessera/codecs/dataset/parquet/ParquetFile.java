package dev.tessera.codecs.dataset.parquet;

import dev.tessera.codecs.CorruptBitstreamException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A Parquet file that is open for reading. */
public final class ParquetFile implements Closeable {
    private static final int TAIL_BYTES = 8; // length of the footer, magic

    private final SeekableByteChannel channel;
    private final long length;
    private final Footer footer;

    private ParquetFile(SeekableByteChannel channel) throws IOException {
        this.channel = channel;
        this.length = channel.size();
        this.footer = readFooter();
    }

    /**
     * Reads the footer of {@code channel}, which is closed with the file.
     *
     * @throws CorruptBitstreamException when this is no Parquet file, or its footer cannot be what it claims to be
     */
    public static ParquetFile open(SeekableByteChannel channel) throws IOException {
        try {
            return new ParquetFile(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** The columns in order; of a nested structure every innermost value is one. */
    public List<Column> columns() {
        return footer.columns();
    }

    /** Number of rows. */
    public long rows() {
        return footer.rows();
    }

    /** Key-value metadata of the file. */
    public Map<String, String> metadata() {
        return footer.metadata();
    }

    /** Starts to read column {@code index} of {@link #columns()}. */
    public ColumnReader read(int index) throws CorruptBitstreamException {
        return new ColumnReader(this, index);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    Footer footer() {
        return footer;
    }

    /** Length of the file in bytes. */
    long length() {
        return length;
    }

    /** The bytes {@code [offset, offset + count)}, which {@link Footer} and the callers made sure are in the file. */
    byte[] bytes(long offset, int count) throws IOException {
        channel.position(offset);
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new CorruptBitstreamException(length, "the file became shorter while it was read");
            }
        }
        return bytes.array();
    }

    private Footer readFooter() throws IOException {
        int magicBytes = Format.MAGIC.length;
        if (length < magicBytes + TAIL_BYTES || !Arrays.equals(bytes(0, magicBytes), Format.MAGIC)) {
            throw new CorruptBitstreamException(0, "not a Parquet file");
        }
        byte[] tail = bytes(length - TAIL_BYTES, TAIL_BYTES);
        if (!Arrays.equals(tail, TAIL_BYTES - magicBytes, TAIL_BYTES, Format.MAGIC, 0, magicBytes)) {
            throw new CorruptBitstreamException(length - magicBytes, "the Parquet file is cut short");
        }
        int footerBytes = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
        long most = Math.min(Format.MAX_FOOTER_BYTES, length - magicBytes - TAIL_BYTES);
        if (footerBytes < 1 || footerBytes > most) {
            throw new CorruptBitstreamException(
                    length - TAIL_BYTES,
                    "the footer has " + Integer.toUnsignedString(footerBytes) + " bytes, must be in [1, " + most + "]");
        }
        long start = length - TAIL_BYTES - footerBytes;
        return Footer.parse(bytes(start, footerBytes), start);
    }
}
