package dev.tessera.codecs.tensor;

import java.util.List;

/**
 * The axes of a tensor as the coder sees them, row-major {@code [groups x steps x channels]}. A <em>track</em> is one channel of
 * one group; it has parameters of its own, which only pay when it has some steps. So short series are joined: first those of
 * all groups, then all channels too.
 */
record Axes(int groups, int steps, int channels) {
    private static final int LEAST_STEPS = 16;

    static Axes of(List<Integer> shape) {
        int rank = shape.size();
        if (shape.contains(0)) {
            return new Axes(0, 0, 0);
        }
        int groups = 1;
        for (int axis = 0; axis < rank - 2; axis++) {
            groups *= shape.get(axis);
        }
        int steps = shape.get(Math.max(0, rank - 2));
        int channels = rank == 1 ? 1 : shape.getLast();
        if (steps < LEAST_STEPS) {
            steps *= groups;
            groups = 1;
        }
        if (steps < LEAST_STEPS) {
            steps *= channels;
            channels = 1;
        }
        return new Axes(groups, steps, channels);
    }

    /** Position of the first value of a group. */
    int start(int group) {
        return group * steps * channels;
    }

    /** The first {@code target.length} values of a track whose group begins at {@code start}. */
    void gather(float[] values, int start, int channel, float[] target) {
        for (int t = 0; t < target.length; t++) {
            target[t] = values[start + t * channels + channel];
        }
    }
}
