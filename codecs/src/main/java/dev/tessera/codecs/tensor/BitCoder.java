package dev.tessera.codecs.tensor;

import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;

/**
 * Binary decisions in either direction, so that one piece of code is both the encoder and the decoder and the two cannot drift
 * apart. A reader ignores the value that it is given and returns the one in the stream; a writer returns what it was given.
 */
sealed interface BitCoder {
    int bit(int bit, int probabilityOfOne);

    int uniform(int value, int bound);

    boolean isReading();

    /** All 32 bits of {@code value}, each as likely as not. */
    default int word(int value) {
        int high = uniform(value >>> 16, 1 << 16);
        return high << 16 | uniform(value & 0xFFFF, 1 << 16);
    }

    /** To a stream. */
    record Writing(RangeEncoder encoder) implements BitCoder {
        @Override
        public int bit(int bit, int probabilityOfOne) {
            encoder.encodeBit(bit, probabilityOfOne);
            return bit;
        }

        @Override
        public int uniform(int value, int bound) {
            encoder.encodeUniform(value, bound);
            return value;
        }

        @Override
        public boolean isReading() {
            return false;
        }
    }

    /** From a stream. */
    record Reading(RangeDecoder decoder) implements BitCoder {
        @Override
        public int bit(int bit, int probabilityOfOne) {
            return decoder.decodeBit(probabilityOfOne);
        }

        @Override
        public int uniform(int value, int bound) {
            return decoder.decodeUniform(bound);
        }

        @Override
        public boolean isReading() {
            return true;
        }
    }
}
