package dev.tessera.codebook.implicit;

import dev.tessera.codebook.internal.Checks;

/**
 * Unbiased estimates of inner products from one bit per dimension (Gao and Long 2024, theorem 3.2).
 *
 * <p>With o = (x - c)/|x - c| and its quantized direction q, the estimate of o.y is (q.y) / (q.o): over random
 * rotations its mean is o.y exactly and its error is O(1/sqrt(D)). Replacing x by {@link RaBitQuantizer#dequantize} is
 * not unbiased: it shrinks by the mean of (q.o)^2, about 2/pi, which is what least squares asks for.
 */
public final class RaBitEstimator {
    private final RaBitQuantizer quantizer;
    private final float[] centre;
    private final RandomRotation rotation;

    public RaBitEstimator(RaBitQuantizer quantizer) {
        this.quantizer = quantizer;
        this.centre = quantizer.centre();
        this.rotation = quantizer.rotation();
    }

    /** The code of {@code x}, {@code [dim]}. O(D^2). */
    public RaBitCode encode(float[] x) {
        checkLength(x, "x");
        int dim = centre.length;
        double[] residual = new double[dim];
        double[] rotated = new double[dim];
        quantizer.centreRow(x, 0, residual);
        rotation.apply(residual, rotated);
        long[] signs = new long[(dim + 63) >>> 6];
        double squares = 0;
        for (int d = 0; d < dim; d++) {
            if (rotated[d] > 0) {
                signs[d >>> 6] |= 1L << (d & 63);
            }
            squares += rotated[d] * rotated[d];
        }
        double norm = Math.sqrt(squares);
        return new RaBitCode(signs, (float) norm, norm > 0 ? (float) (RaBitQuantizer.gain(rotated) / norm) : 0);
    }

    /** Prepares {@code y}, {@code [dim]}, to be compared with many codes. O(D^2). */
    public Query query(float[] y) {
        checkLength(y, "y");
        int dim = centre.length;
        double[] wide = new double[dim];
        double dotCentre = 0;
        for (int d = 0; d < dim; d++) {
            wide[d] = y[d];
            dotCentre += (double) y[d] * centre[d];
        }
        double[] rotated = new double[dim];
        rotation.apply(wide, rotated);
        return new Query(rotated, dotCentre);
    }

    private void checkLength(float[] vector, String name) {
        if (vector.length != centre.length) {
            throw new IllegalArgumentException(
                    name + " has " + vector.length + " values, must have dim = " + centre.length);
        }
        Checks.requireFinite(vector, name);
    }

    /** A vector y, rotated. */
    public static final class Query {
        private final double[] rotated;
        private final double dotCentre;

        private Query(double[] rotated, double dotCentre) {
            this.rotated = rotated;
            this.dotCentre = dotCentre;
        }

        /** The estimate of x.y for the x of {@code code}; exact when x is the centre. O(D). */
        public double innerProduct(RaBitCode code) {
            if (code.alignment() == 0) {
                return dotCentre;
            }
            double sum = 0;
            for (int d = 0; d < rotated.length; d++) {
                sum += code.isSet(d) ? rotated[d] : -rotated[d];
            }
            return dotCentre + code.norm() * sum / (Math.sqrt(rotated.length) * code.alignment());
        }
    }
}
