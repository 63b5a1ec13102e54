package dev.tessera.codebook;

import dev.tessera.codebook.internal.Covariance;
import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;

/**
 * Karhunen-Loeve transform (principal components): the orthonormal basis in which the training vectors are uncorrelated,
 * sorted by falling variance. Immutable.
 *
 * <p>{@link #transform} and {@link #inverse} are plain float multiplications and additions in a fixed order, without
 * fused multiply-add: the same bits on every machine.
 */
public final class Klt {
    private final int inputDim;
    private final int components;
    private final float[] mean; // [inputDim]
    private final float[] basis; // [components x inputDim], orthonormal rows
    private final float[][] rows; // [components][inputDim], the same
    private final float[][] columns; // [inputDim][components]
    private final double[] eigenvalues; // [components], empty when not known

    private Klt(int inputDim, int components, float[] mean, float[] basis, double[] eigenvalues) {
        this.inputDim = inputDim;
        this.components = components;
        this.mean = mean;
        this.basis = basis;
        this.eigenvalues = eigenvalues;
        this.rows = new float[components][inputDim];
        this.columns = new float[inputDim][components];
        for (int c = 0; c < components; c++) {
            for (int k = 0; k < inputDim; k++) {
                rows[c][k] = basis[c * inputDim + k];
                columns[k][c] = basis[c * inputDim + k];
            }
        }
    }

    /** {@link #fit(Latents, int, int)} on one thread. */
    public static Klt fit(Latents vectors, int components) {
        return fit(vectors, components, 1);
    }

    /**
     * Learns mean and basis from the covariance of {@code vectors}. The same vectors give the same basis for any thread
     * count. O(count x dim^2 + dim^3) time, 3 x dim^2 doubles of memory.
     *
     * <p>A basis vector's sign is chosen so that its component of largest magnitude is positive.
     *
     * @param components number of basis vectors to keep, in {@code [1, vectors.dim()]}
     * @throws IllegalArgumentException when there are no vectors, a value is not finite or components is out of range
     */
    public static Klt fit(Latents vectors, int components, int threads) {
        int d = vectors.dim();
        if (components < 1 || components > d) {
            throw new IllegalArgumentException("components is " + components + ", must be in [1, " + d + "]");
        }
        if (vectors.count() < 1) {
            throw new IllegalArgumentException("there are no vectors to learn from");
        }
        double[] mean = Covariance.mean(vectors);
        double[][] covariance = Covariance.of(vectors, mean, threads);
        EigenDecomposition eigen = new EigenDecomposition(new Array2DRowRealMatrix(covariance, false));
        float[] basis = new float[components * d];
        double[] eigenvalues = new double[components];
        for (int c = 0; c < components; c++) {
            eigenvalues[c] = Math.max(0, eigen.getRealEigenvalue(c)); // Commons Math sorts them, largest first
            double[] axis = eigen.getEigenvector(c).toArray();
            double sign = canonicalSign(axis);
            for (int k = 0; k < d; k++) {
                basis[c * d + k] = (float) (sign * axis[k]);
            }
        }
        return new Klt(d, components, toFloat(mean), basis, eigenvalues);
    }

    /**
     * A transform that was learned before; its {@link #eigenvalues()} are empty.
     *
     * @param mean {@code [inputDim]}
     * @param basis {@code [components x inputDim]}, orthonormal rows (not checked)
     */
    public static Klt of(int inputDim, int components, float[] mean, float[] basis) {
        if (inputDim < 1 || components < 1 || components > inputDim) {
            throw new IllegalArgumentException(
                    "components is " + components + ", must be in [1, inputDim = " + inputDim + "]");
        }
        if (mean.length != inputDim) {
            throw new IllegalArgumentException("mean has " + mean.length + " values, must have inputDim = " + inputDim);
        }
        if (basis.length != (long) components * inputDim) {
            throw new IllegalArgumentException("basis has " + basis.length
                    + " values, must have components x inputDim = " + components + " x " + inputDim);
        }
        return new Klt(inputDim, components, mean.clone(), basis.clone(), new double[0]);
    }

    /** Dimension of the vectors that {@link #transform} takes. */
    public int inputDim() {
        return inputDim;
    }

    /** Dimension of the vectors that {@link #transform} gives. */
    public int components() {
        return components;
    }

