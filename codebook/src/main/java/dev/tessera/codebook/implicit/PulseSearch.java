package dev.tessera.codebook.implicit;

import java.util.Arrays;

/** Search for the pulse vector of a latent, with room to work in for one thread. */
final class PulseSearch {
    private final int dim;
    private final int total;
    private final double[] magnitudes; // [dim] of the latent
    private final int[] pulses; // [dim] of the result, magnitudes until the signs are put in
    private double dot; // of magnitudes and pulses
    private long squares; // of pulses

    PulseSearch(int dim, int total) {
        this.dim = dim;
        this.total = total;
        this.magnitudes = new double[dim];
        this.pulses = new int[dim];
    }

    /** The result of the last run; the next one overwrites it. */
    int[] pulses() {
        return pulses;
    }

    /** Chooses the pulses for {@code x[from .. from + dim)}; returns the projection on their direction. */
    double run(float[] x, int from) {
        double sum = 0;
        for (int d = 0; d < dim; d++) {
            magnitudes[d] = Math.abs(x[from + d]);
            sum += magnitudes[d];
        }
        if (!(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
            Arrays.fill(pulses, 0);
            pulses[0] = total;
            return 0;
        }
        int left = total - project(sum);
        for (; left > 0; left--) {
            add(best(-1), 1);
        }
        improve();
        for (int d = 0; d < dim; d++) {
            if (x[from + d] < 0) {
                pulses[d] = -pulses[d];
            }
        }
        return dot / Math.sqrt((double) squares);
    }

    /** Rounds the scaled latent towards zero, so that never more than all pulses are set; returns how many are. */
    private int project(double sum) {
        dot = 0;
        squares = 0;
        int set = 0;
        for (int d = 0; d < dim; d++) {
            int count = (int) (total * magnitudes[d] / sum);
            pulses[d] = 0;
            add(d, count);
            set += count;
        }
        return set;
    }

    private void add(int d, int count) {
        dot += count * magnitudes[d];
        squares += (long) count * (2L * pulses[d] + count);
        pulses[d] += count;
    }

    /** The dimension other than {@code barred} where one more pulse gives the largest normalised correlation. */
    private int best(int barred) {
        int best = -1;
        double most = -1;
        for (int d = 0; d < dim; d++) {
            double along = dot + magnitudes[d];
            double score = along * along / (squares + 2L * pulses[d] + 1);
            if (score > most && d != barred) {
                most = score;
                best = d;
            }
        }
        return best;
    }

    /** Moves single pulses while that raises the correlation; every dimension is tried as the source in turn. */
    private void improve() {
        boolean moved = dim > 1;
        while (moved) {
            moved = false;
            for (int source = 0; source < dim; source++) {
                if (pulses[source] == 0) {
                    continue;
                }
                double before = dot;
                double score = dot * dot / squares;
                add(source, -1);
                int target = best(source);
                add(target, 1);
                if (dot * dot / squares > score * (1 + 0x1p-40)) { // more than rounding, so that it ends
                    moved = true;
                } else {
                    add(target, -1);
                    add(source, 1);
                    dot = before;
                }
            }
        }
    }
}
