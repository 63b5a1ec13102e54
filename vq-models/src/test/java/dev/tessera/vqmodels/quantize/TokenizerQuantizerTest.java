package dev.tessera.vqmodels.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import dev.tessera.vqmodels.TokenizerFile;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.Samples;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.Vq16Weights;
import dev.tessera.vqmodels.lowbit.WeightFormat;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import dev.tessera.vqmodels.lowbit.WeightsFile;
import dev.tessera.vqmodels.lowbit.fit.Hessian;
import dev.tessera.vqmodels.lowbit.fit.RoundToNearest;
import dev.tessera.vqmodels.nn.FeatureMap;
import dev.tessera.vqmodels.nn.Network;
import dev.tessera.vqmodels.training.WeightTraining;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole tokenizers in few bits. */
class TokenizerQuantizerTest {
    private static final String CONFIG = """
            {"encoder_channels":3,"decoder_channels":40,"prior_table_bits":8,
             "encoder":[{"type":"patch_embedding","name":"encoder.0","patch":[4,4]},
                        {"type":"convnext","name":"encoder.1"},
                        {"type":"conv","name":"encoder.2","stride":[2,2],"padding":[1,1,1,1]}],
             "decoder":[{"type":"transposed_conv","name":"decoder.0","stride":[2,2]},
                        {"type":"linear","name":"decoder.1"},
                        {"type":"pixel_shuffle","factor":[4,4]}]}""";

    static final ModelFile MODEL = model();

    private static ModelFile model() {
        SplittableRandom random = new SplittableRandom(3);
        ModelFile.Builder builder = ModelFile.builder().metadata("license", "Apache-2.0");
        for (Object[] tensor : new Object[][] {
            {"encoder.0.weight", new int[] {32, 48}},
            {"encoder.0.bias", new int[] {32}},
            {"encoder.1.depthwise.weight", new int[] {32, 1, 5, 5}},
            {"encoder.1.norm.weight", new int[] {32}},
            {"encoder.1.norm.bias", new int[] {32}},
            {"encoder.1.expand.weight", new int[] {64, 32}},
            {"encoder.1.project.weight", new int[] {32, 64}},
            {"encoder.2.weight", new int[] {40, 32, 3, 3}},
            {"decoder.0.weight", new int[] {40, 32, 2, 2}},
            {"decoder.1.weight", new int[] {48, 32}},
            {"quantizer.0.codebook", new int[] {16, 40}},
            {"prior.0.order", new int[] {16, 1}},
        }) {
            int[] shape = (int[]) tensor[1];
            int size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
            float[] values = new float[size];
            for (int i = 0; i < size; i++) {
                values[i] = (float) (random.nextGaussian() * Math.sqrt((double) shape[0] / size));
            }
            builder.tensor((String) tensor[0], Tensor.ofFloats(values, shape));
        }
        try {
            return builder.config(ModelConfig.parse(CONFIG)).build();
        } catch (CorruptModelException e) {
            throw new IllegalStateException(e);
        }
    }

