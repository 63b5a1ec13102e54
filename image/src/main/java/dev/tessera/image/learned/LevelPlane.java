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

    /** Levels {@code [rows x columns x dim]} and the number of first channels that have some beside 0. */
    record Choice(int[] levels, int channels) {}

    /**
     * Chooses levels.
     *
     * @param step of {@link Gains#at}
     * @param price multiplies what a bit is worth
     * @param start state of the entropy model, left as it is
     */
    Choice choose(int step, double price, LevelModel start) {
        BitCoder.Trainer trainer = new BitCoder.Trainer();
        return choose(step, price, start.copy(), trainer);
    }

    /** The same, after which {@code learning} has learnt from the levels. */
    Choice choose(int step, double price, LevelModel learning, BitCoder.Trainer trainer) {
        int dim = model.dim();
        float[] gain = model.gains().at(step).gain();
        float[] values = latents.data();
        double bit = BIT * price / 65536;
        LevelCoding coding = new LevelCoding(dim, rows(), columns());
        coding.code(
                trainer,
                learning,
                model.prior().new Walk(rows(), columns(), model.gains().at(step)),
                dim,
                LevelModel.rateClass(step),
                (position, channel, levels) ->
                        best(values[position * dim + channel] * (double) gain[channel], bit, levels));
        int channels = 0;
        int[] levels = coding.levels();
        for (int i = 0; i < levels.length; i++) {
            if (levels[i] != 0) {
                channels = Math.max(channels, i % dim + 1);
            }
        }
        return new Choice(levels, channels);
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

    /** Writes a choice; {@code models} go on learning. */
    void write(Choice choice, int step, LevelModel models, BitCoder coder) {
        LevelCoding coding = new LevelCoding(model.dim(), rows(), columns());
        int dim = model.dim();
        channels(coder, dim, choice.channels);
        coding.code(
                coder,
                models,
                model.prior().new Walk(rows(), columns(), model.gains().at(step)),
                choice.channels,
                LevelModel.rateClass(step),
                (position, channel, levels) -> choice.levels[position * dim + channel]);
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
