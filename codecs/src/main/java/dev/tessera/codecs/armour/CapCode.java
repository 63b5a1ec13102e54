package dev.tessera.codecs.armour;

import java.util.HashMap;
import java.util.Map;

/**
 * A linear code over GF(4), one symbol a base, of minimum distance 4: every wrong base is corrected, every two wrong bases
 * are found and never taken for anything else. Seven parity bases serve up to 256 bases.
 *
 * <p>Distance 4 means that any three columns of the check matrix are independent: read as points of projective space, no three
 * lie on a line - they form a cap. With u, v in GF(16) and the norm N(x) = x^5 in GF(4), the points (u, N(u)) are an elliptic
 * paraboloid in AG(3, 4), which a line meets at most twice, and a product of two affine caps is a cap (Mukhopadhyay, 1978).
 * So position i = 16 u + v has the column (1, u, N(u), v, N(v)), 1 + 2 + 1 + 2 + 1 coordinates over GF(4). A BCH code of this
 * length and distance takes nine parity bases.
 *
 * <p>Immutable.
 */
final class CapCode {
    /** {@link #correct} found a code word. */
    static final int CLEAN = -1;

    /** {@link #correct} found two or more wrong bases. */
    static final int UNCORRECTABLE = -2;

    private static final int GF16_POLYNOMIAL = 0b10011; // x^4 + x + 1
    private static final int GF4_OMEGA = power(2, 5); // x^5 has order 3 in GF(16)
    private static final int BASE_BITS = 2;
    private static final int MAX_LENGTH = 256;

    private final int length;
    private final int[] parityPositions;
    private final int[][] contributions; // [length x bases]: what a base adds to the syndrome, 20 bits of rank 14
    private final Map<Integer, Integer> singleErrors = new HashMap<>(); // syndrome -> position * 4 + difference
    private final int[]
            pivots; // elimination of the parity bases' contributions: reduced rows with distinct leading bits ...
    private final int[] combinations; // ... and which of the parity bits each row is the sum of

    /**
     * @param parityPositions seven positions whose columns are independent
     */
    CapCode(int length, int... parityPositions) {
        if (length > MAX_LENGTH) {
            throw new IllegalArgumentException("length is " + length + ", must be at most " + MAX_LENGTH);
        }
        this.length = length;
        this.parityPositions = parityPositions.clone();
        this.contributions = new int[length][Base.COUNT];
        for (int position = 0; position < length; position++) {
            for (int base = 1; base < Base.COUNT; base++) {
                contributions[position][base] = contribution(position, base);
                singleErrors.put(contributions[position][base], position * Base.COUNT + base);
            }
        }
        this.pivots = new int[BASE_BITS * parityPositions.length];
        this.combinations = new int[pivots.length];
        eliminate();
    }

    /** Sets the parity bases of {@code bases} by the others. */
    void fillParity(byte[] bases) {
        for (int position : parityPositions) {
            bases[position] = 0;
        }
        int syndrome = syndrome(bases);
        int bits = 0;
        for (int row = 0; row < pivots.length; row++) {
            if ((syndrome & Integer.highestOneBit(pivots[row])) != 0) {
                syndrome ^= pivots[row];
                bits ^= combinations[row];
            }
        }
        for (int i = 0; i < parityPositions.length; i++) {
            bases[parityPositions[i]] = (byte) (bits >>> BASE_BITS * i & Base.COUNT - 1);
        }
    }

    /** Corrects one wrong base in place and returns its position, or {@link #CLEAN}, or {@link #UNCORRECTABLE}. */
    int correct(byte[] bases) {
        int syndrome = syndrome(bases);
        if (syndrome == 0) {
            return CLEAN;
        }
        Integer error = singleErrors.get(syndrome);
        if (error == null) {
            return UNCORRECTABLE;
        }
        int position = error / Base.COUNT;
        bases[position] ^= (byte) (error % Base.COUNT);
        return position;
    }

    private int syndrome(byte[] bases) {
        int syndrome = 0;
        for (int position = 0; position < length; position++) {
            syndrome ^= contributions[position][bases[position]];
        }
        return syndrome;
    }

    /** Gauss-Jordan over GF(2); each row is free of the leading bits of those before it. */
    private void eliminate() {
        for (int row = 0; row < pivots.length; row++) {
            int vector = contributions[parityPositions[row / BASE_BITS]][1 << row % BASE_BITS];
            int combination = 1 << row;
            for (int i = 0; i < row; i++) {
                if ((vector & Integer.highestOneBit(pivots[i])) != 0) {
                    vector ^= pivots[i];
                    combination ^= combinations[i];
                }
            }
            if (vector == 0) {
                throw new IllegalArgumentException("parityPositions have dependent columns");
            }
            pivots[row] = vector;
            combinations[row] = combination;
        }
    }

    private static int contribution(int position, int base) {
        int u = position >>> 4;
        int v = position & 15;
        int symbol = ((base & 1) != 0 ? 1 : 0) ^ ((base & 2) != 0 ? GF4_OMEGA : 0);
        int packed = 0;
        for (int coordinate : new int[] {1, u, power(u, 5), v, power(v, 5)}) {
            packed = packed << 4 | multiply(symbol, coordinate);
        }
        return packed;
    }

    private static int multiply(int a, int b) {
        int product = 0;
        for (int bit = 3; bit >= 0; bit--) {
            product <<= 1;
            product ^= (product & 16) != 0 ? GF16_POLYNOMIAL : 0;
            product ^= (b >>> bit & 1) != 0 ? a : 0;
        }
        return product;
    }

    private static int power(int x, int exponent) {
        int power = 1;
        for (int i = 0; i < exponent; i++) {
            power = multiply(power, x);
        }
        return power;
    }
}
