package dev.tessera.codecs.mixing;

import dev.tessera.codecs.CorruptBitstreamException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A small neural prior of tokens: for each stage a network of its own that looks at the neighbours and gives the decisions of
 * the tree. Learnt code vectors of the neighbouring tokens ({@value #WIDTH} each) -> {@value #FIRST} -> {@value #SECOND} units,
 * rectified -> one logit a node. Weights of 8 bits, sums of 32 bits, activations of 7 bits, shifts: integers only. Immutable.
 *
 * <p>The first layer of a neighbour depends on its token alone: it is multiplied out once, and a token then costs one sum of
 * {@value #FIRST} numbers for each neighbour, {@value #FIRST} x {@value #SECOND} products, and {@value #SECOND} for each decision.
 */
public final class TokenNetwork {
    static final int WIDTH = 24;
    static final int FIRST = 64;
    static final int SECOND = 32;

    /** Biases lie within this, so that no sum leaves an int. */
    static final int BIAS_LIMIT = 1 << 20;

    static final int LARGEST_SHIFT = 24;
    static final int LEAST_SHIFT = -8; // of the logits, shifted to the left

    private static final int LARGEST = 127; // of weights and activations
    private static final long MAX_TABLE = 1 << 24;

    private final TokenStreamSpec spec;
    private final boolean isGrid;
    private final Stage[] stages;
    private final byte[] bytes;

    /** What the network of a stage looks at: a stage and an offset from the token to come. */
    record Neighbour(int stage, int down, int right) {}

    /** Numbers of the network of a stage, as they are shipped. */
    record Weights(
            byte[][][] vectors, // [stage][rank][WIDTH]
            byte[][] first, // [neighbour x WIDTH][FIRST]
            int[] firstBias,
            byte[][] second, // [FIRST][SECOND]
            int[] secondBias,
            byte[][] nodes, // [node][SECOND]
            int[] nodeBias,
            int[] shifts) { // behind the first and the second layer and of the logits

        static Weights blank(List<CodeTree> trees, boolean isGrid, int stage) {
            int nodes = 1 << trees.get(stage).bits;
            byte[][][] vectors = new byte[trees.size()][][];
            Arrays.setAll(vectors, s -> new byte[trees.get(s).size][WIDTH]);
            return new Weights(
                    vectors,
                    new byte[neighbours(isGrid, trees.size(), stage).size() * WIDTH][FIRST],
                    new int[FIRST],
                    new byte[FIRST][SECOND],
                    new int[SECOND],
                    new byte[nodes][SECOND],
                    new int[nodes],
                    new int[3]);
        }

        List<byte[]> rows() {
            List<byte[]> rows = new ArrayList<>();
            for (byte[][] ofStage : vectors) {
                rows.addAll(Arrays.asList(ofStage));
            }
            rows.addAll(Arrays.asList(first));
            rows.addAll(Arrays.asList(second));
            rows.addAll(Arrays.asList(nodes));
            return rows;
        }

        List<int[]> biases() {
            return List.of(firstBias, secondBias, nodeBias);
        }

        int size() {
            return rows().stream().mapToInt(row -> row.length).sum()
                    + biases().stream().mapToInt(bias -> 4 * bias.length).sum()
                    + shifts.length;
        }
    }

    /** A network ready to run. */
    private record Stage(List<Neighbour> neighbours, int[][][] table, Weights weights, int[][] second, int[][] nodes) {}

    TokenNetwork(TokenStreamSpec spec, boolean isGrid, List<Weights> weights) {
        this.spec = spec;
        this.isGrid = isGrid;
        this.stages = new Stage[weights.size()];
        ByteBuffer out = ByteBuffer.allocate(
                        weights.stream().mapToInt(Weights::size).sum())
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int s = 0; s < stages.length; s++) {
            Weights w = weights.get(s);
            List<Neighbour> neighbours = neighbours(isGrid, stages.length, s);
            int[][][] table = new int[neighbours.size()][][];
            for (int n = 0; n < table.length; n++) {
                table[n] = products(w.vectors[neighbours.get(n).stage], w.first, n * WIDTH);
            }
            stages[s] = new Stage(neighbours, table, w, widened(w.second), widened(w.nodes));
            w.rows().forEach(out::put);
            w.biases().forEach(bias -> Arrays.stream(bias).forEach(out::putInt));
            Arrays.stream(w.shifts).forEach(shift -> out.put((byte) shift));
        }
        this.bytes = out.array();
    }

    /**
     * A network from its {@link #bytes}.
     *
     * @throws IllegalArgumentException when the codebooks are too large for a network
     * @throws CorruptBitstreamException when they are not those of a network of this spec
     */
    public static TokenNetwork of(TokenStreamSpec spec, boolean isGrid, byte[] bytes) throws CorruptBitstreamException {
        checkSize(spec, isGrid);
        List<CodeTree> trees = spec.trees(isGrid);
        List<Weights> weights = new ArrayList<>();
        int needed = 0;
        for (int s = 0; s < trees.size(); s++) {
            weights.add(Weights.blank(trees, isGrid, s));
            needed += weights.getLast().size();
        }
        if (bytes.length != needed) {
            throw new CorruptBitstreamException(
                    bytes.length, "network has " + bytes.length + " bytes, must have " + needed);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (Weights w : weights) {
            for (byte[] row : w.rows()) {
                for (int i = 0; i < row.length; i++) {
                    row[i] = (byte) checked(in, in.get(), -LARGEST, LARGEST);
                }
            }
            for (int[] bias : w.biases()) {
                for (int i = 0; i < bias.length; i++) {
                    bias[i] = checked(in, in.getInt(), -BIAS_LIMIT, BIAS_LIMIT);
                }
            }
            for (int i = 0; i < w.shifts.length; i++) {
                w.shifts[i] = checked(in, in.get(), i == w.shifts.length - 1 ? LEAST_SHIFT : 0, LARGEST_SHIFT);
            }
        }
        return new TokenNetwork(spec, isGrid, weights);
    }

    /** All numbers: for each stage the weights (i8), the biases (little-endian i32) and the shifts (i8). */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Whether this is a network of such tokens. */
    boolean fits(TokenStreamSpec other, boolean grid) {
        return isGrid == grid && Arrays.equals(spec.codebookSizes(), other.codebookSizes());
    }

    static void checkSize(TokenStreamSpec spec, boolean isGrid) {
        int[] sizes = spec.codebookSizes();
        long entries = 0;
        for (int s = 0; s < sizes.length; s++) {
            for (Neighbour neighbour : neighbours(isGrid, sizes.length, s)) {
                entries += (long) sizes[neighbour.stage] * FIRST;
            }
        }
        if (entries > MAX_TABLE) {
            throw new IllegalArgumentException("codebooks of " + Arrays.toString(sizes) + " make tables of " + entries
                    + " numbers, a network must have at most " + MAX_TABLE);
        }
    }

    /** What the network of {@code stage} looks at. */
    static List<Neighbour> neighbours(boolean isGrid, int stages, int stage) {
        List<Neighbour> list = new ArrayList<>();
        for (int s = 0; s < stage; s++) {
            list.add(new Neighbour(s, 0, 0));
        }
        if (isGrid) {
            int[][] offsets = {{0, -1}, {-1, 0}, {-1, -1}, {-1, 1}, {0, -2}, {-2, 0}, {-1, 2}, {-1, -2}};
            for (int[] offset : offsets) {
                list.add(new Neighbour(stage, offset[0], offset[1]));
            }
        } else {
            for (int back = 1; back <= 2; back++) {
                for (int s = 0; s < stages; s++) {
                    list.add(new Neighbour(s, 0, -back));
                }
            }
            for (int back = 3; back <= (stages == 1 ? 6 : 3); back++) {
                list.add(new Neighbour(0, 0, -back));
            }
        }
        return list;
    }

    private static int checked(ByteBuffer in, int value, int least, int most) throws CorruptBitstreamException {
        if (value < least || value > most) {
            throw new CorruptBitstreamException(
                    in.position() - 1,
                    "number of a network is " + value + ", must be in [" + least + ", " + most + "]");
        }
        return value;
    }

    private static int[][] products(byte[][] vectors, byte[][] first, int from) {
        int[][] table = new int[vectors.length][FIRST];
        for (int rank = 0; rank < vectors.length; rank++) {
            for (int i = 0; i < WIDTH; i++) {
                for (int j = 0; j < FIRST; j++) {
                    table[rank][j] += vectors[rank][i] * first[from + i][j];
                }
            }
        }
        return table;
    }

    private static int[][] widened(byte[][] rows) {
        int[][] wide = new int[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            wide[i] = new int[rows[i].length];
            for (int j = 0; j < wide[i].length; j++) {
                wide[i][j] = rows[i][j];
            }
        }
        return wide;
    }

    /** The activations of one walk over tokens; not safe to share. */
    final class Run {
        private final int[] first = new int[FIRST];
        private final int[] second = new int[SECOND];
        private Stage stage;

        /** Looks at the neighbours of the next token. */
        void prepare(TokenGrid grid) {
            stage = stages[grid.stage()];
            Weights w = stage.weights;
            System.arraycopy(w.firstBias, 0, first, 0, FIRST);
            for (int n = 0; n < stage.table.length; n++) {
                Neighbour at = stage.neighbours.get(n);
                int rank = grid.rank(at.stage, at.down, at.right);
                if (rank >= 0) {
                    add(first, stage.table[n][rank], 1);
                }
            }
            System.arraycopy(w.secondBias, 0, second, 0, SECOND);
            for (int i = 0; i < FIRST; i++) {
                int active = rectified(first[i], w.shifts[0]);
                if (active > 0) {
                    add(second, stage.second[i], active);
                }
            }
            for (int i = 0; i < SECOND; i++) {
                second[i] = rectified(second[i], w.shifts[1]);
            }
        }

        /** The prediction at a node of the next token's tree, stretched. */
        int logit(int node) {
            int sum = stage.weights.nodeBias[node];
            int[] row = stage.nodes[node];
            for (int i = 0; i < SECOND; i++) {
                sum += row[i] * second[i];
            }
            int shift = stage.weights.shifts[2];
            return LogisticTables.clamp(shift >= 0 ? sum >> shift : sum << -shift, LogisticTables.LIMIT);
        }

        private static int rectified(int sum, int shift) {
            return Math.min(LARGEST, Math.max(0, sum) >> shift);
        }

        private static void add(int[] sums, int[] row, int factor) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += row[i] * factor;
            }
        }
    }
}
