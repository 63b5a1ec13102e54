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
    public static final int MAX_ALPHABET = 1 << RangeEncoder.MAX_TOTAL_BITS - 2;

    private final int alphabetSize;
    private final int limit;
    private final int[] tree; // Fenwick, 1-based
    private final int topBit;
    private int total;

    public AdaptiveSymbolModel(int alphabetSize) {
        if (alphabetSize < 1 || alphabetSize > MAX_ALPHABET) {
            throw new IllegalArgumentException(
                    "alphabetSize is " + alphabetSize + ", must be in [1, " + MAX_ALPHABET + "]");
        }
        this.alphabetSize = alphabetSize;
        this.limit = Math.max(1 << 16, Math.min(1 << RangeEncoder.MAX_TOTAL_BITS, alphabetSize * 4));
        this.tree = new int[alphabetSize + 1];
        this.topBit = Integer.highestOneBit(alphabetSize);
        for (int i = 1; i <= alphabetSize; i++) {
            tree[i] = Integer.lowestOneBit(i);
        }
        this.total = alphabetSize;
    }

    @Override
    public int alphabetSize() {
        return alphabetSize;
    }

    @Override
    public int total() {
        return total;
    }

    @Override
    public int cumulative(int symbol) {
        int sum = 0;
        for (int i = checked(symbol); i > 0; i &= i - 1) {
            sum += tree[i];
        }
        return sum;
    }

    @Override
    public int frequency(int symbol) {
        int i = checked(symbol) + 1;
        int sum = tree[i];
        int stop = i & i - 1;
        for (int j = i - 1; j > stop; j &= j - 1) {
            sum -= tree[j];
        }
        return sum;
    }

    @Override
    public int symbolAt(int cumulative) {
        int i = 0;
        int left = cumulative;
        for (int bit = topBit; bit != 0; bit >>= 1) {
            int j = i + bit;
            if (j <= alphabetSize && tree[j] <= left) {
                i = j;
                left -= tree[j];
            }
        }
        return i;
    }

    @Override
    public void update(int symbol) {
        if (total + INCREMENT > limit) {
            halve();
        }
        add(checked(symbol), INCREMENT);
    }

    private void add(int symbol, int amount) {
        for (int i = symbol + 1; i <= alphabetSize; i += Integer.lowestOneBit(i)) {
            tree[i] += amount;
        }
        total += amount;
    }

    private void halve() {
        int[] frequencies = new int[alphabetSize];
        for (int s = 0; s < alphabetSize; s++) {
            frequencies[s] = frequency(s);
        }
        java.util.Arrays.fill(tree, 0);
        total = 0;
        for (int s = 0; s < alphabetSize; s++) {
            add(s, (frequencies[s] + 1) / 2);
        }
    }

    private int checked(int symbol) {
        if (symbol < 0 || symbol >= alphabetSize) {
            throw new IllegalArgumentException("symbol is " + symbol + ", must be in [0, " + alphabetSize + ")");
        }
        return symbol;
    }
}
