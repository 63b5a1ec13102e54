package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.SparseOutlierWeights;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Arrays;
import java.util.function.Function;

/** Takes the largest weights out before the rest is quantized, and keeps them in 16 bits. */
public final class SparseOutliers {
    private static final double MOST = 0.5;

    private SparseOutliers() {}

    /**
     * Quantizes all but the largest weights. These are 0 to {@code dense}; afterwards what is still missing of them is
     * stored. Of equal
     * magnitudes the first in the matrix go first. O(n log n) for n weights, besides {@code dense}.
     *
     * @param fraction of the weights that are kept apart, in [0, 0.5]; 0.005 is usual
     * @param dense quantizes the rest
     */
    public static SparseOutlierWeights quantize(
            WeightMatrix weights, double fraction, Function<WeightMatrix, ? extends QuantizedWeights> dense) {
        Checks.requireIn(0, MOST, fraction, "fraction");
        float[] w = weights.values();
        int count = (int) Math.round(fraction * w.length);
        boolean[] apart = largest(w, count);
        float[] rest = w.clone();
        for (int i = 0; i < w.length; i++) {
            rest[i] = apart[i] ? 0 : w[i];
        }
        QuantizedWeights quantized = dense.apply(new WeightMatrix(weights.rows(), weights.cols(), rest));
        int[] starts = new int[weights.rows() + 1];
        int[] columns = new int[count];
        float[] values = new float[count];
        float[] row = new float[weights.cols()];
        int found = 0;
        for (int r = 0; r < weights.rows(); r++) {
            quantized.dequantizeRow(r, row, 0);
            for (int col = 0; col < row.length; col++) {
                if (apart[r * row.length + col]) {
                    columns[found] = col;
                    values[found++] = weights.get(r, col) - row[col];
                }
            }
            starts[r + 1] = found;
        }
        return SparseOutlierWeights.of(quantized, starts, columns, values);
    }

    private static boolean[] largest(float[] w, int count) {
        float[] magnitudes = new float[w.length];
        for (int i = 0; i < w.length; i++) {
            magnitudes[i] = Math.abs(w[i]);
        }
        float[] sorted = magnitudes.clone();
        Arrays.sort(sorted);
        boolean[] chosen = new boolean[w.length];
        if (count == 0) {
            return chosen;
        }
        float least = sorted[w.length - count];
        int left = count;
        for (int i = 0; i < w.length; i++) {
            chosen[i] = magnitudes[i] > least;
            left -= chosen[i] ? 1 : 0;
        }
        for (int i = 0; i < w.length && left > 0; i++) {
            if (magnitudes[i] == least) {
                chosen[i] = true;
                left--;
            }
        }
        return chosen;
    }
}
