package dev.tessera.image.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScaleResponseTest {
    private static final int SIDE = 112;

    /** The variance in Gaussian windows that a basis function leaves on a flat picture, halved as MS-SSIM does. */
    private static double measured(int size, int u, int v, int msSsimScale, int shiftX, int shiftY) {
        double[] plane = new double[SIDE * SIDE];
        double energy = 0;
        int at = (SIDE - size) / 2;
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                double value = Math.cos(Math.PI * (x + .5) * u / size) * Math.cos(Math.PI * (y + .5) * v / size);
                plane[(at + shiftY + y) * SIDE + at + shiftX + x] = value;
                energy += value * value;
            }
        }
        int side = SIDE;
        for (int s = 0; s < msSsimScale; s++) {
            double[] half = new double[side / 2 * (side / 2)];
            for (int i = 0; i < half.length; i++) {
                int from = i / (side / 2) * 2 * side + i % (side / 2) * 2;
                half[i] = (plane[from] + plane[from + 1] + plane[from + side] + plane[from + side + 1]) / 4;
            }
            plane = half;
            side /= 2;
        }
        double sum = 0;
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                double mean = 0;
                double square = 0;
                double weights = 0;
                for (int dy = -5; dy <= 5; dy++) {
                    for (int dx = -5; dx <= 5; dx++) {
                        double weight = Math.exp(-(dx * dx + dy * dy) / 4.5);
                        boolean inside = x + dx >= 0 && x + dx < side && y + dy >= 0 && y + dy < side;
                        double value = inside ? plane[(y + dy) * side + x + dx] : 0;
                        mean += weight * value;
                        square += weight * value * value;
                        weights += weight;
                    }
                }
                sum += square / weights - mean / weights * (mean / weights);
            }
        }
        return sum * (1 << 2 * msSsimScale) / energy; // of the mean over the plane
    }

    /** The mean over all places of a block beside the squares that halvings take together. */
    @ParameterizedTest
    @CsvSource({"8, 0, 0", "8, 1, 0", "8, 3, 2", "8, 7, 7", "16, 0, 0", "16, 2, 5", "32, 1, 1", "32, 12, 0"})
    void isTheShareOfTheEnergyThatWindowsSee(int size, int u, int v) {
        for (int s = 0; s < 3; s++) {
            double expected = 0;
            int places = 1 << s;
            for (int i = 0; i < places * places; i++) {
                expected += measured(size, u, v, s, i % places, i / places) / (places * places);
            }
            assertEquals(expected, ScaleResponse.of(0, size)[s][v * size + u], .01 + .05 * expected, "scale " + s);
        }
    }

    /** A plane at half the size has the frequencies of half as many cycles. */
    @Test
    void coarseScalesSeeCoarseCoefficients() {
        for (int scale = 0; scale < Settings.SCALES; scale++) {
            double[][] response = ScaleResponse.of(scale, 16);
            for (double[] ofScale : response) {
                for (double share : ofScale) {
                    assertTrue(share >= 0 && share <= 1, "share is " + share);
                }
            }
            assertTrue(response[scale][15 * 16 + 15] > .2, "finest at its own scale");
            assertTrue(response[VisualWeights.MS_SSIM_SCALES - 1][15 * 16 + 15] < .01, "finest at the coarsest scale");
            assertTrue(response[scale][0] < response[VisualWeights.MS_SSIM_SCALES - 1][0], "mean");
        }
    }
}
