package dev.tessera.image.transform;

import dev.tessera.codecs.RangeEncoder;
import dev.tessera.image.Image;

/** Codes one picture at any scale, step and weight of a bit, and says what that did to it. */
final class PictureCoding {
    private static final double QUALITY_OF_OCTAVE = 2; // dB for twice the bytes, usual from 0.02 to 0.2 bpp
    private static final int HEADER_BYTES = 12;

    private final Image image;
    private final Image alpha; // as a grey picture, or null
    private final TransformPrior prior;
    private final DetailFilter details;
    private final Tuning tuning;
    private final VisualQuality quality; // null when squared errors count
    private final SamplePlane[][] colours = new SamplePlane[Settings.SCALES][];
    private final SamplePlane[][] alphas = new SamplePlane[Settings.SCALES][];

    PictureCoding(Image image, TransformPrior prior, DetailFilter details, Tuning tuning) {
        this.image = image;
        this.alpha = image.alpha() == null
                ? null
                : Image.ofGrey(image.width(), image.height(), image.alpha().clone());
        this.prior = prior;
        this.details = details;
        this.tuning = tuning;
        this.quality = tuning == Tuning.MS_SSIM ? new VisualQuality(image) : null;
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
     * @param score lower is better; quality and length together
     */
    record Result(Settings settings, byte[] payload, boolean finest, double score) {}

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
        BlockEncoder colour = new BlockEncoder(colours[scale], step, models, price, tuning, scale);
        colour.encode(writer);
        BlockEncoder transparency =
                alpha == null ? null : new BlockEncoder(alphas[scale], step, models, price, Tuning.PSNR, scale);
        if (transparency != null) {
            transparency.encode(writer);
        }
        return new Attempt(
                new Settings(image.isGrey(), alpha != null, scale, 0, false, step),
                price,
                out.finish(),
                colour,
                transparency);
    }

    /** The attempt with the filters that are best for it. */
    Result finished(Attempt attempt) {
        Settings best = null;
        double least = Double.POSITIVE_INFINITY;
        for (int edges = 0; edges < EdgeFilter.STRENGTHS; edges++) {
            Settings settings = attempt.settings().withFilters(edges, true);
            double loss = loss(attempt, settings);
            if (loss < least) {
                least = loss;
                best = settings;
            }
        }
        Settings plain = best.withFilters(best.edges(), false);
        double loss = loss(attempt, plain);
        if (loss < least) {
            least = loss;
            best = plain;
        }
        return new Result(best, attempt.payload(), attempt.finest(), least + price(attempt));
    }

    /** Squared error of colours and alpha, a mean over the channels, summed over the pixels; or the negative quality. */
    private double loss(Attempt attempt, Settings settings) {
        Image decoded = attempt.colour().picture(settings, image.width(), image.height(), details);
        if (quality != null) {
            return -quality.of(decoded);
        }
        double error = squaredError(image, decoded);
        if (attempt.transparency() != null) {
            error += squaredError(
                    alpha, attempt.transparency().picture(settings, image.width(), image.height(), details));
        }
        return error;
    }

    /** What the length of a file is worth, in units of {@link #loss}. */
    private double price(Attempt attempt) {
        int bytes = attempt.payload().length;
        if (quality != null) {
            return QUALITY_OF_OCTAVE * StrictMath.log(bytes + HEADER_BYTES) / StrictMath.log(2);
        }
        Settings settings = attempt.settings();
        double step = BlockDecoder.stepSize(settings.step(), 1) / (double) (1 << SamplePlane.UNIT_BITS);
        double pixels = 1 << 2 * settings.scale(); // of the picture in a sample
        return tuning.lambda * step * step * pixels * 8 * bytes;
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
