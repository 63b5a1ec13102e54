package dev.tessera.codebook;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.codebook.internal.kernels.NearestKernel;
import java.util.Arrays;
import java.util.List;

/**
 * Residual vector quantization: stage s quantizes what the stages before it left over, and the quantized latent is the
 * sum of the chosen code vectors (Juang and Gray 1982; Zeghidour et al. 2021, algorithm 1).
 *
 * <p>The search is greedy, or keeps the best {@code beam} sequences of indices after every stage (M-best search, Bhattacharya et al.
 * 1992; beam search in FAISS); any codebooks can be searched either way, and decoding does not know the difference.
 *
 * <p>O(count x beam x sum of K x D).
 */
public final class ResidualQuantizer implements Quantizer {
    private static final int BEAM_ROWS = 256;

    private final List<Codebook> codebooks;
    private final List<NearestKernel> kernels;
    private final int beam;

    /** Stages in order; all of one dimension. Greedy search. */
    public ResidualQuantizer(List<Codebook> codebooks) {
        this(codebooks, 1);
    }

    /**
     * Stages in order; all of one dimension.
     *
     * @param beam sequences of indices that the search keeps, at least 1; 1 is greedy
     */
    public ResidualQuantizer(List<Codebook> codebooks, int beam) {
        if (beam < 1) {
            throw new IllegalArgumentException("beam is " + beam + ", must be at least 1");
        }
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
        this.beam = beam;
        this.codebooks = List.copyOf(codebooks);
        this.kernels = this.codebooks.stream()
                .map(c -> NearestKernel.of(c.vectors(), c.codebookSize(), c.codeDim()))
                .toList();
    }

    /** The stages in order. */
    public List<Codebook> codebooks() {
        return codebooks;
    }

    /** Sequences of indices that the search keeps; 1 is greedy. */
    public int beam() {
        return beam;
    }

    /** The same codebooks, searched with another beam. */
    public ResidualQuantizer withBeam(int width) {
        return new ResidualQuantizer(codebooks, width);
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
        Checks.checkDim(latents.dim(), dim());
        int[] indices = new int[Math.multiplyExact(latents.count(), codebooks.size())];
        Workers.forRows(threads, latents.count(), (from, to) -> {
            if (beam == 1) {
                quantizeRows(latents.data(), from, to, indices);
            } else {
                for (int row = from; row < to; row += BEAM_ROWS) {
                    int end = Math.min(row + BEAM_ROWS, to);
                    new BeamSearch(codebooks, kernels, beam).run(latents.data(), row, end, indices);
                }
            }
        });
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
        int count = Checks.checkStages(indices, stages);
        float[] out = new float[Math.multiplyExact(count, d)];
        for (int i = 0; i < count; i++) {
            for (int s = 0; s < stages; s++) {
                codebooks.get(s).addTo(indices[i * stages + s], out, i * d);
            }
        }
        return Latents.of(shape, d, out);
    }
}
