package dev.tessera.codebook.implicit;

import dev.tessera.codebook.internal.Checks;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * The numbering of all integer vectors of {@code dim} N whose magnitudes sum to {@code pulses} K (Fischer 1986, in the
 * order of Opus, RFC 6716 section 4.3.4.2): a bijection between them and {@code [0, V(N, K))}.
 *
 * <p>V(N, K) = V(N-1, K) + V(N, K-1) + V(N-1, K-1) counts the vectors; U(N, K) = (V(N-1, K-1) + V(N, K-1)) / 2, which
 * obeys the same recurrence, counts those whose first value is above 0. Vectors with a negative first value follow the
 * others; within a sign the larger magnitude comes first; the rest of the vector is numbered in the same way.
 *
 * <p>A number takes O(N) additions to find and O(N log K) to resolve; the table of U holds N (K + 2) numbers, longs
 * when V(N, K) is below 2^63. Immutable.
 */
public final class PyramidEnumeration {
    private static final int CELLS = 1 << 18; // of the table of U
    private static final int STAGE_BITS = 30;
    private static final int STAGE_MASK = (1 << STAGE_BITS) - 1;

    private final int dim;
    private final int pulses;
    private final BigInteger size;
    private final long[][] small; // U [dim + 1][pulses + 2] when size fits a long, else empty
    private final BigInteger[][] large; // the same when it does not, else empty

    /**
     * @param dim N, at least 1
     * @param pulses K, at least 1; N x (K + 2) at most 2^18
     */
    public PyramidEnumeration(int dim, int pulses) {
        this.dim = Checks.requireAtLeast(1, dim, "dim");
        this.pulses = Checks.requireAtLeast(1, pulses, "pulses");
        if (dim * (pulses + 2L) > CELLS) {
            throw new IllegalArgumentException(
                    "dim is " + dim + " and pulses is " + pulses + ", dim x (pulses + 2) must be at most " + CELLS);
        }
        BigInteger[] last = lastRow(dim, pulses);
        this.size = last[pulses].add(last[pulses + 1]);
        boolean fits = size.bitLength() < Long.SIZE;
        this.small = fits ? smallTable(dim, pulses) : new long[0][];
        this.large = fits ? new BigInteger[0][] : largeTable(dim, pulses);
    }

    /** N. */
    public int dim() {
        return dim;
    }

    /** K. */
    public int pulses() {
        return pulses;
    }

    /** V(N, K), the number of vectors. */
    public BigInteger size() {
        return size;
    }

    /**
     * The number of a vector.
     *
     * @param vector {@code [dim]}, magnitudes summing to K
     */
    public BigInteger index(int[] vector) {
        if (vector.length != dim) {
            throw new IllegalArgumentException("vector has " + vector.length + " values, must have dim = " + dim);
        }
        long sum = 0;
        for (int value : vector) {
            sum += Math.abs((long) value);
        }
        if (sum != pulses) {
            throw new IllegalArgumentException("vector has " + sum + " pulses, must have " + pulses);
        }
        return isSmall() ? BigInteger.valueOf(smallIndex(vector)) : largeIndex(vector);
    }

    /** The vector of a number in {@code [0, size())}, {@code [dim]}. */
    public int[] vector(BigInteger index) {
        if (index.signum() < 0 || index.compareTo(size) >= 0) {
            throw new IllegalArgumentException("index is " + index + ", must be in [0, " + size + ")");
        }
        int[] vector = new int[dim];
        if (isSmall()) {
            smallVector(index.longValueExact(), vector);
        } else {
            largeVector(index, vector);
        }
        return vector;
    }

    /** Codebook sizes of the stages that hold an index: one below 2^31, else 30 bits each, the lowest first. */
    int[] stageSizes() {
        BigInteger largest = size.subtract(BigInteger.ONE);
        if (size.bitLength() < Integer.SIZE) {
            return new int[] {size.intValueExact()};
        }
        int stages = (largest.bitLength() - 1) / STAGE_BITS + 1;
        int[] sizes = new int[stages];
        Arrays.fill(sizes, 1 << STAGE_BITS);
        sizes[stages - 1] = largest.shiftRight(STAGE_BITS * (stages - 1)).intValueExact() + 1;
        return sizes;
    }

    /** Writes the index of {@code vector}, not checked, over {@code stages} stages. */
    void write(int[] vector, int[] indices, int at, int stages) {
        if (isSmall()) {
            long index = smallIndex(vector);
            if (stages == 1) {
                indices[at] = (int) index;
            } else {
                for (int s = 0; s < stages; s++) {
                    indices[at + s] = (int) (index >>> s * STAGE_BITS) & STAGE_MASK;
                }
            }
            return;
        }
        BigInteger index = largeIndex(vector);
        for (int s = 0; s < stages; s++) {
            indices[at + s] = index.shiftRight(s * STAGE_BITS).intValue() & STAGE_MASK;
        }
    }

