package dev.tessera.audio;

/** The modified Bessel function behind Kaiser windows (Kaiser and Schafer 1980). */
final class Kaiser {
    private Kaiser() {}

    /** I0(x) by its power series, to the last digit for the x of windows (below 40). */
    static double besselI0(double x) {
        double quarter = x * x / 4;
        double term = 1;
        double sum = 1;
        for (int k = 1; term > sum * 1e-17; k++) {
            term *= quarter / ((double) k * k);
            sum += term;
        }
        return sum;
    }
}
