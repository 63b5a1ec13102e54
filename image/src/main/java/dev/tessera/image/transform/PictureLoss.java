package dev.tessera.image.transform;

import dev.tessera.image.Image;

/** How far a decoded picture is from its original, in the measure that the encoder is tuned for. */
final class PictureLoss {
    private static final double QUALITY_OF_OCTAVE = 2; // dB for twice the bytes, usual from 0.02 to 0.2 bpp

    private final Image image;
    private final VisualQuality quality; // null when squared errors count

    PictureLoss(Image image, Tuning tuning) {
        this.image = image;
        this.quality = tuning == Tuning.MS_SSIM ? new VisualQuality(image) : null;
    }

    /** Squared error, a mean over the channels, summed over the pixels; or the negative quality. */
    double of(Image decoded) {
        return quality == null ? squaredError(image, decoded) : -quality.of(decoded);
    }

    /** What the length of a file is worth, in units of {@link #of}. */
    static double price(Tuning tuning, Settings settings, long bytes) {
        if (tuning == Tuning.MS_SSIM) {
            return QUALITY_OF_OCTAVE * StrictMath.log(bytes) / StrictMath.log(2);
        }
        double step = BlockDecoder.stepSize(settings.step(), 1) / (double) (1 << SamplePlane.UNIT_BITS);
        double pixels = 1 << 2 * settings.scale(); // of the picture in a sample
        return tuning.lambda * step * step * pixels * 8 * bytes;
    }

    static double squaredError(Image a, Image b) {
        int channels = a.isGrey() ? 1 : 3;
        double sum = 0;
        for (int c = 0; c < channels; c++) {
            float[] x = a.plane(c);
            float[] y = b.plane(c);
            for (int i = 0; i < x.length; i++) {
                double e = x[i] - y[i];
                sum += e * e;
            }
        }
        return sum / channels;
    }
}
