package dev.tessera.vqmodels;

import java.io.IOException;

/** No model, or more than one, fits the name or the content hash that was asked for. */
public class ModelNotFoundException extends IOException {
    private static final long serialVersionUID = 1L;

    public ModelNotFoundException(String what) {
        super(what);
    }
}
