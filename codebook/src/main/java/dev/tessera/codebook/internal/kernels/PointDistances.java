package dev.tessera.codebook.internal.kernels;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Squared distances of many vectors from one point after the other, the same bits as {@link Distances#squared}. */
public interface PointDistances {
    /**
     * Writes the squared distances of the vectors {@code [from, to)} from {@code point[offset .. offset + dim)}.
     *
     * @param from a multiple of 16
     * @param out receives the distance of vector {@code from + i} at {@code i}
     */
    void squared(float[] point, int offset, int from, int to, double[] out);

    /** For {@code x}, {@code [count x dim]}, which must not change meanwhile. */
    static PointDistances of(float[] x, int count, int dim) {
        return KernelChoice.vector() ? new Packed(x, count, dim) : new Scalar(x, dim);
    }

    /** The specification. */
    record Scalar(float[] x, int dim) implements PointDistances {
        @Override
        public void squared(float[] point, int offset, int from, int to, double[] out) {
            for (int i = from; i < to; i++) {
                out[i - from] = Distances.squared(x, i * dim, point, offset, dim);
            }
        }
    }

    /** One vector a lane, so that every distance keeps the order of its sums. */
    final class Packed implements PointDistances {
        private static final VectorSpecies<Double> DOUBLES = doubles();
        private static final VectorSpecies<Float> FLOATS =
                VectorSpecies.of(float.class, jdk.incubator.vector.VectorShape.forBitSize(DOUBLES.vectorBitSize() / 2));
        private static final int LANES = DOUBLES.length();

        private final int dim;
        private final float[] packed; // [count / LANES x dim x LANES]

        Packed(float[] x, int count, int dim) {
            this.dim = dim;
            int blocks = (count + LANES - 1) / LANES;
            this.packed = new float[Math.multiplyExact(blocks, LANES * dim)];
            for (int i = 0; i < count; i++) {
                int at = i / LANES * LANES * dim + i % LANES;
                for (int k = 0; k < dim; k++) {
                    packed[at + k * LANES] = x[i * dim + k];
                }
            }
        }

        /** As wide as the other kernels; the floats of a double vector need a shape of their own, so at least 128 bits. */
        private static VectorSpecies<Double> doubles() {
            return switch (VectorNearestKernel.SPECIES.vectorBitSize()) {
                case 512 -> DoubleVector.SPECIES_512;
                case 256 -> DoubleVector.SPECIES_256;
                default -> DoubleVector.SPECIES_128;
            };
        }

        @Override
        public void squared(float[] point, int offset, int from, int to, double[] out) {
            double[] values = new double[dim];
            for (int k = 0; k < dim; k++) {
                values[k] = point[offset + k];
            }
            int i = from;
            for (; i + LANES <= to; i += LANES) {
                block(packed, i * dim, values, dim).intoArray(out, i - from);
            }
            if (i < to) {
                double[] rest = block(packed, i * dim, values, dim).toArray();
                System.arraycopy(rest, 0, out, i - from, to - i);
            }
        }

        private static DoubleVector block(float[] packed, int at, double[] point, int dim) {
            DoubleVector sum0 = DoubleVector.zero(DOUBLES);
            DoubleVector sum1 = sum0;
            DoubleVector sum2 = sum0;
            DoubleVector sum3 = sum0;
            int k = 0;
            for (; k + 4 <= dim; k += 4) {
                DoubleVector d0 = difference(packed, at + k * LANES, point[k]);
                DoubleVector d1 = difference(packed, at + (k + 1) * LANES, point[k + 1]);
                DoubleVector d2 = difference(packed, at + (k + 2) * LANES, point[k + 2]);
                DoubleVector d3 = difference(packed, at + (k + 3) * LANES, point[k + 3]);
                sum0 = sum0.add(d0.mul(d0));
                sum1 = sum1.add(d1.mul(d1));
                sum2 = sum2.add(d2.mul(d2));
                sum3 = sum3.add(d3.mul(d3));
            }
            if (k < dim) {
                DoubleVector d0 = difference(packed, at + k * LANES, point[k]);
                sum0 = sum0.add(d0.mul(d0));
            }
            if (k + 1 < dim) {
                DoubleVector d1 = difference(packed, at + (k + 1) * LANES, point[k + 1]);
                sum1 = sum1.add(d1.mul(d1));
            }
            if (k + 2 < dim) {
                DoubleVector d2 = difference(packed, at + (k + 2) * LANES, point[k + 2]);
                sum2 = sum2.add(d2.mul(d2));
            }
            return sum0.add(sum1).add(sum2.add(sum3));
        }

        private static DoubleVector difference(float[] packed, int at, double value) {
            DoubleVector x = (DoubleVector)
                    FloatVector.fromArray(FLOATS, packed, at).convertShape(VectorOperators.F2D, DOUBLES, 0);
            return x.sub(value);
        }
    }
}
