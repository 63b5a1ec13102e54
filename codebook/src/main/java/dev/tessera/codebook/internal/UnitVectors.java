package dev.tessera.codebook.internal;

/**
 * Vectors scaled to Euclidean norm 1: squares summed in order of dimension in double precision, the same bits
 * everywhere.
 */
public final class UnitVectors {
    private UnitVectors() {}

    /** Euclidean norm of {@code x[offset .. offset + dim)}; neither overflows nor underflows. */
    public static double norm(float[] x, int offset, int dim) {
        double sum = 0;
        for (int k = 0; k < dim; k++) {
            double value = x[offset + k];
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    /**
     * Writes the scaled vector of {@code x[offset .. offset + dim)}; zero stays zero.
     *
     * @return the norm before
     */
    public static double scale(float[] x, int offset, float[] target, int targetOffset, int dim) {
        double norm = norm(x, offset, dim);
        double divisor = norm == 0 ? 1 : norm;
        for (int k = 0; k < dim; k++) {
            target[targetOffset + k] = (float) (x[offset + k] / divisor);
        }
        return norm;
    }

    /** All {@code count} rows of {@code x}, scaled. */
    public static float[] scaleRows(float[] x, int count, int dim) {
        float[] out = new float[Math.multiplyExact(count, dim)];
        for (int i = 0; i < count; i++) {
            scale(x, i * dim, out, i * dim, dim);
        }
        return out;
    }
}
