package dev.tessera.codebook.internal;

import dev.tessera.codebook.Latents;

/** Consecutive dimensions of vectors as vectors of their own. */
public final class Columns {
    private Columns() {}

    /** Dimensions {@code [first, first + width)} of every vector, on the same grid. */
    public static Latents slice(Latents vectors, int first, int width) {
        int count = vectors.count();
        float[] out = new float[count * width];
        for (int i = 0; i < count; i++) {
            System.arraycopy(vectors.data(), i * vectors.dim() + first, out, i * width, width);
        }
        return Latents.of(vectors.shape(), width, out);
    }

    /** Writes {@code part} to the dimensions that begin at {@code first} of {@code target}, {@code [count x dim]}. */
    public static void store(Latents part, float[] target, int dim, int first) {
        int width = part.dim();
        for (int i = 0; i < part.count(); i++) {
            System.arraycopy(part.data(), i * width, target, i * dim + first, width);
        }
    }
}
