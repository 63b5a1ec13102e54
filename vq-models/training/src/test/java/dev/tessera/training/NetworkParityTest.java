package dev.tessera.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.vqmodels.CodebookFile;
import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.nn.FeatureMap;
import dev.tessera.vqmodels.nn.Sequence;
import dev.tessera.vqmodels.training.TrainingOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The networks of a model file in pure Java are those of the engine: after every layer the same values, to 1e-4 of the largest, and the
 * same tokens.
 */
class NetworkParityTest {
    private static final double TOLERANCE = 1e-4;

    @ParameterizedTest
    @CsvSource({
        "image-f16, convnext, 16, 5, 7",
        "image-f8, convnext, 8, 5, 7",
        "image-bench, strided, 4, 5, 7",
        "image-256, convnext, 16, 16, 16",
        "image-64, convnext, 32, 8, 8"
    })
    void everyLayerGivesTheValuesOfTheEngine(String name, String network, int factor, int rows, int columns)
            throws IOException {
        Recipe recipe = Recipe.read(
                Media.IMAGE,
                name,
                Map.of(
                        "network",
                        network,
                        "factor",
                        Integer.toString(factor),
                        "width",
                        "24",
                        "quantizer",
                        "vq",
                        "codes",
                        "64",
                        "dim",
                        "8",
                        "start-from-data",
                        "true"));
        ParameterStore store = new ParameterStore();
        SplittableRandom random = new SplittableRandom(3);
        Bottleneck bottleneck = Bottlenecks.of(recipe, store, random);
        TrainingOrder order = new TrainingOrder(Path.of("m"), name, Map.of(), 0, false, 1, line -> {});
        ImageMedium medium = new ImageMedium(recipe, order, new TestPictures(1, 256), bottleneck.dim(), store, random);
        store.seal();
        for (Parameter parameter : store.parameters()) { // every layer must matter: branches start near 0, biases at it
            if (parameter.shape.length == 1) {
                store.start(parameter, Gradients.random(Math.toIntExact(parameter.elements()), 0.3, parameter.offset));
            }
        }
        int wanted = bottleneck.wantedForStart();
        bottleneck.start(Latents.of(wanted, bottleneck.dim(), Gradients.random(wanted * bottleneck.dim(), 1, 5)), 1, 1);
        ModelFile file = ModelExport.of(recipe, store, medium, bottleneck, 1);

        float[] picture = Gradients.random(3 * rows * factor * columns * factor, 3, 8);
        float[] latents = compare(
                medium.encoder(),
                dev.tessera.vqmodels.nn.Network.read(file, "encoder"),
                FeatureMap.of(3, rows * factor, columns * factor, picture));
        Quantizer quantizer = CodebookFile.quantizer(file, CodebookFile.PREFIX);
        FeatureMap own = dev.tessera.vqmodels.nn.Network.read(file, "encoder")
                .run(FeatureMap.of(3, rows * factor, columns * factor, picture), 1);
        int[] tokens = quantizer.quantize(positions(latents, quantizer.dim()), 1);
        assertArrayEquals(tokens, quantizer.quantize(positions(own.toArray(), quantizer.dim()), 1));
        assertTrue(Arrays.stream(tokens).distinct().count() > 3, "tokens differ among themselves");
        compare(
                medium.decoder(),
                dev.tessera.vqmodels.nn.Network.read(file, "decoder"),
                FeatureMap.of(8, rows, columns, Gradients.random(8 * rows * columns, 1, 9)));
    }

    /** {@code [dim x positions]} as latents. */
    private static Latents positions(float[] map, int dim) {
        float[] rows = new float[map.length];
        int count = map.length / dim;
        for (int i = 0; i < map.length; i++) {
            rows[i % count * dim + i / count] = map[i];
        }
        return Latents.of(count, dim, rows);
    }

    /** Compares after every layer, each of ours fed with the output of ours before it; returns the engine's last output. */
    private static float[] compare(Network engine, dev.tessera.vqmodels.nn.Network own, FeatureMap in) {
        Sequence layers = (Sequence) own.root();
        assertEquals(engine.layers().size(), layers.layers().size());
        FeatureMap map = in;
        float[] expected = {};
        for (int i = 0; i < layers.layers().size(); i++) {
            map = layers.layers().get(i).apply(map, 1);
            try (PointerScope _ = new PointerScope();
                    NoGradGuard _ = new NoGradGuard()) {
                Tensor x = Tensors.of(in.toArray(), 1, in.channels(), in.height(), in.width());
                expected = Tensors.floats(engine.forward(x, i + 1));
            }
            float[] actual = map.toArray();
            assertEquals(expected.length, actual.length, "values after layer " + i);
            float largest = 0;
            for (float value : expected) {
                largest = Math.max(largest, Math.abs(value));
            }
            for (int k = 0; k < expected.length; k++) {
                assertEquals(expected[k], actual[k], TOLERANCE * largest, "value " + k + " after layer " + i);
            }
        }
        return expected;
    }
}
