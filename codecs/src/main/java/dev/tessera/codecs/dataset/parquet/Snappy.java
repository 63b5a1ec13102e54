package dev.tessera.codecs.dataset.parquet;

import dev.tessera.codecs.CorruptBitstreamException;

/** Decoder of the raw Snappy block format, the usual compression of Parquet pages. */
final class Snappy {
    private final byte[] in;
    private final byte[] out;
    private final long fileOffset;
    private int position;
    private int produced;

    private Snappy(byte[] in, int outLength, long fileOffset) {
        this.in = in;
        this.out = new byte[outLength];
        this.fileOffset = fileOffset;
    }

    /** The {@code outLength} bytes that {@code in}, standing at {@code fileOffset}, decompresses to. */
    static byte[] decompress(byte[] in, int outLength, long fileOffset) throws CorruptBitstreamException {
        Snappy snappy = new Snappy(in, outLength, fileOffset);
        snappy.run();
        return snappy.out;
    }

    private void run() throws CorruptBitstreamException {
        long declared = 0;
        int shift = 0;
        int b;
        do {
            b = u8();
            declared |= (long) (b & 0x7F) << shift;
            shift += 7;
        } while (b >= 0x80 && shift < 35);
        if (declared != out.length) {
            throw corrupt("the block has " + declared + " bytes, the page says " + out.length);
        }
        while (position < in.length) {
            int tag = u8();
            switch (tag & 3) {
                case 0 -> literal(tag >>> 2);
                case 1 -> copy(4 + ((tag >>> 2) & 7), ((tag >>> 5) << 8) | u8());
                case 2 -> copy(1 + (tag >>> 2), littleEndian(2));
                default -> copy(1 + (tag >>> 2), littleEndian(4));
            }
        }
        if (produced != out.length) {
            throw corrupt("the block ends after " + produced + " of " + out.length + " bytes");
        }
    }

    /** Literals of up to 60 bytes have their length in the tag; above, 1 to 4 bytes follow it. */
    private void literal(int tagLength) throws CorruptBitstreamException {
        long length = 1L + (tagLength < 60 ? tagLength : Integer.toUnsignedLong(littleEndian(tagLength - 59)));
        if (length > in.length - position || length > out.length - produced) {
            throw corrupt("a literal of " + length + " bytes is too long");
        }
        System.arraycopy(in, position, out, produced, (int) length);
        position += (int) length;
        produced += (int) length;
    }

    private void copy(int length, int distance) throws CorruptBitstreamException {
        if (distance < 1 || distance > produced || length > out.length - produced) {
            throw corrupt("a copy of " + length + " bytes from " + distance + " back is impossible");
        }
        for (int i = 0; i < length; i++) { // source and target may overlap: then what was copied is copied again
            out[produced] = out[produced - distance];
            produced++;
        }
    }

    private int littleEndian(int bytes) throws CorruptBitstreamException {
        int value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= u8() << (8 * i);
        }
        return value;
    }

    private int u8() throws CorruptBitstreamException {
        if (position >= in.length) {
            throw corrupt("the block is cut short");
        }
        return in[position++] & 0xFF;
    }

    private CorruptBitstreamException corrupt(String what) {
        return new CorruptBitstreamException(fileOffset + position, "Snappy: " + what);
    }
}
