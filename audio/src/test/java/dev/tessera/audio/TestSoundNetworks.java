package dev.tessera.audio;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.GroupedQuantizer;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.implicit.FiniteScalarQuantizer;
import dev.tessera.codebook.learn.KMeans;
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

/**
 * Neural sound tokenizers that are small and need no training: compressed spectra of 8 kHz, a random projection, a ConvNeXt block of
 * random weights on either side, and spectra back.
 */
final class TestSoundNetworks {
    static final int RATE = 8000;
    static final int TOKEN = 40;
    static final int DIM = 6;

    private static final int SIZE = 128;
    private static final int COMPLEX_BINS = 4;
    private static final int FEATURES = SIZE / 2 + 1 + 2 * COMPLEX_BINS;

    private TestSoundNetworks() {}

    /** The frozen model of the tests; see src/test/resources/models/README.md. */
    static NeuralAudioModel frozen() throws IOException {
        try (InputStream in = TestSoundNetworks.class.getResourceAsStream("/models/neural-rvq-test.safetensors")) {
            return (NeuralAudioModel) AudioModel.load(ModelFile.read(in));
        }
    }

    /** A model with the prior of a few sounds; {@code rvq}, {@code fsq} or {@code split}. */
    static NeuralAudioModel model(String quantizer, Path folder) throws IOException {
        return (NeuralAudioModel) AudioModel.load(
                new NeuralAudioPriorTrainer(8, 2, _ -> {}).train(withoutPrior(quantizer), sounds(folder)));
    }

