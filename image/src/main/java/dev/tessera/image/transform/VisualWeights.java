package dev.tessera.image.transform;

/**
 * How much squared errors of luma count where, so that their sum stands for MS-SSIM (Wang et al. 2003): there an error is
 * divided by the variance around it, at each of five scales. For encoders only.
 */
final class VisualWeights {
    /** Side of the squares that have a weight. */
    static final int CELL = BlockDecoder.MIN_BLOCK;

    private static final double[] SCALE_WEIGHTS = {.0448, .2856, .3001, .2363, .1333};
    private static final double C2 = 7.65 * 7.65;
    private static final int RADIUS = 2; // of the windows of variance
    private static final double MOST = 6; // times the mean, or so much below it

    private final int width; // in cells
    private final double[] weights;

    /**
     * @param scale the plane is at 1 / 2^scale of the size of the picture
     * @param exponent of the weights; 0 for weights of 1
     */
    VisualWeights(SamplePlane luma, int scale, double exponent) {
        this.width = luma.width / CELL;
        int height = luma.height / CELL;
        this.weights = new double[width * height];
        double[] plane = new double[luma.samples.length];
        for (int i = 0; i < plane.length; i++) {
            plane[i] = luma.samples[i] / (double) (1 << SamplePlane.UNIT_BITS);
        }
        int w = luma.width;
        int h = luma.height;
        for (int s = scale; s < SCALE_WEIGHTS.length; s++) {
            add(sensitivity(plane, w, h), w, h, s - scale, SCALE_WEIGHTS[s]);
            if (s + 1 < SCALE_WEIGHTS.length) {
                plane = halved(plane, w, h);
                w /= 2;
                h /= 2;
            }
        }
        double logs = 0;
        for (double weight : weights) {
            logs += StrictMath.log(weight);
        }
        double mean = StrictMath.exp(logs / weights.length);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.clamp(StrictMath.pow(weights[i] / mean, exponent), 1 / MOST, MOST);
        }
    }

    /** The weight of a block at sample (x, y) of luma. */
    double of(int x, int y, int size) {
        double sum = 0;
        int cells = size / CELL;
        for (int cy = y / CELL; cy < y / CELL + cells; cy++) {
            for (int cx = x / CELL; cx < x / CELL + cells; cx++) {
                sum += weights[cy * width + cx];
            }
        }
        return sum / (cells * cells);
    }

    private void add(double[] sensitivity, int w, int h, int down, double weight) {
        int side = Math.max(1, CELL >> down);
        for (int cy = 0; cy < weights.length / width; cy++) {
            for (int cx = 0; cx < width; cx++) {
                int x0 = Math.min(w - side, cx * CELL >> down);
                int y0 = Math.min(h - side, cy * CELL >> down);
                double sum = 0;
                for (int y = y0; y < y0 + side; y++) {
                    for (int x = x0; x < x0 + side; x++) {
                        sum += sensitivity[y * w + x];
                    }
                }
                weights[cy * width + cx] += weight * sum / (side * side);
            }
        }
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
