package dev.tessera.image;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.implicit.BinarySphericalQuantizer;
import dev.tessera.codebook.implicit.BitOrder;
import dev.tessera.codebook.implicit.FiniteScalarQuantizer;
import dev.tessera.codebook.learn.KMeans;
import dev.tessera.vqmodels.CodebookFile;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Small neural models that need no training: the lowest frequencies of 8 x 8 pixels and a ConvNeXt block of random weights on either
 * side, so that outputs depend on the surroundings.
 */
public final class TestNetworks {
    static final int PATCH = 8;
    public static final int DIM = 6;

    private static final float[] LUMA = {0.299f, 0.587f, 0.114f};
    private static final float CB = 0.564f;
    private static final float CR = 0.713f;

    private TestNetworks() {}

    /** The frozen model of the tests (see src/test/resources/models/README.md): {@code vq} or {@code fsq}. */
    static ImageModel frozen(String quantizer) throws IOException {
        try (InputStream in =
                TestNetworks.class.getResourceAsStream("/models/neural-" + quantizer + "-test.safetensors")) {
            return ImageModel.load(ModelFile.read(in));
        }
    }

    /** A model with the prior of a few scenes; {@code vq}, {@code fsq}, {@code rvq} or {@code bsq}. */
    static NeuralImageModel model(String quantizer, Path folder) throws IOException {
        return (NeuralImageModel)
                ImageModel.load(new NeuralPriorTrainer(8, 2, _ -> {}).train(withoutPrior(quantizer), scenes(folder)));
    }

