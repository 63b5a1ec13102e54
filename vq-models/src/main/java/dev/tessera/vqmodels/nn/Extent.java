package dev.tessera.vqmodels.nn;

/** Height and width of a whole feature map; a series has height 1. */
public record Extent(int height, int width) {
    public Extent {
        if (height < 0 || width < 0) {
            throw new IllegalArgumentException("extent is " + height + "x" + width + ", must not be negative");
        }
    }

    /** The window that covers everything. */
    public Window whole() {
        return new Window(0, 0, height, width);
    }

    @Override
    public String toString() {
        return height + "x" + width;
    }
}
