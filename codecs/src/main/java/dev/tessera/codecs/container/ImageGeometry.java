package dev.tessera.codecs.container;

/**
 * Extents of a picture in pixels.
 *
 * @param width 1 to 2^28
 * @param height 1 to 2^28
 */
public record ImageGeometry(int width, int height) implements Geometry {
    /** Largest width and height that the format can say. */
    public static final int MAX_EXTENT = 1 << 28;

    public ImageGeometry {
        checkExtent("width", width);
        checkExtent("height", height);
    }

    /** Width times height. */
    public long pixels() {
        return (long) width * height;
    }

    static void checkExtent(String name, int extent) {
        if (extent < 1 || extent > MAX_EXTENT) {
            throw new IllegalArgumentException(name + " is " + extent + ", must be in [1, " + MAX_EXTENT + "]");
        }
    }
}
