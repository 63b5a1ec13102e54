package dev.tessera.audio;

import dev.tessera.codecs.mixing.MixedBits;
import java.nio.ByteBuffer;

/**
 * Entropy model of the blocks of a {@link LappedTransform} and of their quantized coefficients, integers only: each decision is
 * predicted in several contexts (how loud the envelope is there in steps, the coefficients below, those of the two blocks
 * before at the same frequency), which are mixed. Not for several threads at once.
 */
final class WaveformModel implements MagnitudeCosts {
    /** Largest magnitude of a coefficient. */
    static final int MAX_MAGNITUDE = 1 << 20;

    /** Observations that a shipped estimate counts as at most. */
    private static final int TRUST = 60;

    private static final int EVEN = 1 << 15; // in 1/65536
    private static final int UNARY = 14;
    private static final int LOUDNESSES = 48; // quarters of an octave from -4
    private static final int FREQUENCIES = 16;
    private static final int[] FREQUENCY_EDGES = {
        100, 200, 300, 450, 600, 800, 1000, 1300, 1700, 2200, 2800, 3500, 4300, 5300, 6500
    };
    private static final int CELLS_PER_PLACE = 5;
    private static final byte[] FREQUENCY = new byte[LappedTransform.LONGEST];

    static {
        for (int cell = 0; cell < FREQUENCY.length; cell++) {
            double hertz = cell * (MelEnvelope.SAMPLE_RATE / 2.0) / FREQUENCY.length;
            byte f = 0;
            while (f < FREQUENCY_EDGES.length && hertz >= FREQUENCY_EDGES[f]) {
                f++;
            }
            FREQUENCY[cell] = f;
        }
    }

    private final MixedBits split;
    private final MixedBits zero;
    private final MixedBits more;
    private int loudness;
    private int below;
    private int before;

    /** Codes a bit that is a one with a probability in 1/65536, and returns it: an encoder, a decoder or nothing. */
    @FunctionalInterface
    interface Port {
        int bit(int probability, int bit);
    }

    WaveformModel() {
        this(
                new MixedBits(
                        new int[] {LappedTransform.LEVELS, LappedTransform.LEVELS * 8 * 8},
                        new int[] {LappedTransform.LEVELS}),
                new MixedBits(
                        new int[] {
                            LOUDNESSES * FREQUENCIES,
                            LOUDNESSES * 4 * 3,
                            LOUDNESSES * 8,
                            4 * 3 * 8 * 4,
                            16 * 8 * 8,
                            2 * Math.ceilDiv(LappedTransform.LONGEST, CELLS_PER_PLACE),
                            2 * LOUDNESSES * LappedTransform.LEVELS,
                            27 * 3 * 4 * 2,
                            LOUDNESSES * 8 * 3
                        },
                        new int[] {LOUDNESSES, 64, LappedTransform.LEVELS * FREQUENCIES}),
                new MixedBits(
                        new int[] {UNARY * LOUDNESSES, UNARY * 16, UNARY * 64, UNARY * 16},
                        new int[] {UNARY, LOUDNESSES}));
    }

    private WaveformModel(MixedBits split, MixedBits zero, MixedBits more) {
        this.split = split;
        this.zero = zero;
        this.more = more;
    }

    WaveformModel copy() {
        return new WaveformModel(split.copy(), zero.copy(), more.copy());
    }

    int stateBytes() {
        return split.stateBytes() + zero.stateBytes() + more.stateBytes();
    }

    byte[] save() {
        ByteBuffer out = ByteBuffer.allocate(stateBytes());
        split.save(out);
        zero.save(out);
        more.save(out);
        return out.array();
    }

    /** What {@link #save} wrote, so sure that a file can still overrule it. */
    static WaveformModel of(byte[] state) {
        WaveformModel model = new WaveformModel();
        ByteBuffer in = ByteBuffer.wrap(state);
        model.split.restore(in, TRUST);
        model.zero.restore(in, TRUST);
        model.more.restore(in, TRUST);
        return model;
    }

    /**
     * Codes whether a block of {@code level} is split in two.
     *
     * @param last level of the block before
     * @param secondLast of the one before that
     */
    int split(Port port, int level, int last, int secondLast, int bit) {
        split.context(0, level);
        split.context(1, (level * 8 + last) * 8 + secondLast);
        split.choose(0, level);
        return coded(port, split, bit);
    }

