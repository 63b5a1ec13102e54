package dev.tessera.codecs.mixing;

import java.util.Arrays;
import java.util.List;

/** The tokens of a grid seen so far, as ranks in their trees, and the place of the next one. */
final class TokenGrid {
    final int stages;
    final int height;
    final int width;
    final boolean isGrid; // a sequence otherwise
    final List<CodeTree> trees;
    private final int[][] ranks; // [stage][position], -1 = not coded yet
    private int stage;
    private int y;
    private int x;

    /**
     * @throws IllegalArgumentException when an extent is negative or the grid has no positions or more than 2^26
     */
    TokenGrid(List<CodeTree> trees, boolean isGrid, int height, int width) {
        check(height, width);
        this.trees = trees;
        this.isGrid = isGrid;
        this.stages = trees.size();
        this.height = height;
        this.width = width;
        this.ranks = new int[stages][height * width];
        clear();
    }

    static void check(int height, int width) {
        if (height < 1 || width < 1 || (long) height * width > 1 << 26) {
            throw new IllegalArgumentException("grid is " + height + " x " + width + ", must have 1 to 2^26 positions");
        }
    }

    int stage() {
        return stage;
    }

    int y() {
        return y;
    }

    int x() {
        return x;
    }

    /** Nodes of the tree with the most of them, a power of two. */
    int largestTree() {
        return 1 << trees.stream().mapToInt(tree -> tree.bits).max().orElseThrow();
    }

    CodeTree tree() {
        return trees.get(stage);
    }

    /** The rank of {@code s} at an offset from the next token's place, or -1 outside of the grid. */
    int rank(int s, int down, int right) {
        int row = y + down;
        int column = x + right;
        return row < 0 || column < 0 || column >= width ? -1 : ranks[s][row * width + column];
    }

    /** The leading {@code bits} digits of a rank of stage {@code s} plus one; 0 for no rank. */
    int prefix(int s, int rank, int bits) {
        return rank < 0 ? 0 : 1 + (rank >> Math.max(0, trees.get(s).bits - bits));
    }

    /** Puts the next token and goes on; true when a grid is full and the next one has begun. */
    boolean put(int rank) {
        ranks[stage][y * width + x] = rank;
        if (++stage < stages) {
            return false;
        }
        stage = 0;
        if (++x < width) {
            return false;
        }
        x = 0;
        if (++y < height) {
            return false;
        }
        y = 0;
        clear();
        return true;
    }

    int checkedRank(int index) {
        CodeTree tree = tree();
        if (index < 0 || index >= tree.size) {
            throw new IllegalArgumentException(
                    "index is " + index + ", must be in [0, " + tree.size + ") in stage " + stage);
        }
        return tree.rank(index);
    }

    private void clear() {
        for (int[] plane : ranks) {
            Arrays.fill(plane, -1);
        }
    }
}
