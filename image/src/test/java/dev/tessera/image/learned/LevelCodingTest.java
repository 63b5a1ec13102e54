package dev.tessera.image.learned;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.vqmodels.Tensor;
import dev.tessera.vqmodels.integer.DiscreteLogistic;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LevelCodingTest {
    private static final int ROWS = 5;
    private static final int COLUMNS = 4;
    private static final int STEP = 40;

    @TempDir
    static Path folder;

    private static LearnedImageModel model;

    @BeforeAll
    static void train() throws IOException {
        model = TestLearned.model(folder);
    }

    private static LevelPrior.Walk walk() {
        return model.prior().new Walk(ROWS, COLUMNS, model.gains().at(STEP), false);
    }

    private static LevelCoding code(BitCoder coder, LevelModel levels, int[] wanted) {
        LevelCoding coding = new LevelCoding(TestLearned.DIM, ROWS, COLUMNS);
        coding.code(
                coder,
                levels,
                walk(),
                TestLearned.DIM,
                LevelModel.rateClass(STEP),
                (position, channel, _) -> wanted[position * TestLearned.DIM + channel]);
        return coding;
    }

    /** Small levels, none, and the largest that exist. */
    private static int[] levels() {
        SplittableRandom random = new SplittableRandom(11);
        int[] levels = new int[ROWS * COLUMNS * TestLearned.DIM];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = switch (random.nextInt(8)) {
                case 0, 1, 2, 3 -> 0;
                case 4, 5 -> random.nextInt(-3, 4);
                case 6 -> random.nextInt(-40, 41);
                default -> random.nextBoolean() ? LevelModel.MAX_LEVEL : -LevelModel.MAX_LEVEL;
            };
        }
        return levels;
    }

    @Test
    void everyLevelComesBack() throws IOException {
        int[] levels = levels();
        RangeEncoder out = new RangeEncoder();
        code(new BitCoder.Writer(out), model.levels(), levels);
        RangeDecoder in = new RangeDecoder(out.finish());
        assertArrayEquals(
                levels,
                code(new BitCoder.Reader(in), model.levels(), new int[levels.length])
                        .levels());
        assertEquals(0, in.unreadBytes());
    }

    /** What a choice is told of costs is what the bits then cost, where no model is asked twice for a level. */
    @Test
    void costsAreThoseOfTheCoder() {
        int[] levels = levels();
        Arrays.setAll(levels, i -> Integer.signum(levels[i]));
        BitCoder.Trainer trainer = new BitCoder.Trainer();
        long[] told = new long[1];
        new LevelCoding(TestLearned.DIM, ROWS, COLUMNS)
                .code(
                        trainer,
                        model.levels(),
                        walk(),
                        TestLearned.DIM,
                        LevelModel.rateClass(STEP),
                        (position, channel, known) -> {
                            int level = levels[position * TestLearned.DIM + channel];
                            told[0] += known.cost(level);
                            return level;
                        });
        assertEquals(trainer.cost, told[0]);
    }

    /** Mean and scale of the integers are those of the float layers over the decoded latents above and to the left. */
    @Test
    void thePriorIsThatOfTheTraining() throws IOException {
        int[] levels = new int[ROWS * COLUMNS * TestLearned.DIM];
        SplittableRandom random = new SplittableRandom(12);
        for (int i = 0; i < levels.length; i++) {
            levels[i] = random.nextInt(-4, 5);
        }
        LevelPrior.Walk walk = walk();
        double meanError = 0;
        double scaleError = 0;
        for (int y = 0; y < ROWS; y++) {
            for (int x = 0; x < COLUMNS; x++) {
                walk.look(y, x);
                double[][] expected = expected(levels, y, x);
                for (int c = 0; c < TestLearned.DIM; c++) {
                    meanError = Math.max(
                            meanError, Math.abs(walk.mean(c) / (double) DiscreteLogistic.MEAN_UNITS - expected[0][c]));
                    double scale = Math.pow(2, (walk.scale(c) - DiscreteLogistic.UNIT_SCALE) / 6.0);
                    scaleError = Math.max(scaleError, Math.abs(Math.log(scale / expected[1][c])));
                    walk.set(y, x, c, levels[(y * COLUMNS + x) * TestLearned.DIM + c]);
                }
            }
        }
        assertTrue(meanError < 0.25, "a mean is wrong by " + meanError + " levels");
        assertTrue(scaleError < 0.12, "a scale is wrong by a factor of e^" + scaleError);
    }

    /** Means and scales in levels, in doubles, from the definition. */
    private static double[][] expected(int[] levels, int y, int x) throws IOException {
        int dim = TestLearned.DIM;
        int width = TestLearned.WIDTH;
        float[] first = weights("0.weight", width, dim + 2, 5, 5);
        float[] firstBias = weights("0.bias", width);
        double rate = STEP / 16.0 - 2;
        double[] hidden = new double[width];
        for (int o = 0; o < width; o++) {
            double sum = firstBias[o];
            for (int tap = 0; tap < 12; tap++) { // above, and to the left
                int row = y + tap / 5 - 2;
                int column = x + tap % 5 - 2;
                boolean inside = row >= 0 && column >= 0 && column < COLUMNS;
                for (int c = 0; c < dim && inside; c++) {
                    double latent = levels[(row * COLUMNS + column) * dim + c] * inverse(rate, c);
                    sum += first[(o * (dim + 2) + c) * 25 + tap] * latent;
                }
                sum += first[(o * (dim + 2) + dim) * 25 + tap] * rate / (TestLearned.RATES - 1);
                sum += inside ? first[(o * (dim + 2) + dim + 1) * 25 + tap] : 0;
            }
            hidden[o] = Math.max(0, sum);
        }
        hidden = layer("1", hidden, width, true);
        double[] both = layer("2", hidden, 2 * dim, false);
        double[][] out = new double[2][dim];
        for (int c = 0; c < dim; c++) {
            double gain = Math.exp(between(Gains.LOG_GAINS, rate, c));
            out[0][c] = both[c] * gain;
            out[1][c] = Math.exp(both[dim + c]) * gain;
        }
        return out;
    }

    private static double inverse(double rate, int channel) throws IOException {
        return Math.exp(between(Gains.LOG_INVERSE, rate, channel));
    }

    private static double between(String name, double rate, int channel) throws IOException {
        Tensor logs = model.file().tensor(name, TestLearned.RATES, TestLearned.DIM);
        int below = (int) Math.floor(rate);
        double a = logs.toFloats()[below * TestLearned.DIM + channel];
        double b = logs.toFloats()[(below + 1) * TestLearned.DIM + channel];
        return a + (rate - below) * (b - a);
    }

    private static double[] layer(String name, double[] in, int count, boolean rectified) throws IOException {
        float[] weight = weights(name + ".weight", count, in.length, 1, 1);
        float[] bias = weights(name + ".bias", count);
        double[] out = new double[count];
        for (int o = 0; o < count; o++) {
            double sum = bias[o];
            for (int i = 0; i < in.length; i++) {
                sum += weight[o * in.length + i] * in[i];
            }
            out[o] = rectified ? Math.max(0, sum) : sum;
        }
        return out;
    }

    private static float[] weights(String name, int... shape) throws IOException {
        return TestLearned.withoutPrior()
                .tensor("quantizer.prior." + name, shape)
                .toFloats();
    }
}
