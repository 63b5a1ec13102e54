package dev.tessera.codecs.rans;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.EntropyDecoder;
import dev.tessera.codecs.EntropyEncoder;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.SymbolModel;
import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * Static frequencies that sum to 2^bits: the model of {@link RansEncoder} and {@link RansDecoder}, and a
 * {@link SymbolModel} for every other coder. A symbol of frequency 0 cannot be coded. Immutable; holds 8 bytes a slot
 * and 8 a symbol.
 */
public final class FrequencyTable implements SymbolModel {
    public static final int MIN_BITS = 8;
    public static final int MAX_BITS = 16;

    /** Suits alphabets up to 256. */
    public static final int DEFAULT_BITS = 12;

    /** Largest alphabet; at most 2^bits of its symbols may occur. */
    public static final int MAX_ALPHABET = 1 << 16;

    private static final int COUNT_BITS =
            27; // of a count in the normalisation: gains are 2^36 x log2, products below 2^63
    private static final double GAIN_UNIT = (1L << 36) / StrictMath.log(2);

    private final int bits;
    private final int[] frequencies;
    private final int[] cumulative; // [alphabetSize + 1]
    private final int[] slotSymbols; // [2^bits]
    private final int[] slotSteps; // [2^bits]: (frequency - 1) << 16 | slot - cumulative

    private FrequencyTable(int bits, int[] frequencies) {
        this.bits = bits;
        this.frequencies = frequencies;
        this.cumulative = new int[frequencies.length + 1];
        this.slotSymbols = new int[1 << bits];
        this.slotSteps = new int[1 << bits];
        int slot = 0;
        for (int s = 0; s < frequencies.length; s++) {
            cumulative[s] = slot;
            for (int i = 0; i < frequencies[s]; i++, slot++) {
                slotSymbols[slot] = s;
                slotSteps[slot] = frequencies[s] - 1 << 16 | i;
            }
        }
        cumulative[frequencies.length] = slot;
    }

    /**
     * The table with exactly these frequencies.
     *
     * @param frequencies at least 0 each, sum 2^bits; 1 to 65,536 symbols
     * @param bits {@value #MIN_BITS} to {@value #MAX_BITS}
     */
    public static FrequencyTable of(int[] frequencies, int bits) {
        check(frequencies.length, bits);
        long sum = 0;
        for (int s = 0; s < frequencies.length; s++) {
            if (frequencies[s] < 0) {
                throw new IllegalArgumentException(
                        "frequencies[" + s + "] is " + frequencies[s] + ", must be at least 0");
            }
            sum += frequencies[s];
        }
        if (sum != 1 << bits) {
            throw new IllegalArgumentException("frequencies sum to " + sum + ", must be " + (1 << bits));
        }
        return new FrequencyTable(bits, frequencies.clone());
    }

