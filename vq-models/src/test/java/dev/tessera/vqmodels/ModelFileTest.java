package dev.tessera.vqmodels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFileTest {
    @TempDir
    Path folder;

    private static byte[] bytes(ModelFile model) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        model.write(out);
        return out.toByteArray();
    }

    private static ModelFile sample() {
        return ModelFile.builder()
                .config(ModelConfig.of(Map.of("stages", 2, "rate", 0.5, "levels", List.of(8, 5), "on", true, "n", "x")))
                .metadata("license", "Apache-2.0")
                .tensor("w", Tensor.ofFloats(new float[] {1, 2}, 2))
                .build();
    }

    @Test
    void readsWhatItWrote() throws Exception {
        Path path = folder.resolve("m.safetensors");
        Files.write(path, bytes(sample()));
        ModelFile read = ModelFile.read(path);
        assertEquals(sample(), read);
        assertEquals(2, read.config().integer("stages"));
        assertEquals(0.5, read.config().number("rate"));
        assertArrayEquals(new int[] {8, 5}, read.config().integers("levels"));
        assertTrue(read.config().flag("on"));
        assertEquals("x", read.config().string("n"));
        assertEquals("Apache-2.0", read.metadata().get("license"));
        assertArrayEquals(new float[] {1, 2}, read.tensor("w", 2).toFloats());
        assertArrayEquals(new float[] {1, 2}, read.tensor("w", -1).toFloats());
    }

    @Test
    void hashIsThatOfTheBytes() throws Exception {
        byte[] file = bytes(sample());
        String expected =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
        assertEquals(expected, sample().sha256());
        assertEquals(expected, ModelFile.read(file).sha256());
        assertEquals(expected.substring(0, 6), sample().shortHash());
        assertEquals(file.length, sample().sizeBytes());
    }

    @Test
    void missingAndMistypedPartsAreNamed() {
        ModelFile model = sample();
        assertTrue(assertThrows(CorruptModelException.class, () -> model.tensor("v"))
                .getMessage()
                .contains("'v'"));
        assertThrows(CorruptModelException.class, () -> model.tensor("w", 3));
        assertThrows(CorruptModelException.class, () -> model.tensor("w", 2, 1));
        assertThrows(CorruptModelException.class, () -> model.config().integer("rate"));
        assertThrows(CorruptModelException.class, () -> model.config().string("absent"));
        assertThrows(CorruptModelException.class, () -> model.config().requireFormatVersion(1, 1));
        assertThrows(IllegalArgumentException.class, () -> ModelConfig.of(Map.of("x", new Object())));
        assertThrows(IllegalArgumentException.class, () -> ModelFile.builder().metadata("config", "{}"));
    }

    /** The golden file pins the bytes that writing gives, and that files of today stay readable. */
    @Test
    void goldenFile() throws Exception {
        byte[] golden;
        try (InputStream in = getClass().getResourceAsStream("/golden/safetensors/1/sample.safetensors")) {
            golden = in.readAllBytes();
        }
        assertArrayEquals(golden, bytes(sample()));
        assertEquals(sample(), ModelFile.read(golden));
    }
}
