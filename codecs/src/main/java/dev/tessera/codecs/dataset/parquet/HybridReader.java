package dev.tessera.codecs.dataset.parquet;

import dev.tessera.codecs.CorruptBitstreamException;

/** Reads what {@link HybridWriter} and its likes write, one number at a time; memory does not grow with the runs. */
final class HybridReader {
    private final byte[] bytes;
    private final int end;
    private final int bitWidth;
    private final long mask;
    private final long fileOffset;
    private int position;
    private long runLeft;
    private boolean packed;
    private int runValue;
    private long bitPosition;

    /** Reads {@code bytes[from .. to)}; the array stands at {@code fileOffset} of the file. */
    HybridReader(byte[] bytes, int from, int to, int bitWidth, long fileOffset) throws CorruptBitstreamException {
        if (bitWidth < 0 || bitWidth > Integer.SIZE) {
            throw new CorruptBitstreamException(
                    fileOffset + from, "numbers of " + bitWidth + " bits, must be at most " + Integer.SIZE);
        }
        this.bytes = bytes;
        this.position = from;
        this.end = to;
        this.bitWidth = bitWidth;
        this.mask = (1L << bitWidth) - 1;
        this.fileOffset = fileOffset;
    }

    /** The next number; of 32-bit ones the bits. */
    int next() throws CorruptBitstreamException {
        while (runLeft == 0) {
            startRun();
        }
        runLeft--;
        if (!packed) {
            return runValue;
        }
        int at = (int) (bitPosition >>> 3);
        int shift = (int) (bitPosition & 7);
        bitPosition += bitWidth;
        long window = 0;
        for (int i = 0; i * 8 < shift + bitWidth; i++) {
            window |= (bytes[at + i] & 0xFFL) << (8 * i);
        }
        return (int) ((window >>> shift) & mask);
    }

    private void startRun() throws CorruptBitstreamException {
        long header = varint();
        packed = (header & 1) != 0;
        if (packed) {
            // Some writers leave out the padding of the last group, so only whole values that are there count.
            long bits = Math.min((header >>> 1) * 8 * bitWidth, 8L * (end - position));
            runLeft = bitWidth == 0 ? (header >>> 1) * 8 : bits / bitWidth;
            bitPosition = 8L * position;
            position += (int) ((bits + 7) / 8);
        } else {
            int valueBytes = (bitWidth + 7) / 8;
            if (end - position < valueBytes) {
                throw cutShort();
            }
            runLeft = header >>> 1;
            long value = 0;
            for (int i = 0; i < valueBytes; i++) {
                value |= (bytes[position++] & 0xFFL) << (8 * i);
            }
            if ((value & ~mask) != 0) {
                throw new CorruptBitstreamException(
                        fileOffset + position, "the number " + value + " has more than " + bitWidth + " bits");
            }
            runValue = (int) value;
        }
    }

    private long varint() throws CorruptBitstreamException {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            if (position >= end) {
                throw cutShort();
            }
            int b = bytes[position++];
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new CorruptBitstreamException(fileOffset + position, "a run length has more than 5 bytes");
    }

    private CorruptBitstreamException cutShort() {
        return new CorruptBitstreamException(fileOffset + position, "a page has fewer values than it says");
    }
}
