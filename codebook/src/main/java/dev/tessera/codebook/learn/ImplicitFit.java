package dev.tessera.codebook.learn;

import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ProjectedQuantizer;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.implicit.FiniteScalarQuantizer;
import dev.tessera.codebook.implicit.ResidualFsq;
import dev.tessera.codebook.implicit.ScalarQuantizer;
import dev.tessera.codebook.internal.AffineMap;
import java.util.Arrays;

/**
 * Fits a quantizer that has no codebook to learn to plain vectors: principal components in front of it, gains in between, and
 * behind it the least-squares affine map from its quantized values to the vectors.
 *
 * <p>The components go to the inner dimensions in order of falling variance, so give the dimension with most levels first.
 * The input gains are searched on a grid:
 *
 * <ul>
 *   <li><b>Inner quantizers that treat every dimension by itself</b> (finite scalar, residual finite scalar, scalar): a gain
 *       and an offset for each component; gains from 2^-6 to 2^6 relative to unit variance in quarter octaves, offsets 0 and,
 *       where the quantizer's range is not symmetric around 0, its centre; then both finer around the best. The measure is the
 *       component's mean squared error under its best linear output, without what other components tell about it.
 *   <li><b>All others</b>: one common gain on the same range in half octaves, once for components brought to unit variance and
 *       once for components that keep their relative variance. The measure is the distortion under the best affine output.
 * </ul>
 *
 * <p>The search looks at no more than 16,384 vectors, evenly spaced; projection and output map are learned from all. The
 * same vectors give the same quantizer for any thread count.
 */
public final class ImplicitFit {
    private static final int SEARCH_VECTORS = 16_384;
    private static final int OCTAVES = 6; // the grid is 2^-6 .. 2^6
    private static final int ROUNDS = 4; // of refinement; each halves the steps

    private final Latents components; // of the vectors that the search looks at, [count x inner.dim()]
    private final double[] deviations; // standard deviation of each component
    private final Quantizer inner;
    private final int threads;

    private ImplicitFit(Latents components, double[] deviations, Quantizer inner, int threads) {
        this.components = components;
        this.deviations = deviations;
        this.inner = inner;
        this.threads = threads;
    }

    /** What stands between the components and the inner quantizer: z = scale x component + offset, per dimension. */
    private record Gains(double[] scales, double[] offsets) {}

    /**
     * Learns the maps around {@code inner}.
     *
     * @param inner of at most {@code vectors.dim()} dimensions
     * @param threads at least 1; the result does not depend on it
     * @throws IllegalArgumentException when there are no vectors, a value is not finite or inner has too many dimensions
     */
    public static ProjectedQuantizer fit(Latents vectors, Quantizer inner, int threads) {
        if (inner.dim() > vectors.dim()) {
            throw new IllegalArgumentException(
                    "inner has dim " + inner.dim() + ", must be at most that of the vectors, " + vectors.dim());
        }
        Klt klt = Klt.fit(vectors, inner.dim(), threads);
        double[] deviations = Arrays.stream(klt.eigenvalues()).map(Math::sqrt).toArray();
        ImplicitFit search = new ImplicitFit(klt.transform(sample(vectors)), deviations, inner, threads);
        boolean separable = inner instanceof FiniteScalarQuantizer
                || inner instanceof ResidualFsq
                || inner instanceof ScalarQuantizer;
        return assemble(vectors, klt, separable ? search.gainPerComponent() : search.commonGain(), inner, threads);
    }

    private static ProjectedQuantizer assemble(Latents vectors, Klt klt, Gains gains, Quantizer inner, int threads) {
        int d = klt.inputDim();
        int n = klt.components();
        float[] basis = klt.basis();
        float[] mean = klt.mean();
        float[] matrix = new float[n * d];
        float[] bias = new float[n];
        for (int j = 0; j < n; j++) {
            double shift = gains.offsets[j];
            for (int k = 0; k < d; k++) {
                matrix[j * d + k] = (float) (gains.scales[j] * basis[j * d + k]);
                shift -= (double) matrix[j * d + k] * mean[k];
            }
            bias[j] = (float) shift;
        }
        Latents projected = new AffineMap(d, n, matrix, bias, "input").apply(vectors, threads);
        Latents quantized = inner.dequantize(inner.quantize(projected, threads), vectors.count());
        AffineRegression output = AffineRegression.fit(quantized, vectors, threads);
        return new ProjectedQuantizer(d, matrix, bias, inner, output.matrixAsFloats(), output.biasAsFloats());
    }

    private static Latents sample(Latents vectors) {
        int count = vectors.count();
        if (count <= SEARCH_VECTORS) {
            return Latents.of(count, vectors.dim(), vectors.data());
        }
        int d = vectors.dim();
        float[] x = new float[SEARCH_VECTORS * d];
        for (int i = 0; i < SEARCH_VECTORS; i++) {
            int row = (int) ((long) i * count / SEARCH_VECTORS);
            System.arraycopy(vectors.data(), row * d, x, i * d, d);
        }
        return Latents.of(SEARCH_VECTORS, d, x);
    }

