package dev.tessera.codecs.circuit;

import java.util.Arrays;

/**
 * A hidden Chow-Liu tree: a latent variable of {@code states} states beside every observed variable, the latents
 * joined as the Chow-Liu tree joins the variables (Liu, Van den Broeck 2021, "Tractable regularization of
 * probabilistic circuits", section 4; Liu, Mandt, Van den Broeck 2022, "Lossless compression with probabilistic
 * circuits", section 4.1).
 *
 * <p>Unrolled it is a smooth, decomposable probabilistic circuit of D (H^2 + H A) edges: sum units are rows of the
 * transition tables, product units join the children of a latent state, input units are rows of the emission tables.
 * Any marginal and any conditional is therefore exact in one pass, O(D (H^2 + H)).
 *
 * <p>p(x) = sum over z of p(z_root) product over v of p(z_v | z_parent(v)) p(x_v | z_v).
 *
 * <p>Immutable, in doubles: learn with {@link HiddenChowLiuLearner}, code with {@link #quantize()}.
 */
public final class HiddenChowLiuTree {
    /** In evidence: this variable is not observed and is summed out. */
    public static final int MISSING = -1;

    private final ChowLiuTree tree;
    private final int[] parents;
    private final int states;
    private final int[] alphabetSizes;
    private final double[] prior; // [states]
    private final double[][] transitions; // [variables][parent state * states + state], empty at the root
    private final double[][] emissions; // [variables][state * alphabetSize + symbol]

    /**
     * @param alphabetSizes [variables], each at least 1
     * @param prior [states], distribution of the root's latent
     * @param transitions [variables][states x states], rows p(z_v | z_parent); the root's entry may be empty
     * @param emissions [variables][states x alphabetSizes[v]], rows p(x_v | z_v)
     * @throws IllegalArgumentException unless every row is a distribution to within 1e-6
     */
    public HiddenChowLiuTree(
            ChowLiuTree tree, int[] alphabetSizes, double[] prior, double[][] transitions, double[][] emissions) {
        this.tree = tree;
        this.parents = tree.parents();
        this.states = prior.length;
        this.alphabetSizes = alphabetSizes.clone();
        this.prior = prior.clone();
        int variables = tree.size();
        if (alphabetSizes.length != variables || transitions.length != variables || emissions.length != variables) {
            throw new IllegalArgumentException("alphabetSizes, transitions, emissions have " + alphabetSizes.length
                    + ", " + transitions.length + ", " + emissions.length + " entries, must have " + variables);
        }
        this.transitions = new double[variables][];
        this.emissions = new double[variables][];
        checkRows("prior", prior, 1, states);
        for (int v = 0; v < variables; v++) {
            boolean root = v == tree.root();
            this.transitions[v] = root ? new double[0] : transitions[v].clone();
            this.emissions[v] = emissions[v].clone();
            if (!root) {
                checkRows("transitions[" + v + "]", transitions[v], states, states);
            }
            checkRows("emissions[" + v + "]", emissions[v], states, alphabetSizes[v]);
        }
    }

