package dev.tessera.vqmodels.kernels;

import dev.tessera.codebook.internal.kernels.KernelChoice;

/**
 * The inner loops of the layers. Arrays are row-major; {@code At} arguments are offsets of first elements. Nothing is checked.
 *
 * <p>Matrix products work on tiles of {@link #rows()} output rows by {@link #columns()} output columns: weights are packed
 * {@code [row blocks x depth x rows]}, inputs in panels {@code [depth x columns]}.
 */
public interface LayerKernels {
    /** Rows of a tile. */
    int rows();

    /** Columns of a tile. */
    int columns();

    /**
     * The tile {@code start} plus the product of a row block of weights and a panel, inner index ascending, into {@code out}; the
     * two may be one.
     */
    void tile(
            float[] weights,
            int weightsAt,
            float[] panel,
            int panelAt,
            int depth,
            float[] start,
            int startAt,
            int startStride,
            float[] out,
            int outAt,
            int outStride);

    /**
     * Fills rows of panels: for each of {@code depth} offsets, from number {@code first} on, and each of {@code runs} runs copies
     * {@link #columns()} inputs from {@code from[run] + offset} to {@code to[run]} plus a panel row for each offset before.
     */
    void pack(float[] in, int[] from, int[] to, int runs, int[] offsets, int first, int depth, float[] panels);

    /**
     * Row blocks {@code [blocks x depth x rows]} of neighbouring inputs: row r of block b has {@code in[b rows + r + offsets[k]]}.
     */
    default void packRows(float[] in, int[] offsets, int blocks, float[] packed) {
        int rows = rows();
        for (int k = 0; k < offsets.length; k++) {
            for (int block = 0; block < blocks; block++) {
                System.arraycopy(in, offsets[k] + block * rows, packed, (block * offsets.length + k) * rows, rows);
            }
        }
    }

    /**
     * Matrix times vector: adds the products of the weight panels {@code [from, to)}, {@code [panels x depth x columns]}, and
     * {@code x [depth]} to {@code out [panels x columns]}.
     */
    void matrixVector(float[] panels, int depth, float[] x, float[] out, int from, int to);

    /** {@code out[j] = bias + sum over t of weights[t] in[j + offsets[t]]} for j in {@code [0, count)}, t ascending. */
    void taps(
            float[] in,
            int inAt,
            float[] weights,
            int weightsAt,
            int[] offsets,
            float bias,
            float[] out,
            int outAt,
            int count);

    /** {@link Functions#gelu} in place on {@code [from, to)}. */
    void gelu(float[] x, int from, int to);

    /** {@link Functions#silu} in place on {@code [from, to)}. */
    void silu(float[] x, int from, int to);

    /** {@link Functions#snake} in place on {@code [from, to)}. */
    void snake(float[] x, int from, int to, float alpha);

    /**
     * Layer norm over the channels in place, at each of the positions {@code [from, to)} of {@code x [channels x plane]}: mean,
     * then the mean of squared differences, channels ascending.
     */
    void layerNorm(float[] x, int plane, int from, int to, float[] weight, float[] bias, float epsilon);

    /** The same without mean and bias: x / sqrt(mean of x^2 + epsilon) * weight. */
    void rmsNorm(float[] x, int plane, int from, int to, float[] weight, float epsilon);

    /** The kernels that this JVM runs. */
    static LayerKernels best() {
        if (KernelChoice.vector()) {
            return vector();
        }
        return KernelChoice.firstCompilerAlone() ? firstCompiler() : scalar();
    }

    /** The specification. */
    static LayerKernels scalar() {
        return new ScalarLayerKernels();
    }

    /** The twin for a JVM without the second compiler. */
    static LayerKernels firstCompiler() {
        return new FirstCompilerLayerKernels();
    }

    /** The twin for the Vector API; needs module jdk.incubator.vector. */
    static LayerKernels vector() {
        return new VectorLayerKernels();
    }
}
