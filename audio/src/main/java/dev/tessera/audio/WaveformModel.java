package dev.tessera.audio;

import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.codecs.mixing.MixedBits;
import java.nio.ByteBuffer;

/**
 * Entropy model of the blocks of a {@link LappedTransform} and of their quantized coefficients, integers only: each decision is
 * predicted in several contexts (how loud the envelope is there in steps, the coefficients below, those of the two blocks
 * before at the same frequency), which are mixed. Not for several threads at once.
 */
final class WaveformModel extends SignedModel {
    /** Largest magnitude of a coefficient. */
    static final int MAX_MAGNITUDE = 1 << 20;

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
    private int loudness;
    private int below;
    private int before;

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
        super(zero, more, UNARY);
        this.split = split;
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
    int split(BitCoder coder, int level, int last, int secondLast, int bit) {
        split.context(0, level);
        split.context(1, (level * 8 + last) * 8 + secondLast);
        split.choose(0, level);
        return coder.bit(split, bit);
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

    @Override
    void step(int step) {
        more.context(0, step * LOUDNESSES + loudness);
        more.context(1, step * 16 + before);
        more.context(2, step * 64 + Math.min(7, below) * 8 + Math.min(7, before));
        more.context(3, step * 16 + below);
        more.choose(0, step);
        more.choose(1, loudness);
    }
}
