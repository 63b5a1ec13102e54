package dev.tessera.codecs.mixing;

import java.util.Arrays;

/**
 * The binary decisions of one stage. The code vectors are put into an order by halving along the first principal axis,
 * again and again, so that the leading digits of a rank say roughly where the vector lies; a token is coded as the
 * digits
 * of its rank, most significant first. Without geometry the rank is the index.
 *
 * <p>Nodes are numbered as in a heap: 1 is the root, {@code 2 n + bit} the child. A right child that holds no rank
 * below
 * K makes the decision at its parent void.
 */
final class CodeTree {
    final int size;
    final int bits;
    final int dim; // 0 without geometry
    final int[] vectors; // [rank x dim]
    final int[] directions; // [node x dim], mean of the right child minus mean of the left one
    final int[] middles; // [node x dim], half way between both means
    final int[] squares; // [node], squared length of the direction, at least 1
    private final int[] rankOfIndex;
    private final int[] indexOfRank;

    /** The binary digits of the plain index. */
    CodeTree(int size) {
        this(size, new int[size][0]);
    }

    /** @param points {@code [size][dim]}, magnitudes at most 2^16; the vectors of the tree are a sixteenth of them */
    CodeTree(int size, int[][] points) {
        this.size = size;
        this.bits = 32 - Integer.numberOfLeadingZeros(size - 1);
        this.dim = points[0].length;
        this.indexOfRank = new int[size];
        Arrays.setAll(indexOfRank, i -> i);
        if (dim > 0) {
            sort(points, 0, size);
        }
        this.rankOfIndex = new int[size];
        for (int r = 0; r < size; r++) {
            rankOfIndex[indexOfRank[r]] = r;
        }
        this.vectors = new int[size * dim];
        for (int r = 0; r < size; r++) {
            for (int d = 0; d < dim; d++) {
                vectors[r * dim + d] = points[indexOfRank[r]][d] >> 4;
            }
        }
        int nodes = dim == 0 ? 0 : 1 << bits;
        this.directions = new int[nodes * dim];
        this.middles = new int[nodes * dim];
        this.squares = new int[nodes];
        for (int node = 1; node < nodes; node++) {
            describe(node);
        }
    }

    int rank(int index) {
        return rankOfIndex[index];
    }

    int index(int rank) {
        return indexOfRank[rank];
    }

    /** Whether both children of {@code node}, {@code depth} digits below the root, hold a rank. */
    boolean splits(int node, int depth) {
        return (((node << 1 | 1) << bits - depth - 1) - (1 << bits)) < size;
    }

    private void sort(int[][] points, int from, int to) {
        int count = to - from;
        if (count < 2) {
            return;
        }
        int[][] part = new int[count][];
        for (int i = 0; i < count; i++) {
            part[i] = points[indexOfRank[from + i]];
        }
        int[] axis = PrincipalAxes.of(part, 1)[0];
        long[] keys = new long[count];
        for (int i = 0; i < count; i++) {
            keys[i] = (long) PrincipalAxes.dot(part[i], axis) << 17 | indexOfRank[from + i];
        }
        Arrays.sort(keys);
        for (int i = 0; i < count; i++) {
            indexOfRank[from + i] = (int) (keys[i] & 0x1FFFF);
        }
        int half = Integer.highestOneBit(count - 1);
        sort(points, from, from + half);
        sort(points, from + half, to);
    }

    private void describe(int node) {
        int depth = 31 - Integer.numberOfLeadingZeros(node);
        int span = 1 << bits - depth;
        int first = node * span - (1 << bits);
        int middle = first + span / 2;
        int last = Math.min(size, first + span);
        squares[node] = 1;
        if (middle >= last) {
            return;
        }
        long square = 0;
        for (int d = 0; d < dim; d++) {
            int left = mean(first, middle, d);
            int right = mean(middle, last, d);
            directions[node * dim + d] = right - left;
            middles[node * dim + d] = right + left >> 1;
            square += (long) (right - left) * (right - left);
        }
        squares[node] = (int) Math.max(1, square);
    }

    private int mean(int from, int to, int d) {
        long sum = 0;
        for (int r = from; r < to; r++) {
            sum += vectors[r * dim + d];
        }
        return (int) (sum / (to - from));
    }
}
