package dev.tessera.codebook.implicit;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;

/** What the quantizers share that turn each dimension into digits of a mixed-radix number. */
final class DigitQuantizer {
    private DigitQuantizer() {}

    /** Joins one vector, {@code x[offset .. offset + dim)}, with its digits; which of the two is read is up to the use. */
    @FunctionalInterface
    interface Rule {
        void apply(float[] x, int offset, int[] digits);
    }

    /** Indices {@code [count x stages]} of {@code latents}. */
    static int[] quantize(Latents latents, int dim, MixedRadix radix, int stages, int threads, Rule digitsOf) {
        Checks.checkDim(latents.dim(), dim);
        int[] indices = new int[Math.multiplyExact(latents.count(), stages)];
        Workers.forRows(threads, latents.count(), (from, to) -> {
            int[] digits = new int[radix.digits()];
            for (int i = from; i < to; i++) {
                digitsOf.apply(latents.data(), i * dim, digits);
                radix.joinStages(digits, indices, i * stages);
            }
        });
        return indices;
    }

    /** Vectors {@code [count x dim]} of {@code indices}; {@code vectorOf} writes one from its digits. */
    static Latents dequantize(int[] indices, int dim, MixedRadix radix, int stages, int[] shape, Rule vectorOf) {
        int count = Checks.checkStages(indices, stages);
        float[] out = new float[Math.multiplyExact(count, dim)];
        int[] digits = new int[radix.digits()];
        for (int i = 0; i < count; i++) {
            radix.splitStages(indices, i * stages, digits);
            vectorOf.apply(out, i * dim, digits);
        }
        return Latents.of(shape, dim, out);
    }
}
