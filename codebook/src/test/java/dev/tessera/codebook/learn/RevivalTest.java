package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.Workers;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** In one dimension, with code vectors at 0, 10 and 1000 of sizes 6, 4 and 0.01; the last one is dead. */
class RevivalTest {
    private static final float[] X = {-1, 0, 1, 9, 10, 12};

    private final Workers workers = new Workers(2);
    private final RunningCodes codes = codes();

    @AfterEach
    void close() {
        workers.close();
    }

    private static RunningCodes codes() {
        float[] start = {0, 10, 1000};
        RunningCodes codes = new RunningCodes(Codebook.of(3, 1, start));
        codes.place(0, start, 0, 6);
        codes.place(1, start, 1, 4);
        codes.place(2, start, 2, 0.01);
        return codes;
    }

    private AssignedBatch batch() {
        return AssignedBatch.of(Latents.of(X.length, 1, X.clone()), codes.codes(), workers);
    }

    private int apply(RevivalPolicy policy, long seed) {
        return new Revival(policy, codes, new SplitMix64(seed)).apply(batch(), workers);
    }

    private void assertLiveCodesStay() {
        assertArrayEquals(new float[] {0, 10}, Arrays.copyOf(codes.codes(), 2));
        assertEquals(6, codes.size(0));
        assertEquals(4, codes.size(1));
    }

    /** What sum / size gives, without another update. */
    private float stored(int j) {
        codes.moveToMeans(0);
        return codes.codes()[j];
    }

    @Test
    void noneChangesNothing() {
        assertEquals(0, apply(RevivalPolicy.none(), 1));
        assertLiveCodesStay();
        assertEquals(1000, codes.codes()[2]);
    }

    @Test
    void randomVectorsComeFromTheBatchWithTheThresholdAsSize() {
        boolean[] seen = new boolean[X.length];
        for (int seed = 0; seed < 100; seed++) {
            codes.place(2, new float[] {1000}, 0, 1.99);
            assertEquals(1, apply(RevivalPolicy.randomVector(2), seed));
            assertLiveCodesStay();
            assertEquals(2, codes.size(2));
            seen[indexOf(codes.codes()[2])] = true;
            assertEquals(codes.codes()[2], stored(2));
        }
        assertArrayEquals(new boolean[] {true, true, true, true, true, true}, seen);
        codes.place(2, new float[] {1000}, 0, 2);
        assertEquals(0, apply(RevivalPolicy.randomVector(2), 1));
    }

    private static int indexOf(float value) {
        for (int i = 0; i < X.length; i++) {
            if (X[i] == value) {
                return i;
            }
        }
        throw new AssertionError(value + " is not in the batch");
    }

    @Test
    void moreDeadCodesThanVectorsTakeEachVectorOnce() {
        RunningCodes many = new RunningCodes(Codebook.of(8, 1, new float[8]));
        AssignedBatch batch = AssignedBatch.of(Latents.of(X.length, 1, X.clone()), many.codes(), workers);
        assertEquals(6, new Revival(RevivalPolicy.randomVector(1), many, new SplitMix64(1)).apply(batch, workers));
        float[] taken = Arrays.copyOf(many.codes(), 6);
        Arrays.sort(taken);
        assertArrayEquals(X, taken);
        assertEquals(0, many.size(7));
    }

    @Test
    void relativeUsageIsCheckedEveryFiveUpdates() {
        Revival revival = new Revival(RevivalPolicy.relativeUsage(), codes, new SplitMix64(3));
        for (int update = 1; update <= 10; update++) {
            double mean = codes.totalSize() / 3;
            assertEquals(update == 5 ? 1 : 0, revival.apply(batch(), workers), "update " + update);
            if (update == 5) {
                assertLiveCodesStay();
                assertEquals(mean, codes.size(2));
                indexOf(codes.codes()[2]);
            }
        }
    }

    @Test
    void theFarthestVectorIsTaken() {
        assertEquals(1, apply(RevivalPolicy.farthestVector(0.5), 1));
        assertLiveCodesStay();
        assertEquals(12, codes.codes()[2]);
        assertEquals(0.5, codes.size(2));
        assertEquals(12, stored(2));
    }

