package dev.tessera.vqmodels.nn;

import java.io.IOException;

/** Where tiles of a large input come from. */
@FunctionalInterface
public interface FeatureSource {
    /** The values in {@code window}, {@code [channels x window.height() x window.width()]}. */
    FeatureMap read(Window window) throws IOException;
}
