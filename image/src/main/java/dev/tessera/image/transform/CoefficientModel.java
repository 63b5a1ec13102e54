package dev.tessera.image.transform;

import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.codecs.mixing.MixedBits;
import java.nio.ByteBuffer;

/**
 * Entropy model of a block of quantized coefficients: whether there are any, the last diagonal that has some, and from there
 * towards the mean each coefficient in the context of those of higher frequency, as in the transform coding of AV1 and
 * H.266, with contexts mixed instead of chosen.
 */
final class CoefficientModel {
    static final int MAX_LEVEL = 1 << 15;

    private static final int UNARY = 14;
    private static final int SIZES = 4;

    private final MixedBits coded;
    private final MixedBits last;
    private final MixedBits transform;
    private final MixedBits zero;
    private final MixedBits more;

    CoefficientModel() {
        this(
                new MixedBits(
                        new int[] {3 * SIZES, SIZES * 2 * 64, 2 * SIZES * 20, 2 * SIZES * 12, 2 * 8 * SIZES},
                        new int[] {2 * SIZES, 12}),
                new MixedBits(
                        new int[] {
                            2 * SIZES * 64, 2 * SIZES * 64 * 8, 64 * 20 * SIZES, 2 * 64 * SIZES * 12, 64 * 8 * SIZES
                        },
                        new int[] {2 * SIZES * 8, 12}),
                new MixedBits(new int[] {SIZES * 20, SIZES * 12, SIZES * 64}, new int[] {SIZES, 20}),
                new MixedBits(
                        new int[] {
                            2 * SIZES * 256,
                            2 * SIZES * 128,
                            2 * 12 * 8 * 8,
                            2 * SIZES * 432,
                            SIZES * 20 * 32,
                            512,
                            2 * 8 * 8 * 16,
                            2 * SIZES * 8 * 64,
                            2 * SIZES * 4 * 256,
                            SIZES * 20 * 64
                        },
                        new int[] {2 * SIZES * 8, 16, 12 * 8}),
                new MixedBits(
                        new int[] {2 * SIZES * UNARY * 8, UNARY * 2 * 16, UNARY * 2 * 64, UNARY * 2 * 12 * 4},
                        new int[] {UNARY * 2, 16}));
    }

    private CoefficientModel(MixedBits coded, MixedBits last, MixedBits transform, MixedBits zero, MixedBits more) {
        this.coded = coded;
        this.last = last;
        this.transform = transform;
        this.zero = zero;
        this.more = more;
    }

    CoefficientModel copy() {
        return new CoefficientModel(coded.copy(), last.copy(), transform.copy(), zero.copy(), more.copy());
    }

    int stateBytes() {
        return coded.stateBytes() + last.stateBytes() + transform.stateBytes() + zero.stateBytes() + more.stateBytes();
    }

    void save(ByteBuffer out) {
        coded.save(out);
        last.save(out);
        transform.save(out);
        zero.save(out);
        more.save(out);
    }

    void restore(ByteBuffer in, int trust) {
        coded.restore(in, trust);
        last.restore(in, trust);
        transform.restore(in, trust);
        zero.restore(in, trust);
        more.restore(in, trust);
    }

    /** Codes whether the block has coefficients. */
    int coded(BitCoder coder, BlockContext c, int bit) {
        int s = c.sizeLog - 2;
        int t = c.chroma();
        coded.context(0, s * 3 + c.kind);
        coded.context(1, ((s * 2 + t) * 8 + c.leftActivity) * 8 + c.aboveActivity);
        coded.context(2, (t * SIZES + s) * 20 + c.mode);
        coded.context(3, (t * SIZES + s) * 12 + c.stepClass);
        coded.context(4, (t * 8 + c.lumaActivity) * SIZES + s);
        coded.choose(0, t * SIZES + s);
        coded.choose(1, c.stepClass);
        return coder.bit(coded, bit);
    }

    /** Codes which transform a luma block has. */
    int transform(BitCoder coder, BlockContext c, int kind) {
        int s = c.sizeLog - 2;
        transform.context(0, s * 20 + c.mode);
        transform.context(1, s * 12 + c.stepClass);
        transform.context(2, (s * 8 + c.leftActivity) * 8 + c.aboveActivity);
        transform.choose(0, s);
        transform.choose(1, c.mode);
        return coder.bit(transform, kind);
    }

