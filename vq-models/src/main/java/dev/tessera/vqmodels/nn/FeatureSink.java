package dev.tessera.vqmodels.nn;

import java.io.IOException;

/** Where tiles of a large output go, row by row from the top left. */
@FunctionalInterface
public interface FeatureSink {
    /** Takes the values in {@code window}. */
    void write(Window window, FeatureMap tile) throws IOException;
}
