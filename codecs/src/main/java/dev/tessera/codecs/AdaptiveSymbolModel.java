package dev.tessera.codecs;

/**
 * Adaptive order-0 frequencies of an alphabet of any size, in a Fenwick tree (Fenwick 1994): O(log K) per call.
 *
 * <p>Every symbol starts with frequency 1; a coded symbol gains {@link #INCREMENT}; when the total would pass its limit
 * all frequencies are halved, rounding up.
 */
public final class AdaptiveSymbolModel implements SymbolModel {
    /** What a coded symbol gains. */
    public static final int INCREMENT = 32;

    /** Largest alphabet: every symbol needs a frequency, and halving must leave room. */
    public static final int MAX_ALPHABET = 1 << EntropyEncoder.MAX_TOTAL_BITS - 2;

    private final int limit;
    private final FenwickTree frequencies;

    public AdaptiveSymbolModel(int alphabetSize) {
        if (alphabetSize < 1 || alphabetSize > MAX_ALPHABET) {
            throw new IllegalArgumentException(
                    "alphabetSize is " + alphabetSize + ", must be in [1, " + MAX_ALPHABET + "]");
        }
        this.limit = Math.max(1 << 16, Math.min(1 << EntropyEncoder.MAX_TOTAL_BITS, alphabetSize * 4));
        this.frequencies = FenwickTree.ofOnes(alphabetSize);
    }

    @Override
    public int alphabetSize() {
        return frequencies.size();
    }

    @Override
    public int total() {
        return frequencies.total();
    }

    @Override
    public int cumulative(int symbol) {
        return frequencies.sum(checked(symbol));
    }

    @Override
    public int frequency(int symbol) {
        return frequencies.get(checked(symbol));
    }

    @Override
    public int symbolAt(int cumulative) {
        return frequencies.find(cumulative);
    }

    @Override
    public void update(int symbol) {
        checked(symbol);
        if (frequencies.total() + INCREMENT > limit) {
            frequencies.halve();
        }
        frequencies.add(symbol, INCREMENT);
    }

    private int checked(int symbol) {
        if (symbol < 0 || symbol >= frequencies.size()) {
            throw new IllegalArgumentException("symbol is " + symbol + ", must be in [0, " + frequencies.size() + ")");
        }
        return symbol;
    }
}
