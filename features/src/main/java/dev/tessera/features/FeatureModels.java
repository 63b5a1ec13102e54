package dev.tessera.features;

import dev.tessera.vqmodels.ModelIndex;
import dev.tessera.vqmodels.ModelProvider;
import dev.tessera.vqmodels.ShippedModel;
import java.util.Collection;

/** The models in this module's jar. */
public final class FeatureModels implements ModelProvider {
    @Override
    public Collection<ShippedModel> models() {
        return ModelIndex.read(name -> FeatureModels.class.getResourceAsStream("models/" + name));
    }
}