    private static FeatureMap picture(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[3 * 64 * 64];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() + Math.sin(i / 7.0) + 0.3);
        }
        return FeatureMap.of(3, 64, 64, values);
    }

    static Calibration calibration() throws CorruptModelException {
        Calibration calibration = new Calibration(2);
        for (int i = 0; i < 3; i++) {
            FeatureMap latents = Network.read(MODEL, "encoder").run(picture(i), calibration, 1);
            Network.read(MODEL, "decoder").run(latents, calibration, 1);
        }
        return calibration;
    }

    private static TokenizerQuantizer quantizer(WeightFormat format, WeightMethod method, Calibration calibration) {
        return format.isScalar()
                ? TokenizerQuantizer.scalar(ScalarFormat.standard(format), method, calibration, 2)
                : TokenizerQuantizer.vectors(format, method, calibration, 2);
    }

    /** Trained weights stand in the formats of the start, vectors in the place of those of the model. */
    @Test
    void whatATrainingMakesIsWritten() throws CorruptModelException {
        TokenizerQuantizer qat = quantizer(WeightFormat.INT2, WeightMethod.QAT, calibration());
        ModelFile rounded = quantizer(WeightFormat.INT2, WeightMethod.ROUND, calibration())
                .quantize(MODEL)
                .model();
        ModelFile other = quantizer(WeightFormat.INT2, WeightMethod.GPTQ, calibration())
                .quantize(MODEL)
                .model();
        Tensor bias = Tensor.ofFloats(new float[32], 32);
        String name = "encoder.1.expand.weight";
        QuantizedTokenizer made = qat.trained((model, start) -> {
                    assertEquals(MODEL, model);
                    for (String each : start.keySet()) {
                        assertArrayEquals(
                                WeightsFile.read(rounded, each).dequantize(),
                                start.get(each).dequantize());
                    }
                    Map<String, QuantizedWeights> changed = new HashMap<>(start);
                    changed.put(name, WeightsFile.read(other, name));
                    return new WeightTraining.Trained(changed, Map.of("encoder.0.bias", bias));
                })
                .quantize(MODEL);
        assertArrayEquals(
                WeightsFile.read(other, name).dequantize(),
                WeightsFile.read(made.model(), name).dequantize());
        assertEquals(bias, made.model().tensor("encoder.0.bias"));
        assertTrue(made.layers().stream().allMatch(layer -> layer.noise().isEmpty()));
        assertEquals(rounded.sizeBytes(), made.model().sizeBytes());

        assertRefused("method is qat, which needs something that trains", () -> qat.quantize(MODEL));
        assertRefused(
                "method is rtn, must be qat",
                () -> quantizer(WeightFormat.INT2, WeightMethod.RTN, calibration())
                        .trained((model, start) -> new WeightTraining.Trained(start, Map.of())));
        assertRefused(
                "method is qat, which makes no nf4",
                () -> quantizer(WeightFormat.NF4, WeightMethod.QAT, calibration()));
    }

    @Test
    void watchedNetworksPutOutTheSame() throws CorruptModelException {
        Network encoder = Network.read(MODEL, "encoder");
        int[] seen = {0};
        assertEquals(encoder.run(picture(1), 1), encoder.run(picture(1), (layer, in) -> seen[0]++, 1));
        assertEquals(5, seen[0]);
        assertEquals(
                List.of(
                        "encoder.0.weight",
                        "encoder.1.depthwise.weight",
                        "encoder.1.expand.weight",
                        "encoder.1.project.weight",
                        "encoder.2.weight"),
                encoder.convolutions().stream().map(conv -> conv.name()).toList());
    }

    /** W x of the rows that calibration sees is what the layer puts out, whatever its kernel, stride and padding. */
    @Test
    void inputRowsAreWhatOutputsAreMadeOf() throws CorruptModelException {
        float[] w = MODEL.tensor("encoder.2.weight").toFloats();
        Network.read(MODEL, "encoder")
                .run(
                        picture(2),
                        (layer, in) -> {
                            if (layer.name().equals("encoder.2.weight")) {
                                float[] rows = layer.inputRows(in, 1000);
                                FeatureMap out = layer.apply(in, 1);
                                int positions = out.height() * out.width();
                                assertEquals(positions * layer.products(), rows.length);
                                for (int i = 0; i < positions * 40; i++) {
                                    double sum = 0;
                                    for (int p = 0; p < layer.products(); p++) {
                                        sum += (double) w[i / positions * layer.products() + p]
                                                * rows[i % positions * layer.products() + p];
                                    }
                                    int at = i % positions;
                                    assertEquals(sum, out.get(i / positions, at / out.width(), at % out.width()), 1e-4);
                                }
                                assertEquals(7 * layer.products(), layer.inputRows(in, 7).length);
                            }
                        },
                        1);
    }

    @ParameterizedTest
    @EnumSource(WeightFormat.class)
    void everyFormatMakesASmallerModelThatWorks(WeightFormat format) throws CorruptModelException {
        Calibration calibration = calibration();
        for (WeightMethod method : WeightMethod.values()) {
            if (!method.fits(format)) {
                assertThrows(IllegalArgumentException.class, () -> quantizer(format, method, calibration));
                continue;
            }
            TokenizerQuantizer quantizer = quantizer(format, method, calibration);
            QuantizedTokenizer made = (method == WeightMethod.QAT
                            ? quantizer.trained((model, start) -> new WeightTraining.Trained(start, Map.of()))
                            : quantizer)
                    .quantize(MODEL);
            assertTrue(
                    made.model().sizeBytes() < MODEL.sizeBytes() * 3 / 4,
                    made.model().toString());
            assertEquals(6, made.layers().size());
            for (QuantizedLayer layer : made.layers()) {
                boolean kernel = layer.name().contains("depthwise");
                if (format == WeightFormat.PQ && !kernel && layer.rows() * layer.cols() < 2048) {
                    assertEquals(Optional.empty(), layer.format(), "its codebook is larger than what it would save");
                    assertEquals(MODEL.tensor(layer.name()), made.model().tensor(layer.name()));
                    continue;
                }
                assertEquals(Optional.of(kernel ? WeightFormat.INT8 : format), layer.format());
                assertEquals(
                        !kernel && method != WeightMethod.QAT, layer.noise().isPresent());
                assertTrue(WeightsFile.has(made.model(), layer.name()));
            }
            for (String name :
                    List.of("encoder.0.bias", "encoder.1.norm.weight", "decoder.0.weight", "quantizer.0.codebook")) {
                assertEquals(MODEL.tensor(name), made.model().tensor(name));
            }
            assertEquals("Apache-2.0", made.model().metadata().get("license"));
            assertEquals(8, made.model().config().integer("prior_table_bits"));
            FeatureMap latents = Network.read(made.model(), "encoder").run(picture(9), 1);
            assertEquals(40, latents.channels());
            assertEquals(
                    64, Network.read(made.model(), "decoder").run(latents, 1).width());
            if (made.layers().stream().allMatch(layer -> layer.format().isPresent())) {
                ModelFile.Builder halves = TokenizerFile.withHalfWeights(made.model());
                ModelFile again = halves.config(made.model().config()).build();
                assertEquals(latents, Network.read(again, "encoder").run(picture(9), 1), "low-bit weights stay");
            }
            assertThrows(
                    IllegalArgumentException.class,
                    () -> quantizer(format, method, calibration).quantize(made.model()));
        }
    }

    @Test
    void calibrationIsAskedForWhereItIsNeeded() throws CorruptModelException {
        Calibration none = new Calibration(1);
        for (WeightMethod method : List.of(WeightMethod.GPTQ, WeightMethod.QUANTEASE, WeightMethod.ROUND)) {
            assertThrows(IllegalArgumentException.class, () -> quantizer(WeightFormat.INT4, method, none));
        }
        QuantizedTokenizer made =
                quantizer(WeightFormat.INT4, WeightMethod.RTN, none).quantize(MODEL);
        assertTrue(made.layers().stream().allMatch(layer -> layer.noise().isEmpty()));
    }

    @Test
    void betterMethodsLeaveLessOutputError() throws CorruptModelException {
        Calibration calibration = calibration();
        double last = Double.POSITIVE_INFINITY;
        for (WeightMethod method : List.of(
                WeightMethod.RTN, WeightMethod.CLIP, WeightMethod.GPTQ, WeightMethod.QUANTEASE, WeightMethod.ROUND)) {
            double error = quantizer(WeightFormat.INT2, method, calibration).quantize(MODEL).layers().stream()
                    .flatMap(layer -> layer.noise().stream())
                    .mapToDouble(noise -> noise.error() / noise.signal())
                    .sum();
            assertTrue(error < last, method + " " + error + " after " + last);
            last = error;
        }
    }

    @Test
    void budgetsAreKeptAndMoreBytesMeanLessError() throws CorruptModelException {
        Calibration calibration = calibration();
        TokenizerQuantizer int2 = quantizer(WeightFormat.INT2, WeightMethod.GPTQ, calibration);
        long least = int2.quantize(MODEL).model().sizeBytes();
        long most = quantizer(WeightFormat.INT8, WeightMethod.GPTQ, calibration)
                .quantize(MODEL)
                .model()
                .sizeBytes();
        double last = Double.POSITIVE_INFINITY;
        for (int i = 0; i <= 4; i++) {
            long budget = least + (most - least) * i / 4;
            QuantizedTokenizer made = int2.quantize(MODEL, budget);
            assertTrue(made.model().sizeBytes() <= budget, made.model() + " of " + budget);
            double error = made.layers().stream()
                    .flatMap(layer -> layer.noise().stream())
                    .mapToDouble(noise -> noise.error() / noise.signal())
                    .sum();
            assertTrue(error <= last, error + " after " + last);
            last = error;
        }
        assertTrue(last < 1e-3, "all in int8: " + last);
        assertThrows(IllegalArgumentException.class, () -> int2.quantize(MODEL, least - 1));
        assertThrows(
                IllegalArgumentException.class,
                () -> quantizer(WeightFormat.INT2, WeightMethod.RTN, new Calibration(1))
                        .quantize(MODEL, most));
    }

    /** Mean and deviation of the error under random signs are those that are drawn. */
    @Test
    void expectedNoiseIsThatOfRandomSigns() {
        WeightMatrix weights = Samples.matrix(4, 6, 40);
        Hessian hessian = Hessian.of(40, Samples.inputs(5, 300, 40), 1);
        float[] quantized = RoundToNearest.standard(1)
                .quantize(weights, ScalarFormat.affine(3, 32))
                .dequantize();
        OutputNoise noise = OutputNoise.of(hessian, weights, quantized);
        SplittableRandom random = new SplittableRandom(6);
        int draws = 4000;
        double sum = 0;
        double squares = 0;
        float[] signed = new float[quantized.length];
        for (int i = 0; i < draws; i++) {
            for (int j = 0; j < signed.length; j++) {
                float w = weights.values()[j];
                signed[j] = random.nextBoolean() ? quantized[j] : 2 * w - quantized[j];
            }
            double error = hessian.outputError(weights, signed);
            sum += error;
            squares += error * error;
        }
        double mean = sum / draws;
        assertEquals(noise.expected(), mean, 0.03 * mean);
        assertEquals(noise.deviation(), Math.sqrt(squares / draws - mean * mean), 0.08 * noise.deviation());
    }

    @Test
    void roundingIsNoiseAndWeightsPlacedToBeRoundedUpAreNot() {
        int rows = 24;
        int cols = 64;
        SplittableRandom random = new SplittableRandom(8);
        float[] inputs = new float[500 * cols];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = (float) (1 + 0.5 * random.nextGaussian()); // as behind an activation: the mean is not 0
        }
        Hessian hessian = Hessian.of(cols, inputs, 1);
        float[] honest = new float[rows * cols];
        float[] placed = new float[rows * cols];
        for (int i = 0; i < honest.length; i++) {
            honest[i] = i % cols == 0 ? 127 : (float) (40 * random.nextGaussian());
            honest[i] = Math.clamp(honest[i], -127, 127);
            placed[i] = (float) (Math.rint(honest[i]) + (i % cols == 0 ? 0 : -0.45)); // all become larger
        }
        for (float[] values : List.of(honest, placed)) {
            WeightMatrix weights = new WeightMatrix(rows, cols, values);
            OutputNoise noise = OutputNoise.of(
                    hessian,
                    weights,
                    RoundToNearest.standard(1)
                            .quantize(weights, ScalarFormat.int8())
                            .dequantize());
            assertEquals(values == placed, noise.isBeyondNoise(), noise.toString());
            assertTrue(noise.signalToNoise() > 20, noise.toString());
        }
        WeightMatrix exact = new WeightMatrix(1, 2, new float[] {127, 0});
        OutputNoise none = OutputNoise.of(Hessian.of(2, new float[] {1, 1}, 1), exact, exact.values());
        assertFalse(none.isBeyondNoise());
        assertEquals(1, none.excess());
    }

    @Test
    void sameModelForAnyNumberOfThreads() throws CorruptModelException {
        Calibration calibration = calibration();
        for (WeightFormat format : List.of(WeightFormat.INT3, WeightFormat.VQ16, WeightFormat.PQ)) {
            ModelFile one = format.isScalar()
                    ? TokenizerQuantizer.scalar(ScalarFormat.standard(format), WeightMethod.GPTQ, calibration, 1)
                            .quantize(MODEL)
                            .model()
                    : TokenizerQuantizer.vectors(format, WeightMethod.VPTQ, calibration, 1)
                            .quantize(MODEL)
                            .model();
            assertEquals(
                    one,
                    quantizer(format, WeightMethod.standard(format, true), calibration)
                            .quantize(MODEL)
                            .model());
        }
    }

    @Test
    void longerCodeVectorsTakeFewerBitsAndLeaveMoreError() throws CorruptModelException {
        Calibration calibration = calibration();
        TokenizerQuantizer vectors = quantizer(WeightFormat.VQ16, WeightMethod.VPTQ, calibration);
        assertEquals(
                vectors.quantize(MODEL).model(), vectors.dim(2).quantize(MODEL).model());
        double error = 0;
        long bytes = Long.MAX_VALUE;
        for (int dim : new int[] {1, 2, 4}) {
            QuantizedTokenizer made = vectors.dim(dim).quantize(MODEL);
            QuantizedLayer layer = made.layers().stream()
                    .filter(l -> l.name().equals("encoder.2.weight"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(layer.bytes() < bytes, dim + ": " + layer.bytes() + " after " + bytes);
            assertTrue(layer.noise().orElseThrow().error() > error, dim + ": " + layer.noise());
            bytes = layer.bytes();
            error = layer.noise().get().error();
            assertEquals(dim, ((Vq16Weights) WeightsFile.read(made.model(), layer.name())).dim());
        }
        assertRefused("dim is 3, must be 1, 2 or 4 for vq16", () -> vectors.dim(3));
        assertRefused(
                "dim is 65",
                () -> quantizer(WeightFormat.PQ, WeightMethod.KMEANS, calibration)
                        .dim(65));
        assertRefused(
                "not of pvq",
                () -> quantizer(WeightFormat.PVQ, WeightMethod.RTN, calibration).dim(4));
    }

    private static void assertRefused(String message, Executable call) {
        String said = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(said.contains(message), said);
    }
}
