package dev.tessera.vqmodels;

import java.io.InputStream;

/**
 * Opens a resource of the module that ships a model. It has to be code of that module, because a module's resources are
 * its own: {@code name -> ImageModels.class.getResourceAsStream("models/" + name)}.
 */
@FunctionalInterface
public interface ResourceOpener {
    /** The resource {@code name}, or null when there is none. */
    InputStream open(String name);
}
