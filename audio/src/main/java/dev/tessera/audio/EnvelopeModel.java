package dev.tessera.audio;

import dev.tessera.codecs.mixing.MixedBits;
import java.nio.ByteBuffer;

/**
 * Entropy model of the coefficients of an {@link EnvelopeBasis}, integers only: each decision is predicted in several contexts
 * (component and frequency, coefficients next to it, the span before, the step), which are mixed. Not for several threads at once.
 */
final class EnvelopeModel extends SignedModel {
    /** Largest magnitude of a coefficient. */
    static final int MAX_MAGNITUDE = 1 << 12;

    private static final int UNARY = 6;
    private static final int SINGLE = 16; // components with a class of their own, behind them four share one
    private static final int CLASSES = SINGLE + (MelEnvelope.BANDS - SINGLE) / 4;
    private static final int STEPS = 8; // octaves of the step
    private static final byte[] PITCH = new byte[EnvelopeBasis.LONGEST]; // class of a frequency of the longest span
    private static final int PITCHES;

    static {
        int[] edges = {1, 2, 3, 4, 5, 7, 9, 12, 16, 22};
        for (int f = 0; f < PITCH.length; f++) {
            while (PITCH[f] < edges.length && f >= edges[PITCH[f]]) {
                PITCH[f]++;
            }
        }
        PITCHES = edges.length + 1;
    }

    private int component;
    private int pitch;
    private int near;
    private int before;

    EnvelopeModel() {
        this(
                new MixedBits(
                        new int[] {
                            PITCHES * CLASSES * EnvelopeBasis.SPAN_LEVELS,
                            STEPS * CLASSES * 3,
                            PITCHES * 8 * 8,
                            8 * 8 * 8,
                            CLASSES * 8 * 3,
                            8 * PITCHES * 8,
                            STEPS * PITCHES * 8,
                            8 * 8 * 10
                        },
                        new int[] {CLASSES, 64, PITCHES * EnvelopeBasis.SPAN_LEVELS}),
                new MixedBits(
                        new int[] {UNARY * CLASSES, UNARY * 64, UNARY * PITCHES * 3, UNARY * 64},
                        new int[] {UNARY, CLASSES}));
    }

    private EnvelopeModel(MixedBits zero, MixedBits more) {
        super(zero, more, UNARY);
    }

    EnvelopeModel copy() {
        return new EnvelopeModel(zero.copy(), more.copy());
    }

    int stateBytes() {
        return zero.stateBytes() + more.stateBytes();
    }

    byte[] save() {
        ByteBuffer out = ByteBuffer.allocate(stateBytes());
        zero.save(out);
        more.save(out);
        return out.array();
    }

    /** What {@link #save} wrote, so sure that a file can still overrule it. */
    static EnvelopeModel of(byte[] state) {
        EnvelopeModel model = new EnvelopeModel();
        ByteBuffer in = ByteBuffer.wrap(state);
        model.zero.restore(in, TRUST);
        model.more.restore(in, TRUST);
        return model;
    }

    /**
     * Sets the contexts of component {@code c} at frequency {@code f}.
     *
     * @param q the span so far, {@code [frequencies][components]}
     * @param last what {@link #activity} says of the span before
     * @param octave of the step
     */
    void look(int f, int c, int level, int[][] q, int[] last, int octave) {
        int left1 = at(q, f, c - 1);
        int left2 = at(q, f, c - 2);
        int left3 = at(q, f, c - 3);
        int up1 = at(q, f - 1, c);
        int up2 = at(q, f - 2, c);
        int upLeft = at(q, f - 1, c - 1);
        int upRight = at(q, f - 1, c + 1);
        int left = Math.min(7, 2 * left1 + left2 + Math.min(1, left3));
        int up = Math.min(7, 2 * up1 + up2 + upLeft + upRight);
        int same = Math.min(7, last[c]);
        int around = 2 * last[c] + (c > 0 ? last[c - 1] : 0) + (c + 1 < last.length ? last[c + 1] : 0);
        int wide = 0;
        for (int k = 1; k <= 6; k++) {
            wide += Math.min(2, at(q, f, c - k));
        }
        for (int k = -3; k <= 3; k++) {
            wide += Math.min(2, at(q, f - 1, c + k));
        }
        component = c < SINGLE ? c : SINGLE + (c - SINGLE) / 4;
        pitch = PITCH[f * EnvelopeBasis.LONGEST / EnvelopeBasis.frames(level)];
        near = left * 8 + up;
        before = same * 8 + Math.min(7, wide);
        int slow = Math.min(2, pitch == 0 ? 0 : 1 + pitch / 5);
        zero.context(0, (pitch * CLASSES + component) * EnvelopeBasis.SPAN_LEVELS + level);
        zero.context(1, (octave * CLASSES + component) * 3 + slow);
        zero.context(2, (pitch * 8 + left) * 8 + up);
        zero.context(3, (left * 8 + up) * 8 + same);
        zero.context(4, (component * 8 + same) * 3 + slow);
        zero.context(5, (Math.min(7, wide) * PITCHES + pitch) * 8 + Math.min(7, around / 2));
        zero.context(6, (octave * PITCHES + pitch) * 8 + c / 10);
        int row = Math.min(7, left1 + left2 + left3 + at(q, f, c - 4));
        int above = Math.min(7, up1 + up2 + upLeft + upRight + at(q, f - 1, c + 2));
        zero.context(7, (row * 8 + above) * 10 + Math.min(9, c / 4));
        zero.choose(0, component);
        zero.choose(1, near);
        zero.choose(2, pitch * EnvelopeBasis.SPAN_LEVELS + level);
    }

    private static int at(int[][] q, int f, int c) {
        return f < 0 || c < 0 || c >= q[f].length ? 0 : Math.abs(q[f][c]);
    }

    /** How busy each component of a span was, for the next one; slow changes count twice. */
    static int[] activity(int[][] q) {
        int[] out = new int[q[0].length];
        for (int c = 0; c < out.length; c++) {
            for (int f = 0; f < q.length; f++) {
                out[c] += (f < 2 ? 2 : 1) * Math.abs(q[f][c]);
            }
            out[c] = Math.min(15, out[c]);
        }
        return out;
    }

    @Override
    void step(int step) {
        more.context(0, step * CLASSES + component);
        more.context(1, step * 64 + near);
        more.context(2, (step * PITCHES + pitch) * 3 + Math.min(2, near >> 4));
        more.context(3, step * 64 + before);
        more.choose(0, step);
        more.choose(1, component);
    }
}