    /**
     * The table that codes these counts in the fewest bits, among those of 2^bits slots that give every occurring
     * symbol at least one: the minimum of the sum of -count x log2(frequency / 2^bits). Each slot goes where it saves
     * most, which is exact because the savings of a symbol fall from slot to slot; shares that are certain are given
     * at once, so it takes O(K log K). Ties go to the lower symbol.
     *
     * @param counts at least 0 each, one or more positive, at most 2^bits of them; 1 to 65,536 symbols
     * @param bits {@value #MIN_BITS} to {@value #MAX_BITS}
     */
    public static FrequencyTable fromCounts(long[] counts, int bits) {
        check(counts.length, bits);
        long largest = 0;
        int occurring = 0;
        for (int s = 0; s < counts.length; s++) {
            if (counts[s] < 0) {
                throw new IllegalArgumentException("counts[" + s + "] is " + counts[s] + ", must be at least 0");
            }
            largest = Math.max(largest, counts[s]);
            occurring += counts[s] > 0 ? 1 : 0;
        }
        if (occurring < 1 || occurring > 1 << bits) {
            throw new IllegalArgumentException("counts hold " + occurring + " symbols, must be 1 to " + (1 << bits));
        }
        int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(largest) - COUNT_BITS);
        int[] scaled = new int[counts.length];
        long total = 0;
        for (int s = 0; s < counts.length; s++) {
            scaled[s] = counts[s] == 0 ? 0 : Math.max(1, (int) (counts[s] >>> shift));
            total += scaled[s];
        }
        // The optimum has frequency + 1 > count x (2^bits - occurring) / total for every symbol: its gains straddle one
        // threshold t, so frequency < count / t + 1 (summed: 2^bits <= total / t + occurring) and frequency > count / t
        // - 1.
        int spare = (1 << bits) - occurring;
        int[] frequencies = new int[counts.length];
        int left = 1 << bits;
        PriorityQueue<Candidate> queue = new PriorityQueue<>(occurring);
        for (int s = 0; s < counts.length; s++) {
            if (scaled[s] > 0) {
                frequencies[s] = Math.max(1, (int) ((long) scaled[s] * spare / total));
                left -= frequencies[s];
                queue.add(new Candidate(gain(scaled[s], frequencies[s]), s));
            }
        }
        for (; left > 0; left--) {
            int s = queue.remove().symbol;
            frequencies[s]++;
            queue.add(new Candidate(gain(scaled[s], frequencies[s]), s));
        }
        return new FrequencyTable(bits, frequencies);
    }

    /** What one slot more saves on a symbol of this count: count x log2((frequency + 1) / frequency). */
    private static long gain(int count, int frequency) {
        return count * StrictMath.round(GAIN_UNIT * StrictMath.log1p(1.0 / frequency));
    }

    private record Candidate(long gain, int symbol) implements Comparable<Candidate> {
        @Override
        public int compareTo(Candidate other) {
            int byGain = Long.compare(other.gain, gain);
            return byGain != 0 ? byGain : Integer.compare(symbol, other.symbol);
        }
    }

    private static void check(int alphabetSize, int bits) {
        if (bits < MIN_BITS || bits > MAX_BITS) {
            throw new IllegalArgumentException("bits is " + bits + ", must be in [" + MIN_BITS + ", " + MAX_BITS + "]");
        }
        if (alphabetSize < 1 || alphabetSize > MAX_ALPHABET) {
            throw new IllegalArgumentException(
                    "alphabet has " + alphabetSize + " symbols, must be in [1, " + MAX_ALPHABET + "]");
        }
    }

    /** Binary logarithm of {@link #total}. */
    public int bits() {
        return bits;
    }

    @Override
    public int alphabetSize() {
        return frequencies.length;
    }

    @Override
    public int total() {
        return 1 << bits;
    }

    @Override
    public int cumulative(int symbol) {
        return cumulative[symbol];
    }

    /** Length of the interval of {@code symbol}; 0 if it cannot be coded. */
    @Override
    public int frequency(int symbol) {
        return frequencies[symbol];
    }

    @Override
    public int symbolAt(int cumulative) {
        return slotSymbols[cumulative];
    }

    /** Symbols by slot; not to be changed. */
    int[] slotSymbols() {
        return slotSymbols;
    }

    /** {@code (frequency - 1) << 16 | slot - cumulative} by slot; not to be changed. */
    int[] slotSteps() {
        return slotSteps;
    }

    /** Writes the table: about 3 to 8 bits per occurring symbol, less in smooth tables. */
    public void write(EntropyEncoder encoder) {
        encoder.encodeUniform(bits - MIN_BITS, MAX_BITS - MIN_BITS + 1);
        encoder.encodeUniform(frequencies.length - 1, MAX_ALPHABET);
        TableCoding coding = new TableCoding();
        int left = 1 << bits;
        for (int s = 0; s < frequencies.length - 1 && left > 0; s++) { // the last symbol has what is left
            coding.encode(encoder, frequencies[s], left);
            left -= frequencies[s];
        }
    }

    /**
     * Reads what {@link #write} wrote; never allocates more than the largest table needs, about 1 MB.
     *
     * @throws CorruptBitstreamException when the bits are no table
     */
    public static FrequencyTable read(EntropyDecoder decoder) throws CorruptBitstreamException {
        int bits = MIN_BITS + decoder.decodeUniform(MAX_BITS - MIN_BITS + 1);
        int[] frequencies = new int[1 + decoder.decodeUniform(MAX_ALPHABET)];
        TableCoding coding = new TableCoding();
        int left = 1 << bits;
        for (int s = 0; s < frequencies.length - 1 && left > 0; s++) {
            frequencies[s] = coding.decode(decoder, left);
            left -= frequencies[s];
        }
        frequencies[frequencies.length - 1] += left;
        return new FrequencyTable(bits, frequencies);
    }

    /** The table alone in a range-coded stream of its own. */
    public byte[] toBytes() {
        RangeEncoder encoder = new RangeEncoder();
        write(encoder);
        return encoder.finish();
    }

    /**
     * Reads what {@link #toBytes} gave.
     *
     * @throws CorruptBitstreamException when the bytes are no table or not the ones that a table is written as
     */
    public static FrequencyTable fromBytes(byte[] bytes) throws CorruptBitstreamException {
        FrequencyTable table = read(new RangeDecoder(bytes));
        byte[] written = table.toBytes();
        int mismatch = Arrays.mismatch(written, bytes);
        if (mismatch >= 0) {
            throw new CorruptBitstreamException(
                    mismatch,
                    "frequency table of " + bytes.length + " bytes is not as " + written.length + " write it");
        }
        return table;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FrequencyTable table
                && bits == table.bits
                && Arrays.equals(frequencies, table.frequencies);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(frequencies) + bits;
    }

    @Override
    public String toString() {
        return "FrequencyTable[" + frequencies.length + " symbols, " + bits + " bits]";
    }
}
