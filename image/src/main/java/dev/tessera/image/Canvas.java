package dev.tessera.image;

import java.util.Arrays;

/** What the frames of an animation are drawn on; transparent to begin with. */
final class Canvas {
    private final int width;
    private final int height;
    private final float[][] planes; // red, green, blue, alpha
    private boolean grey = true;

    Canvas(int width, int height) {
        this.width = width;
        this.height = height;
        this.planes = new float[4][width * height];
    }

    private Canvas(Canvas other) {
        this.width = other.width;
        this.height = other.height;
        this.planes = new float[4][];
        for (int c = 0; c < 4; c++) {
            planes[c] = other.planes[c].clone();
        }
        this.grey = other.grey;
    }

    Canvas copy() {
        return new Canvas(this);
    }

    /**
     * Draws a picture that lies inside.
     *
     * @param over whether what is there shines through, or else is replaced
     */
    void draw(Image picture, int left, int top, boolean over) {
        grey &= picture.isGrey();
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                int from = y * picture.width() + x;
                int to = (top + y) * width + left + x;
                float alpha = picture.alpha() == null ? 255 : picture.alpha()[from];
                float below = over ? planes[3][to] * (255 - alpha) / 255 : 0;
                float sum = alpha + below;
                for (int c = 0; c < 3; c++) {
                    planes[c][to] = sum == 0 ? 0 : (picture.plane(c)[from] * alpha + planes[c][to] * below) / sum;
                }
                planes[3][to] = sum;
            }
        }
    }

    /** Makes a rectangle transparent. */
    void clear(int left, int top, int clearWidth, int clearHeight) {
        for (float[] plane : planes) {
            for (int y = top; y < top + clearHeight; y++) {
                Arrays.fill(plane, y * width + left, y * width + left + clearWidth, 0);
            }
        }
    }

    /** What there is now. */
    Image image() {
        Image image = grey
                ? Image.ofGrey(width, height, planes[0].clone())
                : Image.ofRgb(width, height, planes[0].clone(), planes[1].clone(), planes[2].clone());
        return image.withAlpha(planes[3].clone());
    }
}
