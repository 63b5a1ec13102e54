package dev.tessera.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.SplitMix64;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LatentConcealmentTest {
    private static final int DIM = 3;

    private static LatentPredictor predictor;

    /** Waves of one direction a grid: a network can tell the direction from the neighbours, a linear map cannot. */
    private static Latents waves(int rows, int columns, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double angle = random.nextDouble() * Math.PI;
        double phase = random.nextDouble() * 6;
        float[] data = new float[rows * columns * DIM];
        for (int i = 0; i < rows * columns; i++) {
            double wave = Math.sin(phase + i / columns * 1.2 * Math.sin(angle) + i % columns * 1.2 * Math.cos(angle));
            data[i * DIM] = (float) (5 + wave);
            data[i * DIM + 1] = (float) (wave * wave);
            data[i * DIM + 2] = (float) (2 * wave + 0.1 * random.nextGaussian());
        }
        return Latents.of(new int[] {rows, columns}, DIM, data);
    }

    private static List<Latents> grids() {
        List<Latents> grids = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            grids.add(waves(20, 20, i));
        }
        return grids;
    }

    @BeforeAll
    static void learn() {
        predictor = new LatentPredictorTrainer(grids(), new SplitMix64(1)).train(4, _ -> {});
    }

    private static boolean[] someLost(int count, double share, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        boolean[] lost = new boolean[count];
        for (int i = 0; i < count; i++) {
            lost[i] = random.nextDouble() < share;
        }
        return lost;
    }

    private static double squaredError(Latents a, Latents b) {
        double sum = 0;
        for (int i = 0; i < a.data().length; i++) {
            sum += Math.pow(a.data()[i] - b.data()[i], 2);
        }
        return sum;
    }

    private static Latents fill(Latents latents, boolean[] lost, LossFill fill, boolean learnt) {
        return LatentConcealment.fill(latents, lost, fill, learnt ? Optional.of(predictor) : Optional.empty());
    }

    @Test
    void theLearntPriorIsNearerThanTheMembraneThanTheMean() {
        double[] errors = new double[3];
        for (int i = 0; i < 10; i++) {
            Latents latents = waves(24, 18, 100 + i);
            boolean[] lost = someLost(latents.count(), 0.2, i);
            errors[0] += squaredError(latents, fill(latents, lost, LossFill.PRIOR, true));
            errors[1] += squaredError(latents, fill(latents, lost, LossFill.PRIOR, false));
            errors[2] += squaredError(latents, fill(latents, lost, LossFill.MEAN, true));
        }
        assertTrue(errors[0] < 0.5 * errors[1] && errors[1] < errors[2], Arrays.toString(errors));
    }

    /** What is lost is not looked at, and what is not lost stays: at any share, in large holes too. */
    @Test
    void onlyWhatIsThereCounts() {
        for (double share : new double[] {0, 0.2, 0.7, 0.99, 1}) {
            Latents latents = waves(17, 23, 3);
            boolean[] lost = someLost(latents.count(), share, 9);
            float[] unreadable = latents.data().clone();
            for (int i = 0; i < unreadable.length; i++) {
                if (lost[i / DIM]) {
                    unreadable[i] = Float.NaN;
                }
            }
            Latents damaged = Latents.of(latents.shape(), DIM, unreadable);
            for (LossFill fill : LossFill.values()) {
                for (boolean learnt : new boolean[] {true, false}) {
                    if (share == 1 && fill == LossFill.NEAREST) {
                        continue; // there is no nearest one
                    }
                    float[] filled = fill(damaged, lost, fill, learnt).data();
                    assertArrayEquals(fill(latents, lost, fill, learnt).data(), filled);
                    for (int i = 0; i < filled.length; i++) {
                        assertTrue(Float.isFinite(filled[i]) && Math.abs(filled[i]) < 20, fill + " " + filled[i]);
                        assertTrue(lost[i / DIM] || filled[i] == latents.data()[i]);
                    }
                }
            }
        }
    }

    @Test
    void theMeanIsTheMeanAndTheNearestTheNearest() {
        Latents latents = waves(12, 15, 5);
        boolean[] lost = someLost(latents.count(), 0.6, 2);
        float[] mean = fill(latents, lost, LossFill.MEAN, false).data();
        float[] nearest = fill(latents, lost, LossFill.NEAREST, false).data();
        for (int position = 0; position < lost.length; position++) {
            double sum = 0;
            int count = 0;
            int best = -1;
            int least = Integer.MAX_VALUE;
            for (int other = 0; other < lost.length; other++) {
                if (lost[other]) {
                    continue;
                }
                sum += latents.data()[other * DIM];
                count++;
                int down = other / 15 - position / 15;
                int right = other % 15 - position % 15;
                if (down * down + right * right < least) {
                    least = down * down + right * right;
                    best = other;
                }
            }
            if (lost[position]) {
                assertEquals(sum / count, mean[position * DIM], 1e-5);
                assertEquals(latents.data()[best * DIM], nearest[position * DIM], "position " + position);
            }
        }
    }

    @Test
    void theSameSeedLearnsTheSame() {
        List<Latents> some = grids().subList(0, 3);
        LatentPredictor one = new LatentPredictorTrainer(some, new SplitMix64(7)).train(1, _ -> {});
        LatentPredictor two = new LatentPredictorTrainer(some, new SplitMix64(7)).train(1, _ -> {});
        LatentPredictor other = new LatentPredictorTrainer(some, new SplitMix64(8)).train(1, _ -> {});
        assertTrue(Arrays.deepEquals(one.hidden(), two.hidden()));
        assertTrue(!Arrays.deepEquals(one.hidden(), other.hidden()));
    }

    /** The formula of the documentation, in doubles. */
    @Test
    void predictsByItsFormula() {
        Latents latents = waves(3, 3, 77);
        boolean[] known = {true, false, true, true, true, true, false, true, true};
        float[] inputs = new float[LatentPredictor.inputs(DIM)];
        predictor.gather(latents.data(), known, 3, 3, 4, inputs);
        float[] found = new float[DIM];
        predictor.predict(inputs, found, 0);
        int[] around = {0, 1, 2, 3, 5, 6, 7, 8};
        for (int d = 0; d < DIM; d++) {
            double sum = predictor.bias()[d];
            for (int u = -1; u < predictor.hiddenBias().length; u++) {
                double unit = u < 0 ? 0 : predictor.hiddenBias()[u];
                for (int n = 0; n < around.length; n++) {
                    for (int e = 0; e <= DIM && known[around[n]]; e++) {
                        double value = e == DIM
                                ? 1
                                : (latents.data()[around[n] * DIM + e]
                                                - predictor.mean()[e])
                                        / predictor.deviation();
                        int row = n * (DIM + 1) + e;
                        unit += value
                                * (u < 0
                                        ? predictor.linear()[row][d]
                                        : predictor.hidden()[row][u]);
                    }
                }
                sum += u < 0 ? unit : Math.max(0, unit) * predictor.output()[u][d];
            }
            assertEquals(predictor.mean()[d] + predictor.deviation() * sum, found[d], 1e-4);
        }
    }
}
