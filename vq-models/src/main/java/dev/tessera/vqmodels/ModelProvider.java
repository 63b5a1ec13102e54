package dev.tessera.vqmodels;

import java.util.Collection;

/** Tells {@link ModelRegistry} which models a module ships in its jar; found by {@link java.util.ServiceLoader}. */
public interface ModelProvider {
    Collection<ShippedModel> models();
}
