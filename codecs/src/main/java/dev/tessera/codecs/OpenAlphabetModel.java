package dev.tessera.codecs;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Adaptive order-0 coding of values of an alphabet that nobody knows beforehand: a value seen before is coded by its
 * count, a new one by an escape and then by an adaptive Elias gamma code (Elias 1975). The escape has the frequency of
 * method C of prediction by partial matching (Moffat 1990): as often as it was needed, so it costs d / (n + d) after n
 * values of which d were new. Counts are halved when their sum passes 2^16 or four per known value. O(log d) per
 * value.
 *
 * <p>Known values are remembered up to {@value #MAX_KNOWN}; later ones are escaped each time. Encoder and decoder each
 * need a model of their own, in the same state.
 */
public final class OpenAlphabetModel {
    /** Most values that are remembered. */
    public static final int MAX_KNOWN = 1 << 20;

    private static final int MAX_BITS = 31; // of value + 1
    private static final int MIN_LIMIT = 1 << 16;

    private final Map<Integer, Integer> indices = new HashMap<>();
    private final FenwickTree counts = FenwickTree.empty();
    private int[] values = new int[16]; // by index
    private int escapes;
    private final AdaptiveBit[] lengthBits = new AdaptiveBit[MAX_BITS]; // is the value + 1 longer than i + 1 bits?

    public OpenAlphabetModel() {
        Arrays.setAll(lengthBits, i -> new AdaptiveBit());
    }

    /** Number of different values known. */
    public int known() {
        return counts.size();
    }

    /** Encodes and learns {@code value}, 0 to 2^31 - 2. */
    public void encode(EntropyEncoder encoder, int value) {
        if (value < 0 || value == Integer.MAX_VALUE) {
            throw new IllegalArgumentException("value is " + value + ", must be in [0, 2^31 - 2]");
        }
        int total = counts.total() + escapes;
        Integer index = indices.get(value);
        if (index != null) {
            encoder.encode(counts.sum(index), counts.get(index), total);
            learn(index);
            return;
        }
        if (total > 0) {
            encoder.encode(counts.total(), escapes, total);
        }
        encodeNew(encoder, value + 1);
        learnNew(value);
    }

    /**
     * Decodes and learns a value.
     *
     * @throws CorruptBitstreamException when the bits are none that the encoder writes
     */
    public int decode(EntropyDecoder decoder) throws CorruptBitstreamException {
        int total = counts.total() + escapes;
        if (total > 0) {
            int cumulative = decoder.decodeCumulative(total);
            if (cumulative < counts.total()) {
                int index = counts.find(cumulative);
                decoder.advance(counts.sum(index), counts.get(index), total);
                learn(index);
                return values[index];
            }
            decoder.advance(counts.total(), escapes, total);
        }
        int value = decodeNew(decoder) - 1;
        if (indices.containsKey(value)) {
            throw new CorruptBitstreamException(0, "value " + value + " is escaped though it is known");
        }
        learnNew(value);
        return value;
    }

    private void encodeNew(EntropyEncoder encoder, int number) {
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(number);
        for (int i = 0; i < MAX_BITS - 1 && i < bits; i++) {
            lengthBits[i].encode(encoder, i + 1 < bits ? 1 : 0);
        }
        encoder.encodeUniform(number ^ 1 << bits - 1, 1 << bits - 1);
    }

    private int decodeNew(EntropyDecoder decoder) {
        int bits = 1;
        while (bits < MAX_BITS && lengthBits[bits - 1].decode(decoder) != 0) {
            bits++;
        }
        return 1 << bits - 1 | decoder.decodeUniform(1 << bits - 1);
    }

    private void learn(int index) {
        makeRoom();
        counts.add(index, 1);
    }

    private void learnNew(int value) {
        makeRoom();
        escapes++;
        int index = counts.size();
        if (index == MAX_KNOWN) {
            return;
        }
        if (index == values.length) {
            values = Arrays.copyOf(values, 2 * index);
        }
        values[index] = value;
        indices.put(value, index);
        counts.append(1);
    }

    private void makeRoom() {
        int limit = Math.max(MIN_LIMIT, 4 * counts.size());
        if (counts.total() + escapes + 2 > limit) {
            counts.halve();
            escapes = (escapes + 1) / 2;
        }
    }
}
