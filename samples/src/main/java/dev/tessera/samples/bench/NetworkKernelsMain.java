package dev.tessera.samples.bench;

import dev.tessera.codebook.Kernels;
import dev.tessera.vqmodels.nn.Activation;
import dev.tessera.vqmodels.nn.Conv;
import dev.tessera.vqmodels.nn.FeatureMap;
import dev.tessera.vqmodels.nn.Layer;
import dev.tessera.vqmodels.nn.LayerNorm;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Speed of the layers on one thread, in turn: the median and the best CPU time of a call, and the products and additions per
 * nanosecond that it makes.
 *
 * <p>Arguments: {@code [ROUNDS [NAME]]}; 15 rounds of all workloads when absent.
 */
public final class NetworkKernelsMain {
    private static final double ROUND_NANOS = 15e6;
    private static final double WARM_UP_NANOS = 1.5e9;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final SplittableRandom random = new SplittableRandom(1);
    private final List<Workload> workloads = new ArrayList<>();

    /**
     * A layer and its input.
     *
     * @param operations products and additions of a call
     */
    private record Workload(String name, Layer layer, FeatureMap in, double operations, List<Double> nanos) {
        double once() {
            return nanos(1);
        }

        double nanos(int calls) {
            long start = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < calls; i++) {
                layer.apply(in, 1);
            }
            return (double) (THREADS.getCurrentThreadCpuTime() - start) / calls;
        }
    }

    private NetworkKernelsMain() {}

    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 15;
        NetworkKernelsMain main = new NetworkKernelsMain();
        main.fill(args.length > 1 ? args[1] : "");
        main.run(rounds);
    }

    private void fill(String filter) {
        linear(filter, "GEMV 4096x4096", 4096, 1);
        linear(filter, "GEMV 1024x1024", 1024, 1);
        linear(filter, "GEMM 1024, batch 64", 1024, 64);
        linear(filter, "GEMM 1024, batch 256", 1024, 256);
        conv(filter, "conv1d 256->128, k7, T1000", 128, 256, 1, 7, 1, 1000, 1);
        conv(filter, "conv2d 128->128, 3x3, 64x64", 128, 128, 3, 3, 64, 64, 1);
        conv(filter, "depthwise 192, 5x5, 64x64", 192, 1, 5, 5, 64, 64, 192);
        conv(filter, "depthwise 256, k7, T1000", 256, 1, 1, 7, 1, 1000, 256);
        add(filter, "GELU 256 x 4096", new Activation(Activation.Function.GELU, 256), 256, 64, 64, 1);
        add(filter, "SiLU 256 x 4096", new Activation(Activation.Function.SILU, 256), 256, 64, 64, 1);
        add(filter, "layer norm 256 x 4096", new LayerNorm(values(256), values(256), 1e-6f), 256, 64, 64, 1);
    }

    private void linear(String filter, String name, int size, int batch) {
        if (name.contains(filter)) {
            add(filter, name, Conv.linear(size, size, values(size * size), values(size)), size, 1, batch, 2.0 * size);
        }
    }

    private void conv(
            String filter,
            String name,
            int out,
            int groupIn,
            int kernelHeight,
            int kernelWidth,
            int height,
            int width,
            int groups) {
        int depth = groupIn * kernelHeight * kernelWidth;
        Conv conv = Conv.builder()
                .weights(out, groupIn, kernelHeight, kernelWidth, values(out * depth))
                .bias(values(out))
                .groups(groups)
                .build();
        add(filter, name, conv, groupIn * groups, height, width, 2.0 * depth);
    }

    private void add(
            String filter, String name, Layer layer, int channels, int height, int width, double operationsPerOutput) {
        if (name.contains(filter)) {
            FeatureMap in = FeatureMap.of(channels, height, width, values(channels * height * width));
            double operations = operationsPerOutput * layer.outChannels() * height * width;
            workloads.add(new Workload(name, layer, in, operations, new ArrayList<>()));
        }
    }

    private float[] values(int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }

    private void run(int rounds) {
        int[] calls = new int[workloads.size()];
        for (int w = 0; w < workloads.size(); w++) {
            Workload workload = workloads.get(w);
            for (double spent = 0; spent < WARM_UP_NANOS; ) {
                spent += workload.once();
            }
            calls[w] = (int) Math.clamp(ROUND_NANOS / Math.max(workload.once(), 1), 1, 10_000);
        }
        for (int round = 0; round < rounds; round++) {
            for (int w = 0; w < workloads.size(); w++) {
                workloads.get(w).nanos().add(workloads.get(w).nanos(calls[w]));
            }
        }
        System.out.printf("kernels %s, Java %s%n", Kernels.active(), Runtime.version());
        System.out.printf("%-30s %10s %10s %10s%n", "one thread, CPU time", "median ms", "best ms", "Gop/s");
        for (Workload workload : workloads) {
            double[] sorted =
                    workload.nanos().stream().mapToDouble(Double::doubleValue).toArray();
            Arrays.sort(sorted);
            double median = sorted[sorted.length / 2];
            System.out.printf(
                    Locale.ROOT,
                    "%-30s %10.3f %10.3f %10.1f%n",
                    workload.name(),
                    median / 1e6,
                    sorted[0] / 1e6,
                    workload.operations() / median);
        }
    }
}
