package dev.tessera.vqmodels.lowbit.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.lowbit.LowRankWeights;
import dev.tessera.vqmodels.lowbit.PqWeights;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.Samples;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.ScalarWeights;
import dev.tessera.vqmodels.lowbit.SparseOutlierWeights;
import dev.tessera.vqmodels.lowbit.Vq16Weights;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.junit.jupiter.api.Test;

class VectorsAndWrappersTest {
    private static final WeightMatrix MATRIX = Samples.matrix(51, 64, 256);

    private static double error(WeightMatrix matrix, float[] values, float[] importance) {
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            double difference = (double) matrix.values()[i] - values[i];
            sum += (importance.length == 0 ? 1 : importance[i]) * difference * difference;
        }
        return sum;
    }

    private static double error(QuantizedWeights weights) {
        return error(MATRIX, weights.dequantize(), new float[0]);
    }

    @Test
    void bitsPerWeight() {
        Vq16Weights two = Vq16Fit.builder().dim(2).threads(1).build().quantize(MATRIX);
        Vq16Weights one = Vq16Fit.builder().dim(4).threads(1).build().quantize(MATRIX);
        double scales = 16.0 * 64 + 32;
        assertEquals((2 * 64 * 256 + 16 * 16 * 2 + scales) / (64 * 256), two.bitsPerWeight());
        assertEquals((64 * 256 + 16 * 16 * 4 + scales) / (64 * 256), one.bitsPerWeight());
        PqWeights pq = PqFit.builder().dim(8).shared(true).threads(1).build().quantize(MATRIX);
        assertEquals((64 * 256 + 16 * 256 * 8 + scales) / (64 * 256), pq.bitsPerWeight());
        assertEquals(256, pq.codebookSize());
        PqWeights own =
                PqFit.builder().dim(8).codebookSize(16).threads(1).build().quantize(MATRIX);
        assertEquals((64 * 256 + 16 * 32 * 16 * 8 + scales) / (64 * 256), own.bitsPerWeight());
    }

    /** Vectors use what scalars cannot; more codebooks, more codes or smaller vectors leave less error. */
    @Test
    void errorsAreInTheOrderOfTheirBits() {
        double ternary = error(RoundToNearest.of(ScaleRule.MIN_MSE, 1).quantize(MATRIX, ScalarFormat.ternary()));
        double vectors2 = error(Vq16Fit.builder().dim(2).threads(1).build().quantize(MATRIX));
        double vectors4 = error(Vq16Fit.builder().dim(4).threads(1).build().quantize(MATRIX));
        double binary = error(RoundToNearest.standard(1).quantize(MATRIX, ScalarFormat.binary()));
        double scalars = error(Vq16Fit.builder().dim(1).threads(1).build().quantize(MATRIX));
        double own = error(
                Vq16Fit.builder().dim(1).rowsPerCodebook(1).threads(1).build().quantize(MATRIX));
        double int4 = error(RoundToNearest.of(ScaleRule.MIN_MSE, 1)
                .quantize(MATRIX, ScalarFormat.affine(4, ScalarFormat.WHOLE_ROW)));
        double pq = error(PqFit.builder().dim(4).shared(true).threads(1).build().quantize(MATRIX));
        assertTrue(own < scalars && scalars < int4 && int4 < pq, own + " " + scalars + " " + int4 + " " + pq);
        assertTrue(pq < vectors2 && vectors2 < ternary, pq + " " + vectors2 + " " + ternary);
        assertTrue(vectors2 < vectors4 && vectors4 < binary, vectors2 + " " + vectors4 + " " + binary);
    }

    @Test
    void everyVectorHasItsNearestCode() {
        Vq16Weights weights =
                Vq16Fit.builder().dim(4).rowsPerCodebook(20).threads(2).build().quantize(MATRIX);
        assertEquals(4 * 16 * 4, weights.codebooks().length);
        for (int row = 0; row < 64; row++) {
            float scale = weights.scales().get(row, 0);
            for (int vector = 0; vector < 64; vector++) {
                double[] distances = new double[16];
                for (int c = 0; c < 16; c++) {
                    for (int d = 0; d < 4; d++) {
                        double value = scale * weights.codebooks()[((row / 20) * 16 + c) * 4 + d];
                        distances[c] += Math.pow(MATRIX.get(row, 4 * vector + d) - value, 2);
                    }
                }
                double least = Arrays.stream(distances).min().orElseThrow();
                assertEquals(least, distances[weights.code(row, vector)], 1e-7 * scale * scale);
            }
        }
    }

    /** What matters more is kept better: the weighted error is below that of a fit that knows no weights. */
    @Test
    void sensitivityIsHeeded() {
        float[] fisher = new float[MATRIX.values().length];
        for (int i = 0; i < fisher.length; i++) {
            fisher[i] = (i * 31 % 97) * (i * 31 % 97) / 9000f;
        }
        Vq16Weights heeding = Vq16Fit.sensitivity(Importance.ofWeights(fisher))
                .threads(1)
                .build()
                .quantize(MATRIX);
        Vq16Weights equal =
                Vq16Fit.sensitivity(Importance.EQUAL).threads(1).build().quantize(MATRIX);
        double gain = 1 - error(MATRIX, heeding.dequantize(), fisher) / error(MATRIX, equal.dequantize(), fisher);
        assertTrue(gain > 0.1, "gain " + gain);
        assertTrue(error(equal) < error(heeding));
        Hessian hessian = Hessian.of(256, Samples.inputs(1, 100, 256), 1);
        float[] diagonal = new float[fisher.length];
        for (int i = 0; i < diagonal.length; i++) {
            diagonal[i] = (float) hessian.get(i % 256, i % 256);
        }
        PqWeights pq = PqFit.builder()
                .dim(4)
                .codebookSize(16)
                .importance(Importance.of(hessian))
                .threads(1)
                .build()
                .quantize(MATRIX);
        PqWeights blind =
                PqFit.builder().dim(4).codebookSize(16).threads(1).build().quantize(MATRIX);
        assertTrue(error(MATRIX, pq.dequantize(), diagonal) < error(MATRIX, blind.dequantize(), diagonal));
        assertThrows(
                IllegalArgumentException.class,
                () -> Vq16Fit.sensitivity(Importance.ofWeights(new float[7]))
                        .build()
                        .quantize(MATRIX));
    }

    @Test
    void tinyAndEmptyMatrices() {
        WeightMatrix zeros = new WeightMatrix(3, 5, new float[15]);
        assertArrayEquals(
                new float[15], Vq16Fit.builder().build().quantize(zeros).dequantize());
        assertArrayEquals(new float[15], PqFit.builder().build().quantize(zeros).dequantize());
        WeightMatrix one = new WeightMatrix(1, 1, new float[] {-3});
        assertEquals(-3, Vq16Fit.builder().dim(4).build().quantize(one).dequantize()[0]);
        assertEquals(-3, PqFit.builder().build().quantize(one).dequantize()[0]);
        assertEquals(
                -3,
                LowRankCompensation.compensate(
                                one, RoundToNearest.standard(1).quantize(zeros(1), ScalarFormat.int8()), 1)
                        .dequantize()[0]);
    }

    private static WeightMatrix zeros(int size) {
        return new WeightMatrix(size, size, new float[size * size]);
    }

    @Test
    void threadsDoNotMatter() {
        for (int threads : new int[] {2, 3}) {
            assertArrayEquals(
                    Vq16Fit.builder()
                            .rowsPerCodebook(9)
                            .threads(1)
                            .build()
                            .quantize(MATRIX)
                            .dequantize(),
                    Vq16Fit.builder()
                            .rowsPerCodebook(9)
                            .threads(threads)
                            .build()
                            .quantize(MATRIX)
                            .dequantize());
            assertArrayEquals(
                    PqFit.builder()
                            .codebookSize(30)
                            .threads(1)
                            .build()
                            .quantize(MATRIX)
                            .dequantize(),
                    PqFit.builder()
                            .codebookSize(30)
                            .threads(threads)
                            .build()
                            .quantize(MATRIX)
                            .dequantize());
        }
    }

    @Test
    void outliersAreKept() {
        ScalarFormat format = ScalarFormat.affine(3, 128);
        ScalarWeights plain = RoundToNearest.standard(1).quantize(MATRIX, format);
        SparseOutlierWeights sparse = SparseOutliers.quantize(
                MATRIX, 0.01, rest -> RoundToNearest.standard(1).quantize(rest, format));
        int count = (int) Math.round(0.01 * 64 * 256);
        assertEquals(count, sparse.columns().length);
        assertTrue(error(sparse) < 0.6 * error(plain), error(sparse) + " " + error(plain));
        float[] sorted = MATRIX.values().clone();
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = Math.abs(sorted[i]);
        }
        Arrays.sort(sorted);
        float least = sorted[sorted.length - count];
        float[] values = sparse.dequantize();
        float[] dense = sparse.dense().dequantize();
        for (int i = 0; i < values.length; i++) {
            float w = MATRIX.values()[i];
            if (Math.abs(w) >= least) {
                assertEquals(w, values[i], Math.abs(w) / 1000);
            } else {
                assertEquals(dense[i], values[i]);
            }
        }
        // 16 bits of column and 16 of value each, 32 a row, 32 of the common exponent
        assertEquals(sparse.dense().bytes() + 4L * count + 4 * 65 + 4, sparse.bytes());
        assertEquals(0, SparseOutliers.quantize(MATRIX, 0, rest -> plain).columns().length);
        float[] equal = new float[10];
        Arrays.fill(equal, 0.5f);
        assertArrayEquals(
                new int[] {0, 1, 2},
                SparseOutliers.quantize(
                                new WeightMatrix(1, 10, equal),
                                0.3,
                                rest -> RoundToNearest.standard(1).quantize(rest, format))
                        .columns());
    }

    /** The residue is that of the truncated singular value decomposition by Commons Math (Eckart and Young 1936). */
    @Test
    void lowRankIsTheTruncatedSvd() {
        WeightMatrix matrix = Samples.matrix(61, 40, 56);
        ScalarWeights quantized = RoundToNearest.standard(1).quantize(matrix, ScalarFormat.affine(2, 16));
        float[] values = quantized.dequantize();
        double[][] residue = new double[40][56];
        for (int i = 0; i < values.length; i++) {
            residue[i / 56][i % 56] = (double) matrix.values()[i] - values[i];
        }
        double[] singular = new SingularValueDecomposition(new Array2DRowRealMatrix(residue)).getSingularValues();
        for (int rank : new int[] {1, 4, 12, 40}) {
            LowRankWeights low = LowRankCompensation.compensate(matrix, quantized, rank);
            double expected = 0;
            for (int i = rank; i < singular.length; i++) {
                expected += singular[i] * singular[i];
            }
            double whole = Arrays.stream(singular).map(s -> s * s).sum();
            double found = error(matrix, low.dequantize(), new float[0]);
            assertEquals(expected, found, 0.004 * expected + 1e-5 * whole, "rank " + rank);
            assertEquals(quantized.bytes() + 2L * rank * (40 + 56) + 8, low.bytes());
        }
    }

    @Test
    void lowRankHeedsTheInputs() {
        WeightMatrix matrix = Samples.matrix(62, 40, 64);
        Hessian hessian = Hessian.of(64, Samples.inputs(63, 300, 64), 1);
        ScalarWeights quantized = RoundToNearest.standard(1).quantize(matrix, ScalarFormat.affine(2, 32));
        double plain = hessian.outputError(matrix, quantized.dequantize());
        double blind = hessian.outputError(
                matrix, LowRankCompensation.compensate(matrix, quantized, 8).dequantize());
        double heeding = hessian.outputError(
                matrix,
                LowRankCompensation.compensate(matrix, quantized, 8, hessian).dequantize());
        assertTrue(heeding < blind && blind < plain, heeding + " " + blind + " " + plain);
    }
}
