package dev.tessera.vqmodels.nn;

/** One step of a network, trained and immutable, safe to share between threads. */
public abstract sealed class Layer
        permits CompressedStft,
                Conv,
                Crop,
                GroupNorm,
                InverseStft,
                PixelShuffle,
                PixelUnshuffle,
                Pointwise,
                Residual,
                Sequence,
                Transpose,
                Upsample {
    private final int inChannels;
    private final int outChannels;

    Layer(int inChannels, int outChannels) {
        if (inChannels < 1 || outChannels < 1) {
            throw new IllegalArgumentException(
                    "channels are " + inChannels + " to " + outChannels + ", must be at least 1");
        }
        this.inChannels = inChannels;
        this.outChannels = outChannels;
    }

    /** Channels of the input. */
    public final int inChannels() {
        return inChannels;
    }

    /** Channels of the output. */
    public final int outChannels() {
        return outChannels;
    }

    /** How sizes change, borders aside. */
    public Scale scale() {
        return Scale.SAME;
    }

    /**
     * The size of the output for an input of size {@code in}.
     *
     * @throws IllegalArgumentException when the input is too small, or no multiple of what it must be
     */
    public Extent outExtent(Extent in) {
        return in;
    }

    /** The inputs that the outputs in {@code out} need, of an input of size {@code in}. */
    public Window inWindow(Window out, Extent in) {
        return out;
    }

    /** Side of the squares, or length of the pieces, of the input that are only seen as a whole; 1 when there are none. */
    public int segment() {
        return 1;
    }

    /**
     * The smallest shift of the input, a multiple of which shifts the output and changes nothing else, borders aside: what
     * {@link #scale} divides by, and segments.
     */
    int period(boolean vertical) {
        int down = vertical ? scale().downY() : scale().downX();
        return leastCommonMultiple(down, segment());
    }

    static int leastCommonMultiple(int a, int b) {
        return Math.multiplyExact(a / Scale.gcd(a, b), b);
    }

    /** Number of layers, those inside counted. */
    int count() {
        return 1;
    }

    /** The largest number of floats per input position that this layer, or one inside it, puts out. */
    double widest() {
        Scale scale = scale();
        return (double) outChannels * scale.upY() * scale.upX() / ((double) scale.downY() * scale.downX());
    }

    /** The outputs in {@code out}, in a new map; {@code in} holds at least the inputs that they need. */
    abstract FeatureMap apply(Region in, Window out, Pass pass);

    /**
     * The output for a whole input, the same bits for any number of threads.
     *
     * @param in {@code [inChannels x height x width]}
     */
    public final FeatureMap apply(FeatureMap in, int threads) {
        checkInput(in);
        Extent extent = outExtent(in.extent());
        try (Pass pass = new Pass(threads)) {
            return apply(Region.whole(in), extent.whole(), pass);
        }
    }

    final void checkInput(FeatureMap in) {
        if (in.channels() != inChannels) {
            throw new IllegalArgumentException("in has " + in.channels() + " channels, must have " + inChannels);
        }
    }

    /** Checks an argument. */
    static int in(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", must be in [" + min + ", " + max + "]");
        }
        return value;
    }

    /** Checks and copies the parameters of a layer. */
    static float[] parameters(String name, float[] values, int length) {
        if (values.length != length) {
            throw new IllegalArgumentException(name + " has " + values.length + " values, must have " + length);
        }
        for (int i = 0; i < length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException(name + "[" + i + "] is " + values[i] + ", must be finite");
            }
        }
        return values.clone();
    }
}
