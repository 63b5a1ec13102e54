package dev.tessera.vqmodels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRegistryTest {
    @TempDir
    Path folder;

    private final ModelFile photo = model("photo", "image", 0);
    private final ModelFile speech = model("speech", "audio", 0);

    private static ModelFile model(String name, String media, int seed) {
        return ModelFile.builder()
                .config(ModelConfig.of(Map.of(
                        "name",
                        name,
                        "kind",
                        "classical",
                        "media",
                        media,
                        "quantizer",
                        "rvq",
                        "codebook_size",
                        256,
                        "num_stages",
                        2,
                        "seed",
                        seed)))
                .tensor("x", Tensor.ofFloats(new float[] {1}, 1))
                .build();
    }

    private static byte[] bytes(ModelFile model) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        model.write(out);
        return out.toByteArray();
    }

    /** What a module's jar would hold: the files and their index. */
    private List<ShippedModel> jar() throws IOException {
        Map<String, byte[]> resources = new HashMap<>();
        resources.put("photo.safetensors", bytes(photo));
        resources.put("speech.safetensors", bytes(speech));
        String index = ModelIndex.toJson(List.of(
                ModelDescription.of(photo).asDefault(),
                ModelDescription.of(speech).asDeprecated()));
        resources.put(ModelIndex.NAME, index.getBytes(StandardCharsets.UTF_8));
        return ModelIndex.read(
                name -> resources.containsKey(name) ? new ByteArrayInputStream(resources.get(name)) : null);
    }

    private ModelRegistry registry() throws IOException {
        return ModelRegistry.of(jar(), List.of(folder, folder.resolve("absent")));
    }

    private Path put(String name, ModelFile model) throws IOException {
        return Files.write(folder.resolve(name), bytes(model));
    }

    @Test
    void indexDescribesTheModels() throws IOException {
        List<ModelDescription> shipped = registry().shipped();
        assertEquals(
                List.of("photo", "speech"),
                shipped.stream().map(ModelDescription::name).toList());
        ModelDescription first = shipped.getFirst();
        assertEquals(photo.sha256(), first.sha256());
        assertEquals(Media.IMAGE, first.media());
        assertTrue(first.isDefault());
        assertTrue(shipped.get(1).deprecated());
        assertEquals("classical", first.toMap().get("kind"));
    }

    @Test
    void findsByNameThenPathThenFolder() throws IOException {
        ModelFile other = model("other", "image", 1);
        Path path = put("other.safetensors", other);
        assertEquals(photo, registry().find("photo"));
        assertEquals(other, registry().find(path.toString()));
        assertEquals(other, registry().find("other"));
        ModelNotFoundException e =
                assertThrows(ModelNotFoundException.class, () -> registry().find("nothing\0odd"));
        assertTrue(e.getMessage().contains("photo, speech"), e.getMessage());
    }

    @Test
    void findsTheDefaultOfItsMedia() throws IOException {
        assertEquals(photo, registry().defaultModel(Media.IMAGE));
        assertThrows(ModelNotFoundException.class, () -> registry().defaultModel(Media.AUDIO));
    }

    @Test
    void filesAreMadeWithTheDefaultUnlessAnotherModelIsTheCodec() throws IOException {
        assertEquals(photo, registry().defaultCodec(Media.IMAGE));
        ModelFile coder = model("coder", "image", 1);
        byte[] file = bytes(coder);
        ShippedModel listed =
                new ShippedModel(ModelDescription.of(coder).asDefaultCodec(), name -> new ByteArrayInputStream(file));
        ModelRegistry both = ModelRegistry.of(List.of(jar().getFirst(), listed), List.of());
        assertEquals(coder, both.defaultCodec(Media.IMAGE));
        assertEquals(photo, both.defaultModel(Media.IMAGE));
        ShippedModel second =
                new ShippedModel(ModelDescription.of(model("more", "image", 2)).asDefaultCodec(), name -> null);
        assertThrows(IllegalArgumentException.class, () -> ModelRegistry.of(List.of(listed, second), List.of()));
    }

    @Test
    void findsByHashAmongShippedAndFolders() throws IOException {
        ModelFile other = model("other", "image", 1);
        put("other.safetensors", other);
        put("copy-of-photo.safetensors", photo);
        put("notes.txt", photo);
        assertEquals(speech, registry().findByHash(speech.shortHash()));
        assertEquals(other, registry().findByHash(other.shortHash()));
        assertEquals(photo, registry().findByHash(photo.shortHash()), "a copy is no second model");
    }

    @Test
    void unknownHashIsNamed() {
        ModelNotFoundException e =
                assertThrows(ModelNotFoundException.class, () -> registry().findByHash("0badc0"));
        assertTrue(e.getMessage().contains("0badc0"), e.getMessage());
    }

    @Test
    void ambiguousHashAsksForTheModel() throws IOException {
        ModelDescription real = ModelDescription.of(photo);
        String twin = real.sha256().substring(0, 6) + "0".repeat(58);
        ShippedModel lookalike = new ShippedModel(
                new ModelDescription(
                        "twin", real.kind(), real.media(), "rvq", 256, 2, twin, real.bytes(), false, false, false),
                name -> null);
        ModelRegistry registry = ModelRegistry.of(List.of(jar().getFirst(), lookalike), List.of());
        ModelNotFoundException e =
                assertThrows(ModelNotFoundException.class, () -> registry.findByHash(photo.shortHash()));
        assertTrue(e.getMessage().contains("--model"), e.getMessage());
        assertEquals(photo, registry.findByHash(photo.shortHash(), "photo"));
    }

    @Test
    void namedModelMustHaveTheHash() throws IOException {
        assertEquals(photo, registry().findByHash(photo.shortHash(), "photo"));
        assertThrows(ModelNotFoundException.class, () -> registry().findByHash(photo.shortHash(), "speech"));
    }

    @Test
    void contradictoryJarsAreRefused() throws IOException {
        ShippedModel model = jar().getFirst();
        assertThrows(IllegalArgumentException.class, () -> ModelRegistry.of(List.of(model, model), List.of()));
    }

    @Test
    void brokenIndexIsAFaultOfTheJar() {
        assertThrows(UncheckedIOException.class, () -> ModelIndex.read(name -> null));
        for (String json : List.of("", "[]", "{}", "{\"models\":[1]}", "{\"models\":[{\"name\":\"x\"}]}")) {
            assertThrows(
                    UncheckedIOException.class,
                    () -> ModelIndex.read(name -> new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8))),
                    json);
        }
    }

    @Test
    void listedFileThatIsMissingIsSaid() throws IOException {
        ShippedModel model = new ShippedModel(ModelDescription.of(photo), name -> null);
        assertThrows(IOException.class, model::load);
    }
}