    /** Codes the last diagonal with coefficients, 0 to 2 size - 2. */
    int lastDiagonal(BitCoder coder, BlockContext c, int diagonal) {
        int length = 32 - Integer.numberOfLeadingZeros(diagonal + 1); // 1 to 6
        int bits = 1;
        int most = c.sizeLog + 1;
        while (bits < most && lastBit(coder, c, bits - 1, length > bits ? 1 : 0) == 1) {
            bits++;
        }
        int value = 1;
        for (int i = bits - 2; i >= 0; i--) {
            // node: 8 for each length, the bits so far inside; below the third bit they are coded by their place alone
            int depth = bits - 2 - i;
            int node = 8 * bits + (depth < 3 ? value & (1 << depth) - 1 | 1 << depth : 0);
            value = value << 1 | lastBit(coder, c, node, diagonal + 1 >> i & 1);
        }
        return value - 1;
    }

    private int lastBit(BitCoder coder, BlockContext c, int node, int bit) {
        int s = c.sizeLog - 2;
        int ts = c.chroma() * SIZES + s;
        int around = Math.min(7, c.leftActivity + c.aboveActivity >> 1);
        last.context(0, ts * 64 + node);
        last.context(1, (ts * 64 + node) * 8 + around);
        last.context(2, (node * 20 + c.mode) * SIZES + s);
        last.context(3, (ts * 64 + node) * 12 + c.stepClass);
        last.context(4, (node * 8 + c.lumaActivity) * SIZES + s);
        last.choose(0, ts * 8 + around);
        last.choose(1, c.stepClass);
        return coder.bit(last, bit);
    }

    /** Sets the contexts of the coefficient at (x, y); those of higher diagonals in {@code levels} are known. */
    private void contexts(BlockContext c, int[] levels, int x, int y, int lastDiagonal, int nonzero) {
        int size = 1 << c.sizeLog;
        int right = at(levels, size, x + 1, y);
        int down = at(levels, size, x, y + 1);
        int corner = at(levels, size, x + 1, y + 1);
        int right2 = at(levels, size, x + 2, y);
        int down2 = at(levels, size, x, y + 2);
        int sum = right + down + corner + right2 + down2;
        int template = Math.min(7, sum);
        int s = c.sizeLog - 2;
        int t = c.chroma();
        int ts = t * SIZES + s;
        int place = diagonalClass(x + y);
        int around = Math.min(7, c.leftActivity + c.aboveActivity >> 1);
        zero.context(0, (ts * 16 + Math.min(15, y)) * 16 + Math.min(15, x));
        zero.context(1, (ts * 8 + template) * 16 + Math.min(15, x + y));
        zero.context(2, ((t * 12 + c.stepClass) * 8 + place) * 8 + around);
        int exact = (Math.min(2, right) * 3 + Math.min(2, down)) * 3 + Math.min(2, corner);
        exact = (exact * 2 + Math.min(1, right2)) * 2 + Math.min(1, down2);
        exact = (exact * 2 + (x == 0 ? 1 : 0)) * 2 + (y == 0 ? 1 : 0);
        zero.context(3, ts * 432 + exact);
        zero.context(4, (s * 20 + c.mode) * 32 + (x == 0 ? 1 : 0) + (y == 0 ? 2 : 0) + 4 * place);
        zero.context(5, (Math.min(7, lastDiagonal - x - y) * 8 + Math.min(7, nonzero)) * 8 + ts);
        int fromLuma = 0;
        if (t == 1 && c.luma != null) {
            int l = Math.abs(at(c.luma, c.lumaSize, x, y));
            fromLuma = 1 + Math.min(3, l) + 4 * Math.min(2, c.lumaActivity);
        }
        zero.context(6, ((t * 8 + template) * 8 + place) * 16 + fromLuma);
        zero.context(7, ((ts * 8 + c.leftActivity) * 8 + c.aboveActivity) * 8 + place);
        zero.context(8, ((ts * 4 + Math.min(3, sum)) * 16 + Math.min(15, y)) * 16 + Math.min(15, x));
        zero.context(9, ((s * 20 + c.mode) * 8 + Math.min(7, y)) * 8 + Math.min(7, x));
        zero.choose(0, ts * 8 + place);
        zero.choose(1, t * 8 + template);
        zero.choose(2, c.stepClass * 8 + around);
        this.template = Math.min(15, sum);
        this.pair = Math.min(7, right) * 8 + Math.min(7, down);
        this.place = place;
    }