    /** Reads what {@link #write} wrote. */
    void read(int[] indices, int at, int stages, int[] vector) {
        if (isSmall()) {
            long index = 0;
            for (int s = stages - 1; s >= 0; s--) {
                index = (index << STAGE_BITS) + indices[at + s];
            }
            if (index >= size.longValueExact()) {
                throw outOfRange(BigInteger.valueOf(index));
            }
            smallVector(index, vector);
            return;
        }
        BigInteger index = BigInteger.ZERO;
        for (int s = stages - 1; s >= 0; s--) {
            index = index.shiftLeft(STAGE_BITS).add(BigInteger.valueOf(indices[at + s]));
        }
        if (index.compareTo(size) >= 0) {
            throw outOfRange(index);
        }
        largeVector(index, vector);
    }

    private IllegalArgumentException outOfRange(BigInteger index) {
        return new IllegalArgumentException("joint index is " + index + ", must be in [0, " + size + ")");
    }

    private boolean isSmall() {
        return small.length > 0;
    }

    private long smallIndex(int[] vector) {
        long index = 0;
        int left = pulses;
        for (int j = 0; j < dim; j++) {
            long[] u = small[dim - j];
            if (vector[j] < 0) {
                index += u[left + 1];
            }
            left -= Math.abs(vector[j]);
            index += u[left];
        }
        return index;
    }

    private BigInteger largeIndex(int[] vector) {
        BigInteger index = BigInteger.ZERO;
        int left = pulses;
        for (int j = 0; j < dim; j++) {
            BigInteger[] u = large[dim - j];
            if (vector[j] < 0) {
                index = index.add(u[left + 1]);
            }
            left -= Math.abs(vector[j]);
            index = index.add(u[left]);
        }
        return index;
    }

    private void smallVector(long index, int[] vector) {
        int left = pulses;
        for (int j = 0; j < dim; j++) {
            long[] u = small[dim - j];
            boolean negative = index >= u[left + 1];
            if (negative) {
                index -= u[left + 1];
            }
            int low = 0; // the last number of pulses after j whose block begins at or before index
            int high = left;
            while (low < high) {
                int middle = (low + high + 1) >>> 1;
                if (u[middle] <= index) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            index -= u[low];
            vector[j] = negative ? low - left : left - low;
            left = low;
        }
    }

    private void largeVector(BigInteger index, int[] vector) {
        int left = pulses;
        for (int j = 0; j < dim; j++) {
            BigInteger[] u = large[dim - j];
            boolean negative = index.compareTo(u[left + 1]) >= 0;
            if (negative) {
                index = index.subtract(u[left + 1]);
            }
            int low = 0;
            int high = left;
            while (low < high) {
                int middle = (low + high + 1) >>> 1;
                if (u[middle].compareTo(index) <= 0) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            index = index.subtract(u[low]);
            vector[j] = negative ? low - left : left - low;
            left = low;
        }
    }

    private static BigInteger[] lastRow(int dim, int pulses) {
        BigInteger[] row = firstRow(pulses);
        for (int n = 2; n <= dim; n++) {
            row = nextRow(row);
        }
        return row;
    }

    private static BigInteger[][] largeTable(int dim, int pulses) {
        BigInteger[][] table = new BigInteger[dim + 1][];
        table[0] = new BigInteger[0];
        table[1] = firstRow(pulses);
        for (int n = 2; n <= dim; n++) {
            table[n] = nextRow(table[n - 1]);
        }
        return table;
    }

    /** U(1, k): the vector (k) for k above 0. */
    private static BigInteger[] firstRow(int pulses) {
        BigInteger[] row = new BigInteger[pulses + 2];
        Arrays.fill(row, BigInteger.ONE);
        row[0] = BigInteger.ZERO;
        return row;
    }

    private static BigInteger[] nextRow(BigInteger[] above) {
        BigInteger[] row = new BigInteger[above.length];
        row[0] = BigInteger.ZERO;
        for (int k = 1; k < row.length; k++) {
            row[k] = above[k].add(row[k - 1]).add(above[k - 1]);
        }
        return row;
    }

    /** No value exceeds U(dim, pulses + 1), which is below V. */
    private static long[][] smallTable(int dim, int pulses) {
        long[][] table = new long[dim + 1][pulses + 2];
        Arrays.fill(table[1], 1, pulses + 2, 1);
        for (int n = 2; n <= dim; n++) {
            for (int k = 1; k < pulses + 2; k++) {
                table[n][k] = table[n - 1][k] + table[n][k - 1] + table[n - 1][k - 1];
            }
        }
        return table;
    }
}
