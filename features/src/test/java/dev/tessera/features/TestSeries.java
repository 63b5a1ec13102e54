package dev.tessera.features;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.implicit.FiniteScalarQuantizer;
import dev.tessera.codecs.dataset.NpyType;
import dev.tessera.codecs.dataset.NpyWriter;
import dev.tessera.codecs.tensor.FloatTensor;
import dev.tessera.vqmodels.CodebookFile;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Series of five channels, and tokenizers for them that are small, causal and of random weights: a token for three frames. */
final class TestSeries {
    static final int CHANNELS = 5;
    static final int TOKEN = 3;
    static final int DIM = 4;

    private TestSeries() {}

    /** The frozen model of the tests; see src/test/resources/models/README.md. */
    static FeatureModel frozen() throws IOException {
        try (InputStream in = TestSeries.class.getResourceAsStream("/models/neural-series-test.safetensors")) {
            return FeatureModel.load(ModelFile.read(in));
        }
    }

    /** A walk in a circle that drifts, with noise; channels of different place and size. */
    static FloatTensor series(int frames, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] rows = new float[frames * CHANNELS];
        double phase = 6 * random.nextDouble();
        for (int t = 0; t < frames; t++) {
            for (int c = 0; c < CHANNELS; c++) {
                double wave = StrictMath.sin(phase + 0.07 * (c + 1) * t) + 0.2 * (random.nextDouble() - 0.5);
                rows[t * CHANNELS + c] = (float) (10 * c + (c + 1) * wave);
            }
        }
        return FloatTensor.of(List.of(frames, CHANNELS), rows);
    }

    /** Series to learn from, as files. */
    static List<Path> files(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Path file = folder.resolve("series-" + i + ".npy");
            FloatTensor series = series(400 + 100 * i, 50 + i);
            try (NpyWriter writer = new NpyWriter(Files.newOutputStream(file), NpyType.F4, 400 + 100L * i, CHANNELS)) {
                writer.writeFloats(series.values());
            }
            files.add(file);
        }
        return files;
    }

    /** A model as training leaves it; {@code vq}, {@code rvq} or {@code fsq}. */
    static ModelFile withoutPrior(String quantizer) {
        return file(quantizer(quantizer), Map.of());
    }

    /** @param changes of the configuration */
    static ModelFile file(Quantizer quantizer, Map<String, Object> changes) {
        int[] sizes = quantizer.codebookSizes();
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("format_version", 1);
        config.put("model_type", FeatureModel.MODEL_TYPE);
        config.put("name", "neural-series-test");
        config.put("kind", "neural");
        config.put("media", "features");
        config.put("quantizer", "test");
        config.put("codebook_size", Arrays.stream(sizes).max().orElseThrow());
        config.put("codebook_sizes", sizes);
        config.put("codebook_dim", quantizer.dim());
        config.put("num_stages", sizes.length);
        config.put("channels", CHANNELS);
        config.put("token_frames", TOKEN);
        config.put(
                "encoder",
                List.of(
                        block("conv", "name", "encoder.0", "stride", List.of(1, TOKEN), "padding", List.of(0, 1, 0, 0)),
                        block("convnext", "name", "encoder.1", "padding", List.of(0, 4, 0, 0)),
                        block("linear", "name", "encoder.2")));
        config.put("encoder_channels", CHANNELS);
        config.put(
                "decoder",
                List.of(
                        block("linear", "name", "decoder.0"),
                        block("convnext", "name", "decoder.1", "padding", List.of(0, 4, 0, 0)),
                        block("linear", "name", "decoder.2"),
                        block("pixel_shuffle", "factor", List.of(1, TOKEN))));
        config.put("decoder_channels", DIM);
        ModelFile.Builder builder = ModelFile.builder();
        CodebookFile.addTo(builder, config, CodebookFile.PREFIX, quantizer);
        SplittableRandom random = new SplittableRandom(7);
        builder.tensor("encoder.0.weight", random(random, 0.5f, 6, CHANNELS, TOKEN + 1))
                .tensor("encoder.0.bias", random(random, 0.5f, 6))
                .tensor("encoder.2.weight", random(random, 0.8f, DIM, 6))
                .tensor("encoder.2.bias", random(random, 0.2f, DIM))
                .tensor("decoder.0.weight", random(random, 0.5f, 6, DIM))
                .tensor("decoder.0.bias", random(random, 0.5f, 6))
                .tensor("decoder.2.weight", random(random, 0.5f, CHANNELS * TOKEN, 6))
                .tensor("decoder.2.bias", random(random, 0.5f, CHANNELS * TOKEN))
                .tensor("features.mean", Tensor.ofFloats(new float[] {0, 10, 20, 30, 40}, CHANNELS))
                .tensor("features.scale", Tensor.ofFloats(new float[] {0.7f, 1.4f, 2.1f, 2.8f, 3.5f}, CHANNELS));
        convNext(builder, "encoder.1", random);
        convNext(builder, "decoder.1", random);
        config.putAll(changes);
        return builder.config(ModelConfig.of(config)).build();
    }

    private static ModelConfig block(String type, Object... fields) {
        Map<String, Object> block = new LinkedHashMap<>();
        block.put("type", type);
        for (int i = 0; i < fields.length; i += 2) {
            block.put((String) fields[i], fields[i + 1]);
        }
        return ModelConfig.of(block);
    }

    private static void convNext(ModelFile.Builder builder, String name, SplittableRandom random) {
        builder.tensor(name + ".depthwise.weight", random(random, 0.4f, 6, 1, 5))
                .tensor(name + ".depthwise.bias", random(random, 0.1f, 6))
                .tensor(name + ".norm.weight", random(random, 1, 6))
                .tensor(name + ".norm.bias", random(random, 0.1f, 6))
                .tensor(name + ".expand.weight", random(random, 0.5f, 12, 6))
                .tensor(name + ".expand.bias", random(random, 0.1f, 12))
                .tensor(name + ".project.weight", random(random, 0.5f, 6, 12))
                .tensor(name + ".project.bias", random(random, 0.1f, 6));
    }

    private static Tensor random(SplittableRandom random, float scale, int... shape) {
        return Tensor.ofFloats(numbers(random, scale, Arrays.stream(shape).reduce(1, (a, b) -> a * b)), shape);
    }

    private static float[] numbers(SplittableRandom random, float scale, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = scale * (2 * random.nextFloat() - 1);
        }
        return values;
    }

    private static Quantizer quantizer(String name) {
        SplittableRandom random = new SplittableRandom(11);
        return switch (name) {
            case "vq" -> new VectorQuantizer(Codebook.of(24, DIM, numbers(random, 1.5f, 24 * DIM)));
            case "rvq" ->
                new ResidualQuantizer(List.of(
                        Codebook.of(12, DIM, numbers(random, 1.5f, 12 * DIM)),
                        Codebook.of(12, DIM, numbers(random, 0.7f, 12 * DIM)),
                        Codebook.of(12, DIM, numbers(random, 0.3f, 12 * DIM))));
            case "fsq" -> new FiniteScalarQuantizer(new int[] {5, 5, 3, 3}, FiniteScalarQuantizer.Bound.TORCH_PORT);
            default -> throw new IllegalArgumentException(name);
        };
    }
}
