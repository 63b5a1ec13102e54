package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.internal.AffineMap;

/**
 * Code vectors that are one linear map of fixed basis vectors: code vector k = W c_k + b (SimVQ, Zhu et al. 2024;
 * VQGAN-LC, Zhu et al. 2024). Immutable.
 *
 * <p>The basis alone does not decode indices; {@link #fold()} does.
 */
public final class ProjectedCodebook {
    private final Codebook basis;
    private final AffineMap map;

    /**
     * @param basis c, {@code [K x basisDim]}
     * @param weight W, {@code [codeDim x basisDim]}, row-major: a row makes one dimension of the code vectors, the
     *     layout of a linear layer in PyTorch
     * @param bias b, {@code [codeDim]}
     */
    public ProjectedCodebook(Codebook basis, float[] weight, float[] bias) {
        if (bias.length < 1) {
            throw new IllegalArgumentException("bias is empty, must have codeDim values, at least 1");
        }
        this.basis = basis;
        this.map = new AffineMap(basis.codeDim(), bias.length, weight, bias, "projection");
    }

    /** The fixed vectors, {@code [K x basisDim]}. */
    public Codebook basis() {
        return basis;
    }

    /** A copy of W, {@code [codeDim x basisDim]}, row-major. */
    public float[] weight() {
        return map.weight();
    }

    /** A copy of b, {@code [codeDim]}. */
    public float[] bias() {
        return map.bias();
    }

    /** Dimension of the code vectors. */
    public int codeDim() {
        return map.outputDim();
    }

    /** The code vectors as an ordinary codebook, {@code [K x codeDim]}; the same bits on every machine. */
    public Codebook fold() {
        return fold(1);
    }

    Codebook fold(int threads) {
        int k = basis.codebookSize();
        return Codebook.of(k, map.outputDim(), map.applyAll(basis.vectors(), k, threads));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ProjectedCodebook that && basis.equals(that.basis) && map.equals(that.map);
    }

    @Override
    public int hashCode() {
        return 31 * basis.hashCode() + map.hashCode();
    }

    @Override
    public String toString() {
        return "ProjectedCodebook[" + basis + " -> " + codeDim() + "]";
    }
}
