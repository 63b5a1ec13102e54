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
        forEachStep(
                planes,
                levels(latents, subspaceDims),
                subspaceDims.length,
                (channel, right, stride, side, slot, jump) -> {
                    if (strengths[slot] == 0) {
                        return;
                    }
                    float[] plane = planes.plane(channel);
                    float amount = jump * strengths[slot];
                    for (int k = 0; k < side / 2; k++) {
                        float change = amount * ramp(k, side);
                        plane[right + k * stride] -= change;
                        plane[right - (k + 1) * stride] += change;
                    }
                });
    }

    /** What is done at a step between two blocks. */
    @FunctionalInterface
    interface StepVisitor {
        /**
         * @param channel see {@link ColorPlanes#plane}
         * @param right the first sample behind the edge
         * @param stride from a sample to the next one across the edge
         * @param side of a block, in samples of this plane
         * @param slot place of the strength in the table
         * @param jump height of the step
         */
        void visit(int channel, int right, int stride, int side, int slot, float jump);
    }

    /** Visits every step that may be smoothed: all planes, first across the columns of blocks, then across the rows. */
    static void forEachStep(ColorPlanes planes, byte[] levels, int subspaces, StepVisitor visitor) {
        for (boolean across : new boolean[] {true, false}) {
            for (int channel = 0; channel < 3; channel++) {
                forEachStep(planes, channel, across, levels, subspaces, visitor);
            }
        }
    }

    private static void forEachStep(
            ColorPlanes planes, int channel, boolean across, byte[] levels, int subspaces, StepVisitor visitor) {
        int half = channel == 0 ? 1 : 2;
        int width = planes.width() / half;
        int height = planes.height() / half;
        int side = BlockTransform.BLOCK / half;
        int columns = width / side;
        float[] plane = planes.plane(channel);
        int stride = across ? 1 : width;
        int edges = (across ? width : height) / side;
        int length = across ? height : width;
        for (int e = 1; e < edges; e++) {
            for (int t = 0; t < length; t++) {
                int along = t / side;
                int blockA = across ? along * columns + e - 1 : (e - 1) * columns + along;
                int blockB = across ? blockA + 1 : blockA + columns;
                int right = across ? t * width + e * side : e * side * width + t;
                float jump = plane[right] - plane[right - stride];
                int slot = slot(Math.min(channel, 1), levels[blockA], levels[blockB], jump, subspaces);
                if (slot >= 0) {
                    visitor.visit(channel, right, stride, side, slot, jump);
                }
            }
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
}