    private static void checkRows(String name, double[] table, int rows, int columns) {
        if (columns < 1 || table.length != rows * columns) {
            throw new IllegalArgumentException(
                    name + " has " + table.length + " entries, must be " + rows + " x " + columns);
        }
        for (int r = 0; r < rows; r++) {
            double sum = 0;
            for (int i = r * columns; i < (r + 1) * columns; i++) {
                if (!(table[i] >= 0)) {
                    throw new IllegalArgumentException(name + "[" + i + "] is " + table[i] + ", must be at least 0");
                }
                sum += table[i];
            }
            if (!(Math.abs(sum - 1) <= 1e-6)) {
                throw new IllegalArgumentException(name + " row " + r + " sums to " + sum + ", must sum to 1");
            }
        }
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

    /** Natural logarithm of the marginal probability of the observed entries of {@code evidence}. */
    public double logMarginal(int[] evidence) {
        double[][] upward = new double[tree.size()][];
        return upwardPass(evidence, upward);
    }

    /**
     * p(x_variable | the other observed entries of {@code evidence}); [alphabetSize]. The variable's own entry is
     * ignored.
     */
    public double[] conditional(int variable, int[] evidence) {
        double[] posterior = latentPosterior(variable, evidence);
        int alphabet = alphabetSizes[variable];
        double[] distribution = new double[alphabet];
        for (int z = 0; z < states; z++) {
            for (int x = 0; x < alphabet; x++) {
                distribution[x] += posterior[z] * emissions[variable][z * alphabet + x];
            }
        }
        return distribution;
    }

    /** p(z_variable | the observed entries of {@code evidence} but the variable's own); [states]. */
    public double[] latentPosterior(int variable, int[] evidence) {
        int[] others = evidence.clone();
        others[variable] = MISSING;
        double[][] upward = new double[tree.size()][];
        upwardPass(others, upward);
        double[] belief = prior.clone();
        int[] path = pathFromRoot(variable);
        for (int i = 0; ; i++) {
            int v = path[i];
            multiply(belief, v, others[v]);
            int next = i + 1 < path.length ? path[i + 1] : -1;
            for (int child = 0; child < tree.size(); child++) {
                if (parents[child] == v && child != next) {
                    multiply(belief, towardsParent(child, upward[child]));
                }
            }
            normalize(belief);
            if (next < 0) {
                return belief;
            }
            belief = fromParent(next, belief);
        }
    }

    /** The same circuit in integers, for coding. */
    public QuantizedCircuit quantize() {
        return QuantizedCircuit.of(tree, alphabetSizes, prior, transitions, emissions);
    }

    double[] prior() {
        return prior;
    }

    double[] transitions(int variable) {
        return transitions[variable];
    }

    double[] emissions(int variable) {
        return emissions[variable];
    }

    /**
     * Fills {@code upward[v][z]} with p(evidence below and at v | z_v) up to a factor, and returns the log marginal.
     */
    private double upwardPass(int[] evidence, double[][] upward) {
        if (evidence.length != tree.size()) {
            throw new IllegalArgumentException(
                    "evidence has " + evidence.length + " entries, must have " + tree.size());
        }
        for (int v = 0; v < evidence.length; v++) {
            if (evidence[v] < MISSING || evidence[v] >= alphabetSizes[v]) {
                throw new IllegalArgumentException(
                        "evidence[" + v + "] is " + evidence[v] + ", must be in [-1, " + alphabetSizes[v] + ")");
            }
        }
        int[] order = tree.order();
        double log = 0;
        for (int v = 0; v < upward.length; v++) {
            upward[v] = new double[states];
            Arrays.fill(upward[v], 1);
        }
        for (int i = order.length - 1; i >= 0; i--) {
            int v = order[i];
            multiply(upward[v], v, evidence[v]);
            if (parents[v] >= 0) {
                log += normalize(upward[v]);
                multiply(upward[parents[v]], towardsParent(v, upward[v]));
            }
        }
        double total = 0;
        double[] top = upward[tree.root()];
        for (int z = 0; z < states; z++) {
            total += prior[z] * top[z];
        }
        return log + StrictMath.log(total);
    }

    private int[] pathFromRoot(int variable) {
        int length = 0;
        for (int v = variable; v >= 0; v = parents[v]) {
            length++;
        }
        int[] path = new int[length];
        for (int v = variable; v >= 0; v = parents[v]) {
            path[--length] = v;
        }
        return path;
    }

    private void multiply(double[] message, int variable, int symbol) {
        if (symbol != MISSING) {
            for (int z = 0; z < states; z++) {
                message[z] *= emissions[variable][z * alphabetSizes[variable] + symbol];
            }
        }
    }

    private static void multiply(double[] message, double[] factor) {
        for (int z = 0; z < message.length; z++) {
            message[z] *= factor[z];
        }
    }

    private double[] towardsParent(int variable, double[] message) {
        double[] result = new double[states];
        for (int i = 0; i < states; i++) {
            double sum = 0;
            for (int j = 0; j < states; j++) {
                sum += transitions[variable][i * states + j] * message[j];
            }
            result[i] = sum;
        }
        return result;
    }

    private double[] fromParent(int variable, double[] belief) {
        double[] result = new double[states];
        for (int i = 0; i < states; i++) {
            for (int j = 0; j < states; j++) {
                result[j] += belief[i] * transitions[variable][i * states + j];
            }
        }
        return result;
    }

    /** Divides by the sum and returns its logarithm; all zero stays, with logarithm -infinity. */
    private static double normalize(double[] message) {
        double sum = 0;
        for (double value : message) {
            sum += value;
        }
        if (sum > 0) {
            for (int z = 0; z < message.length; z++) {
                message[z] /= sum;
            }
        }
        return StrictMath.log(sum);
    }
}
