package dev.tessera.vqmodels.lowbit.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.lowbit.PlaneWeights;
import dev.tessera.vqmodels.lowbit.Samples;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlaneFitTest {
    private static final WeightMatrix MATRIX = Samples.matrix(3, 48, 75);

    private static double error(PlaneWeights planes) {
        return RotatedFit.error(MATRIX, Optional.empty(), planes.dequantize());
    }

    @Test
    void everyPlaneTakesErrorOffAndFirstPlanesStandAlone() {
        PlaneWeights all = PlaneFit.quantize(MATRIX, Optional.empty(), 6);
        double before = RotatedFit.error(MATRIX, Optional.empty(), new float[48 * 75]);
        for (int count = 1; count <= 6; count++) {
            PlaneWeights first = all.first(count);
            double error = error(first);
            assertTrue(error < 0.8 * before, error + " after " + before);
            before = error;
            assertEquals(count * PlaneWeights.planeBytes(48, 75, all.rank()), first.bytes());
            assertArrayEquals(PlaneFit.quantize(MATRIX, Optional.empty(), count).dequantize(), first.dequantize());
        }
        assertThrows(IllegalArgumentException.class, () -> all.first(0));
        assertThrows(IllegalArgumentException.class, () -> all.first(7));
        assertThrows(IllegalArgumentException.class, () -> PlaneFit.quantize(MATRIX, Optional.empty(), 65));
    }

    /** Signs at random, magnitudes of rank 1: nothing is left but the rounding to 16 bits. */
    @Test
    void magnitudesOfLowRankAreExactAtOnce() {
        float[] values = new float[40 * 64];
        for (int i = 0; i < values.length; i++) {
            values[i] = (1 + i / 64) * (0.5f + i % 64) * (MATRIX.values()[i] < 0 ? -1 : 1);
        }
        float[] made = PlaneFit.quantize(new WeightMatrix(40, 64, values), Optional.empty(), 1)
                .dequantize();
        for (int i = 0; i < values.length; i++) {
            assertEquals(values[i], made[i], 2e-3 * Math.abs(values[i]));
        }
    }

    @Test
    void inputsThatMatterCountMore() {
        Hessian hessian = Hessian.of(75, Samples.inputs(4, 400, 75), 1);
        PlaneWeights plain = PlaneFit.quantize(MATRIX, Optional.empty(), 2);
        PlaneWeights aware = PlaneFit.quantize(MATRIX, Optional.of(hessian), 2);
        double[] diagonal = hessian.diagonal();
        double[] errors = new double[2];
        float[][] values = {plain.dequantize(), aware.dequantize()};
        for (int i = 0; i < errors.length; i++) {
            for (int j = 0; j < values[i].length; j++) {
                double e = values[i][j] - MATRIX.values()[j];
                errors[i] += e * e * diagonal[j % 75];
            }
        }
        assertTrue(errors[1] < errors[0], Arrays.toString(errors));
    }

    @Test
    void factorsHaveAtMostHalfTheBytesOfTheSigns() {
        for (int[] size : new int[][] {{1, 1}, {8, 300}, {192, 768}, {4096, 4096}}) {
            int rank = PlaneFit.rank(size[0], size[1]);
            long signs = (long) size[0] * ((size[1] + 7) / 8);
            assertTrue(
                    rank == 1 || 2L * rank * (size[0] + size[1]) <= signs / 2, rank + " of " + Arrays.toString(size));
        }
        assertEquals(16, PlaneFit.rank(4096, 4096));
    }
}
