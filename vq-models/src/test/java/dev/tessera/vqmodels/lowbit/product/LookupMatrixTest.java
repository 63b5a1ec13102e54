package dev.tessera.vqmodels.lowbit.product;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.Samples;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.ScalarWeights;
import dev.tessera.vqmodels.lowbit.Vq16Weights;
import dev.tessera.vqmodels.lowbit.WeightFormat;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import dev.tessera.vqmodels.lowbit.fit.RoundToNearest;
import dev.tessera.vqmodels.lowbit.fit.Vq16Fit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LookupMatrixTest {
    private static List<QuantizedWeights> all(int rows, int cols, long seed) {
        WeightMatrix matrix = Samples.matrix(seed, rows, cols);
        List<QuantizedWeights> weights = new ArrayList<>();
        List<ScalarFormat> formats = new ArrayList<>();
        for (int bits = 2; bits <= 4; bits++) {
            for (int group : new int[] {16, 32, 128, ScalarFormat.WHOLE_ROW}) {
                formats.add(ScalarFormat.symmetric(bits, group));
                formats.add(ScalarFormat.affine(bits, group));
            }
        }
        formats.add(ScalarFormat.ternary());
        formats.add(ScalarFormat.binary());
        for (ScalarFormat format : formats) {
            weights.add(RoundToNearest.standard(1).quantize(matrix, format));
        }
        for (int dim : new int[] {1, 2, 4}) {
            weights.add(Vq16Fit.builder().dim(dim).threads(1).build().quantize(matrix));
        }
        if (rows > 16) {
            weights.add(Vq16Fit.builder()
                    .dim(2)
                    .rowsPerCodebook(16)
                    .threads(1)
                    .build()
                    .quantize(matrix));
        }
        return weights;
    }

    /** Nothing but the rounding of the tables, whose entries are off by up to half a step, uniformly. */
    @Test
    void productsAreThoseOfTheDequantizedWeights() {
        int rows = 48;
        int cols = 1_100;
        float[] x = Samples.inputs(3, 1, cols);
        for (QuantizedWeights weights : all(rows, cols, 1)) {
            float[] dense = weights.dequantize();
            float[] y = LookupMatrix.of(weights).multiply(x, 1);
            double difference = 0;
            double expected = 0;
            for (int r = 0; r < rows; r++) {
                double sum = 0;
                for (int c = 0; c < cols; c++) {
                    sum += (double) dense[r * cols + c] * x[c];
                }
                difference += Math.pow(sum - y[r], 2);
                expected += weights instanceof Vq16Weights vectors
                        ? roundingVariance(vectors, r, x)
                        : roundingVariance((ScalarWeights) weights, r, x);
            }
            double ratio = Math.sqrt(difference / expected);
            assertTrue(ratio < 1.5, weights.format() + " has " + ratio + " times the error of rounding");
        }
    }

    private static double roundingVariance(Vq16Weights weights, int row, float[] x) {
        int dim = weights.dim();
        int book = row / weights.rowsPerCodebook() * Vq16Weights.CODEBOOK_SIZE * dim;
        double variance = 0;
        int blocks = (x.length - 1) / (2 * dim) + 1;
        for (Segment segment : Segment.of(1, blocks, blocks)) {
            double range = 0;
            for (int t = 0; t < 2 * segment.blocks(); t++) {
                double least = Double.POSITIVE_INFINITY;
                double most = Double.NEGATIVE_INFINITY;
                for (int e = 0; e < Vq16Weights.CODEBOOK_SIZE; e++) {
                    double product = 0;
                    for (int d = 0; d < dim; d++) {
                        int at = (2 * segment.firstBlock() + t) * dim + d;
                        product += weights.codebooks()[book + e * dim + d] * (at < x.length ? x[at] : 0);
                    }
                    least = Math.min(least, product);
                    most = Math.max(most, product);
                }
                range = Math.max(range, most - least);
            }
            double step = weights.scales().get(row, 0) * range / LookupTables.LARGEST;
            variance += step * step / 12 * 2 * segment.blocks();
        }
        return variance;
    }

    private static double roundingVariance(ScalarWeights weights, int row, float[] x) {
        int planes = switch (weights.format()) {
            case BINARY -> 1;
            case TERNARY, INT2 -> 2;
            case INT3 -> 3;
            default -> 4;
        };
        double factor = weights.format() == WeightFormat.BINARY ? 2 : 1;
        int group = weights.scalarFormat().groupLength(x.length);
        double variance = 0;
        for (Segment segment : Segment.of(planes, (x.length + 7) / 8, (group + 7) / 8)) {
            int tables = segment.blocks() / planes * 2;
            double range = 0;
            for (int t = 0; t < tables; t++) {
                double sum = 0;
                for (int i = 0; i < 4; i++) {
                    int at = segment.firstBlock() / planes * 8 + 4 * t + i;
                    sum += at < x.length ? Math.abs(x[at]) : 0;
                }
                range = Math.max(range, sum);
            }
            double step = factor * weights.scales().get(row, segment.scaleGroup()) * range / LookupTables.LARGEST;
            variance += step * step / 12 * tables * ((1 << 2 * planes) - 1) / 3;
        }
        return variance;
    }

    /** Small integers whose tables are exact: inputs of 0 and 1 times a power of two, 4 of them sum to at most 4. */
    @Test
    void inputsThatTheTablesHoldExactlyGiveExactProducts() {
        int cols = 96;
        WeightMatrix matrix = Samples.matrix(5, 33, cols);
        QuantizedWeights weights = RoundToNearest.standard(1).quantize(matrix, ScalarFormat.ternary());
        float[] x = new float[cols];
        for (int c = 0; c < cols; c++) {
            x[c] = c % 4 == 0 ? 127 : 0;
        }
        float[] y = LookupMatrix.of(weights).multiply(x, 1);
        float[] dense = weights.dequantize();
        for (int r = 0; r < 33; r++) {
            double sum = 0;
            for (int c = 0; c < cols; c++) {
                sum += (double) dense[r * cols + c] * x[c];
            }
            assertEquals(sum, y[r], 1e-5 * Math.max(1, Math.abs(sum)));
        }
    }

    @Property(tries = 15)
    void twinsAndThreadsGiveTheSameBits(
            @ForAll @IntRange(min = 1, max = 70) int rows, @ForAll @IntRange(min = 1, max = 600) int cols) {
        float[] x = Samples.inputs(rows, 1, cols);
        for (QuantizedWeights weights : all(rows, cols, cols)) {
            float[] scalar = LookupMatrix.of(LookupKernels.scalar(), weights).multiply(x, 1);
            assertArrayEquals(
                    scalar, LookupMatrix.of(LookupKernels.vector(), weights).multiply(x, 1));
            assertArrayEquals(
                    scalar, LookupMatrix.of(LookupKernels.vector(), weights).multiply(x, 3));
        }
    }

    /** Sums of 16 bits hold the largest that can occur: all look-ups at their largest. */
    @Test
    void noSumOverflows() {
        int cols = 4_096;
        float[] values = new float[16 * cols];
        Arrays.fill(values, 1);
        for (int r = 0; r < 16; r++) {
            values[r * cols] = -1; // so that 1 is the highest code
        }
        float[] x = new float[cols];
        Arrays.fill(x, 1);
        for (ScalarFormat format : List.of(
                ScalarFormat.symmetric(4, ScalarFormat.WHOLE_ROW),
                ScalarFormat.affine(3, ScalarFormat.WHOLE_ROW),
                ScalarFormat.symmetric(2, ScalarFormat.WHOLE_ROW),
                ScalarFormat.binary())) {
            QuantizedWeights weights =
                    RoundToNearest.standard(1).quantize(new WeightMatrix(16, cols, values.clone()), format);
            float[] dense = weights.dequantize();
            double sum = 0;
            for (int c = 0; c < cols; c++) {
                sum += dense[c];
            }
            for (LookupKernels kernels : List.of(LookupKernels.scalar(), LookupKernels.vector())) {
                assertEquals(sum, LookupMatrix.of(kernels, weights).multiply(x, 1)[0], 0.01 * Math.abs(sum));
            }
        }
    }

    @Test
    void refusals() {
        QuantizedWeights int8 = RoundToNearest.standard(1).quantize(Samples.matrix(1, 4, 8), ScalarFormat.int8());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> LookupMatrix.of(int8))
                .getMessage()
                .startsWith("weights are int8"));
        LookupMatrix matrix =
                LookupMatrix.of(RoundToNearest.standard(1).quantize(Samples.matrix(1, 4, 8), ScalarFormat.ternary()));
        assertEquals(
                "x has 7 values, must have 8",
                assertThrows(IllegalArgumentException.class, () -> matrix.multiply(new float[7], 1))
                        .getMessage());
        QuantizedWeights perRow =
                Vq16Fit.builder().dim(1).rowsPerCodebook(1).threads(1).build().quantize(Samples.matrix(1, 4, 8));
        assertThrows(IllegalArgumentException.class, () -> LookupMatrix.of(perRow));
    }
}
