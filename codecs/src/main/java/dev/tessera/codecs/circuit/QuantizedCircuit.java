package dev.tessera.codecs.circuit;

import dev.tessera.codecs.CorruptBitstreamException;
import java.util.Arrays;

/**
 * A {@link HiddenChowLiuTree} in integers: what the coders use. Every row of every table is a distribution in
 * 1/2^{@value #WEIGHT_BITS} that sums to one exactly and has no zero, messages are renormalized to
 * {@value #MESSAGE_BITS} bits after each product, so all conditionals are the same integers on every machine.
 *
 * <p>Immutable and safe to share; {@link Inference} holds the state of one coder.
 */
public final class QuantizedCircuit {
    /** Most latent states of a variable. */
    public static final int MAX_STATES = 256;

    /** Most symbols of a variable. */
    public static final int MAX_ALPHABET = 1 << 13;

    /** Most variables. */
    public static final int MAX_VARIABLES = 1 << 12;

    /** Conditionals sum to 2^{@value}. */
    public static final int TOTAL_BITS = 20;

    private static final int MAX_PAIR_TABLE = 512;

    static final int WEIGHT_BITS = 15;
    static final int MESSAGE_BITS = 15;

    private final ChowLiuTree tree;
    private final int states;
    private final int[] alphabetSizes;
    private final int[] prior; // [states]
    private final int[][] transitions; // [variables][state * states + parent state]: columns, so that products stream
    private final long[][] pairs; // [variables]: transitions for matrixVector
    private final int[][] likelihoods; // [variables][symbol * states + state], p(x | z)
    private final int[][]
            leafMessages; // [variables][symbol * states + parent state], p(x | z_parent); null at inner nodes
    private final int[] partner; // [variables]: the sibling leaf that shares pairMessages with this one, or -1
    private final int[][]
            pairMessages; // [variables][(symbol * partner's alphabet + partner's symbol) * states + parent state]

    private QuantizedCircuit(
            ChowLiuTree tree, int[] alphabetSizes, int[] prior, int[][] transitions, int[][] likelihoods) {
        this.tree = tree;
        this.states = prior.length;
        this.alphabetSizes = alphabetSizes;
        this.prior = prior;
        this.transitions = transitions;
        this.likelihoods = likelihoods;
        this.pairs = new long[tree.size()][];
        for (int v = 0; v < pairs.length; v++) {
            pairs[v] = paired(transitions[v], states);
        }
        this.leafMessages = new int[tree.size()][];
        boolean[] inner = new boolean[tree.size()];
        for (int parent : tree.parents()) {
            if (parent >= 0) {
                inner[parent] = true;
            }
        }
        for (int v = 0; v < inner.length; v++) {
            if (!inner[v] && v != tree.root()) {
                leafMessages[v] = leafMessages(v);
            }
        }
        this.partner = new int[tree.size()];
        this.pairMessages = new int[tree.size()][];
        Arrays.fill(partner, -1);
        int[] parents = tree.parents();
        for (int v = 0; v < partner.length; v++) {
            for (int u = v + 1; u < partner.length && partner[v] < 0; u++) {
                if (leafMessages[v] != null
                        && leafMessages[u] != null
                        && parents[u] == parents[v]
                        && partner[u] < 0
                        && (long) alphabetSizes[v] * alphabetSizes[u] <= MAX_PAIR_TABLE) {
                    partner[v] = u;
                    partner[u] = v;
                    pairMessages[v] = pairMessages(v, u);
                }
            }
        }
    }

    static QuantizedCircuit of(
            ChowLiuTree tree, int[] alphabetSizes, double[] prior, double[][] transitions, double[][] emissions) {
        int variables = tree.size();
        int states = prior.length;
        checkSize("states", states, MAX_STATES);
        checkSize("variables", variables, MAX_VARIABLES);
        int[][] columns = new int[variables][];
        int[][] likelihoods = new int[variables][];
        for (int v = 0; v < variables; v++) {
            checkSize("alphabetSizes[" + v + "]", alphabetSizes[v], MAX_ALPHABET);
            columns[v] = v == tree.root() ? new int[0] : transposed(transitions[v], states, states);
            likelihoods[v] = transposed(emissions[v], states, alphabetSizes[v]);
        }
        return new QuantizedCircuit(tree, alphabetSizes.clone(), quantized(prior, 0, states), columns, likelihoods);
    }

