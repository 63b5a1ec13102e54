package dev.tessera.codebook;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;
import java.util.List;

/**
 * Additive quantization (Babenko and Lempitsky 2014): a vector is the sum of one code vector from each codebook, all of
 * full dimension. It stores what a {@link ResidualQuantizer} stores, but the indices are looked for jointly: by beam
 * search and iterated local search (LSQ, Martinez et al. 2016 and 2018), see {@link AdditiveSearch}.
 *
 * <p>The indices of a vector depend on nothing but the vector, the codebooks and the search settings. Memory for pair
 * tables: 4 x (sum of K)^2 bytes. O(count x (sum of K) x (dim + beamWidth x stages + rounds x sweeps x stages)) time.
 */
public final class AdditiveQuantizer implements Quantizer {
    /** Most code vectors in all codebooks together: 64 MB of pair tables. */
    public static final int MAX_CODE_VECTORS = 4096;

    /** Most codebooks. */
    public static final int MAX_CODEBOOKS = 64;

    private final List<Codebook> codebooks;
    private final AdditiveSearch search;
    private final AdditiveTables tables;

    /** With {@link AdditiveSearch#DEFAULT}. */
    public AdditiveQuantizer(List<Codebook> codebooks) {
        this(codebooks, AdditiveSearch.DEFAULT);
    }

    /**
     * @param codebooks 1 to {@link #MAX_CODEBOOKS}, all of one dimension, at most {@link #MAX_CODE_VECTORS} code vectors together
     * @param search effort and seed
     */
    public AdditiveQuantizer(List<Codebook> codebooks, AdditiveSearch search) {
        if (codebooks.isEmpty() || codebooks.size() > MAX_CODEBOOKS) {
            throw new IllegalArgumentException(
                    "there are " + codebooks.size() + " codebooks, must be in [1, " + MAX_CODEBOOKS + "]");
        }
        int dim = codebooks.getFirst().codeDim();
        long total = 0;
        for (Codebook codebook : codebooks) {
            if (codebook.codeDim() != dim) {
                throw new IllegalArgumentException(
                        "codebooks differ in dimension: " + codebook.codeDim() + " and " + dim);
            }
            total += codebook.codebookSize();
        }
        if (total > MAX_CODE_VECTORS) {
            throw new IllegalArgumentException(
                    "codebooks have " + total + " code vectors together, must be at most " + MAX_CODE_VECTORS);
        }
        this.codebooks = List.copyOf(codebooks);
        this.search = search;
        this.tables = new AdditiveTables(this.codebooks);
    }

    /** The codebooks in order. */
    public List<Codebook> codebooks() {
        return codebooks;
    }

    /** Effort and seed of the search. */
    public AdditiveSearch search() {
        return search;
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
        int d = dim();
        Checks.checkDim(latents.dim(), d);
        int stages = codebooks.size();
        int[] indices = new int[Math.multiplyExact(latents.count(), stages)];
        Workers.forRows(threads, latents.count(), (from, to) -> {
            AdditiveEncoding encoding = new AdditiveEncoding(tables, search);
            for (int i = from; i < to; i++) {
                encoding.encode(latents.data(), i * d, indices, i * stages);
            }
        });
        return indices;
    }

    /**
     * Improves given indices by local search alone. No vector's squared distance rises, but for the rounding of costs
     * to float.
     *
     * @param start {@code [count x stages]}, each in {@code [0, codebookSizes()[stage])}
     * @return {@code [count x stages]}
     */
    public int[] improve(Latents latents, int[] start, int threads) {
        int d = dim();
        Checks.checkDim(latents.dim(), d);
        int stages = codebooks.size();
        if (start.length != (long) latents.count() * stages) {
            throw new IllegalArgumentException("start has " + start.length + " values, must have count x stages = "
                    + latents.count() + " x " + stages);
        }
        for (int i = 0; i < start.length; i++) {
            int size = codebooks.get(i % stages).codebookSize();
            if (start[i] < 0 || start[i] >= size) {
                throw new IllegalArgumentException(
                        "start index " + i + " is " + start[i] + ", must be in [0, " + size + ")");
            }
        }
        int[] indices = start.clone();
        Workers.forRows(threads, latents.count(), (from, to) -> {
            AdditiveEncoding encoding = new AdditiveEncoding(tables, search);
            for (int i = from; i < to; i++) {
                encoding.improve(latents.data(), i * d, indices, i * stages);
            }
        });
        return indices;
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
