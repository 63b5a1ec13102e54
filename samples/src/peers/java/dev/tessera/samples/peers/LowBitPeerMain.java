package dev.tessera.samples.peers;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.tessera.codebook.Kernels;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.ScalarCodes;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.ScalarWeights;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import dev.tessera.vqmodels.lowbit.fit.PqFit;
import dev.tessera.vqmodels.lowbit.fit.RoundToNearest;
import dev.tessera.vqmodels.lowbit.fit.Vq16Fit;
import dev.tessera.vqmodels.lowbit.product.BitPlaneMatrix;
import dev.tessera.vqmodels.lowbit.product.LowBitInputs;
import dev.tessera.vqmodels.lowbit.product.LowBitMatrix;
import dev.tessera.vqmodels.nn.Conv;
import dev.tessera.vqmodels.nn.FeatureMap;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Products of matrices in few bits with a vector against ONNX Runtime, ggml and bitnet.cpp: one thread, in turn in one process,
 * median CPU time of the calling thread. Every contender gets the same Gaussian weights and inputs in 32 bits, and rounds the inputs
 * anew in each call.
 *
 * <p>Arguments: {@code SIZE ROUNDS}. The system properties {@code ggml} (a folder with libggml-base.so and libggml-cpu.so) and
 * {@code bitnet} (a library) name the peers that are not on Maven; {@code samples/bench/low-bit-peers.sh} runs it.
 */
public final class LowBitPeerMain {
    private static final double ROUND_NANOS = 5e6;
    private static final double WARM_UP_NANOS = 7e8;
    private static final double DEVIATION = 0.02; // of the weights
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final int size;
    private final OnnxRuntime onnx;
    private final Ggml ggml; // or null
    private final BitnetKernel bitnet; // or null
    private final float[] weights;
    private final float[] x;
    private final List<Contender> contenders = new ArrayList<>();

