package dev.tessera.image.transform;

import dev.tessera.codecs.EntropyDecoder;
import dev.tessera.codecs.EntropyEncoder;
import dev.tessera.codecs.mixing.MixedBits;

/** Where decisions go: to an encoder, from a decoder, to a training or to a sum of costs. One walk serves all. */
interface BitCoder {
    /** Codes a decision whose contexts are set; returns it. */
    int bit(MixedBits model, int bit);

    /** Codes a decision that is as likely as not. */
    int even(int bit);

    /** Codes and learns. */
    record Writer(EntropyEncoder encoder) implements BitCoder {
        @Override
        public int bit(MixedBits model, int bit) {
            encoder.encodeBit(bit, model.predict());
            model.learn(bit);
            return bit;
        }

        @Override
        public int even(int bit) {
            encoder.encodeBit(bit, 1 << 15);
            return bit;
        }
    }

    /** Decodes and learns. */
    record Reader(EntropyDecoder decoder) implements BitCoder {
        @Override
        public int bit(MixedBits model, int bit) {
            int decoded = decoder.decodeBit(model.predict());
            model.learn(decoded);
            return decoded;
        }

        @Override
        public int even(int bit) {
            return decoder.decodeBit(1 << 15);
        }
    }

    /** Learns and sums up costs. */
    final class Trainer implements BitCoder {
        long cost;

        @Override
        public int bit(MixedBits model, int bit) {
            cost += MixedBits.cost(bit, model.predict());
            model.learn(bit);
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
        long cost;

        @Override
        public int bit(MixedBits model, int bit) {
            cost += MixedBits.cost(bit, model.predict());
            return bit;
        }

        @Override
        public int even(int bit) {
            cost += 1 << 16;
            return bit;
        }
    }
}
