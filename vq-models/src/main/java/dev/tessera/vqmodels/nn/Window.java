package dev.tessera.vqmodels.nn;

/** A rectangle of a feature map. */
public record Window(int top, int left, int height, int width) {
    public Window {
        if (top < 0 || left < 0 || height < 0 || width < 0) {
            throw new IllegalArgumentException(
                    "window is " + height + "x" + width + " at (" + top + ", " + left + "), must not be negative");
        }
    }

    /** One row after the last. */
    public int bottom() {
        return top + height;
    }

    /** One column after the last. */
    public int right() {
        return left + width;
    }

    /** Whether {@code that} lies inside. */
    public boolean contains(Window that) {
        return top <= that.top && left <= that.left && bottom() >= that.bottom() && right() >= that.right();
    }

    /** The smallest window with both inside. */
    Window union(Window that) {
        return ofEdges(
                Math.min(top, that.top),
                Math.min(left, that.left),
                Math.max(bottom(), that.bottom()),
                Math.max(right(), that.right()));
    }

    static Window ofEdges(int top, int left, int bottom, int right) {
        return new Window(top, left, bottom - top, right - left);
    }

    /** The part of the given edges that lies in {@code extent}. */
    static Window clipped(long top, long left, long bottom, long right, Extent extent) {
        int t = Math.clamp(top, 0, extent.height());
        int l = Math.clamp(left, 0, extent.width());
        return ofEdges(t, l, Math.clamp(bottom, t, extent.height()), Math.clamp(right, l, extent.width()));
    }
}
