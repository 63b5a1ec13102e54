package dev.tessera.codebook;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.codebook.internal.kernels.NearestKernel;
import java.util.List;

/**
 * Product quantization (Jegou, Douze and Schmid 2011): the dimensions are split into consecutive subspaces, each with a
 * codebook of its own; the subspaces may differ in dimension and in K.
 *
 * <p>O(count x sum of K x D).
 */
public final class ProductQuantizer implements Quantizer {
    private static final int BLOCK_ROWS = 512; // whose values stay in L2 while all subspaces pass

    private final List<Codebook> codebooks;
    private final List<NearestKernel> kernels;
    private final int dim;

    /** Codebooks of the subspaces in order; the first takes the first {@code codeDim()} dimensions, and so on. */
    public ProductQuantizer(List<Codebook> codebooks) {
        if (codebooks.isEmpty()) {
            throw new IllegalArgumentException("codebooks is empty, there must be at least 1 subspace");
        }
        this.codebooks = List.copyOf(codebooks);
        this.kernels = this.codebooks.stream()
                .map(c -> NearestKernel.of(c.vectors(), c.codebookSize(), c.codeDim()))
                .toList();
        this.dim = this.codebooks.stream().mapToInt(Codebook::codeDim).sum();
    }

    /** The subspaces' codebooks in order. */
    public List<Codebook> codebooks() {
        return codebooks;
    }

    @Override
    public int dim() {
        return dim;
    }

    @Override
    public int[] codebookSizes() {
        return codebooks.stream().mapToInt(Codebook::codebookSize).toArray();
    }

    @Override
    public int[] quantize(Latents latents, int threads) {
        Checks.checkDim(latents.dim(), dim);
        int[] indices = new int[Math.multiplyExact(latents.count(), codebooks.size())];
        Workers.forRows(threads, latents.count(), (from, to) -> quantizeRows(latents.data(), from, to, indices));
        return indices;
    }

    private void quantizeRows(float[] x, int from, int to, int[] indices) {
        int subspaces = codebooks.size();
        int widest = codebooks.stream().mapToInt(Codebook::codeDim).max().orElseThrow();
        float[] part = new float[Math.min(BLOCK_ROWS, to - from) * widest];
        int[] partIndices = new int[BLOCK_ROWS];
        for (int block = from; block < to; block += BLOCK_ROWS) {
            int count = Math.min(BLOCK_ROWS, to - block);
            int first = 0;
            for (int m = 0; m < subspaces; m++) {
                int d = codebooks.get(m).codeDim();
                for (int i = 0; i < count; i++) {
                    int row = (block + i) * dim + first;
                    for (int k = 0; k < d; k++) {
                        part[i * d + k] = x[row + k];
                    }
                }
                kernels.get(m).assign(part, 0, count, partIndices, 0);
                for (int i = 0; i < count; i++) {
                    indices[(block + i) * subspaces + m] = partIndices[i];
                }
                first += d;
            }
        }
    }

    @Override
    public Latents dequantize(int[] indices, int... shape) {
        int subspaces = codebooks.size();
        int count = Checks.checkStages(indices, subspaces);
        float[] out = new float[Math.multiplyExact(count, dim)];
        for (int i = 0; i < count; i++) {
            int at = i * dim;
            for (int m = 0; m < subspaces; m++) {
                codebooks.get(m).addTo(indices[i * subspaces + m], out, at);
                at += codebooks.get(m).codeDim();
            }
        }
        return Latents.of(shape, dim, out);
    }
}
