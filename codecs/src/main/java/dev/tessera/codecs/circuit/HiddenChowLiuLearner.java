package dev.tessera.codecs.circuit;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Learns a {@link HiddenChowLiuTree} by expectation maximization (Dempster, Laird, Rubin 1977; for circuits Poon,
 * Domingos 2011). The same samples, configuration and seed give the same tree; one thread.
 */
public final class HiddenChowLiuLearner {
    private final int states;
    private final int iterations;
    private final double pseudoCount;
    private final long seed;

    /**
     * @param states latent states H of each variable, in [1, 256]
     * @param iterations passes over the samples, at least 1
     * @param pseudoCount added to every expected count, above 0, so that no probability is zero
     * @param seed of the initial tables
     */
    public HiddenChowLiuLearner(int states, int iterations, double pseudoCount, long seed) {
        if (states < 1 || states > QuantizedCircuit.MAX_STATES) {
            throw new IllegalArgumentException(
                    "states is " + states + ", must be in [1, " + QuantizedCircuit.MAX_STATES + "]");
        }
        if (iterations < 1) {
            throw new IllegalArgumentException("iterations is " + iterations + ", must be at least 1");
        }
        if (!(pseudoCount > 0) || pseudoCount == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("pseudoCount is " + pseudoCount + ", must be above 0 and finite");
        }
        this.states = states;
        this.iterations = iterations;
        this.pseudoCount = pseudoCount;
        this.seed = seed;
    }

    /**
     * Learns from samples; {@link HiddenChowLiuTree#MISSING} entries are summed out. O(iterations N D H^2).
     *
     * @param samples [samples x variables]
     * @param alphabetSizes [variables]
     */
    public HiddenChowLiuTree fit(ChowLiuTree tree, int[][] samples, int[] alphabetSizes) {
        HiddenChowLiuTree model = initial(tree, samples, alphabetSizes);
        for (int i = 0; i < iterations; i++) {
            model = refine(model, samples);
        }
        return model;
    }

    /** One EM pass: without pseudo counts the likelihood of the samples never falls. */
    public HiddenChowLiuTree refine(HiddenChowLiuTree model, int[][] samples) {
        return new Pass(model).run(samples);
    }

    /**
     * States start as soft quantiles of their variable, with noise to break ties: EM then starts from an ordered
     * solution instead of a symmetric one.
     */
    private HiddenChowLiuTree initial(ChowLiuTree tree, int[][] samples, int[] alphabetSizes) {
        SplittableRandom random = new SplittableRandom(seed);
        int variables = tree.size();
        double[] prior = new double[states];
        Arrays.fill(prior, 1.0 / states);
        double[][] transitions = new double[variables][states * states];
        double[][] emissions = new double[variables][];
        for (int v = 0; v < variables; v++) {
            int alphabet = alphabetSizes[v];
            double[] counts = new double[alphabet];
            Arrays.fill(counts, pseudoCount);
            for (int[] sample : samples) {
                if (sample[v] != HiddenChowLiuTree.MISSING) {
                    counts[sample[v]]++;
                }
            }
            scaleRow(counts, 0, alphabet);
            emissions[v] = new double[states * alphabet];
            for (int z = 0; z < states; z++) {
                double below = 0;
                for (int x = 0; x < alphabet; x++) {
                    double distance = (below + counts[x] / 2) * states - z - 0.5;
                    below += counts[x];
                    emissions[v][z * alphabet + x] =
                            counts[x] * (StrictMath.exp(-Math.abs(distance)) + 0.05 * random.nextDouble() + 1e-3);
                }
                scaleRow(emissions[v], z * alphabet, alphabet);
                for (int j = 0; j < states; j++) {
                    transitions[v][z * states + j] =
                            StrictMath.exp(-0.5 * Math.abs(z - j)) + 0.05 * random.nextDouble() + 1e-3;
                }
                scaleRow(transitions[v], z * states, states);
            }
        }
        return new HiddenChowLiuTree(tree, alphabetSizes, prior, transitions, emissions);
    }

    private static void scaleRow(double[] table, int from, int length) {
        double sum = 0;
        for (int i = from; i < from + length; i++) {
            sum += table[i];
        }
        for (int i = from; i < from + length; i++) {
            table[i] /= sum;
        }
    }

