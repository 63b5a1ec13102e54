package dev.tessera.vqmodels;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The list of the models in one jar, {@value #NAME}, standing beside their files. It holds their hashes, so that nothing has to be
 * hashed at start-up: {@code {"models": [{"name": ..., "sha256": ...}, ...]}} with the fields of
 * {@link ModelDescription#toMap()}.
 */
public final class ModelIndex {
    /** Name of the resource. */
    public static final String NAME = "index.json";

    private ModelIndex() {}

    /**
     * The models that the index lists.
     *
     * @param opener opens {@value #NAME} and {@code <name>.safetensors}
     * @throws UncheckedIOException when the index is missing or malformed, which is a fault of the jar
     */
    public static List<ShippedModel> read(ResourceOpener opener) {
        try (InputStream in = opener.open(NAME)) {
            if (in == null) {
                throw new FileNotFoundException("the jar has no " + NAME + " of models");
            }
            byte[] json = in.readAllBytes();
            List<ShippedModel> models = new ArrayList<>();
            for (ModelConfig entry : entries(Json.parseObject(json, 0, json.length))) {
                models.add(new ShippedModel(ModelDescription.parse(entry), opener));
            }
            return List.copyOf(models);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The JSON of an index of {@code models}. */
    public static String toJson(List<ModelDescription> models) {
        StringBuilder json = new StringBuilder("{\"models\": [");
        for (int i = 0; i < models.size(); i++) {
            json.append(i == 0 ? "\n  " : ",\n  ")
                    .append(Json.write(models.get(i).toMap()));
        }
        return json.append("\n]}\n").toString();
    }

    private static List<ModelConfig> entries(Map<String, Object> index) throws CorruptModelException {
        if (!(index.get("models") instanceof List<?> list)) {
            throw new CorruptModelException("the index has no list 'models'");
        }
        List<ModelConfig> entries = new ArrayList<>();
        for (Object item : list) {
            if (!(item instanceof Map<?, ?> map)) {
                throw new CorruptModelException("the index has an entry that is no JSON object");
            }
            Map<String, Object> fields = new LinkedHashMap<>();
            map.forEach((name, value) -> fields.put((String) name, value));
            entries.add(ModelConfig.of(fields));
        }
        return entries;
    }
}
