package dev.tessera.codecs.mixing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MixedBitsTest {
    private static final int BITS = 6000;

    private static MixedBits model() {
        return new MixedBits(new int[] {4, 16, 2}, new int[] {1, 4});
    }

    /** A one follows two equal bits 15 times of 16, else 1 time of 16. */
    private static int[] sequence(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] bits = new int[BITS];
        for (int i = 2; i < BITS; i++) {
            boolean equal = bits[i - 1] == bits[i - 2];
            bits[i] = equal == random.nextInt(16) > 0 ? 1 : 0;
        }
        return bits;
    }

    private static void enter(MixedBits model, int[] bits, int i) {
        int one = i < 1 ? 0 : bits[i - 1];
        int two = i < 2 ? 0 : bits[i - 2];
        model.context(0, one * 2 + two);
        model.context(1, i & 15);
        model.context(2, one);
        model.choose(0, 0);
        model.choose(1, one * 2 + two);
    }

    private static byte[] encode(MixedBits model, int[] bits) {
        RangeEncoder encoder = new RangeEncoder();
        for (int i = 0; i < bits.length; i++) {
            enter(model, bits, i);
            encoder.encodeBit(bits[i], model.predict());
            model.learn(bits[i]);
        }
        return encoder.finish();
    }

    @Test
    void findsTheContextThatCountsAndDecodes() {
        int[] bits = sequence(1);
        byte[] bytes = encode(model(), bits);
        double entropy = -15 / 16.0 * Math.log(15 / 16.0) / Math.log(2) - Math.log(1 / 16.0) / Math.log(2) / 16;
        assertTrue(8.0 * bytes.length / BITS < 1.12 * entropy, 8.0 * bytes.length / BITS + " of " + entropy);
        MixedBits model = model();
        RangeDecoder decoder = new RangeDecoder(bytes);
        int[] decoded = new int[BITS];
        for (int i = 0; i < BITS; i++) {
            enter(model, decoded, i);
            decoded[i] = decoder.decodeBit(model.predict());
            model.learn(decoded[i]);
            assertEquals(bits[i], decoded[i], "bit " + i);
        }
    }

    @Test
    void askingChangesNothingAndCopiesGoTheirOwnWay() {
        MixedBits a = model();
        MixedBits asked = model();
        int[] bits = sequence(2);
        MixedBits copy = null;
        for (int i = 0; i < 500; i++) {
            enter(a, bits, i);
            enter(asked, bits, i);
            enter(asked, new int[BITS], i + 1);
            asked.predict();
            enter(asked, bits, i);
            assertEquals(a.predict(), asked.predict());
            a.learn(bits[i]);
            asked.learn(bits[i]);
            if (i == 400) {
                copy = a.copy();
            }
        }
        for (int i = 401; i < 500; i++) {
            enter(copy, bits, i);
            copy.predict();
            copy.learn(bits[i]);
        }
        enter(a, bits, 500);
        enter(copy, bits, 500);
        assertEquals(a.predict(), copy.predict());
    }

    @Test
    void aStoredStateIsAHeadStart() {
        MixedBits learnt = model();
        encode(learnt, sequence(3));
        ByteBuffer state = ByteBuffer.allocate(learnt.stateBytes());
        learnt.save(state);
        assertEquals(0, state.remaining());
        MixedBits restored = model();
        restored.restore(state.flip(), 30);
        int[] few = java.util.Arrays.copyOf(sequence(4), 300);
        int warm = encode(restored, few).length;
        int cold = encode(model(), few).length;
        assertTrue(warm < .9 * cold, warm + " and " + cold);
    }
}
