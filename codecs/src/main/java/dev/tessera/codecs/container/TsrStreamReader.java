package dev.tessera.codecs.container;

import dev.tessera.codecs.CorruptBitstreamException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads a stream ({@link TsrStreamWriter}) chunk by chunk, as it arrives. Not for several threads at once.
 *
 * <p>With {@link Tolerance#PREFIX} the first damaged chunk is the end; with {@link Tolerance#CONCEAL} it is lost, as soon as a
 * whole one or the end stands where its length says. A damaged length loses what follows.
 */
public final class TsrStreamReader {
    private final InputStream in;
    private final TsrLimits limits;
    private final Tolerance tolerance;
    private final TsrHeader header;
    private final int hundredths;
    private final int seal;
    private long position;
    private int number; // of the chunk that is read next
    private int lost; // damaged chunks before the one that is held
    private byte[] held; // the whole chunk behind lost ones, or null
    private boolean ended;
    private OptionalLong samples = OptionalLong.empty();

    /**
     * Reads the header.
     *
     * @param in is not closed
     * @throws CorruptBitstreamException when it is no header of a stream
     */
    public TsrStreamReader(InputStream in, TsrLimits limits, Tolerance tolerance) throws IOException {
        this.in = in;
        this.limits = limits;
        this.tolerance = tolerance;
        byte[] head = head();
        this.seal = Crc16.of(head, head.length);
        HeaderCoding.StreamHead read = HeaderCoding.readStream(new HeaderReader(head, head.length));
        this.header = read.header();
        this.hundredths = read.hundredths();
    }

    /** Whether a file that begins so is a stream; of fewer than two bytes it is not known yet, and no. */
    public static boolean isStream(byte[] begin) {
        return begin.length >= 2
                && (begin[0] & 0xFF) == TsrFile.MAGIC
                && HeaderCoding.version(begin[1]) == TsrFile.FORMAT_VERSION
                && HeaderCoding.isStream(begin[1]);
    }

    /** The header, with 0 samples. */
    public TsrHeader header() {
        return header;
    }

    /** Hundredths of a second that a chunk lasts. */
    public int hundredths() {
        return hundredths;
    }

    /** Samples of a channel, once {@link #next} has said that there is nothing more; nothing when the end of the stream is missing. */
    public OptionalLong samples() {
        return samples;
    }

    /**
     * A chunk.
     *
     * @param bytes nothing when it is damaged
     */
    public record Chunk(Optional<byte[]> bytes) {}

    /** The next chunk, or nothing at the end of the stream. Waits for it. */
    public Optional<Chunk> next() throws IOException {
        if (held == null && !ended) {
            advance();
        }
        if (lost > 0) {
            lost--;
            return Optional.of(new Chunk(Optional.empty()));
        }
        Optional<Chunk> next = Optional.ofNullable(held).map(bytes -> new Chunk(Optional.of(bytes)));
        held = null;
        return next;
    }

    /** Reads to the next whole chunk or to the end. */
    private void advance() throws IOException {
        try {
            while (held == null && !ended) {
                readOne();
            }
        } catch (EOFException e) {
            giveUp(new CorruptBitstreamException(position, "the stream has no end: it is cut short"));
        }
    }

    private void readOne() throws IOException {
        long start = position;
        int length = varint(4) - 1;
        if (length < 0) {
            readEnd();
            return;
        }
        if (length > TsrStreamWriter.MAX_CHUNK_BYTES || tooLong(number + 1)) {
            giveUp(new CorruptBitstreamException(
                    start, "a chunk of " + length + " bytes, number " + number + ", is above the limits"));
            return;
        }
        byte[] chunk = bytes(length);
        if (i32() == TsrStreamWriter.checksum(seal, number, chunk)) {
            held = chunk;
        } else if (tolerance == Tolerance.CONCEAL) {
            lost++;
        } else {
            giveUp(new CorruptBitstreamException(start, "chunk " + number + " is damaged: its checksum does not fit"));
            return;
        }
        number++;
    }

    private void readEnd() throws IOException {
        long start = position;
        ByteArrayOutputStream field = new ByteArrayOutputStream();
        int b;
        do {
            b = u8();
            field.write(b);
        } while (b >= 0x80 && field.size() < 5);
        byte[] bytes = field.toByteArray();
        if (i32() != TsrStreamWriter.checksum(seal, number, bytes)) {
            giveUp(new CorruptBitstreamException(start, "the end of the stream is damaged: its checksum does not fit"));
            return;
        }
        long count = new HeaderReader(bytes, bytes.length).varint(5);
        AudioGeometry form = (AudioGeometry) header.geometry();
        long most = (long) number * hundredths * form.sampleRate();
        boolean fits =
                100 * count <= most && (number == 0 || 100 * count > most - (long) hundredths * form.sampleRate());
        if (!fits || count > Integer.MAX_VALUE / form.channels()) {
            throw new CorruptBitstreamException(
                    start, "the stream claims " + count + " samples, which do not fit its " + number + " chunks");
        }
        if (in.read() >= 0) {
            throw new CorruptBitstreamException(position, "bytes follow the end of the stream");
        }
        samples = OptionalLong.of(count);
        ended = true;
    }

    /** What is behind is not to be read. */
    private void giveUp(CorruptBitstreamException reason) throws CorruptBitstreamException {
        if (tolerance == Tolerance.NONE) {
            throw reason;
        }
        ended = true;
        lost = 0; // where nothing whole follows it is not known that there was anything
    }

    private boolean tooLong(int chunks) {
        return (long) (chunks - 1) * hundredths / 100 > limits.maxSeconds();
    }

    private byte[] head() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        try {
            head.writeBytes(bytes(HeaderCoding.GEOMETRY_OFFSET));
            TsrFile.checkStart(head.toByteArray());
            copyVarint(head);
            int form = u8();
            head.write(form);
            if (form >>> 4 == 15) {
                copyVarint(head);
            }
            copyVarint(head);
            byte[] all = head.toByteArray();
            if ((u8() << 8 | u8()) != Crc16.of(all, all.length)) {
                throw new CorruptBitstreamException(
                        position, "the checksum of the header does not fit: it is damaged or cut short");
            }
            return all;
        } catch (EOFException e) {
            throw new CorruptBitstreamException(position, "the header is cut short");
        }
    }

    private void copyVarint(ByteArrayOutputStream to) throws IOException {
        int b;
        do {
            b = u8();
            to.write(b);
        } while (b >= 0x80 && to.size() < 64);
    }

    private int varint(int maxBytes) throws IOException {
        byte[] field = new byte[maxBytes];
        int n = 0;
        do {
            field[n] = (byte) u8();
        } while (field[n++] < 0 && n < maxBytes);
        if (field[n - 1] < 0) {
            return Integer.MAX_VALUE; // more than any chunk has
        }
        int value = 0;
        for (int i = 0; i < n; i++) {
            value |= (field[i] & 0x7F) << 7 * i;
        }
        return value;
    }

    private int i32() throws IOException {
        return u8() << 24 | u8() << 16 | u8() << 8 | u8();
    }

    private int u8() throws IOException {
        int b = in.read();
        if (b < 0) {
            throw new EOFException();
        }
        position++;
        return b;
    }

    private byte[] bytes(int count) throws IOException {
        byte[] read = in.readNBytes(count); // grows as bytes come, whatever was claimed
        position += read.length;
        if (read.length < count) {
            throw new EOFException();
        }
        return read;
    }

    @Override
    public String toString() {
        return "TsrStreamReader[" + header + ", " + number + " chunks of " + hundredths + "/100 s so far, " + tolerance
                + "]";
    }
}
