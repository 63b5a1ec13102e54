package dev.tessera.codecs.circuit;

import java.util.Arrays;
import java.util.SplittableRandom;

/** The oracle of the circuit tests: sums over every assignment of latents and variables, from the definition. */
final class Enumeration {
    final ChowLiuTree tree;
    final int states;
    final int[] alphabetSizes;
    final double[] prior;
    final double[][] transitions;
    final double[][] emissions;

    Enumeration(int[] parents, int states, int[] alphabetSizes, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        this.tree = ChowLiuTree.ofParents(parents);
        this.states = states;
        this.alphabetSizes = alphabetSizes;
        this.prior = rows(random, 1, states);
        this.transitions = new double[parents.length][];
        this.emissions = new double[parents.length][];
        for (int v = 0; v < parents.length; v++) {
            transitions[v] = rows(random, states, states);
            emissions[v] = rows(random, states, alphabetSizes[v]);
        }
    }

    private static double[] rows(SplittableRandom random, int rows, int columns) {
        double[] table = new double[rows * columns];
        for (int r = 0; r < rows; r++) {
            double sum = 0;
            for (int c = 0; c < columns; c++) {
                table[r * columns + c] = Math.pow(random.nextDouble(), 8) + 0.01;
                sum += table[r * columns + c];
            }
            for (int c = 0; c < columns; c++) {
                table[r * columns + c] /= sum;
            }
        }
        return table;
    }

    HiddenChowLiuTree circuit() {
        return new HiddenChowLiuTree(tree, alphabetSizes, prior, transitions, emissions);
    }

    /** p(evidence, z_variable = state); a variable of -1 leaves the latents free. */
    double probability(int[] evidence, int variable, int state) {
        int[] latents = new int[alphabetSizes.length];
        double sum = 0;
        for (boolean more = true; more; more = advance(latents)) {
            if (variable >= 0 && latents[variable] != state) {
                continue;
            }
            double p = prior[latents[tree.root()]];
            for (int v = 0; v < latents.length; v++) {
                int parent = tree.parents()[v];
                if (parent >= 0) {
                    p *= transitions[v][latents[parent] * states + latents[v]];
                }
                double emission = 0;
                for (int x = 0; x < alphabetSizes[v]; x++) {
                    if (evidence[v] < 0 || evidence[v] == x) {
                        emission += emissions[v][latents[v] * alphabetSizes[v] + x];
                    }
                }
                p *= emission;
            }
            sum += p;
        }
        return sum;
    }

    double probability(int[] evidence) {
        return probability(evidence, -1, 0);
    }

    double conditional(int variable, int symbol, int[] evidence) {
        int[] with = evidence.clone();
        with[variable] = symbol;
        int[] without = evidence.clone();
        without[variable] = HiddenChowLiuTree.MISSING;
        return probability(with) / probability(without);
    }

    int[] evidence(SplittableRandom random) {
        return Arrays.stream(alphabetSizes)
                .map(size -> random.nextInt(size + 1) - 1)
                .toArray();
    }

    private boolean advance(int[] latents) {
        for (int v = 0; v < latents.length; v++) {
            latents[v] = (latents[v] + 1) % states;
            if (latents[v] != 0) {
                return true;
            }
        }
        return false;
    }
}