    /** A copy of the mean, {@code [inputDim]}. */
    public float[] mean() {
        return mean.clone();
    }

    /** A copy of the basis, {@code [components x inputDim]}, row-major. */
    public float[] basis() {
        return basis.clone();
    }

    /** Variance along each basis vector (divided by count, not count - 1), falling; empty for {@link #of}. */
    public double[] eigenvalues() {
        return eigenvalues.clone();
    }

    /** The first {@code kept} components of this transform. */
    public Klt truncate(int kept) {
        if (kept < 1 || kept > components) {
            throw new IllegalArgumentException("kept is " + kept + ", must be in [1, " + components + "]");
        }
        double[] values = Arrays.copyOf(eigenvalues, Math.min(kept, eigenvalues.length));
        return new Klt(inputDim, kept, mean, Arrays.copyOf(basis, kept * inputDim), values);
    }

    /** Coefficients basis x (x - mean) of every vector, on the same grid; dim becomes {@link #components()}. */
    public Latents transform(Latents vectors) {
        checkDim(vectors.dim(), inputDim);
        float[] x = vectors.data();
        float[] out = new float[Math.multiplyExact(vectors.count(), components)];
        float[] centred = new float[inputDim];
        float[] sums = new float[components];
        for (int i = 0; i < vectors.count(); i++) {
            for (int k = 0; k < inputDim; k++) {
                centred[k] = x[i * inputDim + k] - mean[k];
            }
            Arrays.fill(sums, 0);
            addRows(centred, 0, columns, sums);
            System.arraycopy(sums, 0, out, i * components, components);
        }
        return Latents.of(vectors.shape(), components, out);
    }

    /** Vectors mean + basis^T x coefficients, on the same grid; dim becomes {@link #inputDim()}. */
    public Latents inverse(Latents coefficients) {
        checkDim(coefficients.dim(), components);
        float[] y = coefficients.data();
        float[] out = new float[Math.multiplyExact(coefficients.count(), inputDim)];
        float[] sums = new float[inputDim];
        for (int i = 0; i < coefficients.count(); i++) {
            System.arraycopy(mean, 0, sums, 0, inputDim);
            addRows(y, i * components, rows, sums);
            System.arraycopy(sums, 0, out, i * inputDim, inputDim);
        }
        return Latents.of(coefficients.shape(), inputDim, out);
    }

    /**
     * {@code sums[j] += sum over r of weights[from + r] * rows[r][j]}, added in order of r. Four rows at a time keep a sum
     * in its register; the order of the additions to it stays the same. All arrays are indexed by j alone: with an offset C2
     * of JDK 25 must assume that they overlap and does not vectorize.
     */
    private static void addRows(float[] weights, int from, float[][] rows, float[] sums) {
        int r = 0;
        for (; r + 4 <= rows.length; r += 4) {
            addFour(weights, from + r, rows[r], rows[r + 1], rows[r + 2], rows[r + 3], sums);
        }
        for (; r < rows.length; r++) {
            float w = weights[from + r];
            float[] row = rows[r];
            for (int j = 0; j < sums.length; j++) {
                sums[j] += w * row[j];
            }
        }
    }

    private static void addFour(
            float[] weights, int from, float[] row0, float[] row1, float[] row2, float[] row3, float[] sums) {
        float w0 = weights[from];
        float w1 = weights[from + 1];
        float w2 = weights[from + 2];
        float w3 = weights[from + 3];
        for (int j = 0; j < sums.length; j++) {
            float sum = sums[j];
            sum = sum + w0 * row0[j];
            sum = sum + w1 * row1[j];
            sum = sum + w2 * row2[j];
            sum = sum + w3 * row3[j];
            sums[j] = sum;
        }
    }

    private static double canonicalSign(double[] axis) {
        double largest = 0;
        for (double value : axis) {
            if (Math.abs(value) > Math.abs(largest)) {
                largest = value;
            }
        }
        return largest < 0 ? -1 : 1;
    }

    private static float[] toFloat(double[] values) {
        float[] out = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            out[i] = (float) values[i];
        }
        return out;
    }

    private static void checkDim(int found, int expected) {
        if (found != expected) {
            throw new IllegalArgumentException("vectors have dim " + found + ", this transform takes " + expected);
        }
    }

    @Override
    public String toString() {
        return "Klt[" + inputDim + " -> " + components + "]";
    }
}