    /** Expected counts of one pass. */
    private final class Pass {
        private final HiddenChowLiuTree model;
        private final int[] order;
        private final int[] parents;
        private final int[] alphabetSizes;
        private final double[][] likelihood; // [variables][states]: p(evidence in the subtree of v | z_v), scaled
        private final double[][] message; // [variables][states]: the same given z_parent
        private final double[][] outside; // [variables][states]: p(z_v, evidence outside the subtree), scaled
        private final double[] priorCounts;
        private final double[][] transitionCounts;
        private final double[][] emissionCounts;

        Pass(HiddenChowLiuTree model) {
            this.model = model;
            this.order = model.tree().order();
            this.parents = model.tree().parents();
            this.alphabetSizes = model.alphabetSizes();
            int variables = order.length;
            int h = model.states();
            likelihood = new double[variables][h];
            message = new double[variables][h];
            outside = new double[variables][h];
            priorCounts = new double[h];
            Arrays.fill(priorCounts, pseudoCount);
            transitionCounts = new double[variables][h * h];
            emissionCounts = new double[variables][];
            for (int v = 0; v < variables; v++) {
                Arrays.fill(transitionCounts[v], pseudoCount);
                emissionCounts[v] = new double[h * alphabetSizes[v]];
                Arrays.fill(emissionCounts[v], pseudoCount);
            }
        }

        HiddenChowLiuTree run(int[][] samples) {
            for (int[] sample : samples) {
                upward(sample);
                downward(sample);
            }
            int h = model.states();
            scaleRow(priorCounts, 0, h);
            for (int v = 0; v < order.length; v++) {
                for (int z = 0; z < h; z++) {
                    scaleRow(transitionCounts[v], z * h, h);
                    scaleRow(emissionCounts[v], z * alphabetSizes[v], alphabetSizes[v]);
                }
            }
            return new HiddenChowLiuTree(model.tree(), alphabetSizes, priorCounts, transitionCounts, emissionCounts);
        }

        private void upward(int[] sample) {
            int h = model.states();
            for (int v = 0; v < order.length; v++) {
                double[] emissions = model.emissions(v);
                for (int z = 0; z < h; z++) {
                    likelihood[v][z] =
                            sample[v] == HiddenChowLiuTree.MISSING ? 1 : emissions[z * alphabetSizes[v] + sample[v]];
                }
            }
            for (int k = order.length - 1; k > 0; k--) {
                int v = order[k];
                double[] below = likelihood[v];
                scaleRow(below, 0, h);
                double[] transitions = model.transitions(v);
                double[] up = likelihood[parents[v]];
                for (int i = 0; i < h; i++) {
                    double sum = 0;
                    for (int j = 0; j < h; j++) {
                        sum += transitions[i * h + j] * below[j];
                    }
                    message[v][i] = sum;
                    up[i] *= sum;
                }
                scaleRow(up, 0, h); // a node of many children would underflow
            }
        }

        private void downward(int[] sample) {
            int h = model.states();
            double[] joint = new double[h * h];
            for (int k = 0; k < order.length; k++) {
                int v = order[k];
                double[] posterior = new double[h];
                if (k == 0) {
                    outside[v] = model.prior().clone();
                } else {
                    int parent = parents[v];
                    double[] transitions = model.transitions(v);
                    double total = 0;
                    Arrays.fill(outside[v], 0);
                    for (int i = 0; i < h; i++) {
                        double rest = outside[parent][i] * likelihood[parent][i] / message[v][i];
                        for (int j = 0; j < h; j++) {
                            double p = rest * transitions[i * h + j];
                            outside[v][j] += p;
                            joint[i * h + j] = p * likelihood[v][j];
                            total += joint[i * h + j];
                        }
                    }
                    for (int i = 0; i < h * h; i++) {
                        transitionCounts[v][i] += joint[i] / total;
                    }
                    scaleRow(outside[v], 0, h);
                }
                for (int z = 0; z < h; z++) {
                    posterior[z] = outside[v][z] * likelihood[v][z];
                }
                scaleRow(posterior, 0, h);
                for (int z = 0; z < h; z++) {
                    if (k == 0) {
                        priorCounts[z] += posterior[z];
                    }
                    if (sample[v] != HiddenChowLiuTree.MISSING) {
                        emissionCounts[v][z * alphabetSizes[v] + sample[v]] += posterior[z];
                    }
                }
            }
        }
    }
}
