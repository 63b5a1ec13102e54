package dev.tessera.codecs.circuit;

import dev.tessera.codecs.CorruptBitstreamException;

/**
 * Input units of the query variable: for every latent state a mixture of logistic densities of zero mean, tabulated
 * as a cumulative distribution over errors in 1/8 steps. The scales are a fixed grid; the weights are learned.
 */
final class ErrorMixture {
    /** Scales of the grid: 0.04 x 1.5^k sample steps. */
    static final int SCALES = 20;

    static final int WEIGHT_BITS = 12;

    /** Errors at or beyond this have the same cumulative probability. */
    static final int REACH = 4096;

    private static final char[][] LOGISTIC = new char[SCALES][REACH];

    static {
        for (int k = 0; k < SCALES; k++) {
            double scale = scale(k);
            for (int t = 0; t < REACH; t++) {
                double p = 1 / (1 + StrictMath.exp(-t / (scale * SamplePredictor.UNIT)));
                LOGISTIC[k][t] = (char) Math.min(65535, StrictMath.round(65536 * p));
            }
        }
    }

    private final int states;
    private final int[] weights; // [states][SCALES], rows sum to 2^WEIGHT_BITS
    private final char[] cumulative; // [REACH][states]: p(error < t) in 1/65536
    private final int[] levels; // [states]

    ErrorMixture(int states, int[] weights) {
        this.states = states;
        this.weights = weights;
        this.cumulative = new char[REACH * states];
        this.levels = new int[states];
        for (int h = 0; h < states; h++) {
            int mean = 0;
            for (int k = 0; k < SCALES; k++) {
                mean += weights[h * SCALES + k] * k;
            }
            levels[h] = mean * 16 >> WEIGHT_BITS;
            for (int t = 0; t < REACH; t++) {
                int sum = 0;
                for (int k = 0; k < SCALES; k++) {
                    sum += weights[h * SCALES + k] * LOGISTIC[k][t];
                }
                cumulative[t * states + h] = (char) (sum >> WEIGHT_BITS);
            }
        }
    }

    /** Scale of a grid point in sample steps. */
    static double scale(int k) {
        return 0.04 * StrictMath.pow(1.5, k);
    }

    int[] weights() {
        return weights;
    }

    static ErrorMixture read(TableBytes.Reader in, int states) throws CorruptBitstreamException {
        int start = in.position();
        int[] weights = new int[states * SCALES];
        for (int h = 0; h < states; h++) {
            int sum = 0;
            for (int i = h * SCALES; i < (h + 1) * SCALES; i++) {
                weights[i] = in.get16("scale weight", 0, 1 << WEIGHT_BITS);
                sum += weights[i];
            }
            if (sum != 1 << WEIGHT_BITS) {
                throw new CorruptBitstreamException(
                        start, "scale weights sum to " + sum + ", must be " + (1 << WEIGHT_BITS));
            }
        }
        return new ErrorMixture(states, weights);
    }

    /** Mean grid position of a state, in 1/16 grid steps: how far its errors reach. */
    int level(int state) {
        return levels[state];
    }

    /** Sum over states of posterior x p(error < t), for posteriors that sum to less than 2^15; t in 1/8 steps. */
    int mass(int[] posterior, int total, int t) {
        int from = Math.min(Math.abs(t), REACH - 1) * states;
        int sum = 0;
        for (int h = 0; h < states; h++) {
            sum += posterior[h] * cumulative[from + h];
        }
        return t >= 0 ? sum : (total << 16) - sum;
    }
}
