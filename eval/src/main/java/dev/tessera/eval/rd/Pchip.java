package dev.tessera.eval.rd;

/**
 * Piecewise cubic Hermite interpolation that keeps monotone data monotone (Fritsch and Carlson 1980; slopes by the weighted
 * harmonic mean of Fritsch and Butland 1984, one-sided three-point slopes at the ends, as in SciPy and MATLAB).
 */
final class Pchip {
    private final double[] x;
    private final double[] y;
    private final double[] slopes;

    /**
     * @param x knots, strictly increasing, at least 2
     * @param y values at the knots
     */
    Pchip(double[] x, double[] y) {
        if (x.length < 2 || x.length != y.length) {
            throw new IllegalArgumentException(
                    "there are " + x.length + " knots and " + y.length + " values, must be equally many, at least 2");
        }
        for (int i = 1; i < x.length; i++) {
            if (!(x[i] > x[i - 1])) {
                throw new IllegalArgumentException(
                        "knot " + i + " is " + x[i] + ", must be above the one before it, " + x[i - 1]);
            }
        }
        this.x = x.clone();
        this.y = y.clone();
        this.slopes = slopes(this.x, this.y);
    }

    double first() {
        return x[0];
    }

    double last() {
        return x[x.length - 1];
    }

    /** Value at {@code t}, which must lie between the first and the last knot. */
    double at(double t) {
        int i = piece(t);
        double h = x[i + 1] - x[i];
        double[] c = cubic(i);
        double s = (t - x[i]) / h;
        return ((c[3] * s + c[2]) * s + c[1]) * s + c[0];
    }

    /** Exact integral from {@code from} to {@code to}, both between the first and the last knot. */
    double integral(double from, double to) {
        return antiderivative(to) - antiderivative(from);
    }

    private double antiderivative(double t) {
        int at = piece(t);
        double sum = 0;
        for (int i = 0; i < at; i++) {
            sum += area(i, 1);
        }
        return sum + area(at, (t - x[at]) / (x[at + 1] - x[at]));
    }

    private double area(int i, double s) {
        double[] c = cubic(i);
        return (x[i + 1] - x[i]) * ((((c[3] / 4 * s + c[2] / 3) * s + c[1] / 2) * s + c[0]) * s);
    }

    /** Coefficients of piece {@code i} over s in [0, 1], constant first. */
    private double[] cubic(int i) {
        double h = x[i + 1] - x[i];
        double a = h * slopes[i];
        double b = h * slopes[i + 1];
        double d = y[i + 1] - y[i];
        return new double[] {y[i], a, 3 * d - 2 * a - b, a + b - 2 * d};
    }

    private int piece(double t) {
        if (!(t >= first() && t <= last())) {
            throw new IllegalArgumentException(t + " is outside [" + first() + ", " + last() + "]");
        }
        int i = 0;
        while (i < x.length - 2 && t > x[i + 1]) {
            i++;
        }
        return i;
    }

    private static double[] slopes(double[] x, double[] y) {
        int n = x.length;
        double[] h = new double[n - 1];
        double[] d = new double[n - 1];
        for (int i = 0; i < n - 1; i++) {
            h[i] = x[i + 1] - x[i];
            d[i] = (y[i + 1] - y[i]) / h[i];
        }
        if (n == 2) {
            return new double[] {d[0], d[0]};
        }
        double[] slopes = new double[n];
        for (int i = 1; i < n - 1; i++) {
            if (d[i - 1] * d[i] > 0) {
                double w1 = 2 * h[i] + h[i - 1];
                double w2 = h[i] + 2 * h[i - 1];
                slopes[i] = (w1 + w2) / (w1 / d[i - 1] + w2 / d[i]);
            }
        }
        slopes[0] = endSlope(h[0], h[1], d[0], d[1]);
        slopes[n - 1] = endSlope(h[n - 2], h[n - 3], d[n - 2], d[n - 3]);
        return slopes;
    }

    private static double endSlope(double h0, double h1, double d0, double d1) {
        double slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1);
        if (Math.signum(slope) != Math.signum(d0)) {
            return 0;
        }
        boolean turns = Math.signum(d0) != Math.signum(d1);
        return turns && Math.abs(slope) > 3 * Math.abs(d0) ? 3 * d0 : slope;
    }
}
