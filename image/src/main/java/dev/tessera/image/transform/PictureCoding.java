package dev.tessera.image.transform;

import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.image.Image;

/** Codes one picture at any scale, step and weight of a bit, and says what that did to it. */
final class PictureCoding implements StepSearch.Coding<PictureCoding.Attempt> {
    private static final double SHARE_OF_ROUGH = 0.93;

    private final Image image;
    private final Image alpha; // as a grey picture, or null
    private final TransformPrior prior;
    private final Refiners refiners;
    private final Tuning tuning;
    private final int effort;
    private final PictureLoss loss;
    private final SamplePlane[][] colours = new SamplePlane[Settings.SCALES][];
    private final SamplePlane[][] alphas = new SamplePlane[Settings.SCALES][];

    PictureCoding(Image image, TransformPrior prior, Refiners refiners, Tuning tuning, int effort) {
        this.image = image;
        this.alpha = image.alphaAsGrey();
        this.prior = prior;
        this.refiners = refiners;
        this.tuning = tuning;
        this.effort = effort;
        this.loss = new PictureLoss(image, tuning);
    }

    /**
     * The coded blocks of a picture.
     *
     * @param settings without edge filter; its strength changes no length
     * @param price of a bit, 1 for the one that goes with the step
     * @param transparency null without alpha
     */
    record Attempt(Settings settings, double price, byte[] payload, BlockEncoder colour, BlockEncoder transparency)
            implements StepSearch.Attempt {}

    /**
     * A coded picture.
     *
     * @param settings with the best strength of the edge filter
     */
    record Result(Settings settings, byte[] payload, boolean finest) {}

    @Override
    public long pixels() {
        return (long) image.width() * image.height();
    }

    @Override
    public double freshShare() {
        return 1;
    }

    @Override
    public double shareOfRough() {
        return effort == Effort.LEAST ? 1 : SHARE_OF_ROUGH;
    }

    @Override
    public double loss(Attempt attempt) {
        return loss(attempt, attempt.settings().withFilters(1, Settings.Details.FILTERS));
    }

    @Override
    public double price(Attempt attempt, long bytes) {
        return PictureLoss.price(tuning, attempt.settings(), bytes);
    }

    @Override
    public Attempt code(int scale, int step, double price, boolean rough) {
        if (colours[scale] == null) {
            colours[scale] = PicturePlanes.of(image, scale);
            alphas[scale] = alpha == null ? null : PicturePlanes.of(alpha, scale);
        }
        RangeEncoder out = new RangeEncoder();
        BitCoder.Writer writer = new BitCoder.Writer(out);
        TransformPrior models = prior.copy();
        Effort now = rough ? Effort.ROUGH : Effort.of(effort);
        BlockEncoder colour = new BlockEncoder(colours[scale], step, models, price, tuning, scale, null, now);
        colour.encode(writer);
        BlockEncoder transparency = alpha == null
                ? null
                : new BlockEncoder(alphas[scale], step, models, price, Tuning.PSNR, scale, null, now);
        if (transparency != null) {
            transparency.encode(writer);
        }
        return new Attempt(
                new Settings(image.isGrey(), alpha != null, scale, 0, Settings.Details.NONE, step),
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
            Settings settings = attempt.settings().withFilters(edges, Settings.Details.FILTERS);
            double now = loss(attempt, settings);
            if (now < least) {
                least = now;
                best = settings;
            }
        }
        for (Settings.Details details : refiners.choices(attempt.settings().scale())) {
            Settings settings = best.withFilters(best.edges(), details);
            double now = details == best.details() ? least : loss(attempt, settings);
            if (now < least) {
                least = now;
                best = settings;
            }
        }
        return new Result(best, attempt.payload(), attempt.finest());
    }

    /** Squared error of colours and alpha, a mean over the channels, summed over the pixels; or the negative quality. */
    private double loss(Attempt attempt, Settings settings) {
        Image decoded = attempt.colour().picture(settings, image.width(), image.height(), refiners);
        double error = loss.of(decoded);
        if (attempt.transparency() != null && tuning == Tuning.PSNR) {
            error += PictureLoss.squaredError(
                    alpha, attempt.transparency().picture(settings, image.width(), image.height(), refiners));
        }
        return error;
    }
}
