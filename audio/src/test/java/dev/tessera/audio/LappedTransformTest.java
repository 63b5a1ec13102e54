package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LappedTransformTest {
    private static final byte[][] PARTITIONS = {
        {0, 0}, {1, 1, 1, 1}, {0, 1, 2, 3, 3}, {4, 4, 3, 2, 1, 0}, {3, 4, 4, 2, 2, 2, 1, 1}
    };

    private static double[] noise(int length) {
        SplittableRandom random = new SplittableRandom(length);
        return random.doubles(length, -1, 1).toArray();
    }

    @Test
    void blocksOfAllSizesComeBackAndKeepTheEnergy() {
        for (byte[] levels : PARTITIONS) {
            int length = 0;
            for (byte level : levels) {
                length += LappedTransform.size(level);
            }
            double[] x = noise(length);
            double[] y = x.clone();
            LappedTransform.forward(y, levels);
            assertEquals(
                    Arrays.stream(x).map(v -> v * v).sum(),
                    Arrays.stream(y).map(v -> v * v).sum(),
                    1e-9 * length);
            LappedTransform.inverse(y, levels);
            assertArrayEquals(x, y, 1e-12);
        }
    }

    /** Inside of blocks of one size it is the MDCT of the reversed samples, up to signs; that is tested against its formula. */
    @Test
    void equalBlocksAreAnMdct() {
        int n = LappedTransform.size(2);
        double[] x = noise(4 * n);
        float[] reversed = new float[x.length];
        for (int t = 0; t < x.length; t++) {
            x[t] = (float) x[t];
            reversed[x.length - 1 - t] = (float) x[t];
        }
        LappedTransform.forward(x, new byte[] {2, 2, 2, 2});
        double[] mdct = new double[n];
        for (int block = 1; block < 3; block++) {
            new Mdct(n, MdctWindow.SINE).forward(reversed, (3 - block) * n - n / 2, mdct);
            for (int k = 0; k < n; k++) {
                assertEquals(Math.abs(mdct[k]), Math.abs(x[block * n + k]), 1e-9);
            }
        }
    }
}
