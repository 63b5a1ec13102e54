package dev.tessera.image.transform;

import dev.tessera.codecs.RangeEncoder;
import dev.tessera.image.Image;

/** Codes one picture at any scale, step and weight of a bit, and says what that did to it. */
final class PictureCoding {
    private final Image image;
    private final Image alpha; // as a grey picture, or null
    private final TransformPrior prior;
    private final SamplePlane[][] colours = new SamplePlane[Settings.SCALES][];
    private final SamplePlane[][] alphas = new SamplePlane[Settings.SCALES][];

    PictureCoding(Image image, TransformPrior prior) {
        this.image = image;
        this.alpha = image.alpha() == null
                ? null
                : Image.ofGrey(image.width(), image.height(), image.alpha().clone());
        this.prior = prior;
    }

    /**
     * The coded blocks of a picture.
     *
     * @param settings without edge filter; its strength changes no length
     * @param price of a bit, 1 for the one that goes with the step
     * @param transparency null without alpha
     */
    record Attempt(Settings settings, double price, byte[] payload, BlockEncoder colour, BlockEncoder transparency) {
        /** Whether there is no finer one. */
        boolean finest() {
            return settings.step() == 0 && price == 1;
        }
    }

    /**
     * A coded picture.
     *
     * @param settings with the best strength of the edge filter
     * @param squaredError of colours and alpha, a mean over the channels, summed over the pixels
     */
    record Result(Settings settings, byte[] payload, boolean finest, double squaredError) {
        /** Error and bits together at the step's own price of a bit. */
        double score() {
            double step = BlockDecoder.stepSize(settings.step(), 1) / (double) (1 << SamplePlane.UNIT_BITS);
            double pixels = 1 << 2 * settings.scale(); // of the picture in a sample
            return squaredError + BlockEncoder.LAMBDA * step * step * pixels * 8 * payload.length;
        }
    }

    long pixels() {
        return (long) image.width() * image.height();
    }

    /** @param price multiplies the weight of a bit; above 1 the file is smaller */
    Attempt code(int scale, int step, double price) {
        if (colours[scale] == null) {
            colours[scale] = PicturePlanes.of(image, scale);
            alphas[scale] = alpha == null ? null : PicturePlanes.of(alpha, scale);
        }
        RangeEncoder out = new RangeEncoder();
        BitCoder.Writer writer = new BitCoder.Writer(out);
        TransformPrior models = prior.copy();
        BlockEncoder colour = new BlockEncoder(colours[scale], step, models, price);
        colour.encode(writer);
        BlockEncoder transparency = alpha == null ? null : new BlockEncoder(alphas[scale], step, models, price);
        if (transparency != null) {
            transparency.encode(writer);
        }
        return new Attempt(
                new Settings(image.isGrey(), alpha != null, scale, 0, step), price, out.finish(), colour, transparency);
    }

    /** The attempt with the edge filter that is best for it. */
    Result finished(Attempt attempt) {
        Settings best = null;
        double least = Double.POSITIVE_INFINITY;
        for (int edges = 0; edges < EdgeFilter.STRENGTHS; edges++) {
            Settings settings = attempt.settings().withEdges(edges);
            double error = squaredError(image, attempt.colour().picture(settings, image.width(), image.height()));
            if (attempt.transparency() != null) {
                error += squaredError(alpha, attempt.transparency().picture(settings, image.width(), image.height()));
            }
            if (error < least) {
                least = error;
                best = settings;
            }
        }
        return new Result(best, attempt.payload(), attempt.finest(), least);
    }

    private static double squaredError(Image a, Image b) {
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
