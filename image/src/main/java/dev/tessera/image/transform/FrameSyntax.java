package dev.tessera.image.transform;

import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.codecs.mixing.MixedBits;

/** What a stream says of its frames besides their blocks, and the adaptive models that all frames share. */
final class FrameSyntax {
    /** Largest number of steps that a frame may be finer than the others. */
    static final int MAX_BOOST = 31;

    private static final int BOOST_BITS = 5;
    private static final int DURATION_BITS = 31;
    private static final int EDGE_BITS = 2;

    final TransformPrior models;
    final CoefficientModel coefficients; // of moved blocks
    final MotionModel motion = new MotionModel();

    private final MixedBits held = single();
    private final MixedBits boosted = single();
    private final MixedBits faded = single();
    private int duration = 1;
    private int boost = -1; // not known yet

    /**
     * What stands before the blocks of a frame.
     *
     * @param duration in ticks, at least 1
     * @param boost how many steps the frame is finer than the file says
     * @param fade of the frame before
     */
    record Head(int duration, int boost, Fade fade) {}

    FrameSyntax(TransformPrior prior) {
        this.models = prior.copy();
        this.coefficients = prior.coefficients.copy();
    }

    private static MixedBits single() {
        MixedBits bits = new MixedBits(new int[] {1}, new int[] {1});
        bits.context(0, 0);
        bits.choose(0, 0);
        return bits;
    }

    /**
     * Codes the head of a frame.
     *
     * @param wanted of an encoder; its boost is 0 or that of the first frame. Null when decoding
     */
    Head head(BitCoder coder, Head wanted) {
        boolean first = boost < 0;
        if (first) {
            boost = bits(coder, BOOST_BITS, wanted == null ? 0 : wanted.boost());
        }
        if (coder.bit(held, wanted != null && wanted.duration() == duration ? 1 : 0) == 0) {
            duration = duration(coder, wanted == null ? 1 : wanted.duration());
        }
        boolean fine = coder.bit(boosted, wanted != null && wanted.boost() > 0 ? 1 : 0) == 1;
        Fade fade = Fade.NONE;
        if (!first && coder.bit(faded, wanted != null && !wanted.fade().equals(Fade.NONE) ? 1 : 0) == 1) {
            int gain = bits(coder, 8, wanted == null ? 0 : wanted.fade().gain());
            int offset = bits(coder, 8, wanted == null ? 0 : wanted.fade().offset() & 0xFF);
            fade = new Fade(gain, (byte) offset);
        }
        return new Head(duration, fine ? boost : 0, fade);
    }

    /** Codes the strength of the edge filter, which follows the blocks. */
    int edges(BitCoder coder, int strength) {
        return bits(coder, EDGE_BITS, strength);
    }

    /** Exponential Golomb code. */
    private static int duration(BitCoder coder, int value) {
        int length = 32 - Integer.numberOfLeadingZeros(value);
        int bits = 1;
        while (bits < DURATION_BITS && coder.even(length > bits ? 1 : 0) == 1) {
            bits++;
        }
        return 1 << bits - 1 | bits(coder, bits - 1, value & (1 << bits - 1) - 1);
    }

    private static int bits(BitCoder coder, int count, int value) {
        int out = 0;
        for (int i = count - 1; i >= 0; i--) {
            out = out << 1 | coder.even(value >> i & 1);
        }
        return out;
    }
}