    @Test
    void theFarthestVectorsAreFarFromEachOther() {
        float[] start = {0, 500, 600};
        RunningCodes two = new RunningCodes(Codebook.of(3, 1, start));
        two.place(0, start, 0, 5);
        float[] x = {0, 20, 21, -8};
        AssignedBatch batch = AssignedBatch.of(Latents.of(4, 1, x), two.codes(), workers);
        assertEquals(2, new Revival(RevivalPolicy.farthestVector(1), two, new SplitMix64(1)).apply(batch, workers));
        assertArrayEquals(new float[] {0, 21, -8}, two.codes()); // 20 is next to 21
    }

    @Test
    void splittingKeepsTheRunningSum() {
        assertEquals(1, apply(RevivalPolicy.splitWorst(0.5), 1));
        // The cluster of 10 has the members 9, 10, 12: mean 31/3, parts {12} and {9, 10}.
        assertEquals(10 + 12 - 31 / 3f, codes.codes()[2], 1e-5);
        assertEquals(10 + 9.5 - 31 / 3f, codes.codes()[1], 1e-5);
        assertEquals(4 / 3.0, codes.size(2), 1e-12);
        assertEquals(8 / 3.0, codes.size(1), 1e-12);
        assertEquals(40, codes.size(1) * codes.codes()[1] + codes.size(2) * codes.codes()[2], 1e-4);
        assertEquals(0, codes.codes()[0]);
    }

    @Test
    void distanceWeightedDrawsInProportionToSquaredDistance() {
        int[] drawn = new int[X.length];
        for (int seed = 0; seed < 4000; seed++) {
            codes.place(2, new float[] {1000}, 0, 0);
            assertEquals(1, apply(RevivalPolicy.distanceWeighted(0.01), seed));
            assertEquals(4, codes.size(2)); // the smallest of the others
            drawn[indexOf(codes.codes()[2])]++;
        }
        assertLiveCodesStay();
        double[] expected = {1, 0, 1, 1, 0, 4}; // squared distances, of 7
        for (int i = 0; i < X.length; i++) {
            assertEquals(4000 * expected[i] / 7, drawn[i], 150, "vector " + X[i]);
        }
    }

    @Test
    void distanceWeightedWaitsForTenVectorsPerCodeUnlessASizeIsZero() {
        Revival revival = new Revival(RevivalPolicy.distanceWeighted(0.01), codes, new SplitMix64(1));
        for (int update = 1; update <= 5; update++) { // 6 vectors each, 30 wanted
            assertEquals(update == 5 ? 1 : 0, revival.apply(batch(), workers), "update " + update);
        }
    }

    @Test
    void softPullFollowsTheEquation() {
        Revival revival = new Revival(RevivalPolicy.softPull(), codes, new SplitMix64(1));
        double mean = codes.totalSize() / 3;
        assertEquals(1, revival.apply(batch(), workers));
        double alpha = Math.exp(-1e-3); // nobody has chosen it
        double code = (1 - alpha) * 1000 + alpha * 12;
        assertEquals(code, codes.codes()[2], 1e-4);
        double size = (1 - alpha) * 0.01 + alpha * mean;
        assertEquals(size, codes.size(2), 1e-9);
        assertEquals(codes.codes()[2], stored(2));
        assertEquals(0, codes.codes()[0], 1e-5); // usage 0.005: alpha is exp(-15)
        assertEquals(10, codes.codes()[1], 1e-5);

        mean = codes.totalSize() / 3;
        assertEquals(0, revival.apply(batch(), workers));
        alpha = Math.exp(-10 * 3 * (0.01 / 6) / 0.01 - 1e-3); // at 12.99 it had the vector 12
        assertEquals((1 - alpha) * code + alpha * 12, codes.codes()[2], 1e-4);
        assertEquals((1 - alpha) * size + alpha * mean, codes.size(2), 1e-6);
    }

    @Test
    void badArgumentsAreNamed() {
        assertThrows(IllegalArgumentException.class, () -> RevivalPolicy.randomVector(0));
        assertThrows(IllegalArgumentException.class, () -> RevivalPolicy.farthestVector(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> RevivalPolicy.splitWorst(-1));
        assertThrows(IllegalArgumentException.class, () -> new RevivalPolicy.RelativeUsage(1.1, 5, 1));
        assertThrows(IllegalArgumentException.class, () -> new RevivalPolicy.RelativeUsage(0.1, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> RevivalPolicy.distanceWeighted(-0.1));
        assertThrows(IllegalArgumentException.class, () -> new RevivalPolicy.SoftPull(1));
    }
}
