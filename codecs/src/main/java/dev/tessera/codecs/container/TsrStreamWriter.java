package dev.tessera.codecs.container;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.CRC32C;

/**
 * Writes a {@code .tsr} file chunk by chunk, without knowing how many there will be: a stream (docs/formats/tsr.md). Each chunk
 * is handed on with a flush as soon as it is known. Not for several threads at once.
 */
public final class TsrStreamWriter {
    /** Largest chunk, so that a damaged length makes no reader wait for more. */
    static final int MAX_CHUNK_BYTES = 1 << 24;

    private static final int SEAL_BYTES = 2;

    private final OutputStream out;
    private final int seal;
    private final int channels;
    private int number; // of the next chunk
    private long bytes;

    /**
     * Writes the header.
     *
     * @param out is flushed, not closed
     * @param header of a sound, whose number of samples is not written
     * @param hundredths of a second that a chunk lasts, 1 to 16,383
     */
    public TsrStreamWriter(OutputStream out, TsrHeader header, int hundredths) throws IOException {
        HeaderWriter head = HeaderCoding.writeStream(header, hundredths);
        this.out = out;
        this.seal = head.crc16();
        this.channels = ((AudioGeometry) header.geometry()).channels();
        head.u16(seal);
        write(head);
        out.flush();
    }

    /** Writes the next chunk, of at most 2^24 bytes. */
    public void chunk(byte[] chunk) throws IOException {
        if (chunk.length > MAX_CHUNK_BYTES) {
            throw new IllegalArgumentException(
                    "a chunk has " + chunk.length + " bytes, must have at most " + MAX_CHUNK_BYTES);
        }
        HeaderWriter head = new HeaderWriter();
        head.varint(chunk.length + 1);
        write(head);
        out.write(chunk);
        bytes += chunk.length;
        checksum(checksum(seal, number++, chunk));
    }

    /** Writes the end: how many samples a channel there are. Nothing may follow. */
    public void end(long samples) throws IOException {
        if (samples < 0 || samples > Integer.MAX_VALUE / channels) {
            throw new IllegalArgumentException("samples is " + samples + ", must be in [0, "
                    + Integer.MAX_VALUE / channels + "] with " + channels + " channels");
        }
        HeaderWriter length = new HeaderWriter();
        length.varint(samples);
        byte[] field = new byte[length.length()];
        length.copyTo(field);
        out.write(0);
        out.write(field);
        bytes += 1 + field.length;
        checksum(checksum(seal, number, field));
    }

    /** Bytes written so far. */
    public long bytes() {
        return bytes;
    }

    /** Bytes of the header of a stream. */
    public static int headerBytes(TsrHeader header, int hundredths) {
        return HeaderCoding.writeStream(header, hundredths).length() + SEAL_BYTES;
    }

    /** The checksum of a chunk, or of the end, whose number is that of the chunks before it. */
    static int checksum(int seal, int number, byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(seal >>> 8);
        crc.update(seal);
        for (int shift = 24; shift >= 0; shift -= 8) {
            crc.update(number >>> shift);
        }
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private void checksum(int value) throws IOException {
        for (int shift = 24; shift >= 0; shift -= 8) {
            out.write(value >>> shift);
        }
        bytes += 4;
        out.flush();
    }

    private void write(HeaderWriter head) throws IOException {
        byte[] all = new byte[head.length()];
        head.copyTo(all);
        out.write(all);
        bytes += all.length;
    }
}
