package dev.tessera.vqmodels;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/**
 * A model inside a jar: its description, known without opening it, and the way to its file.
 *
 * @param description what the index says of it
 * @param opener opens the file, {@code <name>.safetensors}
 */
public record ShippedModel(ModelDescription description, ResourceOpener opener) {
    /** Reads the model. Its hash is taken from the description; that it is true is checked where the model is built. */
    public ModelFile load() throws IOException {
        String resource = description.name() + ModelFile.SUFFIX;
        try (InputStream in = opener.open(resource)) {
            if (in == null) {
                throw new FileNotFoundException("the jar lists " + resource + " but does not hold it");
            }
            return ModelFile.read(in, description.sha256());
        }
    }
}
