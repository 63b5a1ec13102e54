package dev.tessera.codebook.implicit;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import java.util.Arrays;

/**
 * Uniform scalar quantization with 1 to 8 bits per dimension: digit = floor((x - low) / step + 1/2), clamped to
 * {@code [0, 2^bits - 1]}, and the quantized value is low + digit x step, all in single precision. The digits of all
 * dimensions are joined to as few int stages as {@link MixedRadix#grouped()} needs, dimension 0 least significant.
 *
 * <p>Quantized values keep their indices as long as a step is large against the rounding of {@code low}: step > |low| / 2^21
 * is enough. NaN gets digit 0. {@code learn.ScalarBits} chooses low and step.
 */
public final class ScalarQuantizer implements Quantizer {
    private static final int MAX_BITS = 8;

    private final int[] bits;
    private final float[] low;
    private final float[] step;
    private final MixedRadix radix;
    private final int[] stageSizes;

    /**
     * @param bits {@code [dim]}, each in [1, 8]
     * @param low {@code [dim]}, the value of digit 0, finite
     * @param step {@code [dim]}, distance of neighbouring values, finite and above 0, so that the last value is finite too
     */
    public ScalarQuantizer(int[] bits, float[] low, float[] step) {
        if (bits.length < 1 || low.length != bits.length || step.length != bits.length) {
            throw new IllegalArgumentException("bits, low and step have " + bits.length + ", " + low.length + " and "
                    + step.length + " values, must have one per dimension, at least 1");
        }
        int[] radices = new int[bits.length];
        for (int j = 0; j < bits.length; j++) {
            if (bits[j] < 1 || bits[j] > MAX_BITS) {
                throw new IllegalArgumentException(
                        "bits of dimension " + j + " is " + bits[j] + ", must be in [1, " + MAX_BITS + "]");
            }
            radices[j] = 1 << bits[j];
            if (!Float.isFinite(low[j])) {
                throw new IllegalArgumentException("low of dimension " + j + " is " + low[j] + ", must be finite");
            }
            if (!(step[j] > 0) || !Float.isFinite(low[j] + (radices[j] - 1) * step[j])) {
                throw new IllegalArgumentException("step of dimension " + j + " is " + step[j]
                        + ", must be above 0 and low + (2^bits - 1) x step finite");
            }
        }
        this.bits = bits.clone();
        this.low = low.clone();
        this.step = step.clone();
        this.radix = MixedRadix.of(radices);
        this.stageSizes = radix.stageSizes();
    }

    /** Bits of each dimension. */
    public int[] bits() {
        return bits.clone();
    }

    /** Smallest quantized value of each dimension. */
    public float[] low() {
        return low.clone();
    }

    /** Distance between neighbouring quantized values of each dimension. */
    public float[] step() {
        return step.clone();
    }

    /** The number system that joins the digits of the dimensions. */
    public MixedRadix radix() {
        return radix;
    }

    @Override
    public int dim() {
        return bits.length;
    }

    @Override
    public int[] codebookSizes() {
        return stageSizes.clone();
    }

    @Override
    public int[] quantize(Latents latents, int threads) {
        return DigitQuantizer.quantize(latents, dim(), radix, stageSizes.length, threads, (x, offset, digits) -> {
            for (int j = 0; j < digits.length; j++) {
                digits[j] = digit(x[offset + j], low[j], step[j], (1 << bits[j]) - 1);
            }
        });
    }

    private static int digit(float x, float low, float step, int last) {
        int digit = (int) Math.floor((x - low) / step + 0.5f); // the cast saturates
        return Math.clamp(digit, 0, last);
    }

    @Override
    public Latents dequantize(int[] indices, int... shape) {
        return DigitQuantizer.dequantize(indices, dim(), radix, stageSizes.length, shape, (x, offset, digits) -> {
            for (int j = 0; j < digits.length; j++) {
                x[offset + j] = low[j] + digits[j] * step[j];
            }
        });
    }

    @Override
    public String toString() {
        return "ScalarQuantizer[bits " + Arrays.toString(bits) + "]";
    }
}
