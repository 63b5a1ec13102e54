package dev.tessera.codecs.mixing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the code vectors say of the token to come. The vector at a position (the sum of its stages) is predicted from
 * the
 * neighbours' vectors; what the stages coded so far leave of it is compared with both children of a tree node.
 * Vectors are
 * seen in their leading principal coordinates. All integers.
 */
final class Geometry {
    /** Sums of stages are clamped to this. */
    static final int VECTOR_LIMIT = 8191;

    /** Activity of the neighbourhood is told apart in so many classes. */
    static final int ACTIVITIES = 12;

    private static final int GRID_DIM = 16;
    private static final int SEQUENCE_DIM = 24;
    private static final int POINT_LIMIT = 65535;
    private static final int FEATURE_LIMIT = 1023; // 4 standard deviations
    private static final int DEVIATION_LIMIT = 2047;
    private static final int LARGEST_VARIANCE = 4 * VECTOR_LIMIT * VECTOR_LIMIT;
    private static final int LARGEST_INVERSE = 65536 / 4;
    private static final int LARGEST_COUNT = 1 << 30; // of positions; more say no more
    private static final int UNIT_LIMIT = 2047;

    private final int dim;
    private final int width;
    private final boolean grid;
    private final int neighbours;
    private final List<CodeTree> trees;
    private final VectorPredictor predictor;
    private final int[] vectors; // [position x dim], sum of the stages coded so far
    private final int[] residual;
    private final int[] features;
    private final int[] actualVariance; // of the vectors, for the features
    private final int[] actualInverse; // 2^16 / deviation
    private final int[] errorVariance; // [activity x dim]
    private final int[] errorInverse; // [activity x dim], 2^16 / deviation
    private final int[] errorCount; // [activity]
    private final long power;
    private final int[] actualCount = new int[1];
    private int[] predicted;
    private int activity;
    private int unit;
    private int likelihood;

    Geometry(TokenGrid place) {
        this.grid = place.isGrid;
        this.width = place.width;
        this.trees = place.trees;
        this.dim = trees.getFirst().dim;
        this.neighbours = grid ? 6 : 3;
        CodeTree first = trees.getFirst();
        long square = 0;
        for (int v : first.vectors) {
            square += (long) v * v;
        }
        this.power = square / first.size + 1;
        this.predictor =
                new VectorPredictor(dim, power, grid ? new int[] {128, 128, 0, 0, 0, 0} : new int[] {205, 0, 0});
        this.vectors = new int[place.height * width * dim];
        this.residual = new int[dim];
        int used = (1 + (trees.size() > 1 ? 1 : 0) + linearNeighbours()) * dim + 1;
        this.features = new int[used + 7 & -8];
        features[used - 1] = 256;
        this.actualVariance = new int[dim];
        this.actualInverse = new int[dim];
        this.errorVariance = new int[ACTIVITIES * dim];
        this.errorInverse = new int[ACTIVITIES * dim];
        this.errorCount = new int[ACTIVITIES];
        int start = (int) (power / dim * 3 / 10) + 1;
        Arrays.fill(errorVariance, start);
        Arrays.fill(errorInverse, inverse(start));
        Arrays.fill(actualVariance, start);
        Arrays.fill(actualInverse, inverse(start));
    }

    /** What was learnt, live. */
    Stream<Learnt> state() {
        Stream<Learnt> variances =
                Stream.of(actualVariance, errorVariance).map(values -> new Learnt(values, 0, LARGEST_VARIANCE));
        Stream<Learnt> inverses =
                Stream.of(actualInverse, errorInverse).map(values -> new Learnt(values, 0, LARGEST_INVERSE));
        Stream<Learnt> counts = Stream.of(errorCount, actualCount).map(values -> new Learnt(values, 0, LARGEST_COUNT));
        return Stream.of(predictor.state(), variances, inverses, counts).flatMap(s -> s);
    }

    /** Inputs of a linear model of a decision: standardized, 1.0 = 256; a multiple of 8 of them. */
    int[] features() {
        return features;
    }

