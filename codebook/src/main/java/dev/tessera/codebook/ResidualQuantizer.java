package dev.tessera.codebook;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.codebook.internal.kernels.NearestKernel;
import java.util.Arrays;
import java.util.List;

/**
 * Residual vector quantization: stage s quantizes what the stages before it left over, and the quantized latent is the
 * sum of the chosen code vectors (Juang and Gray 1982; Zeghidour et al. 2021, algorithm 1). Greedy search.
 *
 * <p>O(count x sum of K x D).
 */
public final class ResidualQuantizer implements Quantizer {
    private final List<Codebook> codebooks;
    private final List<NearestKernel> kernels;

    /** Stages in order; all of one dimension. */
    public ResidualQuantizer(List<Codebook> codebooks) {
        if (codebooks.isEmpty()) {
            throw new IllegalArgumentException("codebooks is empty, there must be at least 1 stage");
        }
        int dim = codebooks.getFirst().codeDim();
        for (Codebook codebook : codebooks) {
            if (codebook.codeDim() != dim) {
                throw new IllegalArgumentException(
                        "codebooks differ in dimension: " + codebook.codeDim() + " and " + dim);
            }
        }
        this.codebooks = List.copyOf(codebooks);
        this.kernels = this.codebooks.stream()
                .map(c -> NearestKernel.of(c.vectors(), c.codebookSize(), c.codeDim()))
                .toList();
    }

    /** The stages in order. */
    public List<Codebook> codebooks() {
        return codebooks;
    }

    @Override
    public int dim() {
        return codebooks.getFirst().codeDim();
    }

    @Override
    public int[] codebookSizes() {
        return codebooks.stream().mapToInt(Codebook::codebookSize).toArray();
    }

    @Override
    public int[] quantize(Latents latents, int threads) {
        VectorQuantizer.checkDim(latents.dim(), dim());
        int[] indices = new int[Math.multiplyExact(latents.count(), codebooks.size())];
        Workers.forRows(threads, latents.count(), (from, to) -> quantizeRows(latents.data(), from, to, indices));
        return indices;
    }

    private void quantizeRows(float[] x, int from, int to, int[] indices) {
        int d = dim();
        int stages = codebooks.size();
        int count = to - from;
        float[] residual = Arrays.copyOfRange(x, from * d, to * d);
        int[] stageIndices = new int[count];
        for (int s = 0; s < stages; s++) {
            kernels.get(s).assign(residual, 0, count, stageIndices, 0);
            float[] vectors = codebooks.get(s).vectors();
            for (int i = 0; i < count; i++) {
                int index = stageIndices[i];
                indices[(from + i) * stages + s] = index;
                for (int k = 0; k < d; k++) {
                    residual[i * d + k] -= vectors[index * d + k];
                }
            }
        }
    }

    @Override
    public Latents dequantize(int[] indices, int... shape) {
        int d = dim();
        int stages = codebooks.size();
        if (indices.length % stages != 0) {
            throw new IllegalArgumentException(
                    "indices has " + indices.length + " values, must be a multiple of the " + stages + " stages");
        }
        int count = indices.length / stages;
        float[] out = new float[Math.multiplyExact(count, d)];
        for (int i = 0; i < count; i++) {
            for (int s = 0; s < stages; s++) {
                codebooks.get(s).addTo(indices[i * stages + s], out, i * d);
            }
        }
        return Latents.of(shape, d, out);
    }
}
