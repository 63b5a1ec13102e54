package dev.tessera.image.learned;

import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.codecs.mixing.MixedBits;
import dev.tessera.vqmodels.integer.DiscreteLogistic;
import java.nio.ByteBuffer;

/**
 * Entropy model of levels: whether one is zero, its sign, its magnitude in unary. What the prior expects is one opinion, and in
 * steps a context; beside it stand levels of the same channel at the neighbours and those of channels before at the same position. All adapt to the file.
 */
final class LevelModel {
    /** Largest magnitude. */
    static final int MAX_LEVEL = 1 << 15;

    /** Observations that a shipped estimate counts as at most. */
    private static final int TRUST = 60;

    private static final int UNARY = 14;
    private static final int CHANNELS = 128; // that contexts tell apart
    private static final int FINE = 64; // steps of a probability
    private static final int COARSE = 16;
    private static final int RATES = 14;
    private static final int[] STEPS = steps(); // where a probability stands, in 1/256 of the way

    private final MixedBits zero;
    private final MixedBits sign;
    private final MixedBits more;

    private final BitCoder.Meter meter = new BitCoder.Meter();

    private int mean;
    private int scale;
    private int rate;
    private int channel;
    private int around; // sum of magnitudes of the channel at the four neighbours, at most 7
    private int signs; // of those to the left and above
    private int near; // magnitudes of the two channels before, each at most 2

    LevelModel() {
        this(
                new MixedBits(
                        new int[] {
                            FINE, CHANNELS * COARSE, CHANNELS * 9, 8 * 9 * 8, CHANNELS * 16, RATES * COARSE, 8 * COARSE
                        },
                        new int[] {COARSE, RATES, CHANNELS},
                        1),
                new MixedBits(new int[] {FINE, CHANNELS * 9, CHANNELS}, new int[] {COARSE, 9}, 1),
                new MixedBits(
                        new int[] {UNARY * FINE, CHANNELS * 4, UNARY * 8 * 8, UNARY * 9, UNARY * RATES},
                        new int[] {UNARY, COARSE},
                        1));
    }

    private LevelModel(MixedBits zero, MixedBits sign, MixedBits more) {
        this.zero = zero;
        this.sign = sign;
        this.more = more;
    }

    LevelModel copy() {
        return new LevelModel(zero.copy(), sign.copy(), more.copy());
    }

    static int stateBytes() {
        LevelModel model = new LevelModel();
        return model.zero.stateBytes() + model.sign.stateBytes() + model.more.stateBytes();
    }

    byte[] save() {
        ByteBuffer out = ByteBuffer.allocate(stateBytes());
        zero.save(out);
        sign.save(out);
        more.save(out);
        return out.array();
    }

    static LevelModel of(byte[] state) {
        LevelModel model = new LevelModel();
        ByteBuffer in = ByteBuffer.wrap(state);
        model.zero.restore(in, TRUST);
        model.sign.restore(in, TRUST);
        model.more.restore(in, TRUST);
        return model;
    }

    /** Levels around one that is to be coded, all known: to the left, above, and beside that; and what is before it at its position. */
    record Neighbours(int left, int above, int aboveLeft, int aboveRight, int before, int beforeThat, int nonzero) {}

    /**
     * Prepares for a level.
     *
     * @param ofMean in 1/{@link DiscreteLogistic#MEAN_UNITS}
     * @param ofScale index
     * @param ofRate see {@link #rateClass}
     */
    void look(int ofChannel, int ofMean, int ofScale, int ofRate, Neighbours n) {
        rate = ofRate;
        channel = Math.min(CHANNELS - 1, ofChannel);
        mean = ofMean;
        scale = ofScale;
        around = Math.min(7, Math.abs(n.left) + Math.abs(n.above) + Math.abs(n.aboveLeft) + Math.abs(n.aboveRight));
        signs = 3 * (1 + Integer.signum(n.left)) + 1 + Integer.signum(n.above);
        near = 3 * Math.min(2, Math.abs(n.before)) + Math.min(2, Math.abs(n.beforeThat));
        int nonzero = 65536 - DiscreteLogistic.zero(mean, scale);
        int coarse = step(nonzero, COARSE);
        int pair = 3 * Math.min(2, Math.abs(n.left)) + Math.min(2, Math.abs(n.above));
        zero.context(0, step(nonzero, FINE));
        zero.context(1, channel * COARSE + coarse);
        zero.context(2, channel * 9 + pair);
        zero.context(3, (around * 9 + near) * 8 + channelClass());
        zero.context(4, channel * 16 + Math.min(15, n.nonzero));
        zero.context(5, rate * COARSE + coarse);
        zero.context(6, around * COARSE + coarse);
        zero.opinion(0, Math.min(65535, nonzero));
        zero.choose(0, coarse);
        zero.choose(1, rate);
        zero.choose(2, channel);
    }

    private int channelClass() {
        return channel < 4 ? channel : channel < 8 ? 4 : channel < 16 ? 5 : channel < 32 ? 6 : 7;
    }

    /** The class of a step of {@link Gains}, of those that contexts tell apart. */
    static int rateClass(int step) {
        return Math.min(RATES - 1, step / 12);
    }

    /** Steps of a probability in 1/65536, fine near 0 and 1: equal in the logistic domain from e^-8 to e^8. */
    private static int step(int probability, int steps) {
        return STEPS[probability >> 4] * steps >> 8;
    }

    private static int[] steps() {
        int[] table = new int[4096];
        for (int i = 0; i < table.length; i++) {
            double p = (i + 0.5) / table.length;
            table[i] = (int) Math.clamp(StrictMath.floor(128 + 16 * StrictMath.log(p / (1 - p))), 0, 255);
        }
        return table;
    }

    /** Codes the level that was looked at; returns it. */
    int code(BitCoder coder, int level) {
        if (coder.bit(zero, level == 0 ? 0 : 1) == 0) {
            return 0;
        }
        int positive = DiscreteLogistic.positive(mean, scale);
        sign.context(0, step(positive, FINE));
        sign.context(1, channel * 9 + signs);
        sign.context(2, channel);
        sign.opinion(0, positive);
        sign.choose(0, step(positive, COARSE));
        sign.choose(1, signs);
        boolean up = coder.bit(sign, level > 0 ? 1 : 0) == 1;
        int magnitude = Math.abs(level);
        int value = 1;
        while (value <= UNARY && moreBit(coder, up, value, magnitude > value ? 1 : 0) == 1) {
            value++;
        }
        if (value > UNARY) {
            value += coder.escape(magnitude - value);
        }
        return up ? value : -value;
    }

    private int moreBit(BitCoder coder, boolean up, int value, int bit) {
        int beyond = DiscreteLogistic.beyond(mean, scale, up, value);
        int step = value - 1;
        more.context(0, step * FINE + step(beyond, FINE));
        more.context(1, channel * 4 + Math.min(3, step));
        more.context(2, (step * 8 + around) * 8 + channelClass());
        more.context(3, step * 9 + near);
        more.context(4, step * RATES + rate);
        more.opinion(0, beyond);
        more.choose(0, step);
        more.choose(1, step(beyond, COARSE));
        return coder.bit(more, bit);
    }

    /** Bits of a level at the place that was looked at, in 1/65536. */
    long cost(int level) {
        meter.cost = 0;
        code(meter, level);
        return meter.cost;
    }
}
