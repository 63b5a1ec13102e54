package dev.tessera.eval.rd;

import java.util.function.DoubleUnaryOperator;

/** Metrics of pictures and the scale on which curves of them are compared: higher is better, steps are about even. */
enum PictureMetric {
    PSNR("psnr", "psnr", "PSNR, dB", v -> v),
    MS_SSIM("ms_ssim", "ms-ssim", "MS-SSIM, -10 log10(1 - v), dB", v -> -10 * Math.log10(1 - v)),
    SSIM("ssim", "ssim", "SSIM, -10 log10(1 - v), dB", v -> -10 * Math.log10(1 - v)),
    GMSD("gmsd", "gmsd", "GMSD, -20 log10(v), dB", v -> -20 * Math.log10(v));

    /** Its name among the values of a trial. */
    final String key;

    /** Its name in CompressAI's result files. */
    final String curveKey;

    final String label;
    private final DoubleUnaryOperator quality;

    PictureMetric(String key, String curveKey, String label, DoubleUnaryOperator quality) {
        this.key = key;
        this.curveKey = curveKey;
        this.label = label;
        this.quality = quality;
    }

    double quality(double value) {
        return quality.applyAsDouble(value);
    }
}
