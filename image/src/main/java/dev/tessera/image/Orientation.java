package dev.tessera.image;

/** Turns and flips pictures upright as the eight EXIF orientations ask. */
final class Orientation {
    private Orientation() {}

    /**
     * The upright picture.
     *
     * @param orientation where row 0 and column 0 of the stored picture belong: 1 top left, 2 top right, 3 bottom right,
     *     4 bottom left, 5 left top, 6 right top, 7 right bottom, 8 left bottom
     */
    static Image apply(Image stored, int orientation) {
        if (orientation == 1) {
            return stored;
        }
        boolean swaps = orientation >= 5;
        int width = swaps ? stored.height() : stored.width();
        int height = swaps ? stored.width() : stored.height();
        Image upright;
        if (stored.isGrey()) {
            upright = Image.ofGrey(width, height, turn(stored.plane(0), stored, orientation));
        } else {
            upright = Image.ofRgb(
                    width,
                    height,
                    turn(stored.plane(0), stored, orientation),
                    turn(stored.plane(1), stored, orientation),
                    turn(stored.plane(2), stored, orientation));
        }
        return stored.alpha() == null ? upright : upright.withAlpha(turn(stored.alpha(), stored, orientation));
    }

    private static float[] turn(float[] plane, Image stored, int orientation) {
        int w = stored.width();
        int h = stored.height();
        float[] out = new float[plane.length];
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                int to = switch (orientation) {
                    case 2 -> y * w + (w - 1 - x);
                    case 3 -> (h - 1 - y) * w + (w - 1 - x);
                    case 4 -> (h - 1 - y) * w + x;
                    case 5 -> x * h + y;
                    case 6 -> x * h + (h - 1 - y);
                    case 7 -> (w - 1 - x) * h + (h - 1 - y);
                    case 8 -> (w - 1 - x) * h + y;
                    default ->
                        throw new IllegalArgumentException("orientation is " + orientation + ", must be in [1, 8]");
                };
                out[to] = plane[y * w + x];
            }
        }
        return out;
    }
}
