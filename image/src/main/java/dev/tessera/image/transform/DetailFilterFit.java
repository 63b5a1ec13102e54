package dev.tessera.image.transform;

/** Learns a {@link DetailFilter} by least squares, a ridge keeping rare classes near the neutral filter. */
final class DetailFilterFit {
    private static final int TAPS = DetailFilter.TAPS;
    private static final int CENTRE = 21; // its tap takes what the others leave, so that flat stays flat
    private static final int UNKNOWNS = TAPS - 1;
    private static final double RIDGE =
            200 * 256; // squared 1/16 levels, as if so much of each difference had been seen
    private static final double RELATIVE_RIDGE = 1e-4;

    private final double[][] normal; // [row][unknown x unknown], null for classes not seen
    private final double[][] right;

    DetailFilterFit() {
        int rows = DetailFilter.size() / TAPS;
        this.normal = new double[rows][];
        this.right = new double[rows][];
    }

    /**
     * Adds a decoded plane of {@code [height x width]} samples and its original.
     *
     * @param original of the size that {@code kind} makes of it
     */
    void add(
            LumaRefiner.Kind kind,
            int[] decoded,
            int stride,
            int width,
            int height,
            int step,
            int[] original,
            int originalStride) {
        int[] padded = DetailFilter.padded(decoded, stride, width, height);
        int w = width + 2 * DetailFilter.MARGIN;
        short[] classes = DetailFilter.classes(padded, width, height, BlockDecoder.stepSize(step, 1));
        int[][] offsets = DetailFilter.offsets(w);
        int phases = kind == LumaRefiner.Kind.FULL ? 1 : 4;
        int factor = kind == LumaRefiner.Kind.FULL ? 1 : 2;
        short[] base = DetailFilter.base(kind);
        double[] x = new double[UNKNOWNS];
        for (int py = 0; py < height; py++) {
            for (int px = py % 3; px < width; px += 3) { // a third is enough
                int c = classes[py * width + px];
                int at = (py + DetailFilter.MARGIN) * w + px + DetailFilter.MARGIN;
                for (int phase = 0; phase < phases; phase++) {
                    int[] o = offsets[DetailFilter.flips(c, phase)];
                    int row = DetailFilter.row(kind, step, DetailFilter.flipped(c, phase));
                    double target = original[(factor * py + (phase >> 1)) * originalStride + factor * px + (phase & 1)];
                    int centre = padded[at];
                    target -= centre;
                    for (int i = 0, k = 0; i < TAPS; i++) {
                        if (i != CENTRE) {
                            x[k] = padded[at + o[i]] - centre;
                            target -= base[i] * x[k] / (1 << DetailFilter.TAP_BITS);
                            k++;
                        }
                    }
                    add(row, x, target);
                }
            }
        }
    }

    private void add(int row, double[] x, double target) {
        if (normal[row] == null) {
            normal[row] = new double[UNKNOWNS * UNKNOWNS];
            right[row] = new double[UNKNOWNS];
        }
        double[] a = normal[row];
        double[] b = right[row];
        for (int i = 0; i < UNKNOWNS; i++) {
            double v = x[i];
            b[i] += v * target;
            int from = i * UNKNOWNS;
            for (int j = 0; j <= i; j++) {
                a[from + j] += v * x[j];
            }
        }
    }

    DetailFilter filter() {
        short[] taps = DetailFilter.neutral().taps();
        for (int row = 0; row < normal.length; row++) {
            if (normal[row] == null) {
                continue;
            }
            double[] change = solved(normal[row].clone(), right[row].clone());
            int sum = 0;
            for (int i = 0, k = 0; i < TAPS; i++) {
                if (i != CENTRE) {
                    long tap = taps[row * TAPS + i] + Math.round(change[k++] * (1 << DetailFilter.TAP_BITS));
                    taps[row * TAPS + i] = (short) Math.clamp(tap, -DetailFilter.MAX_TAP, DetailFilter.MAX_TAP);
                    sum += taps[row * TAPS + i];
                }
            }
            taps[row * TAPS + CENTRE] = (short) ((1 << DetailFilter.TAP_BITS) - sum);
        }
        return new DetailFilter(taps);
    }

    /** Cholesky, lower half. */
    private static double[] solved(double[] a, double[] b) {
        int n = b.length;
        double trace = 0;
        for (int i = 0; i < n; i++) {
            trace += a[i * n + i];
        }
        for (int i = 0; i < n; i++) {
            a[i * n + i] += RIDGE + RELATIVE_RIDGE * trace / n;
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = a[i * n + j];
                for (int k = 0; k < j; k++) {
                    sum -= a[i * n + k] * a[j * n + k];
                }
                a[i * n + j] = i == j ? Math.sqrt(sum) : sum / a[j * n + j];
            }
            double sum = b[i];
            for (int k = 0; k < i; k++) {
                sum -= a[i * n + k] * b[k];
            }
            b[i] = sum / a[i * n + i];
        }
        for (int i = n - 1; i >= 0; i--) {
            double sum = b[i];
            for (int k = i + 1; k < n; k++) {
                sum -= a[k * n + i] * b[k];
            }
            b[i] = sum / a[i * n + i];
        }
        return b;
    }
}
