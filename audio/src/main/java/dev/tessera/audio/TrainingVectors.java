package dev.tessera.audio;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.VectorQuantizer;
import java.util.List;

/** Choosing and reducing the vectors that train a codebook. */
final class TrainingVectors {
    private TrainingVectors() {}

    /** At most {@code limit} vectors longer than {@code deadZone}, evenly picked. */
    static Latents pick(Latents vectors, float deadZone, long limit) {
        int dim = vectors.dim();
        int[] rows = new int[vectors.count()];
        int count = 0;
        for (int i = 0; i < rows.length; i++) {
            if (deadZone == 0 || energy(vectors, i) > deadZone * deadZone) {
                rows[count++] = i;
            }
        }
        int wanted = (int) Math.min(count, limit);
        float[] out = new float[wanted * dim];
        for (int i = 0; i < wanted; i++) {
            int row = rows[(int) ((long) i * count / wanted)];
            System.arraycopy(vectors.data(), row * dim, out, i * dim, dim);
        }
        return Latents.of(wanted, dim, out);
    }

    /** What {@code quantizer} leaves over. */
    static Latents subtract(Latents vectors, VectorQuantizer quantizer) {
        float[] quantized = quantizer
                .dequantize(quantizer.quantize(vectors), vectors.count())
                .data();
        float[] out = vectors.data().clone();
        for (int i = 0; i < out.length; i++) {
            out[i] -= quantized[i];
        }
        return Latents.of(vectors.count(), vectors.dim(), out);
    }

    /** Mean squared length. */
    static double meanEnergy(Latents vectors) {
        double sum = 0;
        for (int i = 0; i < vectors.count(); i++) {
            sum += energy(vectors, i);
        }
        return sum / Math.max(1, vectors.count());
    }

    private static float energy(Latents vectors, int row) {
        float energy = 0;
        for (int d = 0; d < vectors.dim(); d++) {
            float v = vectors.data()[row * vectors.dim() + d];
            energy += v * v;
        }
        return energy;
    }

    /** All of several sets, one behind the other. */
    static Latents concatenate(List<Latents> parts) {
        int dim = parts.getFirst().dim();
        long count = parts.stream().mapToLong(Latents::count).sum();
        float[] data = new float[Math.toIntExact(count * dim)];
        int to = 0;
        for (Latents part : parts) {
            System.arraycopy(part.data(), 0, data, to, part.data().length);
            to += part.data().length;
        }
        return Latents.of((int) count, dim, data);
    }
}
