package dev.tessera.image;

import dev.tessera.vqmodels.ModelIndex;
import dev.tessera.vqmodels.ModelProvider;
import dev.tessera.vqmodels.ShippedModel;
import java.util.Collection;

/** The models in this module's jar. */
public final class ImageModels implements ModelProvider {
    @Override
    public Collection<ShippedModel> models() {
        return ModelIndex.read(name -> ImageModels.class.getResourceAsStream("models/" + name));
    }
}
