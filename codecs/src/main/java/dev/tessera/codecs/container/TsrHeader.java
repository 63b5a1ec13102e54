package dev.tessera.codecs.container;

/**
 * What a {@code .tsr} file says before its payload.
 *
 * @param model the model that the payload was made with
 * @param geometry extents of the picture or sound
 * @param parameters whatever the codec of the model wants to say, 0 to 2^28 - 1; values under 128 take one byte
 */
public record TsrHeader(ModelHash model, Geometry geometry, int parameters) {
    /** Largest value of {@link #parameters()}. */
    public static final int MAX_PARAMETERS = (1 << 28) - 1;

    public TsrHeader {
        if (model == null || geometry == null) {
            throw new IllegalArgumentException("model and geometry must not be null");
        }
        if (parameters < 0 || parameters > MAX_PARAMETERS) {
            throw new IllegalArgumentException(
                    "parameters is " + parameters + ", must be in [0, " + MAX_PARAMETERS + "]");
        }
    }
}