    /**
     * Somebody's product.
     *
     * @param weights what it is compared under; the first of a name is ours
     * @param error relative, against the product that is meant
     */
    private record Contender(String weights, String name, Supplier<float[]> product, double error, List<Double> nanos) {
        double nanos(int calls) {
            long start = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < calls; i++) {
                product.get();
            }
            return (double) (THREADS.getCurrentThreadCpuTime() - start) / calls;
        }
    }

    private LowBitPeerMain(int size, OnnxRuntime onnx, Ggml ggml, BitnetKernel bitnet) {
        this.size = size;
        this.onnx = onnx;
        this.ggml = ggml;
        this.bitnet = bitnet;
        weights = gaussian(size * size, DEVIATION, 1);
        x = gaussian(size, 1, 2);
    }

    public static void main(String[] args) throws OrtException {
        String ggml = System.getProperty("ggml", "");
        String bitnet = System.getProperty("bitnet", "");
        System.out.printf("kernels %s, Java %s%n", Kernels.active(), Runtime.version());
        System.out.println("ggml: " + (ggml.isEmpty() ? "left out, no folder named" : ggml));
        System.out.println("bitnet.cpp: " + (bitnet.isEmpty() ? "left out, no library named" : bitnet));
        try (OrtEnvironment environment = OrtEnvironment.getEnvironment();
                OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            LowBitPeerMain main = new LowBitPeerMain(
                    Integer.parseInt(args[0]),
                    OnnxRuntime.of(environment, options, 1),
                    ggml.isEmpty() ? null : new Ggml(Path.of(ggml)),
                    bitnet.isEmpty() ? null : new BitnetKernel(Path.of(bitnet)));
            main.fill();
            main.run(Integer.parseInt(args[1]));
        }
    }

    private void fill() throws OrtException {
        float[] exact = exact(weights);
        Conv conv = Conv.linear(size, size, weights, new float[size]);
        FeatureMap in = FeatureMap.ofTime(size, 1, x);
        add("fp32", "own", () -> conv.apply(in, 1).toArray(), exact);
        add(
                "fp32",
                "ONNX Runtime MatMul",
                onnx(OnnxModel.matMul(1, size, size, Measures.transposed(weights, size, size))),
                exact);
        ggml("fp32", Ggml.Type.F32, false, weights, exact);

        ScalarWeights int8 = scalar(ScalarFormat.int8());
        own("int8", int8, exact);
        add("int8", "ONNX Runtime MatMulNBits, groups of 128", nBits(8, 128, weights), exact);
        add("int8", "ONNX Runtime DynamicQuantizeMatMul", onnx(OnnxModel.dynamic(size, size, int8.unpack())), exact);
        ggml("int8", Ggml.Type.Q8_0, false, weights, exact);

        for (int group : new int[] {128, 32}) {
            String name = "int4, groups of " + group;
            own(name, scalar(ScalarFormat.symmetric(4, group)), exact);
            add(name, "ONNX Runtime MatMulNBits", nBits(4, group, weights), exact);
            Ggml.Type peer = group == 32 ? Ggml.Type.Q4_0 : Ggml.Type.Q4_K;
            ggml(name, peer, false, weights, exact);
            ggml(name, peer, true, weights, exact);
        }

        ScalarWeights ternary = scalar(ScalarFormat.ternary());
        float[] signs = ternary.dequantize();
        float[] meant = exact(signs);
        own("ternary", ternary, meant);
        add("ternary", "ONNX Runtime MatMulNBits, 2 bits, groups of 128", twoBits(ternary.unpack()), meant);
        ggml("ternary", Ggml.Type.TQ2_0, false, signs, meant);
        if (bitnet != null) {
            float[] scales = new float[size];
            for (int r = 0; r < size; r++) {
                scales[r] = ternary.scales().get(r, 0);
            }
            add("ternary", "bitnet.cpp I2_S", bitnet.product(ternary.unpack().codes(), scales, x), meant);
        }

        String oneBit = "1 bit";
        own(oneBit, Vq16Fit.builder().dim(4).iterations(3).threads(1).build().quantize(matrix()), exact);
        ggml(oneBit, Ggml.Type.Q1_0, false, weights, exact);

        own("2 bits, vq16 of 2 weights", Vq16Fit.builder().dim(2).iterations(3).threads(1).build().quantize(matrix()), exact);
        own("2 bits, pq of 4 weights", PqFit.builder().dim(4).shared(true).iterations(3).threads(1).build().quantize(matrix()), exact);
        planes("ternary, inputs of 2 bits", ternary, 2);
        planes("1 bit, inputs of 1 bit", scalar(ScalarFormat.binary()), 1);
    }

    private void planes(String name, ScalarWeights quantized, int bits) {
        BitPlaneMatrix matrix = BitPlaneMatrix.of(quantized);
        add(name, "own", () -> matrix.multiply(LowBitInputs.signed(x, bits), 1), exact(quantized.dequantize()));
    }

    private WeightMatrix matrix() {
        return new WeightMatrix(size, size, weights);
    }

    private ScalarWeights scalar(ScalarFormat format) {
        return RoundToNearest.standard(1).quantize(matrix(), format);
    }

    private Supplier<float[]> nBits(int bits, int group, float[] values) throws OrtException {
        int zero = 1 << bits - 1;
        byte[] codes = new byte[values.length];
        float[] scales = new float[values.length / group];
        for (int g = 0; g < scales.length; g++) {
            float most = 0;
            for (int i = g * group; i < (g + 1) * group; i++) {
                most = Math.max(most, Math.abs(values[i]));
            }
            scales[g] = most / (zero - 1);
            for (int i = g * group; i < (g + 1) * group; i++) {
                codes[i] = (byte) (Math.round(values[i] / scales[g]) + zero);
            }
        }
        return onnx(OnnxModel.nBits(size, size, bits, group, codes, scales));
    }

    private Supplier<float[]> twoBits(ScalarCodes ternary) throws OrtException {
        int group = 128;
        byte[] codes = new byte[size * size];
        float[] scales = new float[codes.length / group];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) (ternary.codes()[i] + 1);
            scales[i / group] = ternary.scales().get(i / size, 0);
        }
        return onnx(OnnxModel.nBits(size, size, 2, group, codes, scales));
    }

    private Supplier<float[]> onnx(byte[] model) throws OrtException {
        OnnxRuntime.Run run = onnx.session(model, x, 1, size);
        return () -> {
            try (OrtSession.Result result = run.run()) {
                return OnnxRuntime.values(result);
            } catch (OrtException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private void own(String name, QuantizedWeights quantized, float[] exact) {
        LowBitMatrix matrix = LowBitMatrix.of(quantized);
        add(name, "own", () -> matrix.multiply(x, 1), exact);
    }

    private void ggml(String name, Ggml.Type type, boolean repacked, float[] values, float[] exact) {
        if (ggml != null) {
            add(name, "ggml " + type + (repacked ? ", repacked" : ""), ggml.product(type, values, x, repacked), exact);
        }
    }

    private void add(String name, String contender, Supplier<float[]> product, float[] exact) {
        double error = Measures.error(product.get(), exact);
        contenders.add(new Contender(name, contender, product, error, new ArrayList<>()));
    }

    private float[] exact(float[] values) {
        float[] y = new float[size];
        for (int r = 0; r < size; r++) {
            double sum = 0;
            for (int c = 0; c < size; c++) {
                sum += (double) values[r * size + c] * x[c];
            }
            y[r] = (float) sum;
        }
        return y;
    }

    private void run(int rounds) {
        int[] calls = new int[contenders.size()];
        for (int i = 0; i < calls.length; i++) {
            for (double spent = 0; spent < WARM_UP_NANOS; ) {
                spent += contenders.get(i).nanos(1);
            }
            calls[i] = (int) Math.clamp(ROUND_NANOS / Math.max(contenders.get(i).nanos(1), 1), 1, 10_000);
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < calls.length; i++) {
                contenders.get(i).nanos.add(contenders.get(i).nanos(calls[i]));
            }
        }
        System.out.printf(
                "%-26s %-48s %10s %10s %10s %12s%n",
                size + " x " + size, "one thread, CPU time", "median ms", "best ms", "own / this", "output error");
        double own = 0;
        for (Contender contender : contenders) {
            double median = Measures.median(contender.nanos);
            own = contender.name.equals("own") ? median : own;
            double best = contender.nanos.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
            System.out.printf(
                    Locale.ROOT,
                    "%-26s %-48s %10.3f %10.3f %10.2f %12.2g%n",
                    contender.weights,
                    contender.name,
                    median / 1e6,
                    best / 1e6,
                    own / median,
                    contender.error);
        }
    }

    private static float[] gaussian(int length, double deviation, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return values;
    }
}
