package dev.tessera.audio;

/** Frames of which nothing was read, {@code [frames x dim]}. Where there is no other frame they stay as they are. */
final class LostFrames {
    private LostFrames() {}

    /** Puts lost frames on a straight line between their neighbours. */
    static void interpolate(float[] data, int dim, boolean[] lost) {
        int before = -1;
        for (int f = 0; f < lost.length; f++) {
            if (!lost[f]) {
                before = f;
                continue;
            }
            int after = f;
            while (after < lost.length && lost[after]) {
                after++;
            }
            int a = before < 0 ? after : before;
            if (a == lost.length) {
                return;
            }
            int b = after == lost.length ? before : after;
            float weight = a == b ? 0 : (float) (f - a) / (b - a);
            for (int d = 0; d < dim; d++) {
                float from = data[a * dim + d];
                data[f * dim + d] = from + weight * (data[b * dim + d] - from);
            }
        }
    }

    /** Puts the mean of the other frames in the place of lost ones. */
    static void average(float[] data, int dim, boolean[] lost) {
        double[] sums = new double[dim];
        int count = 0;
        for (int f = 0; f < lost.length; f++) {
            if (!lost[f]) {
                count++;
                for (int d = 0; d < dim; d++) {
                    sums[d] += data[f * dim + d];
                }
            }
        }
        for (int f = 0; f < lost.length; f++) {
            for (int d = 0; lost[f] && count > 0 && d < dim; d++) {
                data[f * dim + d] = (float) (sums[d] / count);
            }
        }
    }
}
