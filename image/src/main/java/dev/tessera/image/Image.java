package dev.tessera.image;

import java.util.Arrays;

/**
 * A picture: three planes of red, green and blue samples in 0..255, {@code [height x width]} each, row-major, and an alpha
 * plane where some pixel is not opaque.
 *
 * <p>Samples are floats, so that sources of 16 bits keep their precision; every conversion to 8 bits is {@link #toByte}.
 * A grey picture has one plane that stands for all three. The samples are taken as sRGB.
 *
 * <p>Immutable by contract: the planes are shared, not copied, and whoever hands one over gives up writing to it.
 */
public final class Image {
    private final int width;
    private final int height;
    private final float[][] planes; // [3][height x width]
    private final float[] alpha; // [height x width], null when opaque

    private Image(int width, int height, float[][] planes, float[] alpha) {
        this.width = width;
        this.height = height;
        this.planes = planes;
        this.alpha = alpha;
    }

    /** An opaque colour picture of three planes, {@code [height x width]} each, 0..255. */
    public static Image ofRgb(int width, int height, float[] red, float[] green, float[] blue) {
        checkSize(width, height);
        checkPlane("red", red, width, height);
        checkPlane("green", green, width, height);
        checkPlane("blue", blue, width, height);
        return new Image(width, height, new float[][] {red, green, blue}, null);
    }

    /** An opaque grey picture, {@code [height x width]}, 0..255. */
    public static Image ofGrey(int width, int height, float[] grey) {
        checkSize(width, height);
        checkPlane("grey", grey, width, height);
        return new Image(width, height, new float[][] {grey, grey, grey}, null);
    }

    /** An opaque colour picture of interleaved bytes, {@code [height x width x 3]}. */
    public static Image ofRgb8(int width, int height, byte[] rgb) {
        checkSize(width, height);
        if (rgb.length != 3L * width * height) {
            throw new IllegalArgumentException(
                    "rgb has " + rgb.length + " bytes, must have " + width + " x " + height + " x 3");
        }
        float[][] planes = new float[3][width * height];
        for (int i = 0, from = 0; i < width * height; i++, from += 3) {
            planes[0][i] = rgb[from] & 0xFF;
            planes[1][i] = rgb[from + 1] & 0xFF;
            planes[2][i] = rgb[from + 2] & 0xFF;
        }
        return new Image(width, height, planes, null);
    }

    /**
     * This picture with another alpha plane, {@code [height x width]}, 0 transparent to 255 opaque; null, or a plane that is
     * opaque everywhere, leaves none. Colours are not multiplied by alpha.
     */
    public Image withAlpha(float[] newAlpha) {
        if (newAlpha != null) {
            checkPlane("alpha", newAlpha, width, height);
        }
        return new Image(width, height, planes, newAlpha == null || isOpaque(newAlpha) ? null : newAlpha);
    }

    /** Width in pixels, at least 1. */
    public int width() {
        return width;
    }

    /** Height in pixels, at least 1. */
    public int height() {
        return height;
    }

    /** Whether one plane stands for all three. */
    public boolean isGrey() {
        return planes[0] == planes[1] && planes[1] == planes[2];
    }

    /** Samples of {@code channel} (0 red, 1 green, 2 blue), {@code [height x width]}, 0..255; not a copy, do not write. */
    public float[] plane(int channel) {
        if (channel < 0 || channel > 2) {
            throw new IllegalArgumentException("channel is " + channel + ", must be in [0, 2]");
        }
        return planes[channel];
    }

    /** Alpha, {@code [height x width]}, 0..255, or null when every pixel is opaque; not a copy, do not write. */
    public float[] alpha() {
        return alpha;
    }

    /** Alpha as a grey picture of its own, as codecs code it, or null when every pixel is opaque. */
    public Image alphaAsGrey() {
        return alpha == null ? null : ofGrey(width, height, alpha.clone());
    }

