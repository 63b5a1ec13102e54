package dev.tessera.audio;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrLayout;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;

/**
 * Finds the settings of a file of a {@link ScalarAudioModel}, of a quality or within a byte budget.
 *
 * <p>Below {@value SoundRates#HYBRID_FROM_KBPS} kbps a file holds the envelope alone, from there on the waveform too. (Kbps of the payload; with
 * two channels and more 1.5 times as much.) What a rate is meant
 * for decides the step of the envelope, that of the waveform fills the budget.
 * Quality 0 to 29 is envelopes only, 30 to 100 has the waveform. Constants were chosen on the training set.
 */
final class ScalarSearch {
    /** The price of a bit, in squared steps, of envelope and waveform. */
    private static final double LAMBDA = 0.15;

    /** What envelopes may take of a budget. */
    static final double ENVELOPE_SHARE = 0.62;

    /** From the highest rate to the lowest, of models without networks. */
    private static final Aim[] PLAIN_AIMS = {
        new Aim(3, 1.1, 1.1, 4, true), // both: 12 dB and a mel distance of 0.12 at 6 kbps
        new Aim(1.4, 2, 0, 1, true), // the waveform: that is where bits gain it most
        new Aim(0.7, 1.4, 0, 2, true), // the envelope
        new Aim(0, 1.4, 0, 5, false) // little of the waveform, so that it says when, and noise
    };

    /** The same of models whose networks refine the envelope: more noise up to it gains more and costs less, and matching always pays. */
    private static final Aim[] REFINED_AIMS = {
        new Aim(3, 1.1, 1.1, 4, true),
        new Aim(1.4, 2, 0, 1, true),
        new Aim(0.7, 1.4, 0, 3, true),
        new Aim(0, 1.4, 0, 5, true)
    };

    static final double ENVELOPE_STEPS_PER_HALF_SIZE = 5;

    /** What the part above 8 kHz may take of a payload: an eighth of the mel bands of 24 kHz is there, and noise is soon good enough. */
    private static final double HIGH_SHARE = 0.08;

    /** From this rate of a channel on it is coded, in kbps: below, its bits are missed in the envelope up to 8 kHz. */
    static final double HIGH_FROM_KBPS = 0.7;

    private static final int FINEST_HIGH_STEP = 2;
    private static final int COARSEST_HIGH_STEP = 12;
    private static final int HIGH_ENVELOPE_STEP = 50; // of the envelope that its cost is measured beside
    private static final int HIGH_FROM_BYTES = 40;

    // of qualities, in decades
    private static final double COARSEST_ENVELOPE = 6;
    private static final double FINEST_ENVELOPE = 1.7;

    /**
     * What files are good at from a rate on. Less noise is nearer to the waveform, more to the envelope; matching pays when the envelope
     * is fine or when there is little noise.
     *
     * @param envelopeStep in decades at {@code fromKbps}, to which steps are proportional to the rate to the power of -{@code exponent}
     * @param noise which of {@link ScalarSettings#NOISE_LEVELS}
     */
    private record Aim(double fromKbps, double envelopeStep, double exponent, int noise, boolean matching) {
        static Aim of(double kbps, boolean refined) {
            Aim[] aims = refined ? REFINED_AIMS : PLAIN_AIMS;
            int i = 0;
            while (kbps < aims[i].fromKbps) {
                i++;
            }
            return aims[i];
        }

        int envelopeStep(double kbps) {
            double finer = exponent == 0 ? 1 : StrictMath.pow(fromKbps / kbps, exponent);
            return (int) StrictMath.rint(EnvelopeCoding.indexOf(envelopeStep * finer));
        }
    }

    private final ScalarWriter writer;
    private final TsrLayout layout;
    private final Function<ScalarSettings, AudioCodec.Compressed> maker;

    /** @param maker makes a file of what {@code writer} codes in {@code layout} */
    ScalarSearch(ScalarWriter writer, TsrLayout layout, Function<ScalarSettings, AudioCodec.Compressed> maker) {
        this.writer = writer;
        this.layout = layout;
        this.maker = maker;
    }

