package dev.tessera.image.transform;

import dev.tessera.image.Image;
import java.util.ArrayList;
import java.util.List;

/**
 * How much of the structure of a picture is kept, for choices of an encoder: MS-SSIM (Wang et al. 2003) on luma with square
 * windows in place of Gaussian ones, which running sums make cheap. No measure to report.
 */
public final class VisualQuality {
    private static final double[] SCALE_WEIGHTS = {.0448, .2856, .3001, .2363, .1333};
    private static final double C1 = 2.55 * 2.55;
    private static final double C2 = 7.65 * 7.65;
    private static final int RADIUS = 2; // the spread of a Gaussian of sigma 1.5
    private static final int MIN_SIDE = 2 * RADIUS + 1;

    /** A plane at one scale with the sums over its windows. */
    private record Level(int width, int height, double[] values, double[] sums, double[] squares) {
        static Level of(int width, int height, double[] values) {
            return new Level(
                    width,
                    height,
                    values,
                    boxed(values, width, height),
                    boxed(products(values, values), width, height));
        }

        Level half() {
            int w = width / 2;
            double[] out = new double[w * (height / 2)];
            for (int y = 0; y < height / 2; y++) {
                for (int x = 0; x < w; x++) {
                    int i = 2 * y * width + 2 * x;
                    out[y * w + x] = (values[i] + values[i + 1] + values[i + width] + values[i + width + 1]) / 4;
                }
            }
            return of(w, height / 2, out);
        }

        boolean halves() {
            return Math.min(width, height) / 2 >= MIN_SIDE;
        }
    }

    private final List<Level> original;

    public VisualQuality(Image image) {
        this.original = levels(image);
    }

    /** In dB, -10 log10(1 - similarity): higher is better, the same picture is far above all others. */
    public double of(Image decoded) {
        List<Level> levels = levels(decoded);
        double product = 1;
        for (int i = 0; i < levels.size(); i++) {
            Level a = original.get(i);
            Level b = levels.get(i);
            boolean last = i == levels.size() - 1;
            product *= StrictMath.pow(Math.max(1e-3, similarity(a, b, last)), SCALE_WEIGHTS[i]);
        }
        return -10 * StrictMath.log10(1 - product + 1e-9);
    }

    private static double similarity(Level a, Level b, boolean withMeans) {
        double[] both = boxed(products(a.values, b.values), a.width, a.height);
        double n = MIN_SIDE * MIN_SIDE;
        double sum = 0;
        for (int i = 0; i < both.length; i++) {
            double ma = a.sums[i] / n;
            double mb = b.sums[i] / n;
            double va = a.squares[i] / n - ma * ma;
            double vb = b.squares[i] / n - mb * mb;
            double cov = both[i] / n - ma * mb;
            double value = (2 * cov + C2) / (va + vb + C2);
            sum += withMeans ? value * (2 * ma * mb + C1) / (ma * ma + mb * mb + C1) : value;
        }
        return sum / both.length;
    }

    private static List<Level> levels(Image image) {
        int count = image.width() * image.height();
        double[] luma = new double[count];
        for (int i = 0; i < count; i++) {
            luma[i] = image.isGrey()
                    ? image.plane(0)[i]
                    : .299 * image.plane(0)[i] + .587 * image.plane(1)[i] + .114 * image.plane(2)[i];
        }
        List<Level> levels = new ArrayList<>();
        Level level = Level.of(image.width(), image.height(), luma);
        levels.add(level);
        while (levels.size() < SCALE_WEIGHTS.length && level.halves()) {
            level = level.half();
            levels.add(level);
        }
        return levels;
    }

    private static double[] products(double[] a, double[] b) {
        double[] out = new double[a.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = a[i] * b[i];
        }
        return out;
    }

    /** Sums over the windows that lie inside; one window for a plane that is smaller. */
    private static double[] boxed(double[] in, int w, int h) {
        int ow = Math.max(1, w - 2 * RADIUS);
        int oh = Math.max(1, h - 2 * RADIUS);
        double[] rows = new double[ow * h];
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < ow; x++) {
                double sum = 0;
                for (int j = x; j < Math.min(w, x + MIN_SIDE); j++) {
                    sum += in[y * w + j];
                }
                rows[y * ow + x] = sum;
            }
        }
        double[] out = new double[ow * oh];
        for (int y = 0; y < oh; y++) {
            for (int j = y; j < Math.min(h, y + MIN_SIDE); j++) {
                for (int x = 0; x < ow; x++) {
                    out[y * ow + x] += rows[j * ow + x];
                }
            }
        }
        return out;
    }
}
