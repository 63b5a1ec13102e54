package dev.tessera.audio;

/**
 * What files of a {@link ScalarAudioModel} are good at from a rate on, and settings for that. Constants were chosen on the training set.
 *
 * <p>Less noise is nearer to the waveform, more to the envelope; matching pays when the envelope is fine or when there is little noise.
 *
 * @param envelopeStep in decades at {@code fromKbps}, to which steps are proportional to the rate to the power of -{@code exponent}
 * @param noise which of {@link ScalarSettings#NOISE_LEVELS}
 */
record ScalarAim(double fromKbps, double envelopeStep, double exponent, int noise, boolean matching) {
    /** The price of a bit, in squared steps, of envelope and waveform. */
    private static final double LAMBDA = 0.15;

    /** From the highest rate to the lowest, of models without networks. */
    private static final ScalarAim[] PLAIN_AIMS = {
        new ScalarAim(3, 1.1, 1.1, 4, true), // both: 12 dB and a mel distance of 0.12 at 6 kbps
        new ScalarAim(1.4, 2, 0, 1, true), // the waveform: that is where bits gain it most
        new ScalarAim(0.7, 1.4, 0, 2, true), // the envelope
        new ScalarAim(0, 1.4, 0, 5, false) // little of the waveform, so that it says when, and noise
    };

    /** The same of models whose networks refine the envelope: more noise up to it gains more and costs less, and matching always pays. */
    private static final ScalarAim[] REFINED_AIMS = {
        new ScalarAim(3, 1.1, 1.1, 4, true),
        new ScalarAim(1.4, 2, 0, 1, true),
        new ScalarAim(0.7, 1.4, 0, 3, true),
        new ScalarAim(0, 1.4, 0, 5, true)
    };

    /** @param refined whether decoders refine the envelope */
    static ScalarAim of(double kbps, boolean refined) {
        ScalarAim[] aims = refined ? REFINED_AIMS : PLAIN_AIMS;
        int i = 0;
        while (kbps < aims[i].fromKbps) {
            i++;
        }
        return aims[i];
    }

    /** The index of the step of the envelope. */
    int envelopeStep(double kbps) {
        double finer = exponent == 0 ? 1 : StrictMath.pow(fromKbps / kbps, exponent);
        return (int) StrictMath.rint(EnvelopeCoding.indexOf(envelopeStep * finer));
    }

    /**
     * What is usual at a rate, but for the step that fills it.
     *
     * @param kbps of a channel
     * @param span level of the envelope's spans
     * @param refined whether decoders refine the envelope
     */
    static ScalarSettings usual(double kbps, int span, boolean refined) {
        ScalarAim aim = of(kbps, refined);
        ScalarSettings settings = kbps < SoundRates.HYBRID_FROM_KBPS
                ? envelopeOnly(0)
                : aim.hybrid(aim.envelopeStep(kbps), Settings.STEPS - 1);
        return settings.withSpan(span);
    }

    /** The settings with another of the steps that fill a budget, that of the waveform or else of the envelope, with a fraction as below. */
    static ScalarSettings withStep(ScalarSettings settings, double index) {
        if (settings.mode() == Mode.ENVELOPE) {
            return envelopeOnly(index).withSpan(settings.span()).withHigh(settings.high());
        }
        return new ScalarAim(0, 0, 0, settings.noise(), settings.matching())
                .hybrid(settings.envelopeStep(), index)
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
     * Settings with the waveform.
     *
     * @param index of its step, with a fraction that becomes a finer or coarser choice at the nearest step
     */
    ScalarSettings hybrid(int envelopeStep, double index) {
        int step = (int) StrictMath.rint(index);
        double ratio = StrictMath.pow(2, (index - step) / 8); // of squared steps
        return new ScalarSettings(
                Mode.HYBRID, noise, matching, 0, envelopeStep, LambdaPlan.of((float) LAMBDA), step, LAMBDA * ratio, 0);
    }
}
