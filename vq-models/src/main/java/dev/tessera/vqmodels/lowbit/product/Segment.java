package dev.tessera.vqmodels.lowbit.product;

import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive inputs that share row scales and the step of their tables; sums over it fit 16 bits unsigned.
 *
 * @param firstBlock of the tile's blocks of 16 bytes
 * @param blocks of all planes
 * @param scaleGroup which of a row's scales it has
 * @param tablesAt of its first block among all tables; padded to a multiple of 4
 */
record Segment(int firstBlock, int blocks, int scaleGroup, int tablesAt) {
    static final int PADDING = 4;

    /** A block adds two look-ups. */
    private static final int LARGEST_OF_BLOCK = 2 * LookupTables.LARGEST;

    private static final int LARGEST_SUM = (1 << 16) - 1;

    /**
     * Input blocks: one large input makes the step of all tables of its segment coarse. 32 take 1.4 times as long at 4096 x 4096 of 1 bit
     * and lose as much for Gaussian inputs.
     */
    private static final int MOST = 128;

    /** Blocks with those behind the last one up to a multiple of {@link #PADDING}, whose tables are zeros. */
    int padded() {
        return (blocks + PADDING - 1) / PADDING * PADDING;
    }

    /**
     * Cuts the inputs.
     *
     * @param planes of each block of inputs
     * @param inputBlocks blocks of inputs in a row
     * @param groupBlocks blocks of inputs that share a scale
     */
    static List<Segment> of(int planes, int inputBlocks, int groupBlocks) {
        int most = Math.min(MOST, LARGEST_SUM / (LARGEST_OF_BLOCK * ((1 << planes) - 1)) / PADDING * PADDING);
        List<Segment> segments = new ArrayList<>();
        int tables = 0;
        for (int at = 0; at < inputBlocks; ) {
            int group = at / groupBlocks;
            int end = Math.min(inputBlocks, Math.min((group + 1) * groupBlocks, at + most));
            Segment segment = new Segment(at * planes, (end - at) * planes, group, tables);
            tables += segment.padded();
            segments.add(segment);
            at = end;
        }
        return List.copyOf(segments);
    }
}
