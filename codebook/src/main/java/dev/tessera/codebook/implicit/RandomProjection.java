package dev.tessera.codebook.implicit;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.SeededGaussian;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.codebook.internal.kernels.NearestKernel;
import java.util.Arrays;

/**
 * The random-projection quantizer of BEST-RQ (Chiu et al. 2022, equation 1): index = the code c, of a random book of
 * unit vectors, nearest to A z / |A z|, where z is the input with mean 0 and variance 1 in every dimension and A a
 * random matrix. Nothing is learned but the mean and scale. It gives indices only; {@link RandomProjectionQuantizer}
 * adds a way back.
 *
 * <p>From the seed come, in this order, A, {@code [dim x projectedDim]}, row by row, normal with variance 2 / (dim +
 * projectedDim) (Xavier), and the codes, row by row, normal and divided by their length. Every draw is one of
 * Box-Muller's pair on SplitMix64, computed by {@code StrictMath}: the same seed gives the same bits on every machine.
 *
 * <p>A vector whose projection is zero or not finite takes index 0.
 */
public final class RandomProjection {
    private final long seed;
    private final float[] mean;
    private final float[] scale;
    private final double[][] projection; // [dim][projectedDim]
    private final Codebook codes;
    private final NearestKernel kernel;

    /**
     * @param codebookSize K, at least 1; 8192 in the paper
     * @param projectedDim dimension of the codes, at least 1; 16 in the paper
     * @param mean {@code [dim]}, subtracted from the input, all finite, at least one
     * @param scale {@code [dim]}, multiplies the difference, all finite
     */
    public RandomProjection(long seed, int codebookSize, int projectedDim, float[] mean, float[] scale) {
        Checks.requireAtLeast(1, codebookSize, "codebookSize");
        Checks.requireAtLeast(1, projectedDim, "projectedDim");
        Checks.requireAtLeast(1, mean.length, "the length of mean");
        if (scale.length != mean.length) {
            throw new IllegalArgumentException(
                    "scale has " + scale.length + " values, must have as many as mean, " + mean.length);
        }
        Checks.requireFinite(mean, "mean");
        Checks.requireFinite(scale, "scale");
        this.seed = seed;
        this.mean = mean.clone();
        this.scale = scale.clone();
        SeededGaussian gaussian = new SeededGaussian(seed);
        double deviation = Math.sqrt(2.0 / (mean.length + (double) projectedDim));
        this.projection = new double[mean.length][projectedDim];
        for (double[] row : projection) {
            for (int p = 0; p < projectedDim; p++) {
                row[p] = deviation * gaussian.next();
            }
        }
        this.codes = Codebook.of(codebookSize, projectedDim, unitVectors(gaussian, codebookSize, projectedDim));
        this.kernel = NearestKernel.of(codes.vectors(), codebookSize, projectedDim);
    }

    private static float[] unitVectors(SeededGaussian gaussian, int count, int dim) {
        float[] out = new float[Math.multiplyExact(count, dim)];
        double[] row = new double[dim];
        for (int i = 0; i < count; i++) {
            double squares = 0;
            for (int d = 0; d < dim; d++) {
                row[d] = gaussian.next();
                squares += row[d] * row[d];
            }
            double norm = Math.sqrt(squares);
            for (int d = 0; d < dim; d++) {
                out[i * dim + d] = (float) (row[d] / norm);
            }
        }
        return out;
    }

    public long seed() {
        return seed;
    }

    public int codebookSize() {
        return codes.codebookSize();
    }

    /** Dimension of the codes. */
    public int projectedDim() {
        return codes.codeDim();
    }

    /** Dimension of the input. */
    public int dim() {
        return mean.length;
    }

    /** A copy of what is subtracted from the input, {@code [dim]}. */
    public float[] mean() {
        return mean.clone();
    }

    /** A copy of what the difference is multiplied with, {@code [dim]}. */
    public float[] scale() {
        return scale.clone();
    }

    /** The random unit vectors. */
    public Codebook codes() {
        return codes;
    }

    /** The entry of A for {@code inputDim} and {@code projectedDim}. */
    public double projection(int inputDim, int projectedDim) {
        return projection[inputDim][projectedDim];
    }

    /**
     * The index of every vector, {@code [count]}; the same for any number of threads. O(count x (dim + K) x
     * projectedDim).
     *
     * @param threads at least 1
     */
    public int[] assign(Latents latents, int threads) {
        Checks.checkDim(latents.dim(), dim());
        int[] indices = new int[latents.count()];
        Workers.forRows(threads, latents.count(), (from, to) -> assignRows(latents.data(), from, to, indices));
        return indices;
    }

    private void assignRows(float[] x, int from, int to, int[] indices) {
        int p = projectedDim();
        float[] projected = new float[Math.multiplyExact(to - from, p)];
        boolean[] known = new boolean[to - from];
        double[] sums = new double[p];
        for (int i = from; i < to; i++) {
            project(x, i * dim(), sums);
            double squares = 0;
            for (double sum : sums) {
                squares += sum * sum;
            }
            known[i - from] = squares > 0 && squares < Double.POSITIVE_INFINITY;
            if (known[i - from]) {
                double norm = Math.sqrt(squares);
                for (int k = 0; k < p; k++) {
                    projected[(i - from) * p + k] = (float) (sums[k] / norm);
                }
            }
        }
        kernel.assign(projected, 0, to - from, indices, from);
        for (int i = from; i < to; i++) {
            if (!known[i - from]) {
                indices[i] = 0;
            }
        }
    }

    private void project(float[] x, int from, double[] sums) {
        Arrays.fill(sums, 0);
        for (int d = 0; d < mean.length; d++) {
            double z = ((double) x[from + d] - mean[d]) * scale[d];
            double[] row = projection[d];
            for (int k = 0; k < sums.length; k++) {
                sums[k] += z * row[k];
            }
        }
    }
}
