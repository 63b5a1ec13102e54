package dev.tessera.vqmodels.lowbit.product;

import dev.tessera.vqmodels.lowbit.BinaryWeights;
import dev.tessera.vqmodels.lowbit.Int8Weights;
import dev.tessera.vqmodels.lowbit.IntWeights;
import dev.tessera.vqmodels.lowbit.PqWeights;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.TernaryWeights;
import dev.tessera.vqmodels.lowbit.Vq16Weights;

/**
 * Weights that multiply vectors in the bits in which they are stored: y = W x, W {@code [rows x cols]}. Immutable, safe to share.
 * The same bits for any lane width and number of threads.
 */
public sealed interface LowBitMatrix permits Int8Matrix, IntMatrix, LookupMatrix, PqMatrix {
    /**
     * The product that fits the format.
     *
     * @param weights int8, int4, int3, int2, ternary, binary, vq16 or pq
     * @throws IllegalArgumentException when the weights are of another format, or code vectors change within 16 rows
     */
    static LowBitMatrix of(QuantizedWeights weights) {
        return switch (weights) {
            case Int8Weights int8 -> Int8Matrix.of(int8);
            case IntWeights ints -> IntMatrix.of(ints);
            case TernaryWeights ternary -> IntMatrix.of(ternary);
            case PqWeights pq -> PqMatrix.of(pq);
            case BinaryWeights _, Vq16Weights _ -> LookupMatrix.of(weights);
            default ->
                throw new IllegalArgumentException("weights are "
                        + weights.format().formatName()
                        + ", must be int8, int4, int3, int2, ternary, binary, vq16 or pq");
        };
    }

    /** Outputs. */
    int rows();

    /** Inputs. */
    int cols();

    /**
     * W x.
     *
     * @param x {@code [cols]}, finite
     * @param threads at least 1
     * @return {@code [rows]}
     */
    float[] multiply(float[] x, int threads);
}
