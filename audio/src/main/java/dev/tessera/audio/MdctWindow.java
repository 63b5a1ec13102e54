package dev.tessera.audio;

/** Windows that satisfy the Princen-Bradley condition w[t]^2 + w[t + n]^2 = 1. */
public enum MdctWindow {
    /** w[t] = sin(pi (t + 1/2) / 2n): the best coding gain for tonal signals close to each other. */
    SINE {
        @Override
        double[] rise(int n) {
            double[] rise = new double[n];
            for (int t = 0; t < n; t++) {
                rise[t] = StrictMath.sin(StrictMath.PI * (t + 0.5) / (2 * n));
            }
            return rise;
        }
    },
    /** Kaiser-Bessel derived, alpha = 4 (as in AC-3 and AAC): better rejection far from a tone. */
    KAISER_BESSEL_DERIVED {
        @Override
        double[] rise(int n) {
            double[] rise = new double[n];
            double sum = 0;
            for (int t = 0; t <= n; t++) {
                sum += kaiser(2.0 * t / n - 1);
            }
            double partial = 0;
            for (int t = 0; t < n; t++) {
                partial += kaiser(2.0 * t / n - 1);
                rise[t] = StrictMath.sqrt(partial / sum);
            }
            return rise;
        }

        private double kaiser(double x) {
            return Kaiser.besselI0(4 * StrictMath.PI * StrictMath.sqrt(Math.max(0, 1 - x * x)));
        }
    };

    /** The rising half, {@code [n]}; the falling half is its mirror image. */
    abstract double[] rise(int n);
}
