package dev.tessera.codecs.mixing;

import dev.tessera.codecs.EntropyDecoder;
import dev.tessera.codecs.EntropyEncoder;

/** Where decisions go: to an encoder, from a decoder, to a training or to a sum of costs. One walk serves all. */
public interface BitCoder {
    /** Bits of one more than the largest number that {@link #escape(int)} codes. */
    int ESCAPE_BITS = 16;

    /** The largest number that {@link #escape(int)} codes. */
    int MAX_ESCAPE = (1 << ESCAPE_BITS) - 2;

    /**
     * Codes a decision that no model learns from; returns it.
     *
     * @param probability of a one in 1/65536, in (0, 65536)
     */
    int bit(int probability, int bit);

    /** Codes a decision whose contexts are set, and learns it; returns it. */
    default int bit(MixedBits model, int bit) {
        int coded = bit(model.predict(), bit);
        model.learn(coded);
        return coded;
    }

    /** Codes a decision that is as likely as not. */
    default int even(int bit) {
        return bit(1 << 15, bit);
    }

    /** Codes a number in [0, {@value #MAX_ESCAPE}] by an exponential Golomb code of even bits. */
    default int escape(int rest) {
        return escape(rest, ESCAPE_BITS);
    }

    /**
     * The same for larger numbers.
     *
     * @param rest in [0, 2^{@code mostBits} - 2]; a decoder gets no larger one from any file
     */
    default int escape(int rest, int mostBits) {
        int length = 32 - Integer.numberOfLeadingZeros(rest + 1);
        int bits = 1;
        while (bits < mostBits && even(length > bits ? 1 : 0) == 1) {
            bits++;
        }
        int value = 1;
        for (int i = bits - 2; i >= 0; i--) {
            value = value << 1 | even(rest + 1 >> i & 1);
        }
        return value - 1;
    }

    /** Codes and learns. */
    record Writer(EntropyEncoder encoder) implements BitCoder {
        @Override
        public int bit(int probability, int bit) {
            encoder.encodeBit(bit, probability);
            return bit;
        }
    }

    /** Decodes and learns. */
    record Reader(EntropyDecoder decoder) implements BitCoder {
        @Override
        public int bit(int probability, int bit) {
            return decoder.decodeBit(probability);
        }
    }

    /** Learns and sums up costs. */
    final class Trainer implements BitCoder {
        /** Costs so far, in 1/65536 bits. */
        public long cost;

        @Override
        public int bit(int probability, int bit) {
            cost += MixedBits.cost(bit, probability);
            return bit;
        }

        @Override
        public int even(int bit) {
            cost += 1 << 16;
            return bit;
        }
    }

    /** Sums up costs in 1/65536 bits and changes nothing. */
    final class Meter implements BitCoder {
        /** Costs so far, in 1/65536 bits. */
        public long cost;

        @Override
        public int bit(int probability, int bit) {
            cost += MixedBits.cost(bit, probability);
            return bit;
        }

        @Override
        public int bit(MixedBits model, int bit) {
            return bit(model.predict(), bit);
        }

        @Override
        public int even(int bit) {
            cost += 1 << 16;
            return bit;
        }
    }
}
