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
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Products of matrices in few bits with a vector, or with batches of them, against ONNX Runtime, ggml and bitnet.cpp: one thread, in turn in one process,
 * median CPU time of the calling thread. Every contender gets the same Gaussian weights and inputs in 32 bits, and rounds the inputs
 * anew in each call.
 *
 * <p>Arguments: {@code SIZE ROUNDS [BATCH...]}. The system properties {@code ggml} (a folder with libggml-base.so and libggml-cpu.so) and
 * {@code bitnet} (a library) name the peers that are not on Maven; {@code samples/bench/low-bit-peers.sh} runs it.
 */
public final class LowBitPeerMain {
    private static final double DEVIATION = 0.02; // of the weights

    private final int size;
    private final int batch;
    private final OnnxRuntime onnx;
    private final Ggml ggml; // or null
    private final BitnetKernel bitnet; // or null
    private final float[] weights;
    private final float[] x; // [batch x size]
    private final Race race = new Race();

    private LowBitPeerMain(int size, int batch, OnnxRuntime onnx, Ggml ggml, BitnetKernel bitnet) {
        this.size = size;
        this.batch = batch;
        this.onnx = onnx;
        this.ggml = ggml;
        this.bitnet = bitnet;
        weights = gaussian(size * size, DEVIATION, 1);
        x = gaussian(batch * size, 1, 2);
    }

    public static void main(String[] args) throws OrtException {
        String ggml = System.getProperty("ggml", "");
        String bitnet = System.getProperty("bitnet", "");
        System.out.printf("kernels %s, Java %s%n", Kernels.active(), Runtime.version());
        System.out.println("ggml: " + (ggml.isEmpty() ? "left out, no folder named" : ggml));
        System.out.println("bitnet.cpp: " + (bitnet.isEmpty() ? "left out, no library named" : bitnet));
        try (OrtEnvironment environment = OrtEnvironment.getEnvironment();
                OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            int size = Integer.parseInt(args[0]);
            int rounds = Integer.parseInt(args[1]);
            OnnxRuntime onnx = OnnxRuntime.of(environment, options, 1);
            Ggml folder = ggml.isEmpty() ? null : new Ggml(Path.of(ggml));
            BitnetKernel library = bitnet.isEmpty() ? null : new BitnetKernel(Path.of(bitnet));
            int[] batches = Arrays.stream(args).skip(2).mapToInt(Integer::parseInt).toArray();
            for (int batch : batches.length == 0 ? new int[] {1} : batches) {
                LowBitPeerMain main = new LowBitPeerMain(size, batch, onnx, folder, library);
                main.fill();
                main.race.run(size + " x " + size + ", batch " + batch, rounds);
            }
        }
    }

    private void fill() throws OrtException {
        float[] exact = exact(weights);
        Conv conv = Conv.linear(size, size, weights, new float[size]);
        FeatureMap in = FeatureMap.ofTime(size, batch, Measures.transposed(x, batch, size));
        add("fp32", "own", () -> conv.apply(in, 1).toArray(), Measures.transposed(exact, batch, size));
        add(
                "fp32",
                "ONNX Runtime MatMul",
                onnx(OnnxModel.matMul(batch, size, size, Measures.transposed(weights, size, size))),
                exact);
        ggml("fp32", Ggml.Type.F32, false, weights, exact);

        ScalarWeights int8 = scalar(ScalarFormat.int8());
        own("int8", int8, exact);
        add("int8", "ONNX Runtime MatMulNBits, groups of 128", nBits(8, 128, OnnxModel.BYTES), exact);
        add("int8", "ONNX Runtime DynamicQuantizeMatMul", onnx(OnnxModel.dynamic(batch, size, size, int8.unpack())), exact);
        ggml("int8", Ggml.Type.Q8_0, false, weights, exact);

        for (int group : batch == 1 ? new int[] {128, 32} : new int[] {128}) {
            String name = "int4, groups of " + group;
            own(name, scalar(ScalarFormat.symmetric(4, group)), exact);
            add(name, "ONNX Runtime MatMulNBits", nBits(4, group, OnnxModel.BYTES), exact);
            if (batch > 1) {
                add(name, "ONNX Runtime MatMulNBits, inputs in floats", nBits(4, group, OnnxModel.FLOATS), exact);
            }
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
        if (bitnet != null && batch == 1) {
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
        if (batch == 1) {
            planes("ternary, inputs of 2 bits", ternary, 2);
            planes("1 bit, inputs of 1 bit", scalar(ScalarFormat.binary()), 1);
        }
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

    private Supplier<float[]> nBits(int bits, int group, int inputs) throws OrtException {
        int zero = 1 << bits - 1;
        byte[] codes = new byte[weights.length];
        float[] scales = new float[weights.length / group];
        for (int g = 0; g < scales.length; g++) {
            float most = 0;
            for (int i = g * group; i < (g + 1) * group; i++) {
                most = Math.max(most, Math.abs(weights[i]));
            }
            scales[g] = most / (zero - 1);
            for (int i = g * group; i < (g + 1) * group; i++) {
                codes[i] = (byte) (Math.round(weights[i] / scales[g]) + zero);
            }
        }
        return onnx(OnnxModel.nBits(batch, size, size, bits, group, inputs, codes, scales));
    }

    private Supplier<float[]> twoBits(ScalarCodes ternary) throws OrtException {
        int group = 128;
        byte[] codes = new byte[size * size];
        float[] scales = new float[codes.length / group];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) (ternary.codes()[i] + 1);
            scales[i / group] = ternary.scales().get(i / size, 0);
        }
        return onnx(OnnxModel.nBits(batch, size, size, 2, group, OnnxModel.BYTES, codes, scales));
    }

    private Supplier<float[]> onnx(byte[] model) throws OrtException {
        OnnxRuntime.Run run = onnx.session(model, x, batch, size);
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
        add(name, "own", () -> batch == 1 ? matrix.multiply(x, 1) : matrix.multiply(x, batch, 1), exact);
    }

    private void ggml(String name, Ggml.Type type, boolean repacked, float[] values, float[] exact) {
        if (ggml != null) {
            add(name, "ggml " + type + (repacked ? ", repacked" : ""), ggml.product(type, values, x, batch, repacked), exact);
        }
    }

    private void add(String name, String contender, Supplier<float[]> product, float[] exact) {
        race.add(name, contender, product, exact);
    }

    private float[] exact(float[] values) {
        float[] y = new float[batch * size];
        for (int i = 0; i < y.length; i++) {
            double sum = 0;
            for (int c = 0; c < size; c++) {
                sum += (double) values[i % size * size + c] * x[i / size * size + c];
            }
            y[i] = (float) sum;
        }
        return y;
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