    /** Sounds to learn from, as files. */
    static List<Path> sounds(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Path file = folder.resolve("sound-" + i + ".wav");
            try (var out = Files.newOutputStream(file)) {
                AudioFiles.writeWav(sound(i % 2 == 0 ? RATE : 16_000, 9000 + 1000 * i, 100 + i), out);
            }
            files.add(file);
        }
        return files;
    }

    /** A model as training leaves it. */
    static ModelFile withoutPrior(String quantizer) throws IOException {
        return file(quantizer(quantizer), Map.of());
    }

    /** Partials that come and go, over noise. */
    static AudioSignal sound(int rate, int length, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[length];
        for (int note = 0; note < 1 + length / 2000; note++) {
            double hertz = 100 * StrictMath.pow(20, random.nextDouble());
            int from = random.nextInt(length);
            for (int t = from; t < Math.min(length, from + 3000); t++) {
                double decay = StrictMath.exp(-(t - from) / 900.0);
                x[t] += (float) (0.2 * decay * StrictMath.sin(2 * StrictMath.PI * hertz * t / rate));
            }
        }
        for (int t = 0; t < length; t++) {
            x[t] += (float) (0.004 * (random.nextDouble() - 0.5));
        }
        return AudioSignal.mono(rate, x);
    }

    /** @param changes of the configuration */
    static ModelFile file(Quantizer quantizer, Map<String, Object> changes) {
        int[] sizes = quantizer.codebookSizes();
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("format_version", 1);
        config.put("model_type", NeuralAudioModel.MODEL_TYPE);
        config.put("name", "neural-sound-test");
        config.put("kind", "neural");
        config.put("media", "audio");
        config.put("quantizer", "test");
        config.put("codebook_size", Arrays.stream(sizes).max().orElseThrow());
        config.put("codebook_sizes", sizes);
        config.put("codebook_dim", quantizer.dim());
        config.put("num_stages", sizes.length);
        config.put("sample_rate", RATE);
        config.put("token_samples", TOKEN);
        config.put(
                "encoder",
                List.of(
                        block("compressed_stft", "size", SIZE, "hop", TOKEN, "complex_bins", COMPLEX_BINS),
                        block("linear", "name", "encoder.1"),
                        block("convnext", "name", "encoder.2", "padding", List.of(0, 3, 0, 1))));
        config.put("encoder_channels", 1);
        config.put(
                "decoder",
                List.of(
                        block("convnext", "name", "decoder.0", "padding", List.of(0, 3, 0, 1)),
                        block("linear", "name", "decoder.1"),
                        block("inverse_stft", "size", SIZE, "hop", TOKEN, "max_log_magnitude", 3.4)));
        config.put("decoder_channels", DIM);
        ModelFile.Builder builder = ModelFile.builder();
        CodebookFile.addTo(builder, config, CodebookFile.PREFIX, quantizer);
        SplittableRandom random = new SplittableRandom(7);
        builder.tensor("encoder.1.weight", random(random, 0.5f, DIM, FEATURES))
                .tensor("encoder.1.bias", random(random, 0.5f, DIM))
                .tensor("decoder.1.weight", random(random, 0.5f, SIZE + 2, DIM))
                .tensor("decoder.1.bias", random(random, 1, SIZE + 2));
        convNext(builder, "encoder.2", random);
        convNext(builder, "decoder.0", random);
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
        builder.tensor(name + ".depthwise.weight", random(random, 0.4f, DIM, 1, 5))
                .tensor(name + ".depthwise.bias", random(random, 0.1f, DIM))
                .tensor(name + ".norm.weight", random(random, 1, DIM))
                .tensor(name + ".norm.bias", random(random, 0.1f, DIM))
                .tensor(name + ".expand.weight", random(random, 0.5f, 2 * DIM, DIM))
                .tensor(name + ".expand.bias", random(random, 0.1f, 2 * DIM))
                .tensor(name + ".project.weight", random(random, 0.5f, DIM, 2 * DIM))
                .tensor(name + ".project.bias", random(random, 0.1f, DIM))
                .tensor(name + ".gamma", random(random, 0.3f, DIM));
    }

    private static Tensor random(SplittableRandom random, float scale, int... shape) {
        float[] values = new float[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = scale * (2 * random.nextFloat() - 1);
        }
        return Tensor.ofFloats(values, shape);
    }

    private static Quantizer quantizer(String name) throws IOException {
        Quantizer fsq = new FiniteScalarQuantizer(new int[] {7, 5, 5, 3, 3, 3}, FiniteScalarQuantizer.Bound.TORCH_PORT);
        if (name.equals("fsq")) {
            return fsq;
        }
        Latents latents = NeuralSoundParts.read(file(fsq, Map.of())).encoder(1).encode(sound(RATE, 40_000, 77));
        if (name.equals("rvq")) {
            return residual(latents, 3);
        }
        int features = 2; // split: a token of these, then residual stages of the others
        return new GroupedQuantizer(List.of(
                new VectorQuantizer(
                        residual(columns(latents, 0, features), 1).codebooks().getFirst()),
                residual(columns(latents, features, DIM - features), 2)));
    }

    private static Latents columns(Latents latents, int first, int count) {
        float[] values = new float[latents.count() * count];
        for (int i = 0; i < values.length; i++) {
            values[i] = latents.data()[i / count * latents.dim() + first + i % count];
        }
        return Latents.of(latents.count(), count, values);
    }

    private static ResidualQuantizer residual(Latents latents, int stages) {
        List<Codebook> codebooks = new ArrayList<>();
        float[] rest = latents.data().clone();
        for (int s = 0; s < stages; s++) {
            codebooks.add(KMeans.builder()
                    .codebookSize(12)
                    .iterations(8)
                    .seed(3)
                    .build()
                    .fit(Latents.of(latents.count(), latents.dim(), rest)));
            ResidualQuantizer known = new ResidualQuantizer(codebooks);
            float[] quantized = known.dequantize(known.quantize(latents, 1), latents.count())
                    .data();
            rest = latents.data().clone();
            for (int i = 0; i < rest.length; i++) {
                rest[i] -= quantized[i];
            }
        }
        return new ResidualQuantizer(codebooks);
    }
}