    /** How busy the neighbourhood is, in [0, {@link #ACTIVITIES}). */
    int activity() {
        return activity;
    }

    /** After {@link #look}: where the prediction lies between the children's means, 0 = half way, 256 = their
     * distance. */
    int unit() {
        return unit;
    }

    /** After {@link #look}: half the log-likelihood ratio of the right child, Gaussian errors assumed, in 1/256. */
    int likelihood() {
        return likelihood;
    }

    /** Forgets the vectors of the grid, not what was learnt. */
    void clear() {
        Arrays.fill(vectors, 0);
    }

    void startPosition(int y, int x) {
        int[] in = predictor.inputs();
        int here = y * width + x;
        if (grid) {
            int left = x > 0 ? here - 1 : y > 0 ? here - width : -1;
            int up = y > 0 ? here - width : left;
            copy(left, in, 0);
            copy(up, in, 1);
            copy(y > 0 && x + 1 < width ? here - width + 1 : up, in, 2);
            copy(y > 0 && x > 0 ? here - width - 1 : up, in, 3);
            copy(x > 1 ? here - 2 : left, in, 4);
            copy(y > 1 ? here - 2 * width : up, in, 5);
        } else {
            for (int n = 0; n < neighbours; n++) {
                copy(x > n ? here - 1 - n : -1, in, n);
            }
        }
        predicted = predictor.predict();
        activity = activityOf(in);
        int from = trees.size() > 1 ? 2 * dim : dim;
        for (int n = 0; n < linearNeighbours(); n++) {
            for (int d = 0; d < dim; d++) {
                features[from + n * dim + d] =
                        LogisticTables.clamp(in[n * dim + d] * actualInverse[d] >> 8, FEATURE_LIMIT);
            }
        }
    }

    void startStage(int y, int x) {
        int at = (y * width + x) * dim;
        int inverses = activity * dim;
        for (int d = 0; d < dim; d++) {
            int left = LogisticTables.clamp(predicted[d] - vectors[at + d], VECTOR_LIMIT);
            residual[d] = left;
            features[d] = LogisticTables.clamp(left * errorInverse[inverses + d] >> 8, FEATURE_LIMIT);
        }
        if (trees.size() > 1) {
            for (int d = 0; d < dim; d++) {
                features[dim + d] = LogisticTables.clamp(vectors[at + d] * actualInverse[d] >> 8, FEATURE_LIMIT);
            }
        }
    }

    /** Compares what is left of the prediction with both children of {@code node}. */
    void look(CodeTree tree, int node) {
        int at = node * dim;
        int inverses = activity * dim;
        int along = 0;
        int weighted = 0;
        for (int d = 0; d < dim; d++) {
            int error = residual[d] - tree.middles[at + d];
            int direction = tree.directions[at + d];
            int inverse = errorInverse[inverses + d];
            along += error * direction >> 3;
            weighted += LogisticTables.clamp(error * inverse >> 8, DEVIATION_LIMIT)
                    * LogisticTables.clamp(direction * inverse >> 8, DEVIATION_LIMIT);
        }
        unit = (int) Math.max(-UNIT_LIMIT, Math.min(UNIT_LIMIT, along * 2048L / tree.squares[node]));
        likelihood = LogisticTables.clamp(weighted >> 9, LogisticTables.LIMIT);
    }

    void finishStage(CodeTree tree, int y, int x, int rank) {
        int at = (y * width + x) * dim;
        for (int d = 0; d < dim; d++) {
            vectors[at + d] = LogisticTables.clamp(vectors[at + d] + tree.vectors[rank * dim + d], VECTOR_LIMIT);
        }
    }

