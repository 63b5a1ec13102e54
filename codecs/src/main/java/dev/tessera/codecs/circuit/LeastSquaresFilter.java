package dev.tessera.codecs.circuit;

/**
 * Linear prediction by recursive least squares in integers: exponentially forgetting normal equations, improved by half
 * a Gauss-Seidel sweep a sample (even and odd weights in turn) instead of an exact solution (the idea of Zakharov,
 * White, Liu 2008, "Low-complexity RLS algorithms using dichotomous coordinate descent iterations"). Sums and
 * quotients of integers only, so that encoder and decoder agree on every machine.
 *
 * <p>Inputs and targets are differences of samples, in [-510, 510]. O(n^2) a sample for n inputs.
 */
final class LeastSquaresFilter {
    /** Fraction bits of weights and of {@link #predict}. */
    static final int WEIGHT_BITS = 16;

    private static final int WEIGHT_LIMIT = 4 << WEIGHT_BITS;
    private static final int SCALE = 3; // so that a square of 1 survives the forgetting shift; 510^2 * 2^3 * 2^7 < 2^31
    private static final int REGULARIZATION = 256;

    private final int size;
    private final int memoryShift;
    private int turn;
    private final int[] covariance; // [size][size], lower triangle
    private final int[] correlation; // [size]
    private final int[] weights; // [size]
    final int[] inputs; // [size], written by the caller before predict

    /**
     * @param memoryShift forgetting factor 1 - 2^-memoryShift, at most 9
     * @param initialWeights in 1/65536
     */
    LeastSquaresFilter(int memoryShift, int[] initialWeights) {
        this.size = initialWeights.length;
        this.memoryShift = memoryShift;
        this.weights = initialWeights.clone();
        this.inputs = new int[size];
        this.covariance = new int[size * size];
        this.correlation = new int[size];
    }

    /** The prediction in 1/65536. */
    long predict() {
        long sum = 0;
        for (int i = 0; i < size; i++) {
            sum += (long) weights[i] * inputs[i];
        }
        return sum;
    }

    /** Learns that the inputs led to {@code target}. */
    void update(int target) {
        int n = size;
        for (int i = 0; i < n; i++) {
            int xi = inputs[i] << SCALE;
            int row = i * n;
            for (int j = 0; j <= i; j++) {
                int old = covariance[row + j];
                covariance[row + j] = old - (old >> memoryShift) + xi * inputs[j];
            }
            int old = correlation[i];
            correlation[i] = old - (old >> memoryShift) + xi * target;
        }
        turn ^= 1;
        for (int i = turn; i < n; i += 2) {
            int row = i * n;
            long gap = (long) correlation[i] << WEIGHT_BITS;
            for (int j = 0; j <= i; j++) {
                gap -= (long) covariance[row + j] * weights[j];
            }
            for (int j = i + 1; j < n; j++) {
                gap -= (long) covariance[j * n + i] * weights[j];
            }
            long step = gap / (covariance[row + i] + REGULARIZATION);
            long moved = weights[i] + step;
            weights[i] = (int) Math.max(-WEIGHT_LIMIT, Math.min(WEIGHT_LIMIT, moved));
        }
    }
}
