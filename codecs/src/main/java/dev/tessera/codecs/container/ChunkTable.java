package dev.tessera.codecs.container;

import dev.tessera.codecs.CorruptBitstreamException;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What stands behind the header of the layouts with several chunks: how long all chunks are together, how many they are
 * and how long each one is; closed by a CRC-16 of the file up to there.
 *
 * @param lengths bytes of each chunk without its checksum
 * @param seal the CRC-16; it enters the checksum of every chunk, so that chunks of other files are told apart
 * @param start where the first chunk begins
 */
record ChunkTable(TsrLayout layout, int[] lengths, int seal, int start) {
    /** Most chunks of a file. */
    static final int MAX_CHUNKS = 1 << 16;

    private static final int SIZE_BYTES = 5;
    private static final int COUNT_BYTES = 3;
    private static final int SEAL_BYTES = 2;

    /** Appends the table of {@code chunks} to a header. */
    static ChunkTable append(HeaderWriter header, TsrLayout layout, List<byte[]> chunks) {
        if (chunks.isEmpty() || chunks.size() > MAX_CHUNKS) {
            throw new IllegalArgumentException(
                    "there are " + chunks.size() + " chunks, must be in [1, " + MAX_CHUNKS + "]");
        }
        int[] lengths = chunks.stream().mapToInt(chunk -> chunk.length).toArray();
        header.varint(bodyBytes(layout, lengths));
        header.varint(lengths.length - 1);
        for (int i = 0; i < lengths.length - 1; i++) { // that of the last one follows from the sum
            header.varint(lengths[i]);
        }
        int seal = header.crc16();
        header.u16(seal);
        return new ChunkTable(layout, lengths, seal, header.length());
    }

    /** Takes the table off {@code file}, of which {@code in} has read the header. */
    static ChunkTable read(HeaderReader in, byte[] file, TsrLayout layout) throws CorruptBitstreamException {
        int offset = in.position();
        long body = in.varint(SIZE_BYTES);
        long count = in.varint(COUNT_BYTES) + 1;
        if (count > MAX_CHUNKS || count - 1 > in.remaining()) {
            throw new CorruptBitstreamException(
                    offset,
                    "the header claims " + count + " chunks and has " + in.remaining() + " bytes left for them");
        }
        int[] lengths = new int[(int) count];
        long rest = body - count * layout.checksumBytes();
        for (int i = 0; i < count - 1; i++) {
            long length = in.varint(SIZE_BYTES);
            rest -= length;
            lengths[i] = (int) length;
        }
        int end = in.position();
        int seal = in.u16();
        if (Crc16.of(file, end) != seal) {
            throw new CorruptBitstreamException(
                    end, "the checksum of the header does not fit: it is damaged or cut short");
        }
        if (rest < 0 || body > Integer.MAX_VALUE) {
            throw new CorruptBitstreamException(
                    offset, "the chunks do not fit in the " + body + " bytes that the header claims for them");
        }
        lengths[lengths.length - 1] = (int) rest;
        return new ChunkTable(layout, lengths, seal, end + SEAL_BYTES);
    }

    /** Bytes of all chunks with their checksums. */
    long bodyBytes() {
        return bodyBytes(layout, lengths);
    }

    /** Bytes of chunk {@code index} with its checksum. */
    int bytes(int index) {
        return lengths[index] + layout.checksumBytes();
    }

    /** Whether {@code file} has chunk {@code index} at {@code offset}. */
    boolean isWhole(byte[] file, long offset, int index) {
        if (offset < 0 || offset + bytes(index) > file.length) {
            return false;
        }
        int end = (int) offset + lengths[index];
        int stored = 0;
        for (int i = 0; i < layout.checksumBytes(); i++) {
            stored = stored << 8 | file[end + i] & 0xFF;
        }
        return checksum(file, (int) offset, index) == stored;
    }

    /** The checksum of the chunk that stands at {@code offset}; in all its {@link TsrLayout#checksumBytes} bytes. */
    int checksum(byte[] file, int offset, int index) {
        byte[] place = {(byte) (seal >>> 8), (byte) seal, (byte) (index >>> 8), (byte) index};
        if (layout == TsrLayout.PROGRESSIVE) {
            return Crc16.of(place, file, offset, lengths[index]);
        }
        CRC32C crc = new CRC32C();
        crc.update(place);
        crc.update(file, offset, lengths[index]);
        return (int) crc.getValue();
    }

    private static long bodyBytes(TsrLayout layout, int[] lengths) {
        long bytes = (long) lengths.length * layout.checksumBytes();
        for (int length : lengths) {
            bytes += length;
        }
        return bytes;
    }
}
