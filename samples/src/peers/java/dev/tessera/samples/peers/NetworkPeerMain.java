package dev.tessera.samples.peers;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.tessera.vqmodels.nn.Conv;
import dev.tessera.vqmodels.nn.FeatureMap;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Own layers against ONNX Runtime on one thread: the same weights and inputs, in turn in one process, median CPU time of the
 * calling thread.
 *
 * <p>Arguments: {@code [ROUNDS]}; {@code samples/bench/network-peers.sh} runs it.
 */
public final class NetworkPeerMain {
    private static final double ROUND_NANOS = 15e6;
    private static final double WARM_UP_NANOS = 1.5e9;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static final SplittableRandom RANDOM = new SplittableRandom(1);

    @FunctionalInterface
    private interface Call {
        float[] run() throws OrtException;
    }

    private record Contest(String name, Call own, Call peer, double operations, List<Double> ours, List<Double> theirs) {}

    private NetworkPeerMain() {}

    public static void main(String[] args) throws OrtException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 15;
        List<Contest> contests = new ArrayList<>();
        try (OrtEnvironment environment = OrtEnvironment.getEnvironment();
                OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            OnnxRuntime peer = OnnxRuntime.of(environment, options, 1);
            contests.add(linear(peer, "GEMV 4096x4096", 4096, 1));
            contests.add(linear(peer, "GEMV 1024x1024", 1024, 1));
            contests.add(linear(peer, "GEMM 1024, batch 16", 1024, 16));
            contests.add(linear(peer, "GEMM 1024, batch 64", 1024, 64));
            contests.add(linear(peer, "GEMM 1024, batch 256", 1024, 256));
            contests.add(conv(peer, "conv1d 256->128, k7, T1000", 128, 256, 1, 7, 1, 1000, 1));
            contests.add(conv(peer, "conv2d 128->128, 3x3, 64x64", 128, 128, 3, 3, 64, 64, 1));
            contests.add(conv(peer, "conv2d 192->192, 1x1, 64x64", 192, 192, 1, 1, 64, 64, 1));
            contests.add(conv(peer, "depthwise 192, 5x5, 64x64", 192, 1, 5, 5, 64, 64, 192));
            contests.add(conv(peer, "depthwise 256, k7, T1000", 256, 1, 1, 7, 1, 1000, 256));
            run(contests, rounds);
        }
    }

    private static Contest linear(OnnxRuntime peer, String name, int size, int batch) throws OrtException {
        float[] weights = values(size * size);
        float[] x = values(size * batch);
        Conv own = Conv.linear(size, size, Measures.transposed(weights, size, size), new float[size]);
        FeatureMap in = FeatureMap.ofTime(size, batch, Measures.transposed(x, batch, size));
        Call theirs = call(peer, OnnxModel.matMul(batch, size, size, weights), x, batch, size);
        compare(name, Measures.transposed(own.apply(in, 1).toArray(), size, batch), theirs.run());
        return contest(name, own, in, theirs, 2.0 * size * size * batch);
    }

    private static Contest conv(
            OnnxRuntime peer,
            String name,
            int out,
            int groupIn,
            int kernelHeight,
            int kernelWidth,
            int height,
            int width,
            int groups)
            throws OrtException {
        int depth = groupIn * kernelHeight * kernelWidth;
        float[] weights = values(out * depth);
        int channels = groupIn * groups;
        FeatureMap in = FeatureMap.of(channels, height, width, values(channels * height * width));
        Conv own = Conv.builder()
                .weights(out, groupIn, kernelHeight, kernelWidth, weights)
                .groups(groups)
                .build();
        boolean series = height == 1;
        long[] inShape = series ? new long[] {1, channels, width} : new long[] {1, channels, height, width};
        long[] outShape = series ? new long[] {1, out, width} : new long[] {1, out, height, width};
        int[] kernel = series ? new int[] {kernelWidth} : new int[] {kernelHeight, kernelWidth};
        Call theirs =
                call(peer, OnnxModel.conv(inShape, outShape, weights, groups, kernel), in.toArray(), inShape);
        compare(name, own.apply(in, 1).toArray(), theirs.run());
        return contest(name, own, in, theirs, 2.0 * depth * out * height * width);
    }

    /** A call that runs {@code model} on {@code x}; what it returns is not copied but when first asked for. */
    private static Call call(OnnxRuntime peer, byte[] model, float[] x, long... shape) throws OrtException {
        OnnxRuntime.Run run = peer.session(model, x, shape);
        float[][] first = new float[1][];
        return () -> {
            try (OrtSession.Result result = run.run()) {
                if (first[0] == null) {
                    first[0] = OnnxRuntime.values(result);
                }
                return first[0];
            }
        };
    }

    private static Contest contest(String name, Conv own, FeatureMap in, Call theirs, double operations) {
        Call ours = () -> {
            own.apply(in, 1);
            return null;
        };
        return new Contest(name, ours, theirs, operations, new ArrayList<>(), new ArrayList<>());
    }

    private static void run(List<Contest> contests, int rounds) throws OrtException {
        int[] ownCalls = new int[contests.size()];
        int[] peerCalls = new int[contests.size()];
        for (int i = 0; i < contests.size(); i++) {
            ownCalls[i] = warmUp(contests.get(i).own);
            peerCalls[i] = warmUp(contests.get(i).peer);
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < contests.size(); i++) {
                Contest contest = contests.get(i);
                contest.ours.add(nanos(contest.own, ownCalls[i]));
                contest.theirs.add(nanos(contest.peer, peerCalls[i]));
            }
        }
        System.out.printf("%-42s %10s %10s %8s %10s%n", "one thread, median CPU ms", "own", "ONNX", "ratio", "own Gop/s");
        for (Contest contest : contests) {
            double own = Measures.median(contest.ours);
            double peer = Measures.median(contest.theirs);
            System.out.printf(
                    Locale.ROOT,
                    "%-42s %10.3f %10.3f %8.2f %10.1f%n",
                    contest.name,
                    own / 1e6,
                    peer / 1e6,
                    own / peer,
                    contest.operations / own);
        }
    }

    private static int warmUp(Call call) throws OrtException {
        for (double spent = 0; spent < WARM_UP_NANOS; ) {
            spent += nanos(call, 1);
        }
        return (int) Math.clamp(ROUND_NANOS / Math.max(nanos(call, 1), 1), 1, 10_000);
    }

    private static double nanos(Call call, int calls) throws OrtException {
        long start = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < calls; i++) {
            call.run();
        }
        return (double) (THREADS.getCurrentThreadCpuTime() - start) / calls;
    }

    private static void compare(String name, float[] own, float[] peer) {
        double error = Measures.error(own, peer);
        if (!(error < 1e-5)) {
            throw new IllegalStateException(name + " differs from ONNX Runtime by " + error);
        }
    }

    private static float[] values(int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) RANDOM.nextDouble(-1, 1);
        }
        return values;
    }
}
