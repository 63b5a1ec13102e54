package dev.tessera.vqmodels.lowbit.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.lowbit.GroupScales;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.Samples;
import dev.tessera.vqmodels.lowbit.ScaleGrid;
import dev.tessera.vqmodels.lowbit.ScaleType;
import dev.tessera.vqmodels.lowbit.Vq16Weights;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class VectorDescentTest {
    private static final int COLS = 90; // no multiple of 4
    private static final WeightMatrix WEIGHTS = Samples.matrix(61, 40, COLS);
    private static final Hessian HESSIAN = Hessian.of(COLS, Samples.inputs(62, 600, COLS), 1);
    private static final Hessian HELD_OUT = Hessian.of(COLS, Samples.inputs(63, 600, COLS), 1);

    private static Vq16Fit.Builder vq16(int dim) {
        return Vq16Fit.builder()
                .dim(dim)
                .rowsPerCodebook(16)
                .importance(Importance.of(HESSIAN))
                .threads(2);
    }

    private static PqFit.Builder pq() {
        return PqFit.builder()
                .dim(4)
                .codebookSize(64)
                .shared(true)
                .importance(Importance.of(HESSIAN))
                .threads(2);
    }

    @Test
    void muchLessOutputErrorThanWeightedMeans() {
        QuantizedWeights[][] pairs = {
            {vq16(2).build().quantize(WEIGHTS), vq16(2).inputs(HESSIAN).build().quantize(WEIGHTS)},
            {vq16(4).build().quantize(WEIGHTS), vq16(4).inputs(HESSIAN).build().quantize(WEIGHTS)},
            {pq().build().quantize(WEIGHTS), pq().inputs(HESSIAN).build().quantize(WEIGHTS)},
        };
        for (QuantizedWeights[] pair : pairs) {
            assertEquals(pair[0].bytes(), pair[1].bytes());
            for (Hessian hessian : new Hessian[] {HESSIAN, HELD_OUT}) {
                double plain = hessian.outputError(WEIGHTS, pair[0].dequantize());
                double error = hessian.outputError(WEIGHTS, pair[1].dequantize());
                assertTrue(error < 0.7 * plain, pair[0].format() + " " + error + " of " + plain);
            }
        }
    }

    /** No other code of any one vector is better at the end, when the rest stands still. */
    @Test
    void codesAreLocallyBest() {
        WeightMatrix weights = Samples.matrix(64, 3, 12);
        Hessian hessian = Hessian.of(12, Samples.inputs(65, 100, 12), 1);
        float[] codebook = new float[8 * 2];
        for (int i = 0; i < codebook.length; i++) {
            codebook[i] = (i * 5 % 16 - 7.5f) / 4;
        }
        ScaleGrid grid = ScaleGrid.of(ScaleType.HALF, 0.1);
        float[] scales = {grid.snap(0.02), grid.snap(0.04), grid.snap(0.06)};
        VectorDescent descent =
                new VectorDescent(weights, hessian, 2, 3, codebook, GroupScales.encode(grid, 3, 1, scales));
        try (Workers workers = new Workers(1)) {
            descent.run(workers);
        }
        GroupScales found = descent.scales();
        double least = error(weights, hessian, codebook, descent.codes(), found);
        for (int i = 0; i < descent.codes().length; i++) {
            for (byte code = 0; code < 8; code++) {
                byte[] other = descent.codes().clone();
                other[i] = code;
                assertTrue(error(weights, hessian, codebook, other, found) > 0.98 * least, i + " " + code);
            }
        }
        // nor is any number of the codebook, moved by a hundredth
        for (int i = 0; i < codebook.length; i++) {
            for (float step : new float[] {-0.01f, 0.01f}) {
                float[] other = codebook.clone();
                other[i] += step;
                assertTrue(error(weights, hessian, other, descent.codes(), found) > 0.98 * least, "number " + i);
            }
        }
    }

    private static double error(
            WeightMatrix weights, Hessian hessian, float[] codebook, byte[] codes, GroupScales scales) {
        float[] q = new float[3 * 12];
        for (int i = 0; i < q.length; i++) {
            q[i] = scales.get(i / 12, 0) * codebook[codes[i / 2] * 2 + i % 2];
        }
        return hessian.outputError(weights, q);
    }

    @Test
    void emptyRowsAndDeadInputs() {
        float[] values = WEIGHTS.values().clone();
        Arrays.fill(values, 0, 2 * COLS, 0);
        float[] inputs = Samples.inputs(3, 200, COLS);
        for (int i = 7; i < inputs.length; i += COLS) {
            inputs[i] = 0;
        }
        WeightMatrix weights = new WeightMatrix(40, COLS, values);
        float[] found = vq16(2).inputs(Hessian.of(COLS, inputs, 1))
                .build()
                .quantize(weights)
                .dequantize();
        assertArrayEquals(new float[2 * COLS], Arrays.copyOf(found, 2 * COLS), 0f);
        Hessian nothing = Hessian.of(COLS, new float[COLS], 1);
        assertEquals(40, pq().inputs(nothing).build().quantize(WEIGHTS).rows());
    }

    @Test
    void threadsDoNotMatterAndBooksOfSubspacesAreRefused() {
        Vq16Weights one = vq16(2).inputs(HESSIAN).threads(1).build().quantize(WEIGHTS);
        assertArrayEquals(
                one.dequantize(),
                vq16(2).inputs(HESSIAN).threads(3).build().quantize(WEIGHTS).dequantize());
        PqFit.Builder own = PqFit.builder().inputs(HESSIAN);
        assertThrows(IllegalArgumentException.class, own::build);
        assertThrows(
                IllegalArgumentException.class,
                () -> vq16(2).inputs(HESSIAN).build().quantize(Samples.matrix(1, 3, 4)));
    }
}
