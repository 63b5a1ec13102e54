package dev.tessera.codecs.dataset.parquet;

import java.io.ByteArrayOutputStream;

/**
 * Parquet's hybrid of run-length coding and bit-packing for small numbers: levels and dictionary indices. A run of at least
 * eight equal values becomes a run; everything between runs is packed in groups of eight.
 */
final class HybridWriter {
    private static final int GROUP = 8;
    private static final int MAX_GROUPS = 1 << 13;

    private final int bitWidth;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final int[] literals = new int[GROUP * MAX_GROUPS];
    private int literalCount;

    private HybridWriter(int bitWidth) {
        this.bitWidth = bitWidth;
    }

    /** The bytes of {@code values[from .. to)}, each below 2^{@code bitWidth}. */
    static byte[] encode(int[] values, int from, int to, int bitWidth) {
        HybridWriter writer = new HybridWriter(bitWidth);
        int i = from;
        while (i < to) {
            int end = i + 1;
            while (end < to && values[end] == values[i]) {
                end++;
            }
            writer.append(values[i], end - i);
            i = end;
        }
        writer.flushLiterals();
        return writer.out.toByteArray();
    }

    /** The bits that numbers up to {@code max} need. */
    static int bitWidth(int max) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(max);
    }

    private void append(int value, int count) {
        int rest = count;
        int fill = (GROUP - literalCount % GROUP) % GROUP;
        if (rest - fill >= GROUP) {
            literal(value, fill);
            flushLiterals();
            varint((rest - fill) << 1);
            for (int shift = 0; shift < bitWidth; shift += 8) {
                out.write(value >>> shift);
            }
            rest = 0;
        }
        literal(value, rest);
    }

    private void literal(int value, int count) {
        for (int i = 0; i < count; i++) {
            literals[literalCount++] = value;
            if (literalCount == literals.length) {
                flushLiterals();
            }
        }
    }

    /** Packs the waiting values, the last group filled up with zeros. */
    private void flushLiterals() {
        if (literalCount == 0) {
            return;
        }
        int groups = (literalCount + GROUP - 1) / GROUP;
        while (literalCount < groups * GROUP) {
            literals[literalCount++] = 0;
        }
        varint((groups << 1) | 1);
        long bits = 0;
        int bitCount = 0;
        for (int i = 0; i < literalCount; i++) {
            bits |= (long) literals[i] << bitCount;
            bitCount += bitWidth;
            while (bitCount >= 8) {
                out.write((int) bits);
                bits >>>= 8;
                bitCount -= 8;
            }
        }
        literalCount = 0;
    }

    private void varint(int value) {
        int rest = value;
        while (rest >= 0x80) {
            out.write((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }
}
