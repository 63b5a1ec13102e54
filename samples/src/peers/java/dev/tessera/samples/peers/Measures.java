package dev.tessera.samples.peers;

import java.util.List;

/** What the comparisons with peers share. */
final class Measures {
    private Measures() {}

    static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** Length of the difference over that of {@code right}; of {@code wrong} as many values count as {@code right} has. */
    static double error(float[] wrong, float[] right) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < right.length; i++) {
            difference += Math.pow(wrong[i] - right[i], 2);
            size += Math.pow(right[i], 2);
        }
        return Math.sqrt(difference / size);
    }

    static float[] transposed(float[] x, int rows, int columns) {
        float[] out = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            out[i % columns * rows + i / columns] = x[i];
        }
        return out;
    }
}
