package dev.tessera.cli;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codecs.dataset.NpyReader;
import dev.tessera.codecs.dataset.NpyType;
import dev.tessera.codecs.dataset.NpyWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;

/** Vectors and indices in {@code .npy} files, as {@code fit}, {@code assign} and {@code dequantize} use them. */
final class Vectors {
    private Vectors() {}

    /** Float vectors, {@code [N, D]}. */
    static Latents read(Path path) throws IOException {
        try (NpyReader in = NpyReader.open(path)) {
            long[] shape = in.shape();
            if (shape.length != 2 || shape[1] < 1) {
                throw new UsageException(path + " has the shape " + Arrays.toString(shape) + ", must be [N, D]");
            }
            if (shape[0] * shape[1] > Integer.MAX_VALUE - 8) {
                throw new UsageException(path + " has " + shape[0] * shape[1] + " values, must be under 2^31 - 8");
            }
            float[] data = new float[Math.toIntExact(shape[0] * shape[1])];
            in.readFloats(data);
            for (int i = 0; i < data.length; i++) {
                if (!Float.isFinite(data[i])) {
                    throw new IOException(path + ": vector " + i / shape[1] + " has the value " + data[i]
                            + " in dimension " + i % shape[1] + ", must be finite");
                }
            }
            return Latents.of((int) shape[0], (int) shape[1], data);
        }
    }

    /** Indices {@code [N]} or {@code [N, stages]}, checked against the quantizer. */
    static int[] readIndices(Path path, Quantizer quantizer) throws IOException {
        try (NpyReader in = NpyReader.open(path)) {
            long[] shape = in.shape();
            int stages = quantizer.stages();
            boolean fits = shape.length == 1 && stages == 1 || shape.length == 2 && shape[1] == stages;
            if (!fits) {
                throw new UsageException(path + " has the shape " + Arrays.toString(shape) + ", must be "
                        + (stages == 1 ? "[N] or [N, 1]" : "[N, " + stages + "]"));
            }
            int[] indices = new int[Math.toIntExact(shape[0] * stages)];
            in.readInts(indices);
            int[] sizes = quantizer.codebookSizes();
            for (int i = 0; i < indices.length; i++) {
                if (indices[i] < 0 || indices[i] >= sizes[i % stages]) {
                    throw new IOException(path + ": index " + indices[i] + " at " + i / stages + ", must be in [0, "
                            + sizes[i % stages] + ")");
                }
            }
            return indices;
        }
    }

    static void write(Latents vectors, OutputStream out) throws IOException {
        NpyWriter writer = new NpyWriter(out, NpyType.F4, vectors.count(), vectors.dim());
        writer.writeFloats(vectors.data());
        writer.close();
    }

    static void writeIndices(int[] indices, Quantizer quantizer, int count, OutputStream out) throws IOException {
        int largest = Arrays.stream(quantizer.codebookSizes()).max().orElseThrow();
        long[] shape = quantizer.stages() == 1 ? new long[] {count} : new long[] {count, quantizer.stages()};
        NpyWriter writer = new NpyWriter(out, NpyType.forIndices(largest), shape);
        writer.writeInts(indices);
        writer.close();
    }

    /** Mean over vectors of the squared distance to their quantized form. */
    static double meanSquaredError(Latents data, Quantizer quantizer, int[] indices) {
        float[] back = quantizer.dequantize(indices, data.count()).data();
        double sum = 0;
        for (int i = 0; i < back.length; i++) {
            double e = (double) data.data()[i] - back[i];
            sum += e * e;
        }
        return sum / Math.max(1, data.count());
    }
}
