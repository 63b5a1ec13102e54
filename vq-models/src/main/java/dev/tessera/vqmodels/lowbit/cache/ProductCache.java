package dev.tessera.vqmodels.lowbit.cache;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ProductQuantizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Product codes of a byte for each subspace, from codebooks that were learned beforehand (Wang et al. 2025, MILLION). Scores are sums
 * of a query's products with the code vectors, looked up; values are weighed by code first and by code vector then. Outliers are
 * code vectors like others.
 *
 * <p>Cost for T stored tokens: scores K x keyDim + T x subspaces, the mixture T x subspaces + K x valueDim.
 */
public final class ProductCache extends AttentionCache {
    private static final int LARGEST = 256;

    private final ProductQuantizer keyQuantizer;
    private final ProductQuantizer valueQuantizer;
    private final List<byte[]> keys = new ArrayList<>(); // of a group, [tokens x subspaces]
    private final List<byte[]> values = new ArrayList<>();

    /**
     * @param keys codebooks of at most 256 code vectors
     * @param values codebooks of at most 256 code vectors
     * @param group tokens that are kept as floats before they are quantized together, at least 1
     */
    public ProductCache(ProductQuantizer keys, ProductQuantizer values, int group) {
        super(keys.dim(), values.dim(), group);
        requireBytes("keys", keys);
        requireBytes("values", values);
        this.keyQuantizer = keys;
        this.valueQuantizer = values;
    }

    private static void requireBytes(String name, ProductQuantizer quantizer) {
        for (int size : quantizer.codebookSizes()) {
            if (size > LARGEST) {
                throw new IllegalArgumentException(
                        "codebook size of " + name + " is " + size + ", must be at most " + LARGEST);
            }
        }
    }

    @Override
    void store(float[] newKeys, float[] newValues) {
        keys.add(codes(keyQuantizer, newKeys));
        values.add(codes(valueQuantizer, newValues));
    }

    private byte[] codes(ProductQuantizer quantizer, float[] vectors) {
        int[] indices = quantizer.quantize(Latents.of(group(), quantizer.dim(), vectors), 1);
        byte[] codes = new byte[indices.length];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) indices[i];
        }
        return codes;
    }

    @Override
    long storedBytes() {
        return keys.stream().mapToLong(codes -> codes.length).sum()
                + values.stream().mapToLong(codes -> codes.length).sum();
    }

    @Override
    void storedScores(float[] query, float[] scores) {
        List<Codebook> codebooks = keyQuantizer.codebooks();
        int subspaces = codebooks.size();
        float[] tables = new float[subspaces * LARGEST];
        int from = 0;
        for (int m = 0; m < subspaces; m++) {
            Codebook codebook = codebooks.get(m);
            for (int k = 0; k < codebook.codebookSize(); k++) {
                float product = 0;
                for (int d = 0; d < codebook.codeDim(); d++) {
                    product = Math.fma(query[from + d], codebook.get(k, d), product);
                }
                tables[m * LARGEST + k] = product;
            }
            from += codebook.codeDim();
        }
        int token = 0;
        for (byte[] codes : keys) {
            for (int t = 0; t < group(); t++) {
                float sum = 0;
                for (int m = 0; m < subspaces; m++) {
                    sum += tables[m * LARGEST + (codes[t * subspaces + m] & 0xFF)];
                }
                scores[token++] = sum;
            }
        }
    }

    @Override
    void storedMix(float[] weights, float[] sum) {
        List<Codebook> codebooks = valueQuantizer.codebooks();
        int subspaces = codebooks.size();
        float[] ofCode = new float[subspaces * LARGEST]; // the weights of all tokens that have it
        int token = 0;
        for (byte[] codes : values) {
            for (int t = 0; t < group(); t++, token++) {
                for (int m = 0; m < subspaces; m++) {
                    ofCode[m * LARGEST + (codes[t * subspaces + m] & 0xFF)] += weights[token];
                }
            }
        }
        int from = 0;
        for (int m = 0; m < subspaces; m++) {
            Codebook codebook = codebooks.get(m);
            for (int k = 0; k < codebook.codebookSize(); k++) {
                for (int d = 0; d < codebook.codeDim(); d++) {
                    sum[from + d] = Math.fma(ofCode[m * LARGEST + k], codebook.get(k, d), sum[from + d]);
                }
            }
            from += codebook.codeDim();
        }
    }
}
