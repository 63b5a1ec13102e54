package dev.tessera.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.vqmodels.Media;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What a bottleneck does in the forward pass is what its exported quantizer does: same tokens, same vectors. */
class ExportTest {
    private static final int COUNT = 400;

    @TestFactory
    Stream<DynamicTest> exportedQuantizersAgreeWithTheForwardPass() {
        return Bottlenecks.NAMES.stream()
                .filter(name -> !name.equals("open-fsq")) // has no codebook: OpenBottleneckTest
                .map(name -> dynamicTest(name, () -> {
                    Recipe recipe = Recipe.read(
                            Media.AUDIO, // its recipes have what every quantizer asks for
                            "audio-24k",
                            Map.of(
                                    "quantizer",
                                    name,
                                    "codes",
                                    "64",
                                    "dim",
                                    "6",
                                    "semantic-dim",
                                    "2",
                                    "start-from-data",
                                    "true",
                                    "stages",
                                    "3"));
                    ParameterStore store = new ParameterStore();
                    Bottleneck bottleneck = Bottlenecks.of(recipe, store, new SplittableRandom(1));
                    store.plain("unrelated", new float[1], 1);
                    store.seal();
                    int dim = bottleneck.dim();
                    int wanted = Math.max(1, bottleneck.wantedForStart());
                    bottleneck.start(Latents.of(wanted, dim, Gradients.random(wanted * dim, 1, 5)), 1, 1);
                    float[] x = Gradients.random(COUNT * dim, 1, 6);
                    int[][] stages;
                    float[] vectors;
                    try (PointerScope _ = new PointerScope();
                            NoGradGuard _ = new NoGradGuard()) {
                        Bottleneck.Quantized quantized =
                                bottleneck.forward(Tensors.of(x, COUNT, dim), Bottleneck.Moment.evaluation());
                        stages = quantized.indices().stream().map(Tensors::ints).toArray(int[][]::new);
                        vectors = Tensors.floats(quantized.latents());
                    }
                    Quantizer exported = bottleneck.export();
                    assertArrayEquals(bottleneck.codebookSizes(), exported.codebookSizes());
                    int[] tokens = exported.quantize(Latents.of(COUNT, dim, x), 1);
                    int[] expected = new int[tokens.length];
                    for (int i = 0; i < tokens.length; i++) { // the tokens of one latent stand together
                        expected[i] = stages[i % stages.length][i / stages.length];
                    }
                    assertArrayEquals(expected, tokens);
                    Gradients.assertClose(
                            vectors, exported.dequantize(tokens, COUNT).data(), 1e-5);
                }));
    }
}
