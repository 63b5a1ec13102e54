package dev.tessera.image;

import dev.tessera.codebook.Latents;

/**
 * Smooths the steps between blocks: a step of height j is spread over half a block on either side as a linear ramp,
 * scaled by a strength in [0, 1].
 *
 * <p>The strength depends on how much detail the two blocks carry (the number of their last subspace that is not zero),
 * on the height of the step, and on luma or chroma; it was fitted by least squares on training pictures, so that true
 * edges, which detailed blocks reproduce, are left alone.
 */
final class Deblocking {
    private static final float[] STEP_LIMITS = {4, 8, 16, 32, 64};

    private final int[] subspaceDims;
    private final float[] strengths; // [2 x levels x levels x steps]: luma/chroma, larger level, smaller level, step

    Deblocking(int[] subspaceDims, float[] strengths) {
        int expected = strengthCount(subspaceDims.length);
        if (strengths.length != expected) {
            throw new IllegalArgumentException(
                    "there are " + strengths.length + " deblocking strengths, must be " + expected);
        }
        this.subspaceDims = subspaceDims.clone();
        this.strengths = strengths.clone();
    }

    static int strengthCount(int subspaces) {
        int levels = subspaces + 1;
        return 2 * levels * levels * STEP_LIMITS.length;
    }

    static Deblocking none(int[] subspaceDims) {
        return new Deblocking(subspaceDims, new float[strengthCount(subspaceDims.length)]);
    }

    void apply(ColorPlanes planes, Latents latents) {
        byte[] levels = levels(latents, subspaceDims);
        int columns = planes.width() / BlockTransform.BLOCK;
        for (boolean across : new boolean[] {true, false}) {
            smooth(planes.luma(), planes.width(), planes.height(), BlockTransform.BLOCK, across, levels, columns, 0);
            smooth(planes.cb(), planes.width() / 2, planes.height() / 2, BlockTransform.BLOCK / 2, across, levels, columns, 1);
            smooth(planes.cr(), planes.width() / 2, planes.height() / 2, BlockTransform.BLOCK / 2, across, levels, columns, 1);
        }
    }

    /** For each block the number of its last subspace with a value other than zero, 0 for none. */
    static byte[] levels(Latents latents, int[] subspaceDims) {
        byte[] levels = new byte[latents.count()];
        float[] data = latents.data();
        for (int i = 0; i < levels.length; i++) {
            int at = i * latents.dim();
            for (int s = 0; s < subspaceDims.length; s++) {
                for (int d = 0; d < subspaceDims[s]; d++) {
                    if (data[at++] != 0) {
                        levels[i] = (byte) (s + 1);
                    }
                }
            }
        }
        return levels;
    }

    /** Place of a strength in the table, or -1 where nothing is smoothed. */
    static int slot(int chroma, int levelA, int levelB, float step, int subspaces) {
        float size = Math.abs(step);
        for (int b = 0; b < STEP_LIMITS.length; b++) {
            if (size < STEP_LIMITS[b]) {
                int levels = subspaces + 1;
                return ((chroma * levels + Math.max(levelA, levelB)) * levels + Math.min(levelA, levelB))
                                * STEP_LIMITS.length
                        + b;
            }
        }
        return -1;
    }

    /** Weight of the ramp {@code distance} samples from the edge, for blocks of {@code side} samples. */
    static float ramp(int distance, int side) {
        return 0.5f - (distance + 0.5f) / side;
    }

    private void smooth(
            float[] plane, int width, int height, int side, boolean across, byte[] levels, int columns, int chroma) {
        int step = across ? 1 : width; // from a sample to the next one on the other side of the edge
        int edges = (across ? width : height) / side;
        int length = across ? height : width;
        for (int e = 1; e < edges; e++) {
            for (int t = 0; t < length; t++) {
                int along = t / side;
                int blockA = across ? along * columns + e - 1 : (e - 1) * columns + along;
                int blockB = across ? blockA + 1 : blockA + columns;
                int right = across ? t * width + e * side : e * side * width + t;
                float jump = plane[right] - plane[right - step];
                int slot = slot(chroma, levels[blockA], levels[blockB], jump, subspaceDims.length);
                if (slot < 0 || strengths[slot] == 0) {
                    continue;
                }
                float amount = jump * strengths[slot];
                for (int k = 0; k < side / 2; k++) {
                    float change = amount * ramp(k, side);
                    plane[right + k * step] -= change;
                    plane[right - (k + 1) * step] += change;
                }
            }
        }
    }
}
