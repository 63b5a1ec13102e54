package dev.tessera.image.transform;

import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.codecs.mixing.MixedBits;

/** Entropy model of what the blocks of a frame take from the frame before. A sequence starts with it blank. */
final class MotionModel {
    /** Largest component of a vector, in quarters of a luma sample. */
    static final int MAX_VECTOR = 2047;

    private static final int SIZES = 4;
    private static final int KINDS = MotionField.KINDS;
    private static final int LENGTHS = 14;

    private final MixedBits copied = new MixedBits(
            new int[] {SIZES * KINDS * KINDS, SIZES * KINDS * KINDS, SIZES * KINDS * KINDS * KINDS, SIZES * 64},
            new int[] {SIZES, KINDS * KINDS});
    private final MixedBits moved = new MixedBits(
            new int[] {SIZES * KINDS * KINDS, SIZES * KINDS * KINDS, KINDS * KINDS * KINDS},
            new int[] {SIZES, KINDS * KINDS});
    private final MixedBits vector = new MixedBits(
            new int[] {2 * 3 * LENGTHS, 3 * LENGTHS * SIZES, 2 * 3 * LENGTHS * KINDS * KINDS}, new int[] {3 * LENGTHS});

    private int here; // sizes of the block and kinds around it
    private int size;
    private int around;
    private int past;

    /**
     * Looks at what surrounds a block.
     *
     * @param before the field of the frame before, null when that has none
     */
    void enter(MotionField field, MotionField before, int x, int y, int blockSize) {
        size = Integer.numberOfTrailingZeros(blockSize) - 2;
        around = field.kind(x - 1, y) * KINDS + field.kind(x, y - 1);
        past = before == null ? MotionField.UNKNOWN : before.kind(x + blockSize / 2, y + blockSize / 2);
        int corner = field.kind(x + blockSize, y - 1);
        here = size * KINDS * KINDS + past * KINDS + corner;
    }

    /** Codes whether a block is the predicted piece of the frame before and nothing else. */
    int copied(BitCoder coder, int leftActivity, int aboveActivity, int bit) {
        copied.context(0, size * KINDS * KINDS + around);
        copied.context(1, here);
        copied.context(2, (size * KINDS * KINDS + around) * KINDS + past);
        copied.context(3, (size * 8 + leftActivity) * 8 + aboveActivity);
        copied.choose(0, size);
        copied.choose(1, around);
        return coder.bit(copied, bit);
    }

    /** Codes whether a block is predicted from the frame before. */
    int moved(BitCoder coder, int bit) {
        moved.context(0, size * KINDS * KINDS + around);
        moved.context(1, here);
        moved.context(2, around * KINDS + past);
        moved.choose(0, size);
        moved.choose(1, around);
        return coder.bit(moved, bit);
    }

    /** Codes a vector by its difference from the predicted one; returns one of its components, cut to the allowed range. */
    int vector(BitCoder coder, int component, int predicted, int value) {
        int difference = value - predicted;
        int magnitude = Math.abs(difference);
        int length = 32 - Integer.numberOfLeadingZeros(magnitude + 1);
        int bits = 1;
        while (bits < LENGTHS && vectorBit(coder, component, 0, bits - 1, length > bits ? 1 : 0) == 1) {
            bits++;
        }
        int decoded = 1;
        for (int i = bits - 2; i >= 0; i--) {
            int bit = magnitude + 1 >> i & 1;
            decoded = decoded << 1 | (i == bits - 2 ? vectorBit(coder, component, 1, bits - 1, bit) : coder.even(bit));
        }
        decoded--;
        if (decoded > 0 && vectorBit(coder, component, 2, 0, difference < 0 ? 1 : 0) == 1) {
            decoded = -decoded;
        }
        return Math.clamp(predicted + decoded, -MAX_VECTOR, MAX_VECTOR);
    }

    private int vectorBit(BitCoder coder, int component, int what, int index, int bit) {
        int node = what * LENGTHS + index;
        vector.context(0, component * 3 * LENGTHS + node);
        vector.context(1, node * SIZES + size);
        vector.context(2, (component * 3 * LENGTHS + node) * KINDS * KINDS + around);
        vector.choose(0, node);
        return coder.bit(vector, bit);
    }
}
