package dev.tessera.audio;

import dev.tessera.codecs.RateTarget;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/**
 * Finds the settings of a file of a quality or within a byte budget.
 *
 * <p>What a file holds depends on the rate. Below {@value SoundRates#HYBRID_FROM_KBPS} kbps: envelopes only, whose phases are invented;
 * the best use of so few bits is what a spectrogram shows. From there on: the waveform, with envelopes that noise fills up
 * to; at every rate that fills the spectrum for a few tenths of a decibel. (Kbps of the payload; with two channels and more
 * 1.5 times as much.) Quality 0 to 29 is envelopes only, 30 to 100 has the waveform.
 */
final class SettingsSearch {
    // of lambda, as binary logarithms
    private static final double FINEST_LAMBDA = -8;
    private static final double COARSEST_LAMBDA = 20;
    private static final double START_LAMBDA = -1;
    private static final double LAMBDA_OCTAVES_PER_HALF_SIZE = 1.4;

    private static final float SHARED_LAMBDA_STEP = 1.25f;
    private static final double COARSEST_SHARED_LAMBDA = 2;

    private final Tuning tuning;
    private final Payloads payloads;
    private final Function<Settings, AudioCodec.Compressed> maker;

    /**
     * What does best on the training set.
     *
     * @param waveformLambda weight of a bit of the waveform, in squared steps
     * @param noise which of {@link Settings#NOISE_LEVELS}
     * @param envelopeLambda weight of a bit of the envelopes by the kbps of a channel; see {@link Settings}
     * @param envelopeShare of a budget that envelopes may take; if they would take more, their bits weigh more
     */
    record Tuning(double waveformLambda, int noise, DoubleUnaryOperator envelopeLambda, double envelopeShare) {}

    /** Codes one sound with any settings. */
    interface Payloads {
        PayloadWriter.Payload write(Settings settings);

        /** Envelope frames of all planes. */
        int envelopeFrames();

        /** Index of the finest step that is of use. */
        double finestStep();

        /** Index of the step whose waveform takes about so many bytes. */
        double guessStep(long bytes);
    }

    /** @param maker makes a file of what {@code payloads} codes */
    SettingsSearch(Tuning tuning, Payloads payloads, Function<Settings, AudioCodec.Compressed> maker) {
        this.tuning = tuning;
        this.payloads = payloads;
        this.maker = maker;
    }

    /**
     * A file of a quality or within a budget.
     *
     * @param headerBytes of the file, about
     * @throws IllegalArgumentException when the budget is below the smallest possible file; the message names the minimum
     */
    AudioCodec.Compressed find(RateTarget target, int headerBytes, AudioSignal signal) {
        return switch (target) {
            case RateTarget.Quality quality -> ofQuality(quality.quality());
            case RateTarget.Bytes bytes -> within(bytes.budget(), headerBytes, signal);
        };
    }

    private AudioCodec.Compressed ofQuality(int quality) {
        return maker.apply(
                quality < SoundRates.HYBRID_FROM_QUALITY
                        ? envelopeOnly(LambdaPlan.of((float) StrictMath.pow(10, 1 - quality / 12.0)))
                        : hybrid(SoundRates.step(quality), envelopeLambdas(SoundRates.kbps(quality))));
    }

    /** The largest file within a budget that was found. */
    private AudioCodec.Compressed within(long budget, int headerBytes, AudioSignal signal) {
        double kbps = SoundRates.kbps(budget - headerBytes, signal.seconds(), signal.channels());
        if (kbps >= SoundRates.HYBRID_FROM_KBPS && signal.length() > 0) {
            LambdaPlan envelopes = envelopeLambdas(kbps);
            int envelopeBytes = payloads.write(envelopeOnly(envelopes)).bytes();
            while (envelopeBytes > tuning.envelopeShare * budget && envelopes.before() < COARSEST_SHARED_LAMBDA) {
                envelopes = LambdaPlan.of(envelopes.before() * SHARED_LAMBDA_STEP);
                envelopeBytes = payloads.write(envelopeOnly(envelopes)).bytes();
            }
            LambdaPlan chosen = envelopes;
            BudgetSearch<AudioCodec.Compressed> search = new BudgetSearch<>(
                    payloads.finestStep(),
                    Settings.STEPS - 1,
                    SoundRates.STEPS_PER_HALF_SIZE,
                    budget,
                    AudioCodec.Compressed::size);
            Optional<AudioCodec.Compressed> found = search.largest(
                    payloads.guessStep(Math.max(1, budget - envelopeBytes)),
                    index -> maker.apply(hybrid(index, chosen)));
            if (found.isPresent()) {
                return search.refined(
                        payloads.envelopeFrames(), chosen, plan -> maker.apply(hybrid(search.fits(), plan)));
            }
        }
        BudgetSearch<AudioCodec.Compressed> search = new BudgetSearch<>(
                FINEST_LAMBDA, COARSEST_LAMBDA, LAMBDA_OCTAVES_PER_HALF_SIZE, budget, AudioCodec.Compressed::size);
        if (search.largest(START_LAMBDA, log -> maker.apply(envelopeOnly(LambdaPlan.of(power(log)))))
                .isEmpty()) {
            throw search.tooSmall();
        }
        return search.refined(
                payloads.envelopeFrames(),
                LambdaPlan.of(power(search.fits())),
                plan -> maker.apply(envelopeOnly(plan)));
    }

    /** Settings of envelopes alone. */
    static Settings envelopeOnly(LambdaPlan lambdas) {
        return new Settings(Mode.ENVELOPE, 0, lambdas, 0, 0);
    }

    private LambdaPlan envelopeLambdas(double kbps) {
        return LambdaPlan.of((float) tuning.envelopeLambda.applyAsDouble(kbps));
    }

    private static float power(double logarithm) {
        return (float) StrictMath.pow(2, logarithm);
    }

    /** @param index of the step, with a fraction that becomes a finer or coarser choice at the nearest step */
    private Settings hybrid(double index, LambdaPlan envelopeLambdas) {
        int stepIndex = (int) StrictMath.rint(index);
        double ratio = StrictMath.pow(2, (index - stepIndex) / 8); // of squared steps
        return new Settings(
                Mode.HYBRID, tuning.noise, envelopeLambdas, stepIndex, (float) (tuning.waveformLambda * ratio));
    }
}
