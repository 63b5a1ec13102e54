package dev.tessera.vqmodels.lowbit.product;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tessera.vqmodels.kernels.LayerKernels;
import dev.tessera.vqmodels.lowbit.Int8Weights;
import dev.tessera.vqmodels.lowbit.IntWeights;
import dev.tessera.vqmodels.lowbit.PqWeights;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.Samples;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.ScalarWeights;
import dev.tessera.vqmodels.lowbit.TernaryWeights;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import dev.tessera.vqmodels.lowbit.fit.PqFit;
import dev.tessera.vqmodels.lowbit.fit.RoundToNearest;
import dev.tessera.vqmodels.lowbit.fit.Vq16Fit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PanelProductTest {
    private static final List<LayerKernels> LAYERS = List.of(LayerKernels.scalar(), LayerKernels.vector());

    private static List<QuantizedWeights> quantized(WeightMatrix matrix) {
        List<ScalarFormat> formats =
                new ArrayList<>(List.of(ScalarFormat.int8(), ScalarFormat.ternary(), ScalarFormat.binary()));
        for (int bits = 2; bits <= 4; bits++) {
            for (int group : new int[] {16, 80, ScalarFormat.WHOLE_ROW}) {
                formats.add(ScalarFormat.symmetric(bits, group));
                formats.add(ScalarFormat.affine(bits, group));
            }
        }
        List<QuantizedWeights> all = new ArrayList<>();
        for (ScalarFormat format : formats) {
            all.add(RoundToNearest.standard(1).quantize(matrix, format));
        }
        for (int dim : new int[] {1, 2, 4}) {
            all.add(vectors(matrix, dim, matrix.rows()));
        }
        if (matrix.rows() > 16) {
            all.add(vectors(matrix, 2, 16));
        }
        all.add(subspaces(matrix, 3, true));
        all.add(subspaces(matrix, 20, false));
        return all;
    }

    private static QuantizedWeights vectors(WeightMatrix matrix, int dim, int rowsPerCodebook) {
        return Vq16Fit.builder()
                .dim(dim)
                .rowsPerCodebook(rowsPerCodebook)
                .iterations(1)
                .threads(1)
                .build()
                .quantize(matrix);
    }

    private static PqWeights subspaces(WeightMatrix matrix, int dim, boolean shared) {
        return PqFit.builder()
                .dim(dim)
                .codebookSize(9)
                .shared(shared)
                .iterations(1)
                .threads(1)
                .build()
                .quantize(matrix);
    }

    /** All products that take the weights, each with both kinds of kernels. */
    private static List<LowBitMatrix> matrices(QuantizedWeights weights) {
        List<LowBitMatrix> all = new ArrayList<>();
        if (weights instanceof Int8Weights int8) {
            all.add(Int8Matrix.of(Int8Kernels.scalar(), int8));
            all.add(Int8Matrix.of(Int8Kernels.vector(), int8));
            return all;
        }
        if (weights instanceof PqWeights pq) {
            return List.of(PqMatrix.of(pq));
        }
        if (weights instanceof IntWeights || weights instanceof TernaryWeights) {
            int bits = weights.format().codeBits() == 2 ? 2 : 4;
            all.add(IntMatrix.of(IntKernels.scalar(bits), (ScalarWeights) weights));
            all.add(IntMatrix.of(IntKernels.vector(bits), (ScalarWeights) weights));
        }
        all.add(LookupMatrix.of(LookupKernels.scalar(), weights));
        all.add(LookupMatrix.of(LookupKernels.vector(), weights));
        return all;
    }

    /** The definition: a plain loop over the dequantized weights. */
    private static float[] defined(QuantizedWeights weights, float[] x, int count) {
        float[] dense = weights.dequantize();
        int cols = weights.cols();
        float[] y = new float[count * weights.rows()];
        for (int i = 0; i < y.length; i++) {
            int row = i % weights.rows() * cols;
            int from = i / weights.rows() * cols;
            for (int col = 0; col < cols; col++) {
                y[i] = Math.fma(dense[row + col], x[from + col], y[i]);
            }
        }
        return y;
    }

    private static void check(QuantizedWeights weights, float[] x, int count, LayerKernels layers) {
        float[] expected = defined(weights, x, count);
        for (LowBitMatrix matrix : matrices(weights)) {
            String name = weights.format() + " " + matrix.getClass().getSimpleName();
            assertArrayEquals(expected, matrix.multiply(layers, x, count, 1), name);
            assertArrayEquals(expected, matrix.multiply(layers, x, count, 3), name);
        }
    }

    @Property(tries = 20)
    void everyFormatGivesTheBitsOfTheDefinition(
            @ForAll @IntRange(min = 1, max = 90) int rows,
            @ForAll @IntRange(min = 1, max = 300) int cols,
            @ForAll @IntRange(min = 1, max = 70) int count) {
        float[] x = Samples.inputs(rows, count, cols);
        for (QuantizedWeights weights : quantized(Samples.matrix(cols, rows, cols))) {
            for (LayerKernels layers : LAYERS) {
                check(weights, x, count, layers);
            }
        }
    }

    /** More inputs than a panel holds, and groups and code vectors that two panels share. */
    @Test
    void panelsOfDeepMatricesAreOneSum() {
        int cols = 1_061;
        WeightMatrix matrix = Samples.matrix(5, 35, cols);
        float[] x = Samples.inputs(6, 9, cols);
        for (QuantizedWeights weights : quantized(matrix)) {
            check(weights, x, 9, LayerKernels.vector());
        }
    }

    /** More vectors than meet a panel at once; each has the product that it has alone. */
    @Test
    void whereABatchIsCutDoesNotMatter() {
        int cols = 37;
        int count = 300;
        LowBitMatrix matrix = LowBitMatrix.of(
                RoundToNearest.standard(1).quantize(Samples.matrix(2, 21, cols), ScalarFormat.affine(4, 32)));
        float[] x = Samples.inputs(3, count, cols);
        float[] y = matrix.multiply(x, count, 2);
        for (int i = 0; i < count; i++) {
            assertArrayEquals(
                    Arrays.copyOfRange(y, i * 21, (i + 1) * 21),
                    matrix.multiply(Arrays.copyOfRange(x, i * cols, (i + 1) * cols), 1, 1));
        }
    }

    @Test
    void refusals() {
        LowBitMatrix matrix =
                LowBitMatrix.of(RoundToNearest.standard(1).quantize(Samples.matrix(1, 4, 8), ScalarFormat.int8()));
        assertEquals("count is 0, must be in [1, 536870911]", refusal(matrix, 0, 0, 1));
        assertEquals("x has 23 values, must have 24", refusal(matrix, 23, 3, 1));
        assertEquals("count is 536870912, must be in [1, 536870911]", refusal(matrix, 0, 1 << 29, 1));
        assertEquals("x has 16 values, must have 3221225472", refusal(matrix, 16, 402_653_184, 1));
        assertEquals("threads is 0, must be at least 1", refusal(matrix, 24, 3, 0));
    }

    private static String refusal(LowBitMatrix matrix, int values, int count, int threads) {
        return assertThrows(IllegalArgumentException.class, () -> matrix.multiply(new float[values], count, threads))
                .getMessage();
    }
}
