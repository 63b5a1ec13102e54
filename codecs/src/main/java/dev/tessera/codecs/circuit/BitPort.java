package dev.tessera.codecs.circuit;

import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;

/** One binary decision to or from a stream, so that encoder and decoder run the same modelling code. */
interface BitPort {
    /**
     * @param bit what to write; ignored when reading
     * @param probability of a one, in 1/65536, in [1, 65535]
     * @return the bit written or read
     */
    int code(int bit, int probability);

    record Writing(RangeEncoder encoder) implements BitPort {
        @Override
        public int code(int bit, int probability) {
            encoder.encodeBit(bit, probability);
            return bit;
        }
    }

    record Reading(RangeDecoder decoder) implements BitPort {
        @Override
        public int code(int bit, int probability) {
            return decoder.decodeBit(probability);
        }
    }
}
