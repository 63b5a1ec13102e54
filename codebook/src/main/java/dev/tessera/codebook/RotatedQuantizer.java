package dev.tessera.codebook;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;
import java.util.Arrays;

/**
 * Another quantizer in a rotated space: indices of R (x - mean), and back by R^T q + mean. With a {@link
 * ProductQuantizer} inside this is optimized product quantization (Ge, He, Ke and Sun 2013).
 *
 * <p>The rotation is {@link Klt}'s: plain float multiplications and additions in order of dimension. O(count x dim^2)
 * on top of the inner quantizer.
 */
public final class RotatedQuantizer implements Quantizer {
    private static final double TOLERANCE = 1e-3; // what a product of two rows may differ from 0 or 1

    private final Klt rotation;
    private final Quantizer inner;

    /** Without a mean. */
    public RotatedQuantizer(float[] rotation, Quantizer inner) {
        this(rotation, new float[inner.dim()], inner);
    }

    /**
     * @param rotation R, {@code [dim x dim]}, row-major, orthonormal rows
     * @param mean {@code [dim]}, taken off before the rotation, all finite
     * @param inner quantizer of the rotated vectors
     * @throws IllegalArgumentException when a length is wrong or a product of two rows is more than 1e-3 away from
     *     what it should be
     */
    public RotatedQuantizer(float[] rotation, float[] mean, Quantizer inner) {
        int d = inner.dim();
        if (rotation.length != (long) d * d) {
            throw new IllegalArgumentException(
                    "rotation has " + rotation.length + " values, must have dim x dim = " + d + " x " + d);
        }
        checkOrthonormal(rotation, d);
        Checks.requireFinite(mean, "mean");
        this.rotation = Klt.of(d, d, mean, rotation);
        this.inner = inner;
    }

    private static void checkOrthonormal(float[] rotation, int d) {
        for (int a = 0; a < d; a++) {
            for (int b = 0; b <= a; b++) {
                double product = 0;
                for (int k = 0; k < d; k++) {
                    product += (double) rotation[a * d + k] * rotation[b * d + k];
                }
                int expected = a == b ? 1 : 0;
                if (!(Math.abs(product - expected) <= TOLERANCE)) {
                    throw new IllegalArgumentException("rows " + b + " and " + a + " of rotation have the product "
                            + product + ", must be " + expected + " within " + TOLERANCE);
                }
            }
        }
    }

    /** A copy of R, {@code [dim x dim]}, row-major. */
    public float[] rotation() {
        return rotation.basis();
    }

    /** A copy of the mean, {@code [dim]}; zeros when there is none. */
    public float[] mean() {
        return rotation.mean();
    }

    /** The quantizer of the rotated vectors. */
    public Quantizer inner() {
        return inner;
    }

    @Override
    public int dim() {
        return inner.dim();
    }

    @Override
    public int[] codebookSizes() {
        return inner.codebookSizes();
    }

    @Override
    public int[] quantize(Latents latents, int threads) {
        int d = dim();
        Checks.checkDim(latents.dim(), d);
        float[] rotated = new float[latents.data().length];
        Workers.forRows(threads, latents.count(), (from, to) -> {
            Latents part = Latents.of(to - from, d, Arrays.copyOfRange(latents.data(), from * d, to * d));
            System.arraycopy(rotation.transform(part).data(), 0, rotated, from * d, (to - from) * d);
        });
        return inner.quantize(Latents.of(latents.shape(), d, rotated), threads);
    }

    @Override
    public Latents dequantize(int[] indices, int... shape) {
        return rotation.inverse(inner.dequantize(indices, shape));
    }
}
