package dev.tessera.vqmodels.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks out of model files, and files that claim what cannot be. */
class NetworkReaderTest {
    private static final String GOOD = """
            [{"type":"patch_embedding","name":"encoder.patch","patch":[2,2]},
             {"type":"convnext","name":"encoder.block","epsilon":1e-5},
             {"type":"residual","body":[{"type":"rms_norm","name":"encoder.rms"},{"type":"silu"}]},
             {"type":"conv","name":"encoder.out","stride":[2,1],"padding":[1,1,1,1]},
             {"type":"transposed_conv","name":"encoder.up","stride":[2,1],"padding":[0,1]},
             {"type":"pixel_shuffle","factor":[1,2]},
             {"type":"gelu"}]""";

    private final Maps maps = new Maps(11);
    private final Map<String, Tensor> tensors = new TreeMap<>();
    private final Map<String, float[]> values = new TreeMap<>();

    NetworkReaderTest() {
        tensor("encoder.patch.weight", 8, 4);
        tensor("encoder.patch.bias", 8);
        tensor("encoder.block.depthwise.weight", 8, 1, 3, 3);
        tensor("encoder.block.depthwise.bias", 8);
        tensor("encoder.block.norm.weight", 8);
        tensor("encoder.block.norm.bias", 8);
        tensor("encoder.block.expand.weight", 16, 8);
        tensor("encoder.block.expand.bias", 16);
        tensor("encoder.block.project.weight", 8, 16);
        tensor("encoder.block.project.bias", 8);
        tensor("encoder.block.gamma", 8);
        tensor("encoder.rms.weight", 8);
        tensor("encoder.out.weight", 4, 8, 3, 3);
        tensor("encoder.up.weight", 4, 2, 2, 3);
    }

    private void tensor(String name, int... shape) {
        int size = 1;
        for (int extent : shape) {
            size *= extent;
        }
        values.put(name, maps.values(size, 1));
        tensors.put(name, Tensor.ofFloats(values.get(name), shape));
    }

    private ModelFile model(String blocks) throws CorruptModelException {
        return configured("{\"encoder_channels\":1,\"encoder\":" + blocks + "}");
    }

    private ModelFile configured(String config) throws CorruptModelException {
        ModelFile.Builder builder = ModelFile.builder().config(ModelConfig.parse(config));
        tensors.forEach(builder::tensor);
        return builder.build();
    }

    @Test
    void aReadNetworkIsTheBuiltOne() throws CorruptModelException {
        Network read = Network.read(model(GOOD), "encoder");
        Sequence built = new Sequence(
                new PixelUnshuffle(1, 2, 2),
                Conv.linear(8, 4, values.get("encoder.patch.weight"), values.get("encoder.patch.bias")),
                new Residual(new Sequence(
                        Conv.builder()
                                .weights(8, 1, 3, 3, values.get("encoder.block.depthwise.weight"))
                                .bias(values.get("encoder.block.depthwise.bias"))
                                .groups(8)
                                .build(),
                        new LayerNorm(
                                values.get("encoder.block.norm.weight"), values.get("encoder.block.norm.bias"), 1e-5f),
                        Conv.linear(
                                16,
                                8,
                                values.get("encoder.block.expand.weight"),
                                values.get("encoder.block.expand.bias")),
                        new Activation(Activation.Function.GELU, 16),
                        Conv.linear(
                                8,
                                16,
                                values.get("encoder.block.project.weight"),
                                values.get("encoder.block.project.bias")),
                        new LayerScale(values.get("encoder.block.gamma")))),
                new Residual(new Sequence(
                        new RmsNorm(values.get("encoder.rms.weight"), 1e-6f),
                        new Activation(Activation.Function.SILU, 8))),
                Conv.builder()
                        .weights(4, 8, 3, 3, values.get("encoder.out.weight"))
                        .stride(2, 1)
                        .build(),
                Blocks.transposedConv(
                        4,
                        2,
                        new int[] {2, 3},
                        new int[] {2, 1},
                        new int[] {0, 1},
                        values.get("encoder.up.weight"),
                        new float[2]),
                new PixelShuffle(2, 1, 2),
                new Activation(Activation.Function.GELU, 1));
        FeatureMap in = maps.map(1, 16, 20);
        assertEquals(built.apply(in, 1), read.run(in, 1));
        assertEquals(new Extent(8, 20), read.outExtent(in.extent()));
    }

