package dev.tessera.image.transform;

import java.util.Arrays;

/**
 * How much squared errors of the coefficients of luma count where, so that their sum stands for MS-SSIM (Wang et al. 2003): there
 * an error is divided by the variance around it, at each of five scales, and each scale sees frequencies of its own. For encoders only.
 */
final class VisualWeights {
    /** Side of the squares that have weights. */
    static final int CELL = BlockDecoder.MIN_BLOCK;

    static final int MS_SSIM_SCALES = 5;

    private static final double[] SCALE_WEIGHTS = {.0448, .2856, .3001, .2363, .1333};
    private static final double C2 = 7.65 * 7.65;
    private static final int RADIUS = 2; // of the windows of variance
    private static final double MOST = 6; // times the mean, or so much below it

    private final int width; // in cells
    private final int scale;
    private final double[][]
            cells; // for each scale of MS-SSIM: how sensitive it is there, around 1; none for equal weights
    private final double[] means = new double[MS_SSIM_SCALES]; // weights of the scales where the picture is as usual

    /**
     * @param scale the plane is at 1 / 2^scale of the size of the picture
     * @param contrast exponent of the sensitivity of places, 0 for weights of 1 everywhere
     */
    VisualWeights(SamplePlane luma, int scale, double contrast) {
        this.width = luma.width / CELL;
        this.scale = scale;
        if (contrast == 0) {
            this.cells = new double[0][];
            return;
        }
        this.cells = new double[MS_SSIM_SCALES][];
        double[] plane = new double[luma.samples.length];
        for (int i = 0; i < plane.length; i++) {
            plane[i] = luma.samples[i] / (double) (1 << SamplePlane.UNIT_BITS);
        }
        int w = luma.width;
        int h = luma.height;
        double sum = 0;
        for (int s = scale; s < MS_SSIM_SCALES; s++) {
            cells[s] = means(sensitivity(plane, w, h), w, h, s - scale, luma.height / CELL);
            means[s] = SCALE_WEIGHTS[s] * normalize(cells[s], contrast);
            sum += means[s];
            if (s + 1 < MS_SSIM_SCALES) {
                plane = halved(plane, w, h);
                w /= 2;
                h /= 2;
            }
        }
        for (int s = 0; s < MS_SSIM_SCALES; s++) {
            means[s] /= sum;
        }
    }

    /** Divides by the geometric mean, which is returned, and takes the power. */
    private static double normalize(double[] values, double exponent) {
        double logs = 0;
        for (double value : values) {
            logs += StrictMath.log(value);
        }
        double mean = StrictMath.exp(logs / values.length);
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.clamp(StrictMath.pow(values[i] / mean, exponent), 1 / MOST, MOST);
        }
        return mean;
    }

    /** The weights of the coefficients of a block at sample (x, y) of luma, {@code [size x size]}. */
    void of(int x, int y, int size, double[] out) {
        if (cells.length == 0) {
            Arrays.fill(out, 0, size * size, 1);
            return;
        }
        Arrays.fill(out, 0, size * size, 0);
        double[][] response = ScaleResponse.of(scale, size);
        for (int s = scale; s < MS_SSIM_SCALES; s++) {
            double weight = means[s] * mean(cells[s], x, y, size);
            for (int i = 0; i < size * size; i++) {
                out[i] += weight * response[s][i];
            }
        }
    }

    private double mean(double[] values, int x, int y, int size) {
        double sum = 0;
        int side = size / CELL;
        for (int cy = y / CELL; cy < y / CELL + side; cy++) {
            for (int cx = x / CELL; cx < x / CELL + side; cx++) {
                sum += values[cy * width + cx];
            }
        }
        return sum / (side * side);
    }

    /** The mean of each cell of a plane that was halved {@code down} times. */
    private double[] means(double[] sensitivity, int w, int h, int down, int height) {
        double[] out = new double[width * height];
        int side = Math.max(1, CELL >> down);
        for (int cy = 0; cy < height; cy++) {
            for (int cx = 0; cx < width; cx++) {
                int x0 = Math.min(w - side, cx * CELL >> down);
                int y0 = Math.min(h - side, cy * CELL >> down);
                double sum = 0;
                for (int y = y0; y < y0 + side; y++) {
                    for (int x = x0; x < x0 + side; x++) {
                        sum += sensitivity[y * w + x];
                    }
                }
                out[cy * width + cx] = sum / (side * side);
            }
        }
        return out;
    }

    /** 1 / (2 variance + C2) around each sample. */
    private static double[] sensitivity(double[] plane, int w, int h) {
        double[] sums = new double[(w + 1) * (h + 1)];
        double[] squares = new double[sums.length];
        for (int y = 0; y < h; y++) {
            double sum = 0;
            double square = 0;
            for (int x = 0; x < w; x++) {
                double v = plane[y * w + x];
                sum += v;
                square += v * v;
                sums[(y + 1) * (w + 1) + x + 1] = sums[y * (w + 1) + x + 1] + sum;
                squares[(y + 1) * (w + 1) + x + 1] = squares[y * (w + 1) + x + 1] + square;
            }
        }
        double[] out = new double[w * h];
        for (int y = 0; y < h; y++) {
            int top = Math.max(0, y - RADIUS) * (w + 1);
            int bottom = Math.min(h, y + RADIUS + 1) * (w + 1);
            for (int x = 0; x < w; x++) {
                int left = Math.max(0, x - RADIUS);
                int right = Math.min(w, x + RADIUS + 1);
                double n = (right - left) * ((bottom - top) / (double) (w + 1));
                double m = (sums[bottom + right] - sums[bottom + left] - sums[top + right] + sums[top + left]) / n;
                double q =
                        (squares[bottom + right] - squares[bottom + left] - squares[top + right] + squares[top + left])
                                / n;
                out[y * w + x] = 1 / (2 * Math.max(0, q - m * m) + C2);
            }
        }
        return out;
    }

    private static double[] halved(double[] in, int w, int h) {
        double[] out = new double[w / 2 * (h / 2)];
        for (int y = 0; y < h / 2; y++) {
            for (int x = 0; x < w / 2; x++) {
                int i = 2 * y * w + 2 * x;
                out[y * (w / 2) + x] = (in[i] + in[i + 1] + in[i + w] + in[i + w + 1]) / 4;
            }
        }
        return out;
    }
}
