package dev.tessera.codebook.implicit;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.internal.Checks;

/**
 * A {@link RandomProjection} with a table that leads back: the index is chosen by the random projection and book, the
 * quantized latent is the row of the table, in the space of the data. Learned by {@code learn.RandomProjectionFit}. As
 * the cells are random, its distortion is far above that of a learned codebook of the same size.
 */
public final class RandomProjectionQuantizer implements Quantizer {
    private final RandomProjection projection;
    private final Codebook table;

    /** @param table {@code [projection.codebookSize() x projection.dim()]}, the quantized latent of every index */
    public RandomProjectionQuantizer(RandomProjection projection, Codebook table) {
        if (table.codebookSize() != projection.codebookSize() || table.codeDim() != projection.dim()) {
            throw new IllegalArgumentException("table is " + table.codebookSize() + " x " + table.codeDim()
                    + ", must be " + projection.codebookSize() + " x " + projection.dim());
        }
        this.projection = projection;
        this.table = table;
    }

    public RandomProjection projection() {
        return projection;
    }

    /** The quantized latent of every index. */
    public Codebook table() {
        return table;
    }

    @Override
    public int dim() {
        return projection.dim();
    }

    @Override
    public int[] codebookSizes() {
        return new int[] {projection.codebookSize()};
    }

    @Override
    public int[] quantize(Latents latents, int threads) {
        return projection.assign(latents, threads);
    }

    @Override
    public Latents dequantize(int[] indices, int... shape) {
        Checks.checkIndices(indices, codebookSizes());
        int d = dim();
        float[] out = new float[Math.multiplyExact(indices.length, d)];
        for (int i = 0; i < indices.length; i++) {
            table.addTo(indices[i], out, i * d);
        }
        return Latents.of(shape, d, out);
    }
}
