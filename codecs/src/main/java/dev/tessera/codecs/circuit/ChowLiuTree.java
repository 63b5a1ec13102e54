package dev.tessera.codecs.circuit;

import java.util.Arrays;

/**
 * The tree over discrete variables that keeps most of their dependence: the maximum spanning tree of pairwise mutual
 * information (Chow, Liu 1968, "Approximating discrete probability distributions with dependence trees"), found by
 * Prim's algorithm.
 *
 * @param parents {@code parents[v]} is the parent of variable v, -1 for the root
 * @param order the variables, every parent before its children, every subtree contiguous (depth first)
 */
public record ChowLiuTree(int[] parents, int[] order) {
    /** Copies and checks: one root, no cycle, {@code order} a depth-first order of the tree. */
    public ChowLiuTree {
        parents = parents.clone();
        order = order.clone();
        if (parents.length == 0 || !Arrays.equals(order, depthFirst(parents))) {
            throw new IllegalArgumentException("order is " + Arrays.toString(order)
                    + ", must be the depth-first order of parents " + Arrays.toString(parents));
        }
    }

    /** A tree given by its parents; children are visited in ascending order. */
    public static ChowLiuTree ofParents(int[] parents) {
        return new ChowLiuTree(parents, depthFirst(parents));
    }

    /**
     * Learns the tree. O(D^2 (N + A^2)) for N samples of D variables.
     *
     * @param samples [samples x variables], symbols of variable v in {@code [0, alphabetSizes[v])}, none missing
     * @param alphabetSizes [variables]
     * @param root the variable to hang the tree from; it does not change the distribution, only the coding order
     */
    public static ChowLiuTree learn(int[][] samples, int[] alphabetSizes, int root) {
        int variables = alphabetSizes.length;
        if (root < 0 || root >= variables) {
            throw new IllegalArgumentException("root is " + root + ", must be in [0, " + variables + ")");
        }
        if (samples.length == 0) {
            throw new IllegalArgumentException("samples is empty, must hold at least 1");
        }
        double[][] information = new double[variables][variables];
        for (int a = 0; a < variables; a++) {
            for (int b = 0; b < a; b++) {
                information[a][b] = mutualInformation(samples, a, alphabetSizes[a], b, alphabetSizes[b]);
                information[b][a] = information[a][b];
            }
        }
        int[] parents = new int[variables];
        Arrays.fill(parents, root);
        parents[root] = -1;
        boolean[] joined = new boolean[variables];
        joined[root] = true;
        for (int edges = 1; edges < variables; edges++) {
            int best = -1;
            for (int v = 0; v < variables; v++) {
                if (!joined[v] && (best < 0 || information[v][parents[v]] > information[best][parents[best]])) {
                    best = v;
                }
            }
            joined[best] = true;
            for (int v = 0; v < variables; v++) {
                if (!joined[v] && information[v][best] > information[v][parents[v]]) {
                    parents[v] = best;
                }
            }
        }
        return ofParents(parents);
    }

    /** Mutual information of two variables over the samples, in nats, at least 0 up to rounding. */
    static double mutualInformation(int[][] samples, int a, int sizeOfA, int b, int sizeOfB) {
        double[] joint = new double[sizeOfA * sizeOfB];
        double[] countA = new double[sizeOfA];
        double[] countB = new double[sizeOfB];
        for (int[] sample : samples) {
            joint[sample[a] * sizeOfB + sample[b]]++;
            countA[sample[a]]++;
            countB[sample[b]]++;
        }
        double n = samples.length;
        double sum = 0;
        for (int i = 0; i < sizeOfA; i++) {
            for (int j = 0; j < sizeOfB; j++) {
                double count = joint[i * sizeOfB + j];
                if (count > 0) {
                    sum += count / n * StrictMath.log(count * n / (countA[i] * countB[j]));
                }
            }
        }
        return sum;
    }

    /** Number of variables. */
    public int size() {
        return parents.length;
    }

    /** The variable without a parent. */
    public int root() {
        return order[0];
    }

    @Override
    public int[] parents() {
        return parents.clone();
    }

    @Override
    public int[] order() {
        return order.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChowLiuTree tree
                && Arrays.equals(parents, tree.parents)
                && Arrays.equals(order, tree.order);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(parents) + Arrays.hashCode(order);
    }

    @Override
    public String toString() {
        return "ChowLiuTree[parents=" + Arrays.toString(parents) + "]";
    }

    private static int[] depthFirst(int[] parents) {
        int n = parents.length;
        int[] order = new int[n];
        int[] stack = new int[n];
        int depth = 0;
        for (int v = 0; v < n; v++) {
            if (parents[v] < -1 || parents[v] >= n) {
                throw new IllegalArgumentException(
                        "parents[" + v + "] is " + parents[v] + ", must be in [-1, " + n + ")");
            }
            if (parents[v] == -1) {
                stack[depth++] = v;
            }
        }
        if (depth != 1) {
            throw new IllegalArgumentException("parents hold " + depth + " roots, must be 1");
        }
        int found = 0;
        while (depth > 0) {
            int v = stack[--depth];
            order[found++] = v;
            for (int c = n - 1; c >= 0; c--) {
                if (parents[c] == v) {
                    stack[depth++] = c;
                }
            }
        }
        if (found != n) {
            throw new IllegalArgumentException("parents reach " + found + " of " + n + " variables: there is a cycle");
        }
        return order;
    }
}
