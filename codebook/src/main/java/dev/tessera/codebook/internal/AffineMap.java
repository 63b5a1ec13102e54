package dev.tessera.codebook.internal;

import dev.tessera.codebook.Latents;
import java.util.Arrays;

/**
 * y = W x + b in float: each output starts at its bias and takes the plain products in order of input dimension, so the
 * same bits come out on every machine. Immutable.
 */
public final class AffineMap {
    private final int inputDim;
    private final float[] bias; // [outputDim]
    private final float[][] columns; // [inputDim][outputDim], the weight by column: the loop over outputs vectorizes

    /**
     * @param weight {@code [outputDim x inputDim]}, row-major, all finite
     * @param bias {@code [outputDim]}, all finite
     * @param name what messages call it
     */
    public AffineMap(int inputDim, int outputDim, float[] weight, float[] bias, String name) {
        if (inputDim < 1 || outputDim < 1) {
            throw new IllegalArgumentException(
                    name + " maps " + inputDim + " to " + outputDim + " dimensions, must be at least 1");
        }
        if (weight.length != (long) outputDim * inputDim) {
            throw new IllegalArgumentException(
                    name + " weight has " + weight.length + " values, must have " + outputDim + " x " + inputDim);
        }
        if (bias.length != outputDim) {
            throw new IllegalArgumentException(name + " bias has " + bias.length + " values, must have " + outputDim);
        }
        Checks.requireFinite(weight, name + " weight");
        Checks.requireFinite(bias, name + " bias");
        this.inputDim = inputDim;
        this.bias = bias.clone();
        this.columns = new float[inputDim][outputDim];
        for (int o = 0; o < outputDim; o++) {
            for (int k = 0; k < inputDim; k++) {
                columns[k][o] = weight[o * inputDim + k];
            }
        }
    }

    public int inputDim() {
        return inputDim;
    }

    public int outputDim() {
        return bias.length;
    }

    /** A copy of the weight, {@code [outputDim x inputDim]}, row-major. */
    public float[] weight() {
        float[] weight = new float[bias.length * inputDim];
        for (int o = 0; o < bias.length; o++) {
            for (int k = 0; k < inputDim; k++) {
                weight[o * inputDim + k] = columns[k][o];
            }
        }
        return weight;
    }

    /** A copy of the bias, {@code [outputDim]}. */
    public float[] bias() {
        return bias.clone();
    }

    /** Maps {@code x[from .. from + inputDim)} into {@code out}, {@code [outputDim]}. */
    public void apply(float[] x, int from, float[] out) {
        System.arraycopy(bias, 0, out, 0, bias.length);
        int k = 0;
        for (; k + 4 <= inputDim; k += 4) {
            addFour(x, from + k, columns[k], columns[k + 1], columns[k + 2], columns[k + 3], out);
        }
        for (; k < inputDim; k++) {
            float value = x[from + k];
            float[] column = columns[k];
            for (int o = 0; o < out.length; o++) {
                out[o] += value * column[o];
            }
        }
    }

    /** Four inputs at a time keep a sum in its register; the order of the additions to it stays the same. */
    private static void addFour(
            float[] x, int from, float[] column0, float[] column1, float[] column2, float[] column3, float[] out) {
        float x0 = x[from];
        float x1 = x[from + 1];
        float x2 = x[from + 2];
        float x3 = x[from + 3];
        for (int o = 0; o < out.length; o++) {
            float sum = out[o];
            sum = sum + x0 * column0[o];
            sum = sum + x1 * column1[o];
            sum = sum + x2 * column2[o];
            sum = sum + x3 * column3[o];
            out[o] = sum;
        }
    }

    /**
     * Maps the rows {@code [from, to)} of {@code x}, {@code [. x inputDim]}; returns {@code [to - from x outputDim]}.
     */
    public float[] applyRows(float[] x, int from, int to) {
        int width = bias.length;
        float[] all = new float[Math.multiplyExact(to - from, width)];
        float[] out = new float[width];
        for (int i = from; i < to; i++) {
            apply(x, i * inputDim, out);
            System.arraycopy(out, 0, all, (i - from) * width, width);
        }
        return all;
    }

    /** The image of every vector, on the same grid. */
    public Latents apply(Latents vectors, int threads) {
        if (vectors.dim() != inputDim) {
            throw new IllegalArgumentException("latents have dim " + vectors.dim() + ", this map takes " + inputDim);
        }
        return Latents.of(vectors.shape(), outputDim(), applyAll(vectors.data(), vectors.count(), threads));
    }

    /** Maps {@code count} rows of {@code x} on some threads. */
    public float[] applyAll(float[] x, int count, int threads) {
        int width = bias.length;
        float[] all = new float[Math.multiplyExact(count, width)];
        Workers.forRows(threads, count, (from, to) -> {
            float[] part = applyRows(x, from, to);
            System.arraycopy(part, 0, all, from * width, part.length);
        });
        return all;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AffineMap that
                && Arrays.equals(bias, that.bias)
                && Arrays.deepEquals(columns, that.columns);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bias) * 31 + Arrays.deepHashCode(columns);
    }
}
