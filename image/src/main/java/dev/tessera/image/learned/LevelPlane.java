package dev.tessera.image.learned;

import dev.tessera.codebook.Latents;
import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.image.Image;

/**
 * The latents of a picture at one scale, for an encoder: rounds them so that squared error and bits together are least, level after level
 * with the bits that each really costs (rate-distortion-optimised quantization).
 */
final class LevelPlane {
    /**
     * Squared error, of a level, that a bit is worth. Far below 2 ln 2 / 12, what it is at high rates: levels are not worth the same everywhere
     * for the loss that networks are trained for, and more lost quality on training photos.
     */
    private static final double BIT = 0.02;

    private final LearnedImageModel model;
    private final Latents latents;

    LevelPlane(LearnedImageModel model, Image image, int threads) {
        this.model = model;
        this.latents = model.networks().encoder(threads).encode(image);
    }

    private int rows() {
        return latents.shape()[0];
    }

    private int columns() {
        return latents.shape()[1];
    }

    /**
     * Chooses levels, from which {@code models} learn.
     *
     * @param step of {@link Gains#at}
     * @param price multiplies what a bit is worth
     */
    void learn(int step, double price, LevelModel models, BitCoder.Trainer trainer) {
        choose(step, price, models, trainer, walk(step));
    }

    /**
     * Chooses levels and writes them: first all channels are coded as if they were all written, then those that have levels beside 0.
     *
     * @param models go on learning
     * @return levels {@code [rows x columns x dim]}
     */
    int[] write(int step, double price, LevelModel models, BitCoder coder) {
        int dim = model.dim();
        LevelPrior.Walk prior = walk(step);
        int[] levels = choose(step, price, models.copy(), new BitCoder.Trainer(), prior);
        int channels = 0;
        for (int i = 0; i < levels.length; i++) {
            if (levels[i] != 0) {
                channels = Math.max(channels, i % dim + 1);
            }
        }
        channels(coder, dim, channels);
        code(step, coder, models, prior, channels, (position, channel, _) -> levels[position * dim + channel]);
        return levels;
    }

    private LevelPrior.Walk walk(int step) {
        return model.prior().new Walk(rows(), columns(), model.gains().at(step), true);
    }

    private int[] choose(int step, double price, LevelModel models, BitCoder.Trainer trainer, LevelPrior.Walk prior) {
        int dim = model.dim();
        float[] gain = model.gains().at(step).gain();
        float[] values = latents.data();
        double bit = BIT * price / 65536;
        return code(
                step,
                trainer,
                models,
                prior,
                dim,
                (position, channel, known) ->
                        best(values[position * dim + channel] * (double) gain[channel], bit, known));
    }

    private int[] code(
            int step,
            BitCoder coder,
            LevelModel models,
            LevelPrior.Walk prior,
            int channels,
            LevelCoding.Choice choice) {
        LevelCoding coding = new LevelCoding(model.dim(), rows(), columns());
        coding.code(coder, models, prior, channels, LevelModel.rateClass(step), choice);
        return coding.levels();
    }

    private static int best(double value, double bit, LevelModel model) {
        int nearest = (int) Math.clamp(StrictMath.rint(value), -LevelModel.MAX_LEVEL, LevelModel.MAX_LEVEL);
        if (nearest == 0) {
            return 0;
        }
        int best = nearest;
        double least = cost(value, nearest, bit, model);
        int lower = nearest - Integer.signum(nearest);
        double now = cost(value, lower, bit, model);
        if (now < least) {
            least = now;
            best = lower;
        }
        if (lower != 0 && cost(value, 0, bit, model) < least) {
            best = 0;
        }
        return best;
    }

    private static double cost(double value, int level, double bit, LevelModel model) {
        double error = value - level;
        return error * error + bit * model.cost(level);
    }

    /** Codes a number in [0, dim], or one above it that a decoder refuses. */
    static int channels(BitCoder coder, int dim, int channels) {
        int value = 0;
        for (int i = 31 - Integer.numberOfLeadingZeros(dim); i >= 0; i--) {
            value = value << 1 | coder.even(channels >> i & 1);
        }
        return value;
    }
}
