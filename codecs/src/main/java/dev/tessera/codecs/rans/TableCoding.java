package dev.tessera.codecs.rans;

import dev.tessera.codecs.AdaptiveBit;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.EntropyDecoder;
import dev.tessera.codecs.EntropyEncoder;
import dev.tessera.codecs.LogisticMixer;
import java.util.Arrays;

/**
 * Codes the frequencies of a table one by one: the number of bits of each as binary decisions that three contexts
 * predict (none, the number of bits before, the two before that), then the bits after the first as a uniform value.
 * The sum left bounds both.
 */
final class TableCoding {
    private static final int LENGTHS = FrequencyTable.MAX_BITS + 2; // 0 .. 17 bits
    private static final int TREE_BITS = 5;
    private static final int NODES = 1 << TREE_BITS; // node 0: is it positive?

    private final AdaptiveBit[][] contexts = {
        bits(NODES), bits(LENGTHS * NODES), bits(2 * LENGTHS * NODES),
    };
    private final AdaptiveBit[] chosen = new AdaptiveBit[contexts.length];
    private final LogisticMixer mixer = new LogisticMixer(contexts.length, NODES);
    private int previous;
    private int beforePrevious;
    private int beforeThat;

    private static AdaptiveBit[] bits(int count) {
        AdaptiveBit[] bits = new AdaptiveBit[count];
        Arrays.setAll(bits, i -> new AdaptiveBit(5, 8));
        return bits;
    }

    void encode(EntropyEncoder encoder, int frequency, int left) {
        int length = length(frequency);
        encodeDecision(encoder, 0, length == 0 ? 0 : 1);
        int node = 1;
        for (int shift = TREE_BITS - 1; length > 0 && shift >= 0; shift--) {
            int bit = length - 1 >> shift & 1;
            encodeDecision(encoder, node, bit);
            node = node << 1 | bit;
        }
        if (length > 1) {
            int first = 1 << length - 1;
            encoder.encodeUniform(frequency - first, Math.min(first, left - first + 1));
        }
        remember(length);
    }

    int decode(EntropyDecoder decoder, int left) throws CorruptBitstreamException {
        int length = 0;
        if (decodeDecision(decoder, 0) != 0) {
            int node = 1;
            for (int i = 0; i < TREE_BITS; i++) {
                node = node << 1 | decodeDecision(decoder, node);
            }
            length = node - NODES + 1;
        }
        if (length > length(left)) {
            throw new CorruptBitstreamException(0, "frequency has " + length + " bits, " + left + " is left to give");
        }
        remember(length);
        if (length < 2) {
            return length;
        }
        int first = 1 << length - 1;
        return first + decoder.decodeUniform(Math.min(first, left - first + 1));
    }

    private static int length(int frequency) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(frequency);
    }

    private void remember(int length) {
        beforeThat = beforePrevious;
        beforePrevious = previous;
        previous = length;
    }

    private int predict(int node) {
        chosen[0] = contexts[0][node];
        chosen[1] = contexts[1][previous * NODES + node];
        chosen[2] = contexts[2][(beforePrevious + beforeThat) * NODES + node];
        for (int i = 0; i < chosen.length; i++) {
            mixer.input(i, chosen[i].probability());
        }
        return mixer.mix(node);
    }

    private void learn(int bit) {
        mixer.update(bit);
        for (AdaptiveBit context : chosen) {
            context.update(bit);
        }
    }

    private void encodeDecision(EntropyEncoder encoder, int node, int bit) {
        encoder.encodeBit(bit, predict(node));
        learn(bit);
    }

    private int decodeDecision(EntropyDecoder decoder, int node) {
        int bit = decoder.decodeBit(predict(node));
        learn(bit);
        return bit;
    }
}
