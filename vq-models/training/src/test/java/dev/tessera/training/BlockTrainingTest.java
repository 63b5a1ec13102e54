package dev.tessera.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.WeightFormat;
import dev.tessera.vqmodels.nn.FeatureMap;
import dev.tessera.vqmodels.quantize.Calibration;
import dev.tessera.vqmodels.quantize.QuantizedLayer;
import dev.tessera.vqmodels.quantize.QuantizedTokenizer;
import dev.tessera.vqmodels.quantize.TokenizerQuantizer;
import dev.tessera.vqmodels.quantize.TrainingInputs;
import dev.tessera.vqmodels.quantize.WeightMethod;
import dev.tessera.vqmodels.training.WeightTraining;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Networks in few bits, trained block after block. */
class BlockTrainingTest {
    private static final int CHANNELS = 24;
    private static final int LATENTS = 6;
    private static final int ITEMS = 16;
    private static final int SIDE = 48;

    private static Layer block(int kernel) {
        return new Layer.Residual(List.of(
                new Layer.Conv2d(CHANNELS, CHANNELS, kernel, 1, kernel / 2, CHANNELS),
                new Layer.ChannelNorm(CHANNELS, 1e-6),
                new Layer.Conv2d(CHANNELS, 2 * CHANNELS, 1, 1, 0, 1),
                new Layer.Gelu(),
                new Layer.Conv2d(2 * CHANNELS, CHANNELS, 1, 1, 0, 1),
                new Layer.Scale(CHANNELS)));
    }

    private static final List<Layer> ENCODER = List.of(
            new Layer.Conv2d(3, CHANNELS, 4, 4, 0, 1), block(3), new Layer.Conv2d(CHANNELS, LATENTS, 1, 1, 0, 1));
    private static final List<Layer> DECODER = List.of(
            new Layer.Conv2d(LATENTS, CHANNELS, 1, 1, 0, 1),
            block(3),
            new Layer.Conv2d(CHANNELS, 48, 3, 1, 1, 1),
            new Layer.PixelShuffle(4));