    private static void checkSize(String name, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(name + " is " + value + ", must be in [1, " + most + "]");
        }
    }

    private static int[] transposed(double[] table, int rows, int columns) {
        int[] result = new int[table.length];
        for (int r = 0; r < rows; r++) {
            int[] row = quantized(table, r * columns, columns);
            for (int c = 0; c < columns; c++) {
                result[c * rows + r] = row[c];
            }
        }
        return result;
    }

    /** A row in 1/2^WEIGHT_BITS, each entry at least 1, the largest taking the rounding. */
    private static int[] quantized(double[] table, int from, int length) {
        int one = 1 << WEIGHT_BITS;
        int[] row = new int[length];
        int sum = 0;
        int largest = 0;
        for (int i = 0; i < length; i++) {
            row[i] = 1 + (int) (table[from + i] * (one - length));
            sum += row[i];
            largest = row[i] > row[largest] ? i : largest;
        }
        row[largest] += one - sum;
        return row;
    }

    /** The tree of the latents. */
    public ChowLiuTree tree() {
        return tree;
    }

    /** Number of latent states. */
    public int states() {
        return states;
    }

    /** Number of symbols of each variable. */
    public int[] alphabetSizes() {
        return alphabetSizes.clone();
    }

    /**
     * What the likeliest block costs at least, in 2^-{@value #TOTAL_BITS} bits; 0 when no variable has a choice. A
     * conditional is a mixture of the rows of a table, so no symbol is likelier than in the best row, and log2(1 / p) is
     * at least 1 - p.
     */
    long leastCost() {
        long cost = 0;
        for (int v = 0; v < alphabetSizes.length; v++) {
            if (alphabetSizes[v] > 1) {
                int best = Arrays.stream(likelihoods[v]).max().orElseThrow();
                int frequency = (best << TOTAL_BITS - WEIGHT_BITS) + alphabetSizes[v] + 1; // rounding included
                cost += Math.max(1, (1 << TOTAL_BITS) - frequency);
            }
        }
        return cost;
    }

    /** A coder's working state over this circuit; not safe to share. */
    public Inference inference() {
        return new Inference();
    }

    /** The tables as bytes: see {@link #read}. */
    byte[] write() {
        TableBytes.Writer out = new TableBytes.Writer();
        out.put16(tree.size());
        out.put16(states);
        for (int v = 0; v < tree.size(); v++) {
            out.put16(tree.parents()[v] + 1);
            out.put16(alphabetSizes[v]);
        }
        out.putAll16(prior);
        for (int v = 0; v < tree.size(); v++) {
            out.putAll16(transitions[v]);
            out.putAll16(likelihoods[v]);
        }
        return out.bytes();
    }

    /**
     * Reads what {@link #write} wrote: 16-bit big-endian counts of variables and states, per variable its parent plus
     * 1 and its alphabet, the prior, per variable transitions and likelihoods; tables in 1/2^{@value #WEIGHT_BITS}.
     */
    static QuantizedCircuit read(TableBytes.Reader in) throws CorruptBitstreamException {
        int variables = in.get16("variables", 1, MAX_VARIABLES);
        int states = in.get16("states", 1, MAX_STATES);
        int[] parents = new int[variables];
        int[] alphabetSizes = new int[variables];
        for (int v = 0; v < variables; v++) {
            parents[v] = in.get16("parent", 0, variables) - 1;
            alphabetSizes[v] = in.get16("alphabet size", 1, MAX_ALPHABET);
        }
        ChowLiuTree tree;
        try {
            tree = ChowLiuTree.ofParents(parents);
        } catch (IllegalArgumentException e) {
            throw new CorruptBitstreamException(in.position(), "no tree: " + e.getMessage());
        }
        int[] prior = in.getRows(1, states);
        int[][] transitions = new int[variables][];
        int[][] likelihoods = new int[variables][];
        for (int v = 0; v < variables; v++) {
            transitions[v] = v == tree.root() ? new int[0] : in.getRows(states, states);
            likelihoods[v] = in.getRows(states, alphabetSizes[v]);
        }
        return new QuantizedCircuit(tree, alphabetSizes, prior, transitions, likelihoods);
    }

    /**
     * Exact integer inference: conditionals in depth-first order for coding, and the posterior of the root's latent for
     * mixture coders.
     *
     * <p>In depth-first order the unobserved part of the circuit hangs below the variable in question and sums to
     * one, so a conditional needs one matrix-vector product to come down from the parent, and a finished subtree one
     * to go up: 2 (D - 1) products for a block of D variables. That is within the O(log D) times the circuit's size
     * that Liu, Mandt and Van den Broeck 2022 (theorem 1) give for circuits in general, and lower: the orders of
     * their proof are needed only where a circuit is not a tree of latents.
     */
    public final class Inference {
        private final int[] order = tree.order();
        private final int[] parents = tree.parents();
        private final int[][] inside; // [variables][states]: p(observed in the subtree of v | z_v)
        private final int[][] belief; // [variables][states]: p(z_v | observed so far), scaled
        private final int[] product = new int[states];
        private final long[] sums = new long[states];
        private final long[] halves = new long[states + 1 >> 1];
        private final boolean[] seen = new boolean[tree.size()]; // evidence has reached inside[v]
        private final int[] frequencies;
        private int step;
        private long products;

        private Inference() {
            inside = new int[order.length][states];
            belief = new int[order.length][states];
            int largest = 0;
            for (int size : alphabetSizes) {
                largest = Math.max(largest, size);
            }
            frequencies = new int[largest];
            begin();
        }

        /** Starts a block: nothing is observed. */
        public void begin() {
            step = 0;
            enter();
        }

        /** The variable whose turn it is, -1 after the last one. */
        public int variable() {
            return step < order.length ? order[step] : -1;
        }

        /**
         * The distribution of {@link #variable()} given the variables observed since {@link #begin}: frequencies of at
         * least 1 that sum to 2^{@value QuantizedCircuit#TOTAL_BITS}. The array is overwritten by the next call.
         */
        public int[] frequencies() {
            int v = order[step];
            int alphabet = alphabetSizes[v];
            int[] table = likelihoods[v];
            int[] weights = belief[v];
            long sum = 0;
            for (int z = 0; z < states; z++) {
                sum += weights[z];
            }
            // rows of the table sum to 2^WEIGHT_BITS exactly, so the mixture sums to this
            long total = sum << WEIGHT_BITS;
            long spare = (1L << TOTAL_BITS) - alphabet;
            int given = 0;
            int largest = 0;
            for (int x = 0; x < alphabet; x++) {
                long mass = 0;
                for (int z = 0; z < states; z++) {
                    mass += (long) weights[z] * table[x * states + z];
                }
                frequencies[x] = 1 + (int) (mass * spare / total);
                given += frequencies[x];
                largest = frequencies[x] > frequencies[largest] ? x : largest;
            }
            frequencies[largest] += (1 << TOTAL_BITS) - given;
            return frequencies;
        }

        /** Observes {@link #variable()} and moves to the next one. */
        public void observe(int symbol) {
            int v = order[step];
            if (symbol < 0 || symbol >= alphabetSizes[v]) {
                throw new IllegalArgumentException(
                        "symbol of variable " + v + " is " + symbol + ", must be in [0, " + alphabetSizes[v] + ")");
            }
            multiply(inside[v], likelihoods[v], symbol * states, states);
            multiply(belief[v], likelihoods[v], symbol * states, states);
            step++;
            int next = step < order.length ? parents[order[step]] : -1;
            for (int done = v; done != next && parents[done] >= 0; done = parents[done]) {
                upward(done);
                multiply(inside[parents[done]], product, 0, states);
                multiply(belief[parents[done]], product, 0, states);
            }
            if (step < order.length) {
                enter();
            }
        }

        /** Matrix-vector products done so far: what the complexity is counted in. */
        public long products() {
            return products;
        }

        /**
         * The posterior of the root's latent given any evidence in the other variables, at most
         * 2^{@value QuantizedCircuit#MESSAGE_BITS} each and at least 1, not normalized; [states]. The array is
         * overwritten by the next call, and so is a block begun.
         *
         * @param evidence [variables]; {@link HiddenChowLiuTree#MISSING} entries are summed out; the root's is ignored
         */
        public int[] rootPosterior(int[] evidence) {
            int root = order[0];
            System.arraycopy(prior, 0, belief[root], 0, states);
            Arrays.fill(seen, false);
            for (int k = order.length - 1; k > 0; k--) {
                int v = order[k];
                int symbol = evidence[v];
                int mate = partner[v];
                if (mate >= 0 && symbol != HiddenChowLiuTree.MISSING && evidence[mate] != HiddenChowLiuTree.MISSING) {
                    if (v < mate) {
                        fold(parents[v], pairMessages[v], (symbol * alphabetSizes[mate] + evidence[mate]) * states);
                    }
                } else if (symbol != HiddenChowLiuTree.MISSING && leafMessages[v] != null) {
                    fold(parents[v], leafMessages[v], symbol * states);
                } else {
                    if (symbol != HiddenChowLiuTree.MISSING) {
                        fold(v, likelihoods[v], symbol * states);
                    }
                    if (seen[v]) { // an unobserved subtree sums to one
                        upward(v);
                        fold(parents[v], product, 0);
                    }
                }
            }
            return belief[root];
        }

        private void fold(int variable, int[] message, int from) {
            if (variable == order[0]) {
                multiply(belief[variable], message, from, states);
            } else if (seen[variable]) {
                multiply(inside[variable], message, from, states);
            } else {
                System.arraycopy(message, from, inside[variable], 0, states);
                seen[variable] = true;
            }
        }

        private void enter() {
            int v = order[step];
            Arrays.fill(inside[v], 1 << MESSAGE_BITS - 1);
            if (parents[v] < 0) {
                System.arraycopy(prior, 0, belief[v], 0, states);
            } else {
                downward(transitions[v], belief[parents[v]], belief[v]);
            }
        }

        private void upward(int variable) {
            products++;
            matrixVector(pairs[variable], inside[variable], product, halves);
            normalize(product, states);
        }

        private void downward(int[] columns, int[] message, int[] result) {
            products++;
            long any = 0;
            for (int j = 0; j < states; j++) {
                long sum = 0;
                for (int i = 0; i < states; i++) {
                    sum += (long) columns[j * states + i] * message[i];
                }
                sums[j] = sum;
                any |= sum;
            }
            int right = Math.max(0, 64 - MESSAGE_BITS - Long.numberOfLeadingZeros(any));
            for (int j = 0; j < states; j++) {
                result[j] = (int) Math.max(1, sums[j] >>> right);
            }
        }
    }

    private static void multiply(int[] message, int[] factor, int from, int states) {
        int any = 0;
        for (int z = 0; z < states; z++) {
            int p = message[z] * factor[from + z];
            message[z] = p;
            any |= p;
        }
        shift(message, states, any);
    }

    /** p(x_v | parent state) for a variable whose latent has no children, one row of states a symbol. */
    private int[] leafMessages(int v) {
        int[] table = new int[alphabetSizes[v] * states];
        int[] row = new int[states];
        long[] sums = new long[states + 1 >> 1];
        for (int x = 0; x < alphabetSizes[v]; x++) {
            int[] likelihood = Arrays.copyOfRange(likelihoods[v], x * states, (x + 1) * states);
            matrixVector(pairs[v], likelihood, row, sums);
            normalize(row, states);
            System.arraycopy(row, 0, table, x * states, states);
        }
        return table;
    }

    /** The product of the messages of two leaves of one parent, so that evidence in both costs one multiplication. */
    private int[] pairMessages(int v, int u) {
        int[] table = new int[alphabetSizes[v] * alphabetSizes[u] * states];
        int[] row = new int[states];
        for (int x = 0; x < alphabetSizes[v]; x++) {
            for (int y = 0; y < alphabetSizes[u]; y++) {
                System.arraycopy(leafMessages[v], x * states, row, 0, states);
                multiply(row, leafMessages[u], y * states, states);
                System.arraycopy(row, 0, table, (x * alphabetSizes[u] + y) * states, states);
            }
        }
        return table;
    }

    /**
     * {@code result[i] = sum over j of p(j | i) message[j]}. Two parent states share a long: rows sum to 2^15 and
     * messages stay below 2^15, so no sum reaches 2^30 and the halves cannot meet.
     */
    private static void matrixVector(long[] pairs, int[] message, int[] result, long[] sums) {
        int half = sums.length;
        Arrays.fill(sums, 0);
        int j = 0;
        for (; j <= message.length - 4; j += 4) { // four columns at a time: fewer loads and stores of the sums
            int a = j * half;
            int b = a + half;
            int c = b + half;
            int d = c + half;
            long m0 = message[j];
            long m1 = message[j + 1];
            long m2 = message[j + 2];
            long m3 = message[j + 3];
            for (int i = 0; i < half; i++) {
                sums[i] += pairs[a + i] * m0 + pairs[b + i] * m1 + pairs[c + i] * m2 + pairs[d + i] * m3;
            }
        }
        for (; j < message.length; j++) {
            for (int i = 0; i < half; i++) {
                sums[i] += pairs[j * half + i] * message[j];
            }
        }
        for (int i = 0; i < message.length; i++) {
            result[i] = (int) (sums[i >> 1] >>> 32 * (i & 1));
        }
    }

    /** [state][(states + 1) / 2]: column entries of parent states 2 i and 2 i + 1 in the halves of a long. */
    private static long[] paired(int[] columns, int states) {
        int half = states + 1 >> 1;
        long[] pairs = new long[half * states];
        for (int k = 0; k < columns.length; k++) {
            int i = k % states;
            pairs[k / states * half + (i >> 1)] |= (long) columns[k] << 32 * (i & 1);
        }
        return pairs;
    }

    private static void normalize(int[] message, int states) {
        int any = 0;
        for (int z = 0; z < states; z++) {
            any |= message[z];
        }
        shift(message, states, any);
    }

    /** Brings the largest entry to MESSAGE_BITS bits; none falls below 1. */
    private static void shift(int[] message, int states, int any) {
        int right = 32 - MESSAGE_BITS - Integer.numberOfLeadingZeros(any);
        if (right >= 0) {
            for (int z = 0; z < states; z++) {
                message[z] = Math.max(1, message[z] >>> right);
            }
        } else {
            for (int z = 0; z < states; z++) {
                message[z] = message[z] << -right;
            }
        }
    }
}
