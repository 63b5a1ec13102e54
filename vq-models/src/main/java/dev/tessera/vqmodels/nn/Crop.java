package dev.tessera.vqmodels.nn;

/** Leaves out rows and columns at the borders of the whole map. */
public final class Crop extends Layer {
    private static final int MAX = 1 << 16;

    private final int top;
    private final int left;
    private final int bottom;
    private final int right;

    /** Numbers of rows and columns to leave out, 0 to 65536 each. */
    public Crop(int channels, int top, int left, int bottom, int right) {
        super(channels, channels);
        this.top = in("top", top, 0, MAX);
        this.left = in("left", left, 0, MAX);
        this.bottom = in("bottom", bottom, 0, MAX);
        this.right = in("right", right, 0, MAX);
    }

    @Override
    public Extent outExtent(Extent in) {
        int height = in.height() - top - bottom;
        int width = in.width() - left - right;
        if (height < 0 || width < 0) {
            throw new IllegalArgumentException(
                    "input is " + in + ", must be at least " + (top + bottom) + "x" + (left + right));
        }
        return new Extent(height, width);
    }

    /** Takes in the rows and columns behind too: while they are not known to exist, the outputs are not. */
    @Override
    public Window inWindow(Window out, Extent in) {
        return new Window(out.top() + top, out.left() + left, out.height() + bottom, out.width() + right);
    }

    @Override
    FeatureMap apply(Region in, Window out, Pass pass) {
        return in.crop(new Window(out.top() + top, out.left() + left, out.height(), out.width()));
    }
}
