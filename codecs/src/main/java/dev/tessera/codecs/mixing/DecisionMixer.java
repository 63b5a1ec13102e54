package dev.tessera.codecs.mixing;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * Two layers of logistic mixing in integers (Mattern 2012; Mahoney 2005): several weight sets, each chosen by a
 * context of
 * its own, see the same stretched predictions; a small second layer weighs their results. Trained on line by the coding
 * error of each set.
 */
final class DecisionMixer {
    private static final int WEIGHT_LIMIT = 8 << 16; // with inputs of 11 bits a product stays below 2^30
    private static final int RATE = 6; // of 2^18 by 2^4

    private final int sets;
    private final int[][][] weights; // [set][choice][width]: rows of their own, for loops that the compiler vectorizes
    private final int[] outer; // [choice of the second layer x sets]
    private final int[] inputs;
    private final int[][] rows;
    private final int[] dots;
    private int outerOffset;
    private int stretched;

    /**
     * @param inputCount number of predictions
     * @param choices number of contexts of each weight set
     */
    DecisionMixer(int inputCount, int[] choices, int outerChoices, int initialWeight) {
        int width = inputCount + 7 & -8;
        this.sets = choices.length;
        this.weights = new int[sets][][];
        for (int i = 0; i < sets; i++) {
            weights[i] = new int[choices[i]][width];
            for (int[] row : weights[i]) {
                Arrays.fill(row, initialWeight);
            }
        }
        this.outer = new int[outerChoices * sets];
        Arrays.fill(outer, 65536 / sets);
        this.inputs = new int[width];
        this.rows = new int[sets][];
        this.dots = new int[sets];
    }

    /** What was learnt, live. */
    Stream<Learnt> state() {
        return Stream.concat(Arrays.stream(weights).flatMap(Arrays::stream), Stream.of(outer))
                .map(values -> Learnt.within(WEIGHT_LIMIT, values));
    }

    private DecisionMixer(DecisionMixer other) {
        this.sets = other.sets;
        this.weights = new int[sets][][];
        for (int i = 0; i < sets; i++) {
            weights[i] = new int[other.weights[i].length][];
            for (int c = 0; c < weights[i].length; c++) {
                weights[i][c] = other.weights[i][c].clone();
            }
        }
        this.outer = other.outer.clone();
        this.inputs = other.inputs.clone();
        this.rows = new int[sets][];
        this.dots = new int[sets];
    }

    /** An independent mixer in the same state; its weight sets are yet to be chosen. */
    DecisionMixer copy() {
        return new DecisionMixer(this);
    }

    int stateBytes() {
        int values = outer.length;
        for (int[][] set : weights) {
            values += set.length * inputs.length;
        }
        return Integer.BYTES * values;
    }

    void save(ByteBuffer out) {
        for (int[][] set : weights) {
            for (int[] row : set) {
                for (int weight : row) {
                    out.putInt(weight);
                }
            }
        }
        for (int weight : outer) {
            out.putInt(weight);
        }
    }

    void restore(ByteBuffer in) {
        for (int[][] set : weights) {
            for (int[] row : set) {
                for (int i = 0; i < row.length; i++) {
                    row[i] = LogisticTables.clamp(in.getInt(), WEIGHT_LIMIT);
                }
            }
        }
        for (int i = 0; i < outer.length; i++) {
            outer[i] = LogisticTables.clamp(in.getInt(), WEIGHT_LIMIT);
        }
    }

    /** The predictions to mix, stretched; the caller writes them. */
    int[] inputs() {
        return inputs;
    }

    void choose(int set, int choice) {
        rows[set] = weights[set][choice];
    }

    /** The mixed prediction, stretched. */
    int mix(int outerChoice) {
        outerOffset = outerChoice * sets;
        long sum = 0;
        for (int i = 0; i < sets; i++) {
            dots[i] = LogisticTables.clamp(dot(rows[i], inputs) >> 8, LogisticTables.LIMIT);
            sum += (long) outer[outerOffset + i] * dots[i];
        }
        stretched = (int) Math.max(-LogisticTables.LIMIT, Math.min(LogisticTables.LIMIT, sum >> 16));
        return stretched;
    }

    void update(int bit) {
        int target = bit << 16;
        int error = target - LogisticTables.squash(stretched);
        for (int i = 0; i < sets; i++) {
            int moved = outer[outerOffset + i] + ((dots[i] * (error >> 1) + (1 << 15)) >> 16);
            outer[outerOffset + i] = LogisticTables.clamp(moved, WEIGHT_LIMIT);
            int step = (target - LogisticTables.squash(dots[i])) * RATE >> 4;
            train(rows[i], inputs, step);
        }
    }

    private static int dot(int[] row, int[] inputs) {
        int sum = 0;
        for (int i = 0; i < row.length; i++) {
            sum += row[i] * inputs[i] >> 8;
        }
        return sum;
    }

    private static void train(int[] row, int[] inputs, int step) {
        for (int i = 0; i < row.length; i++) {
            int moved = row[i] + (inputs[i] * step + (1 << 13) >> 14);
            row[i] = Math.max(-WEIGHT_LIMIT, Math.min(WEIGHT_LIMIT, moved));
        }
    }
}