    /**
     * Sets the contexts of coefficient {@code k} of a block.
     *
     * @param ratio how loud the envelope is there, in levels above the step
     * @param q the block so far
     * @param last magnitudes of the block before, by frequency on the grid of the longest block
     * @param secondLast of the one before that
     */
    void look(int ratio, int k, int level, int[] q, int[] last, int[] secondLast) {
        int cells = LappedTransform.LONGEST / LappedTransform.size(level);
        int raised = ratio + 4 * EnvelopeLevels.PER_OCTAVE;
        loudness = Math.clamp(raised >> 2, 0, LOUDNESSES - 1);
        int fine = Math.clamp(raised >> 1, 0, 2 * LOUDNESSES - 1);
        int a = k > 0 ? Math.abs(q[k - 1]) : 0;
        int b = k > 1 ? Math.abs(q[k - 2]) : 0;
        int c = k > 2 ? Math.abs(q[k - 3]) : 0;
        int same = at(last, k, cells);
        int lower = at(last, k - 1, cells);
        int upper = at(last, k + 1, cells);
        int older = at(secondLast, k, cells);
        int wide = at(last, k - 2, cells)
                + at(last, k + 2, cells)
                + at(last, k - 3, cells)
                + at(last, k + 3, cells)
                + at(secondLast, k - 1, cells)
                + at(secondLast, k + 1, cells);
        int near = Math.min(7, 2 * same + lower + upper);
        int current = Math.min(7, 2 * a + b + c);
        below = Math.min(15, 2 * a + b + c);
        before = Math.min(15, 2 * same + lower + upper + older);
        int frequency = FREQUENCY[k * cells];
        int a3 = Math.min(3, a);
        int b2 = Math.min(2, b);
        zero.context(0, loudness * FREQUENCIES + frequency);
        zero.context(1, (loudness * 4 + a3) * 3 + b2);
        zero.context(2, loudness * 8 + near);
        zero.context(3, ((a3 * 3 + b2) * 8 + near) * 4 + Math.min(3, older));
        zero.context(4, (loudness / 3 * 8 + Math.min(7, wide)) * 8 + current);
        zero.context(5, k * cells / CELLS_PER_PLACE * 2 + (a + same > 0 ? 1 : 0));
        zero.context(6, fine * LappedTransform.LEVELS + level);
        int around = (Math.min(2, lower) * 3 + Math.min(2, same)) * 3 + Math.min(2, upper);
        zero.context(7, ((around * 3 + Math.min(2, older)) * 4 + a3) * 2 + Math.min(1, b));
        zero.context(8, (loudness * 8 + current) * 3 + Math.min(2, older));
        zero.choose(0, loudness);
        zero.choose(1, near * 8 + current);
        zero.choose(2, level * FREQUENCIES + frequency);
    }

    private static int at(int[] magnitudes, int k, int cells) {
        int cell = k * cells;
        return cell < 0 || cell >= magnitudes.length ? 0 : magnitudes[cell];
    }

    /** Codes and learns the coefficient that was looked at. */
    int code(Port port, int value) {
        int magnitude = Math.abs(value);
        if (coded(port, zero, magnitude == 0 ? 0 : 1) == 0) {
            return 0;
        }
        int m = 1;
        while (m <= UNARY) {
            step(m - 1);
            if (coded(port, more, magnitude > m ? 1 : 0) == 0) {
                break;
            }
            m++;
        }
        if (m > UNARY) {
            m += escape(port, magnitude - m);
        }
        return port.bit(EVEN, value < 0 ? 1 : 0) == 1 ? -m : m;
    }

    /** Where was looked at. */
    @Override
    public int costOfZero() {
        return MixedBits.cost(0, zero.predict());
    }

    @Override
    public int cost(int magnitude) {
        int cost = MixedBits.cost(1, zero.predict()) + (1 << 16);
        for (int m = 1; m <= UNARY; m++) {
            step(m - 1);
            cost += MixedBits.cost(magnitude > m ? 1 : 0, more.predict());
            if (magnitude == m) {
                return cost;
            }
        }
        return cost + escapeCost(magnitude - UNARY - 1);
    }

    private void step(int step) {
        more.context(0, step * LOUDNESSES + loudness);
        more.context(1, step * 16 + before);
        more.context(2, step * 64 + Math.min(7, below) * 8 + Math.min(7, before));
        more.context(3, step * 16 + below);
        more.choose(0, step);
        more.choose(1, loudness);
    }

    /** Codes a decision and learns it. */
    static int coded(Port port, MixedBits bits, int bit) {
        int out = port.bit(bits.predict(), bit);
        bits.learn(out);
        return out;
    }

    /** Bits of {@link #escape}, in 1/65536. */
    static int escapeCost(int rest) {
        return 2 * (31 - Integer.numberOfLeadingZeros(rest + 1)) + 1 << 16;
    }

    /** Elias gamma code of {@code rest + 1}; at most 20 bits long, so that no hostile file overflows anything. */
    static int escape(Port port, int rest) {
        int length = 32 - Integer.numberOfLeadingZeros(rest + 1);
        int bits = 1;
        while (bits < 20 && port.bit(EVEN, length > bits ? 1 : 0) == 1) {
            bits++;
        }
        int value = 1;
        for (int i = bits - 2; i >= 0; i--) {
            value = value << 1 | port.bit(EVEN, rest + 1 >> i & 1);
        }
        return value - 1;
    }
}
