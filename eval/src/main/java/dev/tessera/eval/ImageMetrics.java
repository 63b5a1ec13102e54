package dev.tessera.eval;

/**
 * How near an 8-bit RGB picture is to its original.
 *
 * @param psnr 10 log10(255^2 / MSE over all pixels and channels), dB; infinite for equal pictures, which JSON carries as null
 * @param ssim Wang et al. 2004 on luma (.299 .587 .114), 11x11 Gaussian of sigma 1.5, valid area; null when a side is
 *     under 11 pixels
 * @param msSsim Wang et al. 2003, 5 scales with 2x2 means between them, luminance term at the last scale only; null when a
 *     side is under 176 pixels
 * @param gmsd Xue et al. 2014 on luma after a 2x2 mean, Prewitt / 3, c = 170; lower is better, 0 for equal pictures
 */
public record ImageMetrics(double psnr, Double ssim, Double msSsim, double gmsd) {
    private static final double[] SCALE_WEIGHTS = {.0448, .2856, .3001, .2363, .1333};
    private static final int MIN_SSIM_SIDE = 11;
    private static final int MIN_MS_SSIM_SIDE = 176;

    /**
     * Compares two pictures, {@code [height * width * 3]} interleaved RGB bytes each.
     *
     * @throws IllegalArgumentException when an array does not fit the size
     */
    public static ImageMetrics of(byte[] reference, byte[] distorted, int width, int height) {
        long expected = 3L * width * height;
        if (width < 1 || height < 1 || reference.length != expected || distorted.length != expected) {
            throw new IllegalArgumentException("pictures have " + reference.length + " and " + distorted.length
                    + " bytes, must have 3 x " + width + " x " + height);
        }
        Plane a = luma(reference, width, height);
        Plane b = luma(distorted, width, height);
        int side = Math.min(width, height);
        return new ImageMetrics(
                psnr(reference, distorted),
                side < MIN_SSIM_SIDE ? null : StructuralSimilarity.of(a, b).meanSsim(),
                side < MIN_MS_SSIM_SIDE ? null : msSsim(a, b),
                gmsd(a, b));
    }

    private static double psnr(byte[] a, byte[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            int e = (a[i] & 0xFF) - (b[i] & 0xFF);
            sum += e * e;
        }
        return 10 * Math.log10(255.0 * 255.0 / (sum / a.length));
    }

    private static Plane luma(byte[] rgb, int width, int height) {
        Plane luma = new Plane(width, height);
        for (int i = 0; i < width * height; i++) {
            luma.values()[i] =
                    .299 * (rgb[3 * i] & 0xFF) + .587 * (rgb[3 * i + 1] & 0xFF) + .114 * (rgb[3 * i + 2] & 0xFF);
        }
        return luma;
    }

    private static double msSsim(Plane reference, Plane distorted) {
        Plane a = reference;
        Plane b = distorted;
        double product = 1;
        for (int s = 0; s < SCALE_WEIGHTS.length; s++) {
            StructuralSimilarity similarity = StructuralSimilarity.of(a, b);
            double mean = s == SCALE_WEIGHTS.length - 1 ? similarity.meanSsim() : similarity.meanContrastStructure();
            product *= Math.pow(Math.max(mean, 1e-6), SCALE_WEIGHTS[s]);
            a = a.halved();
            b = b.halved();
        }
        return product;
    }

    private static double gmsd(Plane reference, Plane distorted) {
        Plane a = reference.halved().gradient();
        Plane b = distorted.halved().gradient();
        int n = a.values().length;
        double sum = 0;
        double[] quality = new double[n];
        for (int i = 0; i < n; i++) {
            double x = a.values()[i];
            double y = b.values()[i];
            quality[i] = (2 * x * y + 170) / (x * x + y * y + 170);
            sum += quality[i];
        }
        double mean = sum / n;
        double variance = 0;
        for (double q : quality) {
            variance += (q - mean) * (q - mean);
        }
        return n == 0 ? 0 : Math.sqrt(variance / n);
    }
}
