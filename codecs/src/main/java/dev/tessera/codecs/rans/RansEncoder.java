package dev.tessera.codecs.rans;

import java.util.Arrays;
import java.util.Objects;

/**
 * Range asymmetric numeral systems with one {@link FrequencyTable} for all symbols (Duda 2013, arXiv:1311.2540,
 * section 2.3) and interleaved states (Giesen 2014, arXiv:1402.3392): symbol i belongs to state i mod n, states are 32
 * bits wide and move 16 bits at a time to and from one stream of words, so that a decoder may step all states at once.
 *
 * <p>The stream: n states of 4 bytes, little-endian, then the words of 2 bytes, little-endian, in the order in which
 * the decoder needs them; n is the number of states or, if that is less, of symbols. It holds neither the number of
 * symbols nor the table. Each state costs 2 bytes beyond its information. Immutable, for any number of threads.
 */
public final class RansEncoder {
    /** Most and usual number of states: 2 vectors of 512 bits, 4 of 256. */
    public static final int MAX_STATES = 32;

    /** States live in [2^16, 2^32); the first state of the encoder and the last of the decoder is this. */
    static final int LOWEST = 1 << 16;

    private final FrequencyTable table;
    private final int states;
    private final long[] reciprocals; // 2^64 / frequency, rounded up
    private final int[] starts;

    /** An encoder with {@value #MAX_STATES} states. */
    public RansEncoder(FrequencyTable table) {
        this(table, MAX_STATES);
    }

    /**
     * @param states number of interleaved states, 1 to {@value #MAX_STATES}: few for short streams
     */
    public RansEncoder(FrequencyTable table, int states) {
        this.table = table;
        this.states = checkStates(states);
        this.reciprocals = new long[table.alphabetSize()];
        this.starts = new int[table.alphabetSize()];
        for (int s = 0; s < reciprocals.length; s++) {
            int frequency = table.frequency(s);
            starts[s] = table.cumulative(s);
            if (frequency > 1) {
                // exact for 32-bit states: rounding up adds less than 2^-32 to a quotient, and 1 / frequency is missing
                reciprocals[s] = Long.divideUnsigned(-1, frequency) + 1;
            } else {
                // 2^64 does not fit; 2^64 - 1 gives the quotient minus one, which the start makes up for
                reciprocals[s] = -1;
                starts[s] += (1 << table.bits()) - 1;
            }
        }
    }

    /** Encodes all of {@code symbols}. */
    public byte[] encode(int[] symbols) {
        return encode(symbols, 0, symbols.length);
    }

    /**
     * Encodes {@code symbols[offset .. offset + count)}.
     *
     * @throws IllegalArgumentException when a symbol is outside of the alphabet or has frequency 0
     */
    public byte[] encode(int[] symbols, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, symbols.length);
        for (int i = offset; i < offset + count; i++) {
            int s = symbols[i];
            if (s < 0 || s >= starts.length || table.frequency(s) == 0) {
                throw new IllegalArgumentException("symbol " + (i - offset) + " is " + s + ", must be in [0, "
                        + starts.length + ") and of a frequency above 0");
            }
        }
        int n = Math.min(states, count);
        int[] state = new int[n];
        Arrays.fill(state, LOWEST);
        short[] words = new short[count]; // filled from the end
        int first = count;
        int bits = table.bits();
        int lane = n == 0 ? 0 : (count - 1) % n;
        for (int i = offset + count - 1; i >= offset; i--) {
            int s = symbols[i];
            int frequency = table.frequency(s);
            long x = state[lane] & 0xFFFF_FFFFL;
            // branch-free: whether a word leaves the state is close to a coin toss
            int full = (int) (((long) frequency << Integer.SIZE - bits) - 1 - x >> 63);
            words[first - 1] = (short) x;
            first += full;
            x >>>= full & 16;
            long quotient = Math.unsignedMultiplyHigh(x, reciprocals[s]);
            state[lane] = (int) (x + starts[s] + quotient * ((1 << bits) - frequency));
            lane = (lane == 0 ? n : lane) - 1;
        }
        byte[] stream = new byte[4 * n + 2 * (count - first)];
        for (int j = 0; j < n; j++) {
            RansDecoder.INTS.set(stream, 4 * j, state[j]);
        }
        int at = 4 * n;
        for (int i = first; i < count; i++, at += 2) {
            RansDecoder.SHORTS.set(stream, at, words[i]);
        }
        return stream;
    }

    /** Encodes bytes, each a symbol from 0 to 255. */
    public byte[] encode(byte[] symbols, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, symbols.length);
        int[] wide = new int[count];
        for (int i = 0; i < count; i++) {
            wide[i] = symbols[offset + i] & 0xFF;
        }
        return encode(wide, 0, count);
    }

    static int checkStates(int states) {
        if (states < 1 || states > MAX_STATES) {
            throw new IllegalArgumentException("states is " + states + ", must be in [1, " + MAX_STATES + "]");
        }
        return states;
    }
}
