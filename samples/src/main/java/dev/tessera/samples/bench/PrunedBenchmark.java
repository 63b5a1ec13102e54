package dev.tessera.samples.bench;

import dev.tessera.codebook.internal.kernels.NearestKernel;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Nearest code vector with and without pruning, vectors per second. The vectors are smooth, as image patches are: sums of cosines
 * whose variance falls with frequency, or noise, where pruning should switch itself off and cost nothing. The trial that decides
 * so is timed apart.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class PrunedBenchmark {
    private static final int VECTORS = 2048;
    private static final long ANNOUNCED_WORK = 1L << 33; // multiply-adds from which on pruning is tried

    /** K x D. */
    @Param({"1024x64", "8192x64", "4096x256"})
    private String codebook;

    @Param({"smooth", "noise"})
    private String data;

    private float[] x;
    private NearestKernel full;
    private NearestKernel suited;
    private float[] announced; // the same vectors again and again
    private int announcedCount;
    private int[] indices;

    @Setup
    public void draw() {
        int codebookSize = Integer.parseInt(codebook.split("x", 2)[0]);
        int dim = Integer.parseInt(codebook.split("x", 2)[1]);
        SplittableRandom random = new SplittableRandom(1);
        full = NearestKernel.of(vectors(codebookSize, dim, random), codebookSize, dim);
        x = vectors(VECTORS, dim, random);
        announcedCount = (int) (ANNOUNCED_WORK / ((long) codebookSize * dim));
        announced = new float[announcedCount * dim];
        for (int i = 0; i < announced.length; i += x.length) {
            System.arraycopy(x, 0, announced, i, Math.min(x.length, announced.length - i));
        }
        suited = full.suitedTo(announced, 0, announcedCount);
        indices = new int[VECTORS];
    }

    @Benchmark
    @OperationsPerInvocation(VECTORS)
    public int[] full() {
        full.assign(x, 0, VECTORS, indices, 0);
        return indices;
    }

    /** The kernel that {@code suitedTo} chose; the full one where pruning does not pay. */
    @Benchmark
    @OperationsPerInvocation(VECTORS)
    public int[] suited() {
        suited.assign(x, 0, VECTORS, indices, 0);
        return indices;
    }

    /** Trials per second. */
    @Benchmark
    public NearestKernel trial() {
        return full.suitedTo(announced, 0, announcedCount);
    }

    private float[] vectors(int count, int dim, SplittableRandom random) {
        float[] values = new float[count * dim];
        if (data.equals("noise")) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            return values;
        }
        double[][] cosines = new double[dim][dim];
        for (int f = 0; f < dim; f++) {
            for (int t = 0; t < dim; t++) {
                cosines[f][t] = Math.cos(Math.PI * f * (t + 0.5) / dim) / (1 + f);
            }
        }
        double[] sum = new double[dim];
        for (int i = 0; i < count; i++) {
            Arrays.fill(sum, 0);
            for (double[] cosine : cosines) {
                double amplitude = random.nextGaussian();
                for (int t = 0; t < dim; t++) {
                    sum[t] += amplitude * cosine[t];
                }
            }
            for (int t = 0; t < dim; t++) {
                values[i * dim + t] = (float) sum[t];
            }
        }
        return values;
    }
}
