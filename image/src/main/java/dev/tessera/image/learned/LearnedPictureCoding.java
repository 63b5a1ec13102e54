package dev.tessera.image.learned;

import dev.tessera.codebook.Latents;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.image.Image;
import dev.tessera.image.Resizing;
import dev.tessera.image.transform.VisualQuality;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** Finds the rate and the scale of one picture for a budget. */
final class LearnedPictureCoding {
    private static final int COARSER = 96; // places below the lowest step, with bits that are worth more
    private static final double PLACES_PER_OCTAVE = 6; // of the worth of a bit, below the lowest step
    private static final double START_SLOPE = 0.045; // octaves of the length a place
    private static final double AIM = 0.99; // of a budget
    private static final double GOOD_SHARE = 0.975;
    private static final int ATTEMPTS = 9;
    private static final double START_BPP = 0.04; // at the start place, at full size
    private static final int START_PLACE = 32;

    private final LearnedImageModel model;
    private final Image image;
    private final Image alpha; // as a grey picture, or null
    private final int threads;
    private final VisualQuality quality;
    private final Map<Integer, List<LevelPlane>> planes = new HashMap<>(); // by scale

    LearnedPictureCoding(LearnedImageModel model, Image image, int threads) {
        this.model = model;
        this.image = image;
        this.threads = threads;
        this.alpha = image.alphaAsGrey();
        this.quality = new VisualQuality(image);
    }

    /**
     * A coded picture.
     *
     * @param place on the line of all rates, negative below the lowest step
     * @param colours levels of the colours
     */
    record Attempt(LearnedSettings settings, int place, byte[] payload, int[] colours) {}

    /** The colours at a scale, then alpha where there is one. */
    private List<LevelPlane> planes(int scale) {
        return planes.computeIfAbsent(
                scale,
                s -> Stream.of(image, alpha)
                        .filter(Objects::nonNull)
                        .map(picture -> new LevelPlane(model, smaller(picture, s), threads))
                        .toList());
    }

    private static Image smaller(Image picture, int scale) {
        return Resizing.resize(
                picture,
                LearnedSettings.scaled(picture.width(), scale),
                LearnedSettings.scaled(picture.height(), scale));
    }

    private Attempt at(int scale, int place) {
        int step = Math.max(0, place);
        double price = place >= 0 ? 1 : StrictMath.pow(2, -place / PLACES_PER_OCTAVE);
        RangeEncoder out = new RangeEncoder();
        BitCoder.Writer writer = new BitCoder.Writer(out);
        LevelModel models = model.levels();
        List<int[]> levels = planes(scale).stream()
                .map(plane -> plane.write(step, price, models, writer))
                .toList();
        LearnedSettings settings = new LearnedSettings(image.isGrey(), alpha != null, scale, step);
        return new Attempt(settings, place, out.finish(), levels.getFirst());
    }

    private int finest() {
        return model.gains().steps() - 1;
    }

    /** 0 is the lowest rate, 100 the highest. */
    Attempt ofQuality(int target) {
        return at(0, (int) StrictMath.round(finest() * target / 100.0));
    }

    boolean isFinest(Attempt attempt) {
        return attempt.place == finest() && attempt.settings.scale() == 0;
    }

    /**
     * The best file within a budget: the longest that was found at the scale of which that has the best structure.
     *
     * @param size of a file
     * @throws IllegalArgumentException when there is none; the message names the minimum
     */
    Attempt within(long budget, ToLongFunction<Attempt> size) {
        Attempt best = null;
        double highest = Double.NEGATIVE_INFINITY;
        for (int scale = LearnedSettings.SCALES - 1; scale >= 0; scale--) {
            Attempt now = within(scale, budget, size);
            if (now == null) {
                break; // larger sizes have no smaller files
            }
            double kept = quality.of(decoded(now));
            if (kept < highest) {
                break;
            }
            best = now;
            highest = kept;
        }
        if (best == null) {
            long smallest = size.applyAsLong(at(LearnedSettings.SCALES - 1, -COARSER));
            throw new IllegalArgumentException(
                    "the budget of " + budget + " bytes is below the smallest possible file, " + smallest + " bytes");
        }
        return best;
    }

    /** The longest file of a scale within a budget that was found, or null. */
    private Attempt within(int scale, long budget, ToLongFunction<Attempt> size) {
        double pixels = (double) image.width() * image.height() / (1 << 2 * scale);
        int guess = START_PLACE + (int) (log2(8 * budget / pixels / START_BPP) / START_SLOPE);
        int place = Math.clamp(guess, -COARSER, finest());
        int tooLong = finest() + 1;
        int fits = -COARSER - 1;
        double slope = START_SLOPE;
        Attempt best = null;
        for (int i = 0; i < ATTEMPTS; i++) {
            Attempt now = at(scale, place);
            long bytes = size.applyAsLong(now);
            if (bytes <= budget) {
                fits = place;
                best = now;
                if (bytes >= GOOD_SHARE * budget) {
                    break;
                }
            } else {
                tooLong = place;
            }
            if (tooLong - fits <= 1) {
                break;
            }
            double octaves = log2(AIM * budget / bytes);
            int next = place + (int) StrictMath.round(octaves / slope);
            if (next == place) {
                next += bytes <= budget ? 1 : -1;
            }
            if (next >= tooLong || next <= fits) {
                next = Math.clamp(next, fits + 1, tooLong - 1);
                if (i >= ATTEMPTS / 2) {
                    next = (fits + tooLong) / 2;
                }
            }
            place = Math.clamp(next, -COARSER, finest());
        }
        if (best == null && fits < -COARSER) {
            Attempt smallest = at(scale, -COARSER);
            return size.applyAsLong(smallest) <= budget ? smallest : null;
        }
        return best;
    }

    private Image decoded(Attempt attempt) {
        return decode(model, attempt.settings, attempt.colours, image.width(), image.height(), image.isGrey(), threads);
    }

    /** The picture of levels {@code [rows x columns x dim]}. */
    static Image decode(
            LearnedImageModel model,
            LearnedSettings settings,
            int[] levels,
            int width,
            int height,
            boolean grey,
            int threads) {
        int dim = model.dim();
        float[] inverse = model.gains().at(settings.step()).inverse();
        float[] values = new float[levels.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = levels[i] * inverse[i % dim];
        }
        int smallWidth = LearnedSettings.scaled(width, settings.scale());
        int smallHeight = LearnedSettings.scaled(height, settings.scale());
        int factor = model.networks().factor();
        Latents latents = Latents.of(
                new int[] {Math.ceilDiv(smallHeight, factor), Math.ceilDiv(smallWidth, factor)}, dim, values);
        return Resizing.resize(model.networks().decode(latents, smallWidth, smallHeight, grey, threads), width, height);
    }

    private static double log2(double x) {
        return StrictMath.log(x) / StrictMath.log(2);
    }
}
