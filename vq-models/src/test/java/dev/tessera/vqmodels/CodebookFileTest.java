package dev.tessera.vqmodels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ProductQuantizer;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.VectorQuantizer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CodebookFileTest {
    private static final Codebook FIRST = Codebook.of(3, 2, new float[] {0, 0, 1, 1, -1, 2});
    private static final Codebook SECOND = Codebook.of(2, 2, new float[] {0.25f, 0, 0, -0.25f});

    @Test
    void vectorQuantizerComesBack() throws CorruptModelException {
        ModelFile file = CodebookFile.of(new VectorQuantizer(FIRST), "kmeans", 42);
        VectorQuantizer read = assertInstanceOf(VectorQuantizer.class, CodebookFile.quantizer(file));
        assertEquals(FIRST, read.codebook());
        assertEquals("kmeans", file.config().string("quantizer"));
        assertEquals(3, file.config().integer("codebook_size"));
        assertEquals(42, file.config().longInteger("seed"));
    }

    @Test
    void residualQuantizerComesBackAndQuantizesAlike() throws CorruptModelException {
        ResidualQuantizer quantizer = new ResidualQuantizer(List.of(FIRST, SECOND));
        ModelFile file = CodebookFile.of(quantizer, "rvq", 1);
        Quantizer read = CodebookFile.quantizer(file);
        assertEquals(quantizer.codebooks(), ((ResidualQuantizer) read).codebooks());
        Latents latents = Latents.of(2, 2, new float[] {1.2f, 1.1f, -1, 1.7f});
        assertArrayEquals(quantizer.quantize(latents), read.quantize(latents));
        assertArrayEquals(new int[] {3, 2}, file.config().integers("codebook_sizes"));
        assertEquals("rvq-codebook", ModelDescription.of(file).name());
    }

    @Test
    void productQuantizerComesBack() throws CorruptModelException {
        ProductQuantizer quantizer = new ProductQuantizer(List.of(FIRST, Codebook.of(2, 1, new float[] {7, 8})));
        ModelFile file = CodebookFile.of(quantizer, "pq", 1);
        ProductQuantizer read = assertInstanceOf(ProductQuantizer.class, CodebookFile.quantizer(file));
        assertEquals(quantizer.codebooks(), read.codebooks());
        assertEquals(3, file.config().integer("codebook_dim"));
    }

    @Test
    void severalQuantizersLiveInOneModel() throws CorruptModelException {
        ModelFile.Builder builder = ModelFile.builder();
        CodebookFile.addTo(builder, "luma.quantizer", List.of(FIRST));
        CodebookFile.addTo(builder, "chroma.quantizer", List.of(FIRST, SECOND));
        ModelFile model = builder.build();
        assertEquals(FIRST, CodebookFile.codebook(model, "luma.quantizer", 0));
        assertEquals(
                List.of(FIRST, SECOND),
                CodebookFile.residualQuantizer(model, "chroma.quantizer", 2).codebooks());
    }

    @Test
    void brokenCodebooksAreRefused() {
        Tensor nan = Tensor.ofFloats(new float[] {Float.NaN, 0}, 1, 2);
        Tensor flat = Tensor.ofFloats(new float[] {1, 0}, 2);
        Tensor empty = Tensor.ofFloats(new float[0], 0, 2);
        Tensor integers = Tensor.ofInts(new int[] {1, 0}, 1, 2);
        for (Tensor tensor : List.of(nan, flat, empty, integers)) {
            ModelFile model =
                    ModelFile.builder().tensor("quantizer.0.codebook", tensor).build();
            assertThrows(
                    CorruptModelException.class,
                    () -> CodebookFile.codebook(model, CodebookFile.PREFIX, 0),
                    tensor.toString());
        }
    }

    @Test
    void configurationsThatLieAreRefused() {
        for (Map<String, Object> config : List.<Map<String, Object>>of(
                Map.of(),
                Map.of("format_version", 2, "model_type", "vector_quantizer", "num_stages", 1),
                Map.of("format_version", 1, "model_type", "tarot", "num_stages", 1),
                Map.of("format_version", 1, "model_type", "vector_quantizer", "num_stages", 2),
                Map.of("format_version", 1, "model_type", "residual_quantizer", "num_stages", 0),
                Map.of("format_version", 1, "model_type", "residual_quantizer", "num_stages", 2_000_000_000))) {
            ModelFile.Builder builder = ModelFile.builder().config(ModelConfig.of(config));
            CodebookFile.addTo(builder, CodebookFile.PREFIX, List.of(FIRST));
            ModelFile file = builder.build();
            assertThrows(CorruptModelException.class, () -> CodebookFile.quantizer(file), config.toString());
        }
    }
}