    AudioCodec.Compressed ofQuality(int quality) {
        if (quality < SoundRates.HYBRID_FROM_QUALITY) {
            double share = (double) quality / SoundRates.HYBRID_FROM_QUALITY;
            double decades = COARSEST_ENVELOPE * StrictMath.pow(FINEST_ENVELOPE / COARSEST_ENVELOPE, share);
            return maker.apply(envelopeOnly(EnvelopeCoding.indexOf(decades)));
        }
        double kbps = SoundRates.kbps(quality);
        Aim aim = Aim.of(kbps, writer.isRefined());
        return maker.apply(hybrid(aim, aim.envelopeStep(kbps), SoundRates.step(quality)));
    }

    /** Bytes that are meant for the payload: about what a quality gives. */
    private static double payloadBytes(RateTarget target, int headerBytes, AudioSignal signal) {
        return switch (target) {
            case RateTarget.Quality quality ->
                125 * SoundRates.kbps(quality.quality()) * signal.seconds() * signal.channels();
            case RateTarget.Bytes bytes -> bytes.budget() - headerBytes;
        };
    }

    /** The step of what is above 8 kHz in a file, 0 where it has better use for its bytes. */
    int highStep(RateTarget target, int headerBytes, AudioSignal signal) {
        double bytes = payloadBytes(target, headerBytes, signal);
        boolean enough = bytes >= HIGH_FROM_BYTES
                && SoundRates.kbps(bytes, signal.seconds(), 1) >= HIGH_FROM_KBPS * signal.channels();
        if (!enough || !writer.hasHigh()) {
            return 0;
        }
        ScalarSettings settings = envelopeOnly(HIGH_ENVELOPE_STEP);
        int without = writer.write(settings, layout).bytes();
        return highStep(h -> writer.write(settings.withHigh(h), layout).bytes() - without, bytes);
    }

    /**
     * The finest step of what is above 8 kHz that takes no more than its share.
     *
     * @param cost bytes that it takes at a step
     * @param bytes of the payload
     */
    static int highStep(IntUnaryOperator cost, double bytes) {
        int finest = FINEST_HIGH_STEP;
        int coarsest = COARSEST_HIGH_STEP;
        while (finest < coarsest) {
            int middle = (finest + coarsest) / 2;
            if (cost.applyAsInt(middle) > HIGH_SHARE * bytes) {
                finest = middle + 1;
            } else {
                coarsest = middle;
            }
        }
        return finest;
    }

    /**
     * The largest file within a budget that was found.
     *
     * @param budget bytes of the whole file
     * @param headerBytes of it, about, with checksums
     * @throws IllegalArgumentException when the budget is below the smallest possible file; the message names the minimum
     */
    AudioCodec.Compressed within(long budget, int headerBytes, AudioSignal signal) {
        double kbps = SoundRates.kbps(budget - headerBytes, signal.seconds(), signal.channels());
        if (kbps >= SoundRates.HYBRID_FROM_KBPS && signal.length() > 0) {
            Aim aim = Aim.of(kbps, writer.isRefined());
            int envelopeStep = aim.envelopeStep(kbps);
            int envelopeBytes = writer.write(envelopeOnly(envelopeStep), layout).bytes();
            while (envelopeBytes > ENVELOPE_SHARE * budget && envelopeStep < EnvelopeCoding.STEPS - 1) {
                envelopeBytes =
                        writer.write(envelopeOnly(++envelopeStep), layout).bytes();
            }
            int chosen = envelopeStep;
            BudgetSearch<AudioCodec.Compressed> search = new BudgetSearch<>(
                    0, Settings.STEPS - 1, SoundRates.STEPS_PER_HALF_SIZE, budget, AudioCodec.Compressed::size);
            Optional<AudioCodec.Compressed> found = search.largest(
                    writer.guessStep(Math.max(1, budget - envelopeBytes)),
                    index -> maker.apply(hybrid(aim, chosen, index)));
            if (found.isPresent()) {
                return refined(search, hybrid(aim, chosen, search.fits()));
            }
        }
        BudgetSearch<AudioCodec.Compressed> search = new BudgetSearch<>(
                0, EnvelopeCoding.STEPS - 1, ENVELOPE_STEPS_PER_HALF_SIZE, budget, AudioCodec.Compressed::size);
        double start = EnvelopeCoding.indexOf(COARSEST_ENVELOPE / 3);
        if (search.largest(start, index -> maker.apply(envelopeOnly(index))).isEmpty()) {
            throw search.tooSmall();
        }
        return refined(search, envelopeOnly(search.fits()));
    }

