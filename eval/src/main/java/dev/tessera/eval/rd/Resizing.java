package dev.tessera.eval.rd;

import java.util.function.DoubleUnaryOperator;

/**
 * Separable resizing of pictures in doubles, rounded once at the end. Kernels are widened when a picture shrinks, and
 * normalised at the borders, which repeat nothing.
 */
enum Resizing {
    /** Lanczos windowed sinc of 3 lobes. */
    LANCZOS(3, Resizing::lanczos3),
    /** Keys' cubic with a = -0.5. */
    CUBIC(2, Resizing::keys);

    private final double radius;
    private final DoubleUnaryOperator kernel;

    Resizing(double radius, DoubleUnaryOperator kernel) {
        this.radius = radius;
        this.kernel = kernel;
    }

    Rgb8 resize(Rgb8 picture, int width, int height) {
        if (width == picture.width() && height == picture.height()) {
            return picture;
        }
        double[] samples = new double[picture.pixels().length];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = picture.pixels()[i] & 0xFF;
        }
        // [height x width x 3]: along x with lines of one picture row, along y with whole rows as elements
        double[] wide = along(samples, picture.height(), picture.width(), width, 3);
        double[] out = along(wide, 1, picture.height(), height, 3 * width);
        byte[] bytes = new byte[out.length];
        for (int i = 0; i < out.length; i++) {
            bytes[i] = (byte) Math.clamp(Math.round(out[i]), 0, 255);
        }
        return new Rgb8(width, height, bytes);
    }

    /** {@code [lines x from x element]} to {@code [lines x to x element]}. */
    private double[] along(double[] in, int lines, int from, int to, int element) {
        double[] out = new double[lines * to * element];
        double ratio = (double) from / to;
        double stretch = Math.max(1, ratio);
        double[] weights = new double[(int) Math.ceil(2 * radius * stretch) + 2];
        for (int k = 0; k < to; k++) {
            double centre = (k + .5) * ratio - .5;
            int first = Math.max(0, (int) Math.ceil(centre - radius * stretch));
            int last = Math.min(from - 1, (int) Math.floor(centre + radius * stretch));
            double sum = 0;
            for (int j = first; j <= last; j++) {
                weights[j - first] = kernel.applyAsDouble((j - centre) / stretch);
                sum += weights[j - first];
            }
            for (int line = 0; line < lines; line++) {
                for (int j = first; j <= last; j++) {
                    double weight = weights[j - first] / sum;
                    int source = (line * from + j) * element;
                    int target = (line * to + k) * element;
                    for (int e = 0; e < element; e++) {
                        out[target + e] += weight * in[source + e];
                    }
                }
            }
        }
        return out;
    }

    private static double lanczos3(double x) {
        if (x == 0) {
            return 1;
        }
        double t = Math.PI * x;
        return Math.abs(x) >= 3 ? 0 : 3 * StrictMath.sin(t) * StrictMath.sin(t / 3) / (t * t);
    }

    private static double keys(double x) {
        double t = Math.abs(x);
        if (t < 1) {
            return (1.5 * t - 2.5) * t * t + 1;
        }
        return t < 2 ? ((-.5 * t + 2.5) * t - 4) * t + 2 : 0;
    }
}