    void finishPosition(int y, int x) {
        int at = (y * width + x) * dim;
        predictor.learn(vectors, at);
        int inverses = activity * dim;
        int errorRate = LogisticTables.rate(Math.min(255, errorCount[activity] + 7));
        int actualRate = LogisticTables.rate(Math.min(500, actualCount[0] + 7));
        for (int d = 0; d < dim; d++) {
            long error = predicted[d] - vectors[at + d];
            long actual = vectors[at + d];
            int e = errorVariance[inverses + d];
            int a = actualVariance[d];
            errorVariance[inverses + d] = e + (int) ((error * error - e) * errorRate >> 16);
            actualVariance[d] = a + (int) ((actual * actual - a) * actualRate >> 16);
        }
        if (count(errorCount, activity)) { // a root each: not at every position
            for (int d = 0; d < dim; d++) {
                errorInverse[inverses + d] = inverse(errorVariance[inverses + d]);
            }
        }
        if (count(actualCount, 0)) {
            for (int d = 0; d < dim; d++) {
                actualInverse[d] = inverse(actualVariance[d]);
            }
        }
    }

    /** Counts a position; true for every sixteenth. */
    private static boolean count(int[] counts, int at) {
        int before = counts[at];
        counts[at] = before == LARGEST_COUNT ? LARGEST_COUNT - 15 : before + 1;
        return (before & 15) == 15;
    }

    private int linearNeighbours() {
        return grid ? 4 : 2;
    }

    private void copy(int position, int[] in, int slot) {
        if (position < 0) {
            Arrays.fill(in, slot * dim, (slot + 1) * dim, 0);
        } else {
            System.arraycopy(vectors, position * dim, in, slot * dim, dim);
        }
    }

    /** Mean squared difference of neighbours next to each other, in octaves below and above the power of a code
     * vector. */
    private int activityOf(int[] in) {
        long sum = grid
                ? difference(in, 0, 3) + difference(in, 1, 3) + difference(in, 2, 1)
                : difference(in, 0, 1) + difference(in, 1, 2);
        long mean = sum / (grid ? 3 : 2) + (power >> 12);
        int octaves = Long.numberOfLeadingZeros(power) - Long.numberOfLeadingZeros(mean);
        return Math.max(0, Math.min(ACTIVITIES - 1, octaves + 9));
    }

    private long difference(int[] in, int a, int b) {
        long sum = 0;
        for (int d = 0; d < dim; d++) {
            int v = in[a * dim + d] - in[b * dim + d];
            sum += (long) v * v;
        }
        return sum;
    }

    /** 2^16 / deviation; a deviation below 4 counts as 4. */
    private static int inverse(int variance) {
        return 65536 / (int) Math.max(4, PrincipalAxes.root(variance));
    }

    /** The trees of all stages; without code vectors their digits are those of the index. */
    static List<CodeTree> trees(TokenStreamSpec spec, boolean grid) {
        List<CodeVectors> books = spec.geometry();
        if (books.isEmpty()) {
            return Arrays.stream(spec.codebookSizes()).mapToObj(CodeTree::new).toList();
        }
        int dim = Math.min(grid ? GRID_DIM : SEQUENCE_DIM, books.getFirst().codeDim());
        int[][] axes = PrincipalAxes.of(unpack(books.getFirst()), dim);
        List<int[][]> projected = new ArrayList<>();
        long largest = 1;
        for (CodeVectors book : books) {
            int[][] points = unpack(book);
            for (int i = 0; i < points.length; i++) {
                int[] coordinates = new int[dim];
                for (int d = 0; d < dim; d++) {
                    coordinates[d] = PrincipalAxes.dot(points[i], axes[d]);
                    largest = Math.max(largest, Math.abs((long) coordinates[d]));
                }
                points[i] = coordinates;
            }
            projected.add(points);
        }
        List<CodeTree> trees = new ArrayList<>();
        for (int[][] points : projected) {
            for (int[] point : points) {
                for (int d = 0; d < dim; d++) {
                    point[d] = (int) ((long) point[d] * POINT_LIMIT / largest);
                }
            }
            trees.add(new CodeTree(points.length, points));
        }
        return List.copyOf(trees);
    }

    private static int[][] unpack(CodeVectors book) {
        int[][] points = new int[book.codebookSize()][book.codeDim()];
        for (int i = 0; i < points.length; i++) {
            for (int d = 0; d < points[i].length; d++) {
                points[i][d] = book.get(i, d);
            }
        }
        return points;
    }
}