    /** Pictures to learn from, as files. */
    public static List<Path> scenes(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Path file = folder.resolve("scene-" + i + ".ppm");
            Image scene = TestPictures.scene(150 + 10 * i, 120, 100 + i);
            try (var out = Files.newOutputStream(file)) {
                ImageFiles.write(scene, out, "ppm");
            }
            files.add(file);
        }
        return files;
    }

    /** A model as training leaves it. */
    public static ModelFile withoutPrior(String quantizer) {
        return file(quantizer(quantizer), config -> config, false);
    }

    /** A change of the configuration. */
    @FunctionalInterface
    interface Change {
        Map<String, Object> of(Map<String, Object> config);
    }

    static ModelFile file(Quantizer quantizer, Change change, boolean plain) {
        int[] sizes = quantizer.codebookSizes();
        int dim = quantizer.dim();
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("format_version", 1);
        config.put("model_type", NeuralImageModel.MODEL_TYPE);
        config.put("name", "neural-test");
        config.put("kind", "neural");
        config.put("media", "image");
        config.put("quantizer", "test");
        config.put("codebook_size", Arrays.stream(sizes).max().orElseThrow());
        config.put("codebook_sizes", sizes);
        config.put("codebook_dim", dim);
        config.put("num_stages", sizes.length);
        config.put("factor", PATCH);
        config.put("input_scale", 1 / 127.5);
        config.put("input_offset", -1.0);
        ModelConfig embedding = block("patch_embedding", "encoder.0", "patch", new int[] {PATCH, PATCH});
        ModelConfig expansion = block("patch_expansion", "decoder.1", "patch", new int[] {PATCH, PATCH});
        ModelConfig first =
                ModelConfig.of(Map.of("type", "convnext", "name", "encoder.1", "padding", List.of(2, 2, 2, 2)));
        ModelConfig second =
                ModelConfig.of(Map.of("type", "convnext", "name", "decoder.0", "padding", List.of(2, 2, 2, 2)));
        config.put("encoder", plain ? List.of(embedding) : List.of(embedding, first));
        config.put("encoder_channels", 3);
        config.put("decoder", plain ? List.of(expansion) : List.of(second, expansion));
        config.put("decoder_channels", dim);
        ModelFile.Builder builder = ModelFile.builder();
        CodebookFile.addTo(builder, config, CodebookFile.PREFIX, quantizer);
        SplittableRandom random = new SplittableRandom(7);
        transforms(builder, dim);
        if (!plain) {
            convNext(builder, "encoder.1", dim, random);
            convNext(builder, "decoder.0", dim, random);
        }
        return builder.config(ModelConfig.of(change.of(config))).build();
    }

    private static ModelConfig block(String type, String name, String key, int[] values) {
        return ModelConfig.of(Map.of("type", type, "name", name, key, values));
    }

    static Quantizer quantizer(String name) {
        return switch (name) {
            case "vq" -> new VectorQuantizer(learned(latents(), 48));
            case "fsq" ->
                new FiniteScalarQuantizer(new int[] {7, 5, 5, 3, 3, 3}, FiniteScalarQuantizer.Bound.TORCH_PORT);
            case "bsq" -> new BinarySphericalQuantizer(DIM, BitOrder.LEAST_SIGNIFICANT_FIRST);
            case "rvq" -> {
                Latents rest = latents();
                List<Codebook> codebooks = new ArrayList<>();
                for (int s = 0; s < 3; s++) {
                    codebooks.add(learned(rest, 16));
                    Latents known = new ResidualQuantizer(codebooks)
                            .dequantize(new ResidualQuantizer(codebooks).quantize(latents()), rest.count());
                    float[] residual = latents().data().clone();
                    for (int i = 0; i < residual.length; i++) {
                        residual[i] -= known.data()[i];
                    }
                    rest = Latents.of(rest.count(), DIM, residual);
                }
                yield new ResidualQuantizer(codebooks);
            }
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static Codebook learned(Latents latents, int codes) {
        return KMeans.builder()
                .codebookSize(codes)
                .iterations(8)
                .seed(3)
                .build()
                .fit(latents);
    }

    /** Of the plain transform, without the blocks. */
    private static Latents latents() {
        Quantizer any = new BinarySphericalQuantizer(DIM, BitOrder.LEAST_SIGNIFICANT_FIRST);
        try {
            Latents latents = NeuralParts.read(file(any, config -> config, true))
                    .encoder(1)
                    .encode(TestPictures.scene(400, 300, 77));
            return Latents.of(latents.count(), DIM, latents.data());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void transforms(ModelFile.Builder builder, int dim) {
        int area = PATCH * PATCH;
        float[] in = new float[dim * 3 * area];
        float[] out = new float[3 * area * dim];
        for (int c = 0; c < 3; c++) {
            for (int p = 0; p < area; p++) {
                double[] waves = {1, wave(p % PATCH), wave(p / PATCH), wave(p % PATCH) * wave(p / PATCH)};
                for (int d = 0; d < 4; d++) {
                    in[(d * 3 + c) * area + p] = (float) (LUMA[c] * waves[d] / area) * (d == 0 ? 2 : 5);
                    out[(c * area + p) * dim + d] = (float) waves[d] / (d == 0 ? 2 : 5);
                }
                in[(4 * 3 + c) * area + p] = 5 * CB * ((c == 2 ? 1 : 0) - LUMA[c]) / area;
                in[(5 * 3 + c) * area + p] = 5 * CR * ((c == 0 ? 1 : 0) - LUMA[c]) / area;
                float[] blue = {0, -LUMA[2] / LUMA[1] / CB, 1 / CB};
                float[] red = {1 / CR, -LUMA[0] / LUMA[1] / CR, 0};
                out[(c * area + p) * dim + 4] = blue[c] / 5;
                out[(c * area + p) * dim + 5] = red[c] / 5;
            }
        }
        builder.tensor("encoder.0.weight", Tensor.ofFloats(in, dim, 3 * area));
        builder.tensor("decoder.1.weight", Tensor.ofFloats(out, 3 * area, dim));
    }

    private static double wave(int place) {
        return StrictMath.sqrt(2) * StrictMath.cos(StrictMath.PI * (place + 0.5) / PATCH);
    }

    private static void convNext(ModelFile.Builder builder, String name, int dim, SplittableRandom random) {
        builder.tensor(name + ".depthwise.weight", random(random, 0.2f, dim, 1, 5, 5))
                .tensor(name + ".depthwise.bias", random(random, 0.1f, dim))
                .tensor(name + ".norm.weight", random(random, 1, dim))
                .tensor(name + ".norm.bias", random(random, 0.1f, dim))
                .tensor(name + ".expand.weight", random(random, 0.5f, 2 * dim, dim))
                .tensor(name + ".expand.bias", random(random, 0.1f, 2 * dim))
                .tensor(name + ".project.weight", random(random, 0.5f, dim, 2 * dim))
                .tensor(name + ".project.bias", random(random, 0.1f, dim))
                .tensor(name + ".gamma", random(random, 0.1f, dim));
    }

    private static Tensor random(SplittableRandom random, float scale, int... shape) {
        float[] values = new float[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = scale * (2 * random.nextFloat() - 1);
        }
        return Tensor.ofFloats(values, shape);
    }
}
