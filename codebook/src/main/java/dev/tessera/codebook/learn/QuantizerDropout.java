package dev.tessera.codebook.learn;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.SplitMix64;
import java.util.Arrays;

/**
 * Quantizer dropout (Zeghidour et al. 2021, section III-C): in a training step a vector passes only the first n stages
 * of a residual quantizer, so that one model serves every bitrate. The variants differ in how n is drawn.
 *
 * <p>It acts on the network around the quantizer. Codebooks learned greedily from fixed vectors, as {@link
 * ResidualKMeans} learns them, do not change: n is independent of the vector, so dropping multiplies all terms of stage
 * s in the objective, |r_i - c|^2, by the same expected weight P(n > s), and k-means has the same minimum for any such
 * weight. There is therefore no learner of its own for it.
 */
public sealed interface QuantizerDropout {
    /** N, number of stages. */
    int stages();

    /**
     * The number of active stages of each row of one training step, in {@code [1, stages()]}.
     *
     * @param rows number of vectors or signals in the step, at least 0
     * @param seed of this step; the same seed gives the same numbers
     */
    int[] activeStages(int rows, long seed);

    /** The expected share of rows that pass stage s, for each s, {@code [stages]}: 1 for stage 0, never rising. */
    double[] survival();

    /**
     * lucidrains: the last active stage is uniform in {@code [cutoff, stages)}, the same for all rows of a step; with
     * {@code multiple} above 1 the number of active stages is rounded up to a multiple of it (at most all).
     *
     * @param stages at least 1
     * @param cutoff lowest stage that may be the last, counted from 0, in {@code [0, stages)}
     * @param multiple at least 1
     */
    record LastActive(int stages, int cutoff, int multiple) implements QuantizerDropout {
        public LastActive {
            requireStages(stages);
            if (cutoff < 0 || cutoff >= stages) {
                throw new IllegalArgumentException("cutoff is " + cutoff + ", must be in [0, " + stages + ")");
            }
            Checks.requireAtLeast(1, multiple, "multiple");
        }

        @Override
        public int[] activeStages(int rows, long seed) {
            int last = cutoff + new SplitMix64(seed).nextInt(stages - cutoff);
            return constant(rows, active(last));
        }

        private int active(int last) {
            long rounded = ((long) last + multiple) / multiple * multiple; // last + 1, rounded up
            return (int) Math.min(stages, rounded);
        }

        @Override
        public double[] survival() {
            double[] survival = new double[stages];
            for (int last = cutoff; last < stages; last++) {
                for (int s = 0; s < active(last); s++) {
                    survival[s]++;
                }
            }
            for (int s = 0; s < stages; s++) {
                survival[s] /= stages - cutoff;
            }
            return survival;
        }
    }

    /**
     * DAC: the first {@code floor(share x rows)} rows of a step get a number each, uniform in {@code [1, stages]}; the
     * others keep all stages. DAC's share is 0.5.
     *
     * @param stages at least 1
     * @param share in [0, 1]
     */
    record PartOfRows(int stages, double share) implements QuantizerDropout {
        public PartOfRows {
            requireStages(stages);
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException("share is " + share + ", must be in [0, 1]");
            }
        }

        @Override
        public int[] activeStages(int rows, long seed) {
            int[] active = constant(rows, stages);
            SplitMix64 random = new SplitMix64(seed);
            int dropped = (int) (share * rows);
            for (int i = 0; i < dropped; i++) {
                active[i] = 1 + random.nextInt(stages);
            }
            return active;
        }

        /** Of many rows; with few, floor(share x rows) / rows takes the place of the share. */
        @Override
        public double[] survival() {
            double[] survival = new double[stages];
            for (int s = 0; s < stages; s++) {
                survival[s] = 1 - share * s / stages;
            }
            return survival;
        }
    }

    /**
     * Mimi: one number for all rows of a step, uniform in {@code [1, stages]}.
     *
     * @param stages at least 1
     */
    record PerStep(int stages) implements QuantizerDropout {
        public PerStep {
            requireStages(stages);
        }

        @Override
        public int[] activeStages(int rows, long seed) {
            return constant(rows, 1 + new SplitMix64(seed).nextInt(stages));
        }

        @Override
        public double[] survival() {
            double[] survival = new double[stages];
            for (int s = 0; s < stages; s++) {
                survival[s] = (double) (stages - s) / stages;
            }
            return survival;
        }
    }

    private static void requireStages(int stages) {
        Checks.requireAtLeast(1, stages, "stages");
    }

    private static int[] constant(int rows, int value) {
        int[] values = new int[Checks.requireAtLeast(0, rows, "rows")];
        Arrays.fill(values, value);
        return values;
    }
}
