package dev.tessera.codecs.mixing;

import java.util.Arrays;
import java.util.stream.Stream;

/**
 * A logistic regression of its own at every node of the upper levels of a decision tree, learnt on line in integers:
 * what
 * the vectors of the neighbourhood say of this one decision.
 */
final class NodeRegression {
    /** Deeper nodes see too little to learn from. */
    static final int NODES = 1 << 12;

    private static final int WEIGHT_LIMIT = 8 << 16;
    private static final int RATE_SHIFT = 15; // 2^-7 with errors of 16 and features of 8 bits

    private final int width;
    private final int nodes;
    private final int[][] weights; // [stage x node][width], null = nothing learnt
    private int row;
    private int stretched;

    NodeRegression(int stages, int nodes, int width) {
        this.width = width;
        this.nodes = Math.min(NODES, nodes);
        this.weights = new int[stages * this.nodes][];
    }

    /** What was learnt, live: rows for all nodes, so that the number of arrays depends on the spec only. */
    Stream<Learnt> state() {
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] == null) {
                weights[i] = new int[width];
            }
        }
        return Arrays.stream(weights).map(values -> Learnt.within(WEIGHT_LIMIT, values));
    }

    /** The stretched prediction, within {@link LogisticTables#LIMIT}; 0 where there is no regression. */
    int predict(int stage, int node, int[] features) {
        row = node < nodes ? stage * nodes + node : -1;
        stretched = row < 0 || weights[row] == null
                ? 0
                : LogisticTables.clamp(dot(weights[row], features) >> 8, LogisticTables.LIMIT);
        return stretched;
    }

    void update(int bit, int[] features) {
        if (row < 0) {
            return;
        }
        if (weights[row] == null) {
            weights[row] = new int[width];
        }
        train(weights[row], features, (bit << 16) - LogisticTables.squash(stretched));
    }

    private static int dot(int[] weights, int[] features) {
        int sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i] * features[i] >> 8;
        }
        return sum;
    }

    private static void train(int[] weights, int[] features, int error) {
        for (int i = 0; i < weights.length; i++) {
            int moved = weights[i] + (features[i] * error + (1 << RATE_SHIFT - 1) >> RATE_SHIFT);
            weights[i] = Math.max(-WEIGHT_LIMIT, Math.min(WEIGHT_LIMIT, moved));
        }
    }
}