    /** Uses up what a search had to leave of its budget, by a finer envelope of the last part of the sound. */
    private AudioCodec.Compressed refined(BudgetSearch<AudioCodec.Compressed> search, ScalarSettings settings) {
        return search.refined(
                writer.frames(), settings.envelopeLambdas(), plan -> maker.apply(settings.withLambdas(plan)));
    }

    /**
     * What is usual at a rate, but for the step that fills it.
     *
     * @param kbps of a channel
     * @param span level of the envelope's spans
     * @param refined whether decoders refine the envelope
     */
    static ScalarSettings usual(double kbps, int span, boolean refined) {
        Aim aim = Aim.of(kbps, refined);
        ScalarSettings settings = kbps < SoundRates.HYBRID_FROM_KBPS
                ? envelopeOnly(0)
                : hybrid(aim, aim.envelopeStep(kbps), Settings.STEPS - 1);
        return settings.withSpan(span);
    }

    /** The settings with another of the steps that fill a budget, that of the waveform or else of the envelope, with a fraction as below. */
    static ScalarSettings withStep(ScalarSettings settings, double index) {
        if (settings.mode() == Mode.ENVELOPE) {
            return envelopeOnly(index).withSpan(settings.span()).withHigh(settings.high());
        }
        Aim aim = new Aim(0, 0, 0, settings.noise(), settings.matching());
        return hybrid(aim, settings.envelopeStep(), index)
                .withSpan(settings.span())
                .withHigh(settings.high());
    }

    /**
     * Settings of envelopes alone.
     *
     * @param index of the step, with a fraction that becomes a finer or coarser choice at the nearest step
     */
    static ScalarSettings envelopeOnly(double index) {
        int step = (int) StrictMath.rint(index);
        double ratio = StrictMath.pow(2, (index - step) / 4); // of squared steps
        return new ScalarSettings(
                Mode.ENVELOPE, 0, true, 0, step, LambdaPlan.of((float) (LAMBDA * ratio)), 0, LAMBDA, 0);
    }

    /**
     * Settings that give about so many bits, for sounds to learn from.
     *
     * @param variation of the envelope's step, in octaves
     */
    static ScalarSettings about(
            ScalarWriter writer, double kbps, double seconds, boolean envelopeOnly, double variation) {
        Aim aim = Aim.of(kbps, true);
        int step = (int) Math.clamp(
                aim.envelopeStep(kbps) + StrictMath.rint(ENVELOPE_STEPS_PER_HALF_SIZE * variation),
                0,
                EnvelopeCoding.STEPS - 1);
        if (envelopeOnly) {
            return envelopeOnly(step);
        }
        long waveformBytes = (long) (125 * kbps * seconds * (1 - ENVELOPE_SHARE));
        return hybrid(aim, step, writer.guessStep(Math.max(1, waveformBytes)));
    }

    /** @param index of the waveform's step, with a fraction that becomes a finer or coarser choice at the nearest step */
    private static ScalarSettings hybrid(Aim aim, int envelopeStep, double index) {
        int step = (int) StrictMath.rint(index);
        double ratio = StrictMath.pow(2, (index - step) / 8); // of squared steps
        return new ScalarSettings(
                Mode.HYBRID,
                aim.noise,
                aim.matching,
                0,
                envelopeStep,
                LambdaPlan.of((float) LAMBDA),
                step,
                LAMBDA * ratio,
                0);
    }
}
