package dev.tessera.codebook.internal;

/** Draws from a finite distribution in constant time, by the alias method (Walker 1977; tables after Vose 1991). */
public final class AliasTable {
    private final long[] threshold; // chance to stay in the column, times 2^64, unsigned
    private final int[] alias;

    /** @param weights of 0, 1, ..., finite, at least 0, not all 0 */
    public AliasTable(double[] weights) {
        int n = weights.length;
        double sum = 0;
        for (double w : weights) {
            sum += w;
        }
        threshold = new long[n];
        alias = new int[n];
        double[] height = new double[n];
        int[] columns = new int[n]; // short columns from the left, tall ones from the right
        int low = 0;
        int high = n;
        for (int i = 0; i < n; i++) {
            height[i] = weights[i] / sum * n;
            alias[i] = i;
            if (height[i] < 1) {
                columns[low++] = i;
            } else {
                columns[--high] = i;
            }
        }
        while (low > 0 && high < n) {
            int small = columns[--low];
            int tall = columns[high];
            threshold[small] = (long) (height[small] * 0x1p63) << 1;
            alias[small] = tall;
            height[tall] -= 1 - height[small];
            if (height[tall] < 1) {
                high++;
                columns[low++] = tall;
            }
        }
        // What is left has height 1 but for rounding: its alias is itself and the threshold does not matter.
    }

    public int draw(SplitMix64 random) {
        long u = random.nextLong();
        int n = alias.length;
        int column = (int) Math.unsignedMultiplyHigh(u, n);
        // The low word of u x n is the place within the column.
        return Long.compareUnsigned(u * n, threshold[column]) < 0 ? column : alias[column];
    }
}
