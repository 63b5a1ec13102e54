package dev.tessera.codebook;

/**
 * Conversion between sRGB and OKLab (Ottosson 2020, "A perceptual color space for image processing"), in which Euclidean
 * distance is close to how different two colours look. Lightness L is 0 for black and 1 for white; a (green to red) and b
 * (blue to yellow) are 0 for greys and within about 0.4 of it for colours of sRGB.
 *
 * <p>Doubles and {@code StrictMath}, rounded to float at the end: the same bits on every machine.
 */
public final class OkLab {
    private static final double[] LINEAR = new double[256]; // of the byte values

    static {
        for (int i = 0; i < LINEAR.length; i++) {
            LINEAR[i] = linear(i / 255.0);
        }
    }

    private OkLab() {}

    /**
     * OKLab of sRGB colours.
     *
     * @param srgb dim 3: red, green, blue in {@code [0, 255]}, gamma-coded; need not be whole numbers
     * @return L, a, b on the same grid
     * @throws IllegalArgumentException when dim is not 3 or a value is out of range
     */
    public static Latents fromSrgb(Latents srgb) {
        checkDim(srgb);
        float[] x = srgb.data();
        float[] out = new float[x.length];
        for (int i = 0; i < x.length; i += 3) {
            fromLinear(linearOf(x, i), linearOf(x, i + 1), linearOf(x, i + 2), out, i);
        }
        return Latents.of(srgb.shape(), 3, out);
    }

    /**
     * sRGB of OKLab colours; what lies outside of sRGB is clipped in each channel.
     *
     * @param lab dim 3: L, a, b
     * @return red, green, blue in {@code [0, 255]}, not rounded, on the same grid
     */
    public static Latents toSrgb(Latents lab) {
        checkDim(lab);
        float[] x = lab.data();
        float[] out = new float[x.length];
        for (int i = 0; i < x.length; i += 3) {
            double l = cube(x[i] + 0.3963377774 * x[i + 1] + 0.2158037573 * x[i + 2]);
            double m = cube(x[i] - 0.1055613458 * x[i + 1] - 0.0638541728 * x[i + 2]);
            double s = cube(x[i] - 0.0894841775 * x[i + 1] - 1.2914855480 * x[i + 2]);
            out[i] = coded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
            out[i + 1] = coded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
            out[i + 2] = coded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
        }
        return Latents.of(lab.shape(), 3, out);
    }

    private static void checkDim(Latents colours) {
        if (colours.dim() != 3) {
            throw new IllegalArgumentException("colours have dim " + colours.dim() + ", must be 3");
        }
    }

    private static void fromLinear(double red, double green, double blue, float[] out, int at) {
        double l = StrictMath.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
        double m = StrictMath.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
        double s = StrictMath.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
        out[at] = (float) (0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s);
        out[at + 1] = (float) (1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s);
        out[at + 2] = (float) (0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s);
    }

    private static double linearOf(float[] x, int i) {
        float value = x[i];
        if (!(value >= 0 && value <= 255)) {
            throw new IllegalArgumentException(
                    "colour " + i / 3 + " has the value " + value + " in channel " + i % 3 + ", must be in [0, 255]");
        }
        return value == (int) value ? LINEAR[(int) value] : linear(value / 255.0);
    }

    /** IEC 61966-2-1. */
    private static double linear(double coded) {
        return coded <= 0.04045 ? coded / 12.92 : StrictMath.pow((coded + 0.055) / 1.055, 2.4);
    }

    private static float coded(double linear) {
        double coded = linear <= 0.0031308 ? 12.92 * linear : 1.055 * StrictMath.pow(linear, 1 / 2.4) - 0.055;
        return (float) (255 * Math.clamp(coded, 0.0, 1.0));
    }

    private static double cube(double x) {
        return x * x * x;
    }
}
