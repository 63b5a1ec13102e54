package dev.tessera.vqmodels.nn;

/**
 * A part of a feature map that is known.
 *
 * @param map the values in {@code window}
 * @param window where they lie
 * @param extent size of the whole map
 */
record Region(FeatureMap map, Window window, Extent extent) {
    static Region whole(FeatureMap map) {
        return new Region(map, map.extent().whole(), map.extent());
    }

    /** The part in {@code part}, always a copy. */
    FeatureMap crop(Window part) {
        return map.crop(local(part));
    }

    /** {@code part} in coordinates of {@link #map}. */
    Window local(Window part) {
        return new Window(part.top() - window.top(), part.left() - window.left(), part.height(), part.width());
    }
}