    @Test
    void aDeclaredFieldMustBeTrue() throws CorruptModelException {
        String blocks = "[{\"type\":\"conv\",\"name\":\"encoder.block.depthwise\"}]";
        String config =
                "{\"encoder_channels\":1,\"encoder_look_ahead\":%d,\"encoder_segment\":1,\"encoder\":" + blocks + "}";
        assertEquals(
                1,
                Network.read(configured(config.formatted(1)), "encoder")
                        .horizontal()
                        .lookAhead());
        assertThrows(CorruptModelException.class, () -> Network.read(configured(config.formatted(0)), "encoder"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "7",
                "[3]",
                "[{}]",
                "[{\"type\":\"exec\"}]",
                "[{\"type\":\"gelu\",\"extra\":1}]",
                "[{\"type\":\"conv\",\"name\":\"no.such\"}]",
                "[{\"type\":\"conv\",\"name\":\"encoder.patch\"}]",
                "[{\"type\":\"conv\",\"name\":\"encoder.out\"}]",
                "[{\"type\":\"conv\",\"name\":\"encoder.block.depthwise\",\"stride\":[0,1]}]",
                "[{\"type\":\"conv\",\"name\":\"encoder.block.depthwise\",\"stride\":[2147483647,1]}]",
                "[{\"type\":\"conv\",\"name\":\"encoder.block.depthwise\",\"stride\":[1]}]",
                "[{\"type\":\"conv\",\"name\":\"encoder.block.depthwise\",\"dilation\":[1,2000000]}]",
                "[{\"type\":\"conv\",\"name\":\"encoder.block.depthwise\",\"padding\":[0,99,0,0]}]",
                "[{\"type\":\"conv\",\"name\":\"encoder.block.depthwise\",\"padding\":[-1,0,0,0]}]",
                "[{\"type\":\"conv\",\"name\":\"encoder.block.depthwise\",\"groups\":0}]",
                "[{\"type\":\"conv\",\"name\":\"encoder.block.depthwise\",\"groups\":3}]",
                "[{\"type\":\"upsample\",\"factor\":[1000000,1]}]",
                "[{\"type\":\"upsample\",\"factor\":[1024,1024]}]",
                "[{\"type\":\"upsample\",\"factor\":[64,4]},{\"type\":\"upsample\",\"factor\":[64,64]}]",
                "[{\"type\":\"pixel_unshuffle\",\"factor\":[1024,1024]},{\"type\":\"pixel_unshuffle\",\"factor\":[1024,1024]}]",
                "[{\"type\":\"pixel_shuffle\",\"factor\":[2,1]}]",
                "[{\"type\":\"transpose\",\"from\":[0,4],\"to\":[1,1]}]",
                "[{\"type\":\"transpose\",\"from\":[1,4],\"to\":[99,99]}]",
                "[{\"type\":\"transpose\",\"from\":[65536,65536],\"to\":[1,1]}]",
                "[{\"type\":\"transpose\",\"from\":[4,4]}]",
                "[{\"type\":\"group_norm\",\"name\":\"encoder.rms\",\"groups\":1,\"segment\":4}]",
                "[{\"type\":\"residual\",\"body\":[]}]",
                "[{\"type\":\"residual\",\"body\":[{\"type\":\"crop\",\"borders\":[0,1,0,0]}]}]",
                "[{\"type\":\"residual\",\"body\":[{\"type\":\"upsample\",\"factor\":[1,2]}]}]",
                "[{\"type\":\"inverse_stft\",\"size\":1024,\"hop\":256}]",
                "[{\"type\":\"compressed_stft\",\"size\":1000,\"hop\":256,\"complex_bins\":0}]",
                "[{\"type\":\"linear\",\"name\":\"encoder.block.norm\"}]",
                "[{\"type\":\"patch_embedding\",\"name\":\"encoder.patch\",\"patch\":[-2,-2]}]",
                "[{\"type\":\"mixer\",\"name\":\"encoder.block\"}]"
            })
    void whatCannotBeIsRefused(String blocks) throws CorruptModelException {
        ModelFile model = model(blocks);
        CorruptModelException e = assertThrows(CorruptModelException.class, () -> Network.read(model, "encoder"));
        assertTrue(e.getMessage().length() > 10, e.getMessage());
    }

    @Test
    void tooManyBlocksAndTooLongFieldsAreRefused() throws CorruptModelException {
        ModelFile many = model("[" + "{\"type\":\"gelu\"},".repeat(1024) + "{\"type\":\"gelu\"}]");
        assertThrows(CorruptModelException.class, () -> Network.read(many, "encoder"));
        String wide = "{\"type\":\"conv\",\"name\":\"wide\",\"dilation\":[1,1024]}";
        tensor("wide.weight", 1, 1, 1000);
        assertThrows(CorruptModelException.class, () -> Network.read(model("[" + wide + "]"), "encoder"));
    }

    @Test
    void partsThatAreNotThereAreRefused() throws CorruptModelException {
        ModelFile model = model(GOOD);
        assertThrows(CorruptModelException.class, () -> Network.read(model, "decoder"));
    }
}