    /** The {@code cropWidth x cropHeight} pixels whose top left one is at column {@code x}, row {@code y}. */
    public Image crop(int x, int y, int cropWidth, int cropHeight) {
        checkRange("x", x, cropWidth, width);
        checkRange("y", y, cropHeight, height);
        Image cropped;
        if (isGrey()) {
            cropped = ofGrey(cropWidth, cropHeight, cropped(planes[0], x, y, cropWidth, cropHeight));
        } else {
            cropped = ofRgb(
                    cropWidth,
                    cropHeight,
                    cropped(planes[0], x, y, cropWidth, cropHeight),
                    cropped(planes[1], x, y, cropWidth, cropHeight),
                    cropped(planes[2], x, y, cropWidth, cropHeight));
        }
        return alpha == null ? cropped : cropped.withAlpha(cropped(alpha, x, y, cropWidth, cropHeight));
    }

    /** This picture laid on {@code background} (0..255), opaque: each sample is c a + background (1 - a). */
    public Image composedOn(float background) {
        if (alpha == null) {
            return this;
        }
        if (isGrey()) {
            return ofGrey(width, height, composed(planes[0], background));
        }
        return ofRgb(
                width,
                height,
                composed(planes[0], background),
                composed(planes[1], background),
                composed(planes[2], background));
    }

    /** Interleaved bytes, {@code [height x width x 3]}, rounded by {@link #toByte}; alpha is left out. */
    public byte[] toRgb8() {
        byte[] rgb = new byte[Math.multiplyExact(3, width * height)];
        for (int i = 0, to = 0; i < width * height; i++, to += 3) {
            rgb[to] = toByte(planes[0][i]);
            rgb[to + 1] = toByte(planes[1][i]);
            rgb[to + 2] = toByte(planes[2][i]);
        }
        return rgb;
    }

    /** The one rounding of samples: half up to the nearest of 0..255, beyond the range to its end, NaN to 0. */
    public static byte toByte(float sample) {
        // the cast truncates towards 0, which is the floor because negative values end at 0 anyway; sample + 0.5f alone
        // would round 0.49999997 up
        double shifted = sample + 0.5;
        return (byte) Math.max(0, Math.min(255, (int) shifted));
    }

    @Override
    public String toString() {
        return "Image[" + width + " x " + height + (isGrey() ? ", grey" : "") + (alpha == null ? "" : ", alpha") + "]";
    }

    private float[] composed(float[] plane, float background) {
        float[] out = new float[plane.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = background + (plane[i] - background) * (alpha[i] / 255);
        }
        return out;
    }

    private float[] cropped(float[] plane, int x, int y, int cropWidth, int cropHeight) {
        if (cropWidth == width && cropHeight == height) {
            return plane;
        }
        float[] out = new float[cropWidth * cropHeight];
        for (int row = 0; row < cropHeight; row++) {
            System.arraycopy(plane, (y + row) * width + x, out, row * cropWidth, cropWidth);
        }
        return out;
    }

    private static boolean isOpaque(float[] alpha) {
        for (float a : alpha) {
            if (a < 255) {
                return false;
            }
        }
        return true;
    }

    private static void checkRange(String name, int from, int length, int extent) {
        if (from < 0 || length < 1 || from > extent - length) {
            throw new IllegalArgumentException(
                    name + " range [" + from + ", " + ((long) from + length) + ") must be within [0, " + extent + ")");
        }
    }

    private static void checkSize(int width, int height) {
        if (width < 1 || height < 1 || (long) width * height > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("size is " + width + " x " + height
                    + ", must be at least 1 x 1 and at most " + (Integer.MAX_VALUE - 8) + " pixels");
        }
    }

    private static void checkPlane(String name, float[] plane, int width, int height) {
        if (plane.length != width * height) {
            throw new IllegalArgumentException(
                    name + " has " + plane.length + " values, must have " + width + " x " + height);
        }
    }

    /** Equal size, samples and alpha. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Image that
                && width == that.width
                && height == that.height
                && isGrey() == that.isGrey()
                && Arrays.deepEquals(planes, that.planes)
                && Arrays.equals(alpha, that.alpha);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * (31 * width + height) + Arrays.deepHashCode(planes)) + Arrays.hashCode(alpha);
    }
}
