package dev.tessera.image.transform;

import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.codecs.mixing.MixedBits;
import java.nio.ByteBuffer;

/** Entropy model of block sizes and prediction modes. */
final class ModeModel {
    private static final int MODE_BITS = 5;
    private static final int NONE = 19; // the mode of a neighbour that is not there

    private final MixedBits split;
    private final MixedBits mode;
    private final MixedBits fromLuma;

    ModeModel() {
        this(
                new MixedBits(new int[] {4 * 36, 4 * 12, 4 * 64, 4 * 20 * 20}, new int[] {4, 12}),
                new MixedBits(new int[] {32 * 4, 32 * 20, 32 * 20, 32 * 20 * 20, 32 * 12 * 4}, new int[] {32, 20}),
                new MixedBits(new int[] {4 * 9, 4 * 8, 4 * 12, 4 * 20}, new int[] {9, 12}));
    }

    private ModeModel(MixedBits split, MixedBits mode, MixedBits fromLuma) {
        this.split = split;
        this.mode = mode;
        this.fromLuma = fromLuma;
    }

    ModeModel copy() {
        return new ModeModel(split.copy(), mode.copy(), fromLuma.copy());
    }

    int stateBytes() {
        return split.stateBytes() + mode.stateBytes() + fromLuma.stateBytes();
    }

    void save(ByteBuffer out) {
        split.save(out);
        mode.save(out);
        fromLuma.save(out);
    }

    void restore(ByteBuffer in, int trust) {
        split.restore(in, trust);
        mode.restore(in, trust);
        fromLuma.restore(in, trust);
    }

    int split(BitCoder coder, Cells cells, int x, int y, int sizeLog, int stepClass, int bit) {
        int left = cells.at(x - 1, y);
        int above = cells.at(x, y - 1);
        int s = sizeLog - 2;
        int leftSize = left < 0 ? 0 : cells.sizeLog[left];
        int aboveSize = above < 0 ? 0 : cells.sizeLog[above];
        split.context(0, s * 36 + leftSize * 6 + aboveSize);
        split.context(1, s * 12 + stepClass);
        split.context(
                2,
                s * 64 + (left < 0 ? 0 : cells.lumaActivity[left]) * 8 + (above < 0 ? 0 : cells.lumaActivity[above]));
        split.context(3, (s * 20 + (left < 0 ? NONE : cells.mode[left])) * 20 + (above < 0 ? NONE : cells.mode[above]));
        split.choose(0, s);
        split.choose(1, stepClass);
        return coder.bit(split, bit);
    }

    int mode(BitCoder coder, Cells cells, int x, int y, int sizeLog, int stepClass, int value) {
        int left = cells.at(x - 1, y);
        int above = cells.at(x, y - 1);
        int leftMode = left < 0 ? NONE : cells.mode[left];
        int aboveMode = above < 0 ? NONE : cells.mode[above];
        int node = 1;
        for (int i = MODE_BITS - 1; i >= 0; i--) {
            mode.context(0, node * 4 + sizeLog - 2);
            mode.context(1, node * 20 + leftMode);
            mode.context(2, node * 20 + aboveMode);
            mode.context(3, (node * 20 + leftMode) * 20 + aboveMode);
            mode.context(4, (node * 12 + stepClass) * 4 + sizeLog - 2);
            mode.choose(0, node);
            mode.choose(1, leftMode);
            node = node << 1 | coder.bit(mode, value >> i & 1);
        }
        return Math.min(node - (1 << MODE_BITS), IntraPrediction.MODES - 1);
    }

    /** Codes whether chroma is predicted from luma. */
    int fromLuma(BitCoder coder, Cells cells, int x, int y, BlockContext c, int blockMode, int bit) {
        int left = cells.at(x - 1, y);
        int above = cells.at(x, y - 1);
        int around = (left < 0 ? 2 : cells.fromLuma[left]) * 3 + (above < 0 ? 2 : cells.fromLuma[above]);
        int s = c.lumaLog - 2;
        fromLuma.context(0, s * 9 + around);
        fromLuma.context(1, s * 8 + c.lumaActivity);
        fromLuma.context(2, s * 12 + c.stepClass);
        fromLuma.context(3, s * 20 + blockMode);
        fromLuma.choose(0, around);
        fromLuma.choose(1, c.stepClass);
        return coder.bit(fromLuma, bit);
    }
}
