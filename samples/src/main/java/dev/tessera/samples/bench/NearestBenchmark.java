package dev.tessera.samples.bench;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.VectorQuantizer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Nearest code vector: vectors per second of the scalar specification and of its Vector API twin. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class NearestBenchmark {
    private static final int VECTORS = 1000;

    /** K x D. */
    @Param({"1024x64", "16384x8", "256x4"})
    private String codebook;

    private VectorQuantizer quantizer;
    private Latents vectors;

    @Setup
    public void draw() {
        int codebookSize = Integer.parseInt(codebook.split("x", 2)[0]);
        int dim = Integer.parseInt(codebook.split("x", 2)[1]);
        SplittableRandom random = new SplittableRandom(1);
        quantizer = new VectorQuantizer(Codebook.of(codebookSize, dim, gaussians(codebookSize * dim, random)));
        vectors = Latents.of(VECTORS, dim, gaussians(VECTORS * dim, random));
    }

    @Benchmark
    @Fork(value = 1, jvmArgsAppend = "-Dtessera.kernels=scalar")
    @OperationsPerInvocation(VECTORS)
    public int[] scalar() {
        return quantizer.quantize(vectors);
    }

    @Benchmark
    @Fork(value = 1, jvmArgsAppend = "-Dtessera.kernels=vector")
    @OperationsPerInvocation(VECTORS)
    public int[] vector() {
        return quantizer.quantize(vectors);
    }

    private static float[] gaussians(int count, SplittableRandom random) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