    private static ModelFile model() {
        ParameterStore store = new ParameterStore();
        SplittableRandom random = new SplittableRandom(2);
        Network.build("encoder", ENCODER, store, random);
        Network.build("decoder", DECODER, store, random);
        store.seal();
        ModelFile.Builder builder = ModelFile.builder();
        for (Parameter parameter : store.parameters()) {
            int[] shape = new int[parameter.shape.length];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = (int) parameter.shape[i];
            }
            float[] values = Tensors.floats(parameter.tensor());
            if (parameter.name.endsWith("gamma")) { // branches matter
                values = Gradients.random(values.length, 0.5, 8);
            }
            builder.tensor(parameter.name, Tensor.ofFloats(values, shape));
        }
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("encoder", Layer.blocks("encoder", ENCODER));
        config.put("encoder_channels", 3);
        config.put("decoder", Layer.blocks("decoder", DECODER));
        config.put("decoder_channels", LATENTS);
        return builder.config(ModelConfig.of(config)).build();
    }

    /** Noise that changes slowly along rows and columns, the same kind for every seed. */
    private static FeatureMap picture(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[3 * SIDE * SIDE];
        for (int i = 0; i < values.length; i++) {
            float left = i % SIDE == 0 ? 0 : values[i - 1];
            float above = i / SIDE % SIDE == 0 ? 0 : values[i - SIDE];
            values[i] = (float) (0.48 * (left + above) + 0.4 * random.nextGaussian());
        }
        return FeatureMap.of(3, SIDE, SIDE, values);
    }

    private static FeatureMap run(ModelFile model, String part, FeatureMap in) throws CorruptModelException {
        return dev.tessera.vqmodels.nn.Network.read(model, part).run(in, 1);
    }

    /** A quantizer, and what it trains with. */
    private record Setup(ModelFile model, Calibration calibration, TrainingInputs inputs) {
        static Setup of(ModelFile model) throws CorruptModelException {
            Setup setup = new Setup(model, new Calibration(1), new TrainingInputs(model));
            for (int i = 0; i < ITEMS; i++) {
                FeatureMap latents = dev.tessera.vqmodels.nn.Network.read(model, "encoder")
                        .run(picture(i), setup.inputs.and(setup.calibration), 1);
                dev.tessera.vqmodels.nn.Network.read(model, "decoder")
                        .run(latents, setup.inputs.and(setup.calibration), 1);
            }
            return setup;
        }

        TokenizerQuantizer with(WeightMethod method) {
            return TokenizerQuantizer.scalar(ScalarFormat.standard(WeightFormat.TERNARY), method, calibration, 1);
        }

        QuantizedTokenizer trained(int steps, long seed, List<String> lines) throws CorruptModelException {
            return with(WeightMethod.QAT)
                    .rotated()
                    .trained((file, start) -> new LibtorchTrainer()
                            .trainWeights(new WeightTraining(file, start, inputs.byPart(), steps, seed, 1, lines::add)))
                    .quantize(model);
        }
    }

    private static double error(ModelFile exact, ModelFile other, String part) throws CorruptModelException {
        double sum = 0;
        for (int i = 100; i < 104; i++) { // none of those that were trained on
            FeatureMap in = picture(i);
            FeatureMap from = part.equals("encoder") ? in : run(exact, "encoder", in);
            float[] a = run(exact, part, from).toArray();
            float[] b = run(other, part, from).toArray();
            for (int k = 0; k < a.length; k++) {
                sum += ((double) a[k] - b[k]) * (a[k] - b[k]);
            }
        }
        return sum;
    }

    @Test
    void latentsAndBytesOfATrainedNetwork() throws CorruptModelException {
        ModelFile model = model();
        Setup setup = Setup.of(model);
        QuantizedTokenizer rounded = setup.with(WeightMethod.ROUND).rotated().quantize(model);
        List<String> lines = new ArrayList<>();
        QuantizedTokenizer trained = setup.trained(60, 1, lines);
        assertEquals(
                rounded.layers().stream().map(QuantizedLayer::bytes).toList(),
                trained.layers().stream().map(QuantizedLayer::bytes).toList());
        double before = error(model, rounded.model(), "encoder");
        double after = error(model, trained.model(), "encoder");
        assertTrue(after < 0.9 * before, before + " -> " + after + " " + lines);
        assertEquals(6, lines.size(), lines.toString());
        assertTrue(lines.get(1).startsWith("encoder.1.0.weight: squared error over the squared output"), lines.get(1));
        assertTrue(lines.getLast().startsWith("decoder: "), lines.getLast());
        assertTrue(trained.layers().stream().allMatch(layer -> layer.noise().isEmpty()));

        ModelFile first = setup.trained(2, 1, lines).model();
        assertEquals(first, setup.trained(2, 1, lines).model(), "the same for the same seed");
        assertNotEquals(first, setup.trained(2, 2, lines).model());
    }

    @Test
    void whatCannotBeTrainedIsRefused() throws CorruptModelException {
        ModelFile model = model();
        TrainingInputs nothing = new TrainingInputs(model);
        refused(
                "there are 0 items to train the encoder on, must be at least 2",
                new WeightTraining(model, Map.of(), nothing.byPart(), 1, 1, 1, line -> {}));
        List<FeatureMap> two = List.of(picture(1), picture(2));
        ModelConfig config =
                model.config().with("encoder", List.of(ModelConfig.of(Map.of("type", "group_norm", "name", "x"))));
        ModelFile unknown = ModelFile.builder().config(config).build();
        refused(
                "the networks have a layer 'group_norm', which cannot be trained",
                new WeightTraining(unknown, Map.of(), Map.of("encoder", two), 1, 1, 1, line -> {}));
        assertThrows(
                IllegalArgumentException.class,
                () -> new WeightTraining(model, Map.of(), Map.of(), 0, 1, 1, line -> {}));
    }

    private static void refused(String message, WeightTraining order) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> new LibtorchTrainer().trainWeights(order));
        assertTrue(refused.getMessage().startsWith(message), refused.getMessage());
    }
}
