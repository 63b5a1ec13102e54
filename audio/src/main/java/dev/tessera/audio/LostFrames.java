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

    /**
     * Puts lost frames on a straight line between the means of their next neighbours, which say more of what comes far from them than
     * the nearest one alone.
     *
     * @param data {@code [frames][dim]}
     * @param reach neighbours on either side, at most
     * @param first frame from which on gaps are bridged
     */
    static void bridge(int[][] data, boolean[] lost, int reach, int first) {
        int from = first;
        while (from < lost.length) {
            int to = from;
            while (to < lost.length && lost[to]) {
                to++;
            }
            int begin = from;
            while (begin > 0 && from - begin < reach && !lost[begin - 1]) {
                begin--;
            }
            int end = to;
            while (end < lost.length && end - to < reach && !lost[end]) {
                end++;
            }
            if (end - to + from - begin > 0) {
                bridge(data, begin, from, to, end);
            }
            from = to + 1;
        }
    }

    /** The gap from {@code from} to {@code to}, from the frames of {@code begin} to {@code end} around it. */
    private static void bridge(int[][] data, int begin, int from, int to, int end) {
        for (int d = 0; from < to && d < data[from].length; d++) {
            double before = begin < from ? mean(data, d, begin, from) : mean(data, d, to, end);
            double after = to < end ? mean(data, d, to, end) : before;
            for (int f = from; f < to; f++) {
                data[f][d] = (int) StrictMath.rint(before + (after - before) * (f - from + 1) / (to - from + 1));
            }
        }
    }

    private static double mean(int[][] data, int d, int from, int to) {
        long sum = 0;
        for (int f = from; f < to; f++) {
            sum += data[f][d];
        }
        return (double) sum / (to - from);
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
