package dev.tessera.samples.bench;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Kernels;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.VectorQuantizer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Times nearest-code assignment on one thread, for {@code bench/nearest-faiss.sh}: CPU seconds of this thread for each
 * repeat, on files of little-endian float32.
 *
 * <p>Arguments: {@code VECTORS CODES DIM REPEATS INDICES_OUT}.
 */
public final class NearestMain {
    private static final double WARM_UP_SECONDS = 3;

    private NearestMain() {}

    public static void main(String[] args) throws IOException {
        int dim = Integer.parseInt(args[2]);
        int repeats = Integer.parseInt(args[3]);
        float[] x = read(Path.of(args[0]));
        float[] codes = read(Path.of(args[1]));
        Latents vectors = Latents.of(x.length / dim, dim, x);
        VectorQuantizer quantizer = new VectorQuantizer(Codebook.of(codes.length / dim, dim, codes));

        Latents head = Latents.of(
                Math.min(vectors.count(), 500), dim, java.util.Arrays.copyOf(x, Math.min(x.length, 500 * dim)));
        for (long start = cpuNanos(); cpuNanos() - start < WARM_UP_SECONDS * 1e9; ) {
            quantizer.quantize(head);
        }
        int[] indices = new int[0];
        for (int r = 0; r < repeats; r++) {
            long start = cpuNanos();
            indices = quantizer.quantize(vectors);
            System.out.printf(Locale.ROOT, "%.6f%n", (cpuNanos() - start) / 1e9);
        }
        ByteBuffer out = ByteBuffer.allocate(4 * indices.length).order(ByteOrder.LITTLE_ENDIAN);
        out.asIntBuffer().put(indices);
        Files.write(Path.of(args[4]), out.array());
        System.err.println("kernels " + Kernels.active() + ", Java " + Runtime.version());
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static float[] read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.remaining() / 4];
        bytes.asFloatBuffer().get(values);
        return values;
    }
}
