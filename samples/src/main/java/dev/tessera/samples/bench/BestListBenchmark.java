package dev.tessera.samples.bench;

import dev.tessera.codebook.internal.kernels.NearestKernel;
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

/** The B best code vectors of each vector, as beam search asks for them: vectors per second, scalar and vector twin. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class BestListBenchmark {
    private static final int VECTORS = 1000;
    private static final int DIM = 64;

    @Param({"256", "1024"})
    private int codebookSize;

    /** B. */
    @Param({"1", "4", "16"})
    private int width;

    private NearestKernel kernel;
    private float[] x;
    private int[] indices;
    private float[] scores;
    private float[] norms;

    @Setup
    public void draw() {
        SplittableRandom random = new SplittableRandom(1);
        kernel = NearestKernel.of(gaussians(codebookSize * DIM, random), codebookSize, DIM);
        x = gaussians(VECTORS * DIM, random);
        indices = new int[VECTORS * width];
        scores = new float[VECTORS * width];
        norms = new float[VECTORS];
    }

    @Benchmark
    @Fork(value = 1, jvmArgsAppend = "-Dtessera.kernels=scalar")
    @OperationsPerInvocation(VECTORS)
    public int[] scalar() {
        return best();
    }

    @Benchmark
    @Fork(value = 1, jvmArgsAppend = "-Dtessera.kernels=vector")
    @OperationsPerInvocation(VECTORS)
    public int[] vector() {
        return best();
    }

    private int[] best() {
        kernel.best(x, 0, VECTORS, width, indices, scores, norms);
        return indices;
    }

    private static float[] gaussians(int count, SplittableRandom random) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