    private Gains gainPerComponent() {
        int n = inner.dim();
        double[] exponents = new double[n]; // of the best gain so far
        double[] offsets = new double[n];
        double[] errors = new double[n];
        Arrays.fill(errors, Double.POSITIVE_INFINITY);
        double[] centres = centres();
        for (int i = -4 * OCTAVES; i <= 4 * OCTAVES; i++) {
            double[] candidate = new double[n];
            Arrays.fill(candidate, 0.25 * i);
            keepBetter(candidate, new double[n], exponents, offsets, errors);
            keepBetter(candidate, centres, exponents, offsets, errors);
        }
        double[] reach = reach();
        for (int round = 0; round < ROUNDS; round++) {
            double gainStep = 0.125 / (1 << round); // octaves
            double offsetStep = 0.5 / (1 << round); // of the reach
            for (int sign = -1; sign <= 1; sign += 2) {
                double[] nearby = exponents.clone();
                double[] shifted = offsets.clone();
                for (int j = 0; j < n; j++) {
                    nearby[j] += sign * gainStep;
                    shifted[j] += sign * offsetStep * reach[j];
                }
                keepBetter(nearby, offsets.clone(), exponents, offsets, errors);
                keepBetter(exponents.clone(), shifted, exponents, offsets, errors);
            }
        }
        return new Gains(scales(exponents), offsets);
    }

    /** Where each dimension's range has its middle. */
    private double[] centres() {
        double[] centres = new double[inner.dim()];
        if (inner instanceof FiniteScalarQuantizer fsq) {
            float[] middle = fsq.centres();
            Arrays.setAll(centres, j -> middle[j]);
        } else if (inner instanceof ScalarQuantizer scalar) {
            int[] bits = scalar.bits();
            float[] low = scalar.low();
            float[] step = scalar.step();
            Arrays.setAll(centres, j -> low[j] + 0.5 * ((1 << bits[j]) - 1) * step[j]);
        }
        return centres;
    }

    /** Half the width of each dimension's range, in the units of its inputs. */
    private double[] reach() {
        double[] reach = new double[inner.dim()];
        Arrays.fill(reach, 1);
        if (inner instanceof ScalarQuantizer scalar) {
            int[] bits = scalar.bits();
            float[] step = scalar.step();
            Arrays.setAll(reach, j -> 0.5 * ((1 << bits[j]) - 1) * step[j]);
        }
        return reach;
    }

    private void keepBetter(
            double[] candidate, double[] candidateOffsets, double[] exponents, double[] offsets, double[] errors) {
        Latents quantized = quantized(new Gains(scales(candidate), candidateOffsets));
        for (int j = 0; j < errors.length; j++) {
            double error = linearError(quantized, j);
            if (error < errors[j]) {
                errors[j] = error;
                exponents[j] = candidate[j];
                offsets[j] = candidateOffsets[j];
            }
        }
    }

    /** Mean squared error of component j under the best linear function of its quantized value. */
    private double linearError(Latents quantized, int j) {
        int n = inner.dim();
        int count = components.count();
        float[] q = quantized.data();
        float[] y = components.data();
        double meanQ = 0;
        double meanY = 0;
        for (int i = 0; i < count; i++) {
            meanQ += q[i * n + j];
            meanY += y[i * n + j];
        }
        meanQ /= count;
        meanY /= count;
        double qq = 0;
        double qy = 0;
        double yy = 0;
        for (int i = 0; i < count; i++) {
            double a = q[i * n + j] - meanQ;
            double b = y[i * n + j] - meanY;
            qq += a * a;
            qy += a * b;
            yy += b * b;
        }
        return (qq > 0 ? yy - qy * qy / qq : yy) / count;
    }

    private Gains commonGain() {
        int n = inner.dim();
        double power = Arrays.stream(deviations).map(s -> s * s).sum();
        double[] equal = new double[n];
        Arrays.fill(equal, power > 0 ? Math.sqrt(n / power) : 0);
        Gains best = new Gains(equal, new double[n]);
        double least = Double.POSITIVE_INFINITY;
        for (double[] relative : new double[][] {scales(new double[n]), equal}) {
            for (int i = -2 * OCTAVES; i <= 2 * OCTAVES; i++) {
                double gain = StrictMath.pow(2, 0.5 * i);
                double[] scales = Arrays.stream(relative).map(s -> gain * s).toArray();
                Gains gains = new Gains(scales, new double[n]);
                double distortion = AffineRegression.fit(quantized(gains), components, threads)
                        .distortion();
                if (distortion < least) {
                    least = distortion;
                    best = gains;
                }
            }
        }
        return best;
    }

    private double[] scales(double[] exponents) {
        double[] scales = new double[exponents.length];
        double smallest = 1e-6 * deviations[0]; // below it a component is rounding noise
        for (int j = 0; j < scales.length; j++) {
            scales[j] = deviations[j] > smallest ? StrictMath.pow(2, exponents[j]) / deviations[j] : 0;
        }
        return scales;
    }

    private Latents quantized(Gains gains) {
        int n = inner.dim();
        float[] y = components.data();
        float[] z = new float[y.length];
        for (int i = 0; i < z.length; i++) {
            z[i] = (float) (gains.scales[i % n] * y[i] + gains.offsets[i % n]);
        }
        Latents scaled = Latents.of(components.count(), n, z);
        return inner.dequantize(inner.quantize(scaled, threads), components.count());
    }
}
