package dev.tessera.image;

import dev.tessera.vqmodels.ModelIndex;
import dev.tessera.vqmodels.ModelProvider;
import dev.tessera.vqmodels.ShippedModel;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.Optional;

/** The models in this module's jar. */
public final class ImageModels implements ModelProvider {
    @Override
    public Collection<ShippedModel> models() {
        return ModelIndex.read(name -> ImageModels.class.getResourceAsStream("models/" + name));
    }

    /** The text of the recipe of a shipped model. */
    public static Optional<byte[]> recipe(String name) throws IOException {
        if (!name.matches("[a-z0-9-]+")) {
            return Optional.empty();
        }
        try (InputStream in = ImageModels.class.getResourceAsStream("models/" + name + ".recipe.properties")) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
        }
    }
}
