package dev.tessera.codecs.container;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.UnsupportedVersionException;
import java.util.Arrays;
import java.util.Optional;

/**
 * A {@code .tsr} file in the <em>single</em> layout: one picture or sound as a header, one payload and a CRC-16
 * (docs/formats/tsr.md).
 */
public final class TsrFile {
    /** The version that this build writes and reads. */
    public static final int FORMAT_VERSION = 0;

    /** The first byte of every file. */
    public static final int MAGIC = 0xD4;

    private static final int CHECKSUM_BYTES = 2;
    private static final int MIN_BYTES = 10;

    private final TsrHeader header;
    private final byte[] payload;

    private TsrFile(TsrHeader header, byte[] payload) {
        this.header = header;
        this.payload = payload;
    }

    public TsrHeader header() {
        return header;
    }

    /** A copy of the entropy-coded bytes. */
    public byte[] payload() {
        return payload.clone();
    }

    /** Bytes that a file with this header has besides its payload, checksum included; what rate control must subtract. */
    public static int headerBytes(TsrHeader header) {
        return HeaderCoding.write(header).length() + CHECKSUM_BYTES;
    }

    /** The whole file. */
    public static byte[] write(TsrHeader header, byte[] payload) {
        HeaderWriter start = HeaderCoding.write(header);
        byte[] file = new byte[Math.addExact(start.length() + CHECKSUM_BYTES, payload.length)];
        start.copyTo(file);
        System.arraycopy(payload, 0, file, start.length(), payload.length);
        int end = file.length - CHECKSUM_BYTES;
        int crc = Crc16.of(file, end);
        file[end] = (byte) (crc >>> 8);
        file[end + 1] = (byte) crc;
        return file;
    }

    /** Reads a whole file under {@link TsrLimits#DEFAULT}. */
    public static TsrFile read(byte[] file) throws CorruptBitstreamException, UnsupportedVersionException {
        return read(file, TsrLimits.DEFAULT);
    }

    /**
     * Reads a whole file.
     *
     * @throws UnsupportedVersionException for another version than {@value #FORMAT_VERSION}
     * @throws CorruptBitstreamException when the bytes are no {@code .tsr} file, are damaged, or claim a geometry above
     *     {@code limits}
     */
    public static TsrFile read(byte[] file, TsrLimits limits)
            throws CorruptBitstreamException, UnsupportedVersionException {
        if (file.length < MIN_BYTES) {
            throw new CorruptBitstreamException(
                    file.length, "not a .tsr file: " + file.length + " bytes, the smallest has " + MIN_BYTES);
        }
        if ((file[0] & 0xFF) != MAGIC) {
            throw new CorruptBitstreamException(0, "not a .tsr file: it does not start with the byte D4");
        }
        int version = HeaderCoding.version(file[1]);
        if (version != FORMAT_VERSION) {
            throw new UnsupportedVersionException(version, FORMAT_VERSION, FORMAT_VERSION);
        }
        int end = file.length - CHECKSUM_BYTES;
        int stored = ((file[end] & 0xFF) << 8) | (file[end + 1] & 0xFF);
        if (Crc16.of(file, end) != stored) {
            throw new CorruptBitstreamException(end, "the checksum does not fit: the file is damaged or cut short");
        }
        HeaderReader in = new HeaderReader(file, end);
        TsrHeader header = HeaderCoding.read(in);
        Optional<String> objection = limits.objection(header.geometry());
        if (objection.isPresent()) {
            throw new CorruptBitstreamException(HeaderCoding.GEOMETRY_OFFSET, objection.get());
        }
        return new TsrFile(header, Arrays.copyOfRange(file, in.position(), end));
    }

    @Override
    public String toString() {
        return "TsrFile[" + header + ", " + payload.length + " bytes of payload]";
    }
}
