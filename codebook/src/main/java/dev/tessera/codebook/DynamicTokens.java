package dev.tessera.codebook;

import java.util.Arrays;

/**
 * What {@link DynamicQuantizer} makes of a grid: the grain of every cell, and as many indices as the grains ask for.
 *
 * <p>A cell has the side {@code blockSides[0]} and, at grain g, one index per block of side {@code blockSides[g]}; at the
 * border cells and blocks are cut off. Cells come in raster order, the indices of a cell in raster order of its blocks.
 * Immutable.
 */
public final class DynamicTokens {
    private final int[] shape;
    private final int[] blockSides;
    private final int codebookSize;
    private final int[] grains;
    private final int[] indices;

    private DynamicTokens(int[] shape, int[] blockSides, int codebookSize, int[] grains, int[] indices) {
        this.shape = shape;
        this.blockSides = blockSides;
        this.codebookSize = codebookSize;
        this.grains = grains;
        this.indices = indices;
    }

    /**
     * Copies the arrays and checks every value.
     *
     * @param shape {@code [frames]} or {@code [height, width]}
     * @param blockSides side of the blocks of each grain: falling, each divides the one before it, the last is 1
     * @param codebookSize K, at least 1
     * @param grains grain of each cell in raster order, in {@code [0, blockSides.length)}
     * @param indices {@code [tokens]}, in {@code [0, codebookSize)}
     */
    public static DynamicTokens of(int[] shape, int[] blockSides, int codebookSize, int[] grains, int[] indices) {
        int[] sides = CellGrid.checkedSides(blockSides);
        CellGrid grid = new CellGrid(shape, sides);
        if (codebookSize < 1) {
            throw new IllegalArgumentException("codebookSize is " + codebookSize + ", must be at least 1");
        }
        if (grains.length != grid.cells()) {
            throw new IllegalArgumentException(
                    "grains has " + grains.length + " values, must have one per cell, " + grid.cells());
        }
        int tokens = 0;
        for (int c = 0; c < grains.length; c++) {
            if (grains[c] < 0 || grains[c] >= sides.length) {
                throw new IllegalArgumentException(
                        "grain of cell " + c + " is " + grains[c] + ", must be in [0, " + sides.length + ")");
            }
            tokens += grid.blocks(c, grains[c]);
        }
        if (indices.length != tokens) {
            throw new IllegalArgumentException(
                    "indices has " + indices.length + " values, the grains ask for " + tokens);
        }
        for (int i = 0; i < tokens; i++) {
            if (indices[i] < 0 || indices[i] >= codebookSize) {
                throw new IllegalArgumentException(
                        "index " + i + " is " + indices[i] + ", must be in [0, " + codebookSize + ")");
            }
        }
        return new DynamicTokens(shape.clone(), sides, codebookSize, grains.clone(), indices.clone());
    }

    /** Extents of the grid of positions. */
    public int[] shape() {
        return shape.clone();
    }

    /** Side of the blocks of each grain; the first is the side of a cell. */
    public int[] blockSides() {
        return blockSides.clone();
    }

    /** K of the codebook that all grains share. */
    public int codebookSize() {
        return codebookSize;
    }

    /** Number of cells. */
    public int cells() {
        return grains.length;
    }

    /** A copy of the grain map, one value per cell in raster order; 0 is the coarsest. */
    public int[] grains() {
        return grains.clone();
    }

    /** A copy of the indices, {@code [tokenCount]}. */
    public int[] indices() {
        return indices.clone();
    }

    /** Number of indices. */
    public int tokenCount() {
        return indices.length;
    }

    /** How many cells have each grain. */
    public int[] grainCounts() {
        return GrainChoice.counts(grains, blockSides.length);
    }

    /**
     * Bits of the grain map by an adaptive code without context (from one count per grain) that is told the number of cells.
     */
    public double grainBits() {
        return GrainChoice.mapBits(grainCounts());
    }

    /** log2 K per index + {@link #grainBits()}. */
    public double nominalBits() {
        return tokenCount() * (StrictMath.log(codebookSize) / StrictMath.log(2)) + grainBits();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DynamicTokens that
                && codebookSize == that.codebookSize
                && Arrays.equals(shape, that.shape)
                && Arrays.equals(blockSides, that.blockSides)
                && Arrays.equals(grains, that.grains)
                && Arrays.equals(indices, that.indices);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(indices) * 31 + Arrays.hashCode(grains);
    }

    @Override
    public String toString() {
        return "DynamicTokens[" + tokenCount() + " on " + Arrays.toString(shape) + ", K " + codebookSize + ", cells "
                + Arrays.toString(grainCounts()) + " of blocks " + Arrays.toString(blockSides) + "]";
    }
}
