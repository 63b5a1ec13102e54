package dev.tessera.eval;

/**
 * The two means of the structural similarity of two planes (Wang et al. 2004, equations 6, 9 and 13).
 *
 * @param meanSsim mean of luminance times contrast-structure
 * @param meanContrastStructure mean of contrast-structure alone
 */
record StructuralSimilarity(double meanSsim, double meanContrastStructure) {
    private static final double C1 = .01 * 255 * (.01 * 255);
    private static final double C2 = .03 * 255 * (.03 * 255);
    private static final double[] WINDOW = gaussian(11, 1.5);

    static StructuralSimilarity of(Plane a, Plane b) {
        Plane meanA = a.blurred(WINDOW);
        Plane meanB = b.blurred(WINDOW);
        Plane squareA = a.times(a).blurred(WINDOW);
        Plane squareB = b.times(b).blurred(WINDOW);
        Plane cross = a.times(b).blurred(WINDOW);
        int n = meanA.values().length;
        double ssim = 0;
        double contrastStructure = 0;
        for (int i = 0; i < n; i++) {
            double ma = meanA.values()[i];
            double mb = meanB.values()[i];
            double luminance = (2 * ma * mb + C1) / (ma * ma + mb * mb + C1);
            double cs = (2 * (cross.values()[i] - ma * mb) + C2)
                    / (squareA.values()[i] - ma * ma + squareB.values()[i] - mb * mb + C2);
            ssim += luminance * cs;
            contrastStructure += cs;
        }
        return new StructuralSimilarity(ssim / n, contrastStructure / n);
    }

    private static double[] gaussian(int size, double sigma) {
        double[] window = new double[size];
        double sum = 0;
        for (int i = 0; i < size; i++) {
            double d = i - (size - 1) / 2.0;
            window[i] = Math.exp(-d * d / (2 * sigma * sigma));
            sum += window[i];
        }
        for (int i = 0; i < size; i++) {
            window[i] /= sum;
        }
        return window;
    }
}
