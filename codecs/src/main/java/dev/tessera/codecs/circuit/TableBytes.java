package dev.tessera.codecs.circuit;

import dev.tessera.codecs.CorruptBitstreamException;
import java.io.ByteArrayOutputStream;

/** Big-endian 16-bit fields of circuit files. */
final class TableBytes {
    private TableBytes() {}

    static final class Writer {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        void put16(int value) {
            out.write(value >>> 8);
            out.write(value);
        }

        void putAll16(int[] values) {
            for (int value : values) {
                put16(value);
            }
        }

        void putBytes(byte[] bytes) {
            out.writeBytes(bytes);
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }

    static final class Reader {
        private final byte[] bytes;
        private int position;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        int position() {
            return position;
        }

        int remaining() {
            return bytes.length - position;
        }

        int get16(String name, int least, int most) throws CorruptBitstreamException {
            if (remaining() < 2) {
                throw new CorruptBitstreamException(position, "ends inside " + name);
            }
            int value = (bytes[position] & 0xFF) << 8 | bytes[position + 1] & 0xFF;
            if (value < least || value > most) {
                throw new CorruptBitstreamException(
                        position, name + " is " + value + ", must be in [" + least + ", " + most + "]");
            }
            position += 2;
            return value;
        }

        /**
         * A table stored by columns [columns x rows] whose rows must be distributions in 1/2^WEIGHT_BITS without
         * zeros.
         */
        int[] getRows(int rows, int columns) throws CorruptBitstreamException {
            long length = (long) rows * columns;
            if (2 * length > remaining()) {
                throw new CorruptBitstreamException(
                        position,
                        "ends inside a table of " + rows + " x " + columns + ": " + remaining() + " bytes left");
            }
            int start = position;
            int[] table = new int[(int) length];
            int[] sums = new int[rows];
            for (int i = 0; i < table.length; i++) {
                table[i] = get16("table entry", 1, 1 << QuantizedCircuit.WEIGHT_BITS);
                sums[i % rows] += table[i];
            }
            for (int sum : sums) {
                if (sum != 1 << QuantizedCircuit.WEIGHT_BITS) {
                    throw new CorruptBitstreamException(
                            start, "table row sums to " + sum + ", must be " + (1 << QuantizedCircuit.WEIGHT_BITS));
                }
            }
            return table;
        }
    }
}