    private int template;
    private int pair;
    private int place;

    private static int diagonalClass(int diagonal) {
        return diagonal < 4 ? diagonal : diagonal < 7 ? 4 : diagonal < 12 ? 5 : diagonal < 20 ? 6 : 7;
    }

    private static int at(int[] levels, int size, int x, int y) {
        return x < size && y < size ? Math.abs(levels[y * size + x]) : 0;
    }

    /** Codes the coefficient at (x, y). */
    int level(
            BitCoder coder,
            BlockContext c,
            int[] levels,
            int x,
            int y,
            int lastDiagonal,
            int nonzero,
            boolean impliedNonzero,
            int level) {
        contexts(c, levels, x, y, lastDiagonal, nonzero);
        int magnitude = Math.abs(level);
        if (!impliedNonzero && coder.bit(zero, magnitude == 0 ? 0 : 1) == 0) {
            return 0;
        }
        int value = 1;
        while (value <= UNARY && moreBit(coder, c, value - 1, magnitude > value ? 1 : 0) == 1) {
            value++;
        }
        if (value > UNARY) {
            value += coder.escape(magnitude - value);
        }
        return coder.even(level < 0 ? 1 : 0) == 1 ? -value : value;
    }

    private long costOfZero;
    private long costOfMore;

    /** Looks at the coefficient at (x, y), so that {@link #cost} knows what each of its levels would cost. */
    void look(BlockContext c, int[] levels, int x, int y, int lastDiagonal, int nonzero, boolean impliedNonzero) {
        contexts(c, levels, x, y, lastDiagonal, nonzero);
        costOfMore = 1 << 16;
        if (!impliedNonzero) {
            int p = zero.predict();
            costOfZero = MixedBits.cost(0, p);
            costOfMore += MixedBits.cost(1, p);
        }
    }

    /** Bits of a magnitude of the coefficient that was looked at last, in 1/65536. */
    long cost(BlockContext c, int magnitude, BitCoder.Meter meter) {
        if (magnitude == 0) {
            return costOfZero;
        }
        meter.cost = costOfMore;
        int value = 1;
        while (value <= UNARY && moreBit(meter, c, value - 1, magnitude > value ? 1 : 0) == 1) {
            value++;
        }
        if (value > UNARY) {
            meter.escape(magnitude - value);
        }
        return meter.cost;
    }

    private int moreBit(BitCoder coder, BlockContext c, int step, int bit) {
        int t = c.chroma();
        int ts = t * SIZES + c.sizeLog - 2;
        more.context(0, (ts * UNARY + step) * 8 + place);
        more.context(1, (step * 2 + t) * 16 + template);
        more.context(2, (step * 2 + t) * 64 + pair);
        more.context(3, ((step * 2 + t) * 12 + c.stepClass) * 4 + Math.min(3, place));
        more.choose(0, step * 2 + t);
        more.choose(1, template);
        return coder.bit(more, bit);
    }

    /** Codes all of a block that has coefficients; a decoder finds {@code levels} zero and fills it. */
    void block(BitCoder coder, BlockContext c, int[] levels, int lastOfEncoder) {
        int size = 1 << c.sizeLog;
        int lastDiagonal = lastDiagonal(coder, c, lastOfEncoder);
        int nonzero = 0;
        for (int d = lastDiagonal; d >= 0; d--) {
            int from = Math.max(0, d - size + 1);
            int to = Math.min(d, size - 1);
            for (int x = from; x <= to; x++) {
                boolean implied = d == lastDiagonal && nonzero == 0 && x == to;
                int i = (d - x) * size + x;
                levels[i] = level(coder, c, levels, x, d - x, lastDiagonal, nonzero, implied, levels[i]);
                nonzero += levels[i] == 0 ? 0 : 1;
            }
        }
    }
}
