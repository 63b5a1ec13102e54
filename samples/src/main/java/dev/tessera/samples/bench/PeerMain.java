package dev.tessera.samples.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Kernels;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ProductQuantizer;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.learn.KMeans;
import dev.tessera.codebook.learn.KMeansStart;
import dev.tessera.codebook.learn.MiniBatchKMeans;
import dev.tessera.codebook.learn.ProductKMeans;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * One workload of {@code bench/peers.sh} on this project's side: prints the CPU seconds of the whole process for each repeat, garbage
 * collection and compilation included, and writes the result. Files are little-endian float32 and int32.
 *
 * <p>Arguments: {@code WORKLOAD DIR THREADS REPEATS}. DIR holds {@code x.f32} {@code [count x dim]}, {@code c.f32}
 * {@code [books x K x dim of a book]} and {@code shape}, the numbers count, dim, K, books. Writes {@code java.i32} or
 * {@code java.f32}.
 */
public final class PeerMain {
    private static final double WARM_UP_SECONDS = 4;

    private final int count;
    private final int dim;
    private final int codes;
    private final int books;
    private final int threads;
    private final float[] x;
    private final Path dir;

    private PeerMain(Path dir, int threads) throws IOException {
        String[] shape = Files.readString(dir.resolve("shape")).trim().split(" ");
        this.count = Integer.parseInt(shape[0]);
        this.dim = Integer.parseInt(shape[1]);
        this.codes = Integer.parseInt(shape[2]);
        this.books = Integer.parseInt(shape[3]);
        this.threads = threads;
        this.x = read(dir.resolve("x.f32"));
        this.dir = dir;
    }

    public static void main(String[] args) throws IOException {
        PeerMain main = new PeerMain(Path.of(args[1]), Integer.parseInt(args[2]));
        int repeats = Integer.parseInt(args[3]);
        switch (args[0]) {
            case "assign" ->
                main.quantize(new VectorQuantizer(main.codebooks(false).getFirst()), repeats);
            case "rvq" -> main.quantize(new ResidualQuantizer(main.codebooks(false)), repeats);
            case "beam" -> main.quantize(new ResidualQuantizer(main.codebooks(false)).withBeam(5), repeats);
            case "pq" -> main.quantize(new ProductQuantizer(main.codebooks(true)), repeats);
            case "kmeans" -> main.learn(() -> List.of(main.kMeans(KMeansStart.PARALLEL)), repeats);
            case "kmeans-random" -> main.learn(() -> List.of(main.kMeans(KMeansStart.RANDOM)), repeats);
            case "minibatch" -> main.learn(() -> List.of(main.miniBatch()), repeats);
            case "pq-train" -> main.learn(main::product, repeats);
            default -> throw new IllegalArgumentException("no workload " + args[0]);
        }
        System.err.println("kernels " + Kernels.active() + ", Java " + Runtime.version());
    }

    private void quantize(Quantizer quantizer, int repeats) throws IOException {
        Latents vectors = Latents.of(count, dim, x);
        for (long start = cpuNanos(); cpuNanos() - start < WARM_UP_SECONDS * 1e9; ) {
            if (quantizer.quantize(vectors, threads).length != count * books) {
                throw new IllegalStateException("not " + books + " indices for each vector");
            }
        }
        int[] indices = time(repeats, () -> quantizer.quantize(vectors, threads));
        ByteBuffer out = ByteBuffer.allocate(4 * indices.length).order(ByteOrder.LITTLE_ENDIAN);
        out.asIntBuffer().put(indices);
        Files.write(dir.resolve("java.i32"), out.array());
    }

    /** Timed after one run that the compiler learns from: about two CPU seconds in a new process. */
    private void learn(Supplier<List<Codebook>> learner, int repeats) throws IOException {
        List<Codebook> warmUp = learner.get();
        List<Codebook> learnt = time(repeats, learner);
        if (!learnt.equals(warmUp)) {
            throw new IllegalStateException("two runs with one seed differ");
        }
        ByteBuffer out = ByteBuffer.allocate(learnt.stream()
                        .mapToInt(c -> 4 * c.codebookSize() * c.codeDim())
                        .sum())
                .order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        for (Codebook c : learnt) {
            float[] vectors = c.toArray();
            out.asFloatBuffer().put(at, vectors);
            at += vectors.length;
        }
        Files.write(dir.resolve("java.f32"), out.array());
    }

    private Codebook kMeans(KMeansStart start) {
        return KMeans.builder()
                .codebookSize(codes)
                .iterations(20)
                .start(start)
                .threads(threads)
                .build()
                .fit(Latents.of(count, dim, x));
    }

    private Codebook miniBatch() {
        return MiniBatchKMeans.builder()
                .codebookSize(codes)
                .threads(threads)
                .build()
                .fit(Latents.of(count, dim, x));
    }

    /** 25 iterations, the default of FAISS. */
    private List<Codebook> product() {
        return ProductKMeans.builder()
                .subspaces(books)
                .codebookSize(codes)
                .iterations(25)
                .threads(threads)
                .build()
                .fit(Latents.of(count, dim, x))
                .codebooks();
    }

    private List<Codebook> codebooks(boolean cut) throws IOException {
        float[] values = read(dir.resolve("c.f32"));
        int width = cut ? dim / books : dim;
        List<Codebook> result = new ArrayList<>();
        for (int b = 0; b < books; b++) {
            result.add(
                    Codebook.of(codes, width, Arrays.copyOfRange(values, b * codes * width, (b + 1) * codes * width)));
        }
        return result;
    }

    private static <T> T time(int repeats, Supplier<T> work) {
        T result = null;
        for (int r = 0; r < repeats; r++) {
            long start = cpuNanos();
            result = work.get();
            System.out.printf(Locale.ROOT, "%.6f%n", (cpuNanos() - start) / 1e9);
        }
        return result;
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static float[] read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.remaining() / 4];
        bytes.asFloatBuffer().get(values);
        return values;
    }
}
