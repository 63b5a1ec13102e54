package dev.tessera.codebook.implicit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tessera.codebook.Latents;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResidualFsqTest {
    @ParameterizedTest
    @CsvSource({"2, 10", "3, 6", "5, 4", "8, 4", "9, 3", "1000, 1", "17, 1"})
    void stagesTogetherAreOneUniformGrid(int level, int stages) {
        ResidualFsq quantizer = new ResidualFsq(new int[] {level}, stages, false);
        long points = Math.round(Math.pow(level, stages));
        double spacing = 2.0 / (level - 1) * level / points;
        double reach = spacing * (points - 1) / 2;
        SplittableRandom random = new SplittableRandom(4);
        float[] x = new float[5000];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) ((2.4 * random.nextDouble() - 1.2) * reach);
        }
        float[] back = quantizer
                .dequantize(quantizer.quantize(Latents.of(5000, 1, x)), 5000)
                .data();
        for (int i = 0; i < x.length; i++) {
            double nearest = spacing * Math.rint((Math.clamp(x[i], -reach, reach) + reach) / spacing) - reach;
            double further = Math.abs(back[i] - Math.clamp(x[i], -reach, reach))
                    - Math.abs(nearest - Math.clamp(x[i], -reach, reach));
            assertEquals(nearest, back[i], further < 1e-6 ? spacing * 1.001 : 1e-6);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 8", "3, 5", "5, 4", "8, 3"})
    void everyIndexComesBack(int level, int stages) {
        ResidualFsq quantizer = new ResidualFsq(new int[] {level, 3}, stages, false);
        int size = quantizer.codebookSizes()[0];
        SplittableRandom random = new SplittableRandom(6);
        int[] indices = random.ints(4000L * stages, 0, size).toArray();
        Latents quantized = quantizer.dequantize(indices, 4000);
        assertArrayEquals(indices, quantizer.quantize(quantized, 7));
    }

    @Test
    void softClampSquashesToTheReachOfTheStages() {
        ResidualFsq soft = new ResidualFsq(new int[] {5}, 6, true);
        float[] x = {-30, -2, -0.5f, 0, 0.1f, 1, 1.25f, 3, 30};
        float[] back = soft.dequantize(soft.quantize(Latents.of(x.length, 1, x)), x.length)
                .data();
        for (int i = 0; i < x.length; i++) {
            assertEquals(1.25 * Math.tanh(x[i] / 1.25), back[i], 0.26 * Math.pow(5, -5));
        }
    }

    @Test
    void firstStageIsSymmetricRoundingAndIndicesFollowTheFormula() {
        ResidualFsq quantizer = new ResidualFsq(new int[] {5, 4}, 2, false);
        // 0.3: digit 3 (0.5), rest -0.2 x 5 = -1: digit 0. -0.2: digit 1 (-1/3), rest 0.1333 x 4 = 0.533: digit 2
        assertArrayEquals(new int[] {3 + 5, 5 * 2}, quantizer.quantize(Latents.of(1, 2, new float[] {0.3f, -0.2f})));
        float[] back = quantizer.dequantize(new int[] {8, 10}, 1).data();
        assertArrayEquals(new float[] {0.3f, -1f / 3 + 1f / 12}, back, 1e-6f);
    }

    @Test
    void badArguments() {
        int[] twelve = new int[12];
        Arrays.fill(twelve, 8);
        assertThrows(IllegalArgumentException.class, () -> new ResidualFsq(twelve, 2, false));
        assertThrows(IllegalArgumentException.class, () -> new ResidualFsq(new int[] {8}, 0, false));
        assertThrows(IllegalArgumentException.class, () -> new ResidualFsq(new int[] {1}, 1, false));
        ResidualFsq quantizer = new ResidualFsq(new int[] {5}, 2, false);
        assertThrows(IllegalArgumentException.class, () -> quantizer.dequantize(new int[] {1, 5}, 1));
        assertThrows(IllegalArgumentException.class, () -> quantizer.dequantize(new int[] {1}, 1));
        assertThrows(IllegalArgumentException.class, () -> quantizer.quantize(Latents.of(1, 2, new float[2])));
    }
}
