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
 * two channels and more 1.5 times as much.) The {@link ScalarAim} of a rate decides the step of the envelope, that of the waveform fills
 * the budget. Quality 0 to 29 is envelopes only, 30 to 100 has the waveform. Constants were chosen on the training set.
 */
final class ScalarSearch {
    /** What envelopes may take of a budget. */
    static final double ENVELOPE_SHARE = 0.62;

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
            return maker.apply(ScalarAim.envelopeOnly(EnvelopeCoding.indexOf(decades)));
        }
        double kbps = SoundRates.kbps(quality);
        ScalarAim aim = ScalarAim.of(kbps, writer.isRefined());
        return maker.apply(aim.hybrid(aim.envelopeStep(kbps), SoundRates.step(quality)));
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
        ScalarSettings settings = ScalarAim.envelopeOnly(HIGH_ENVELOPE_STEP);
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
            ScalarAim aim = ScalarAim.of(kbps, writer.isRefined());
            int envelopeStep = aim.envelopeStep(kbps);
            int envelopeBytes =
                    writer.write(ScalarAim.envelopeOnly(envelopeStep), layout).bytes();
            while (envelopeBytes > ENVELOPE_SHARE * budget && envelopeStep < EnvelopeCoding.STEPS - 1) {
                envelopeBytes = writer.write(ScalarAim.envelopeOnly(++envelopeStep), layout)
                        .bytes();
            }
            int chosen = envelopeStep;
            BudgetSearch<AudioCodec.Compressed> search = new BudgetSearch<>(
                    0, Settings.STEPS - 1, SoundRates.STEPS_PER_HALF_SIZE, budget, AudioCodec.Compressed::size);
            Optional<AudioCodec.Compressed> found = search.largest(
                    writer.guessStep(Math.max(1, budget - envelopeBytes)),
                    index -> maker.apply(aim.hybrid(chosen, index)));
            if (found.isPresent()) {
                return refined(search, aim.hybrid(chosen, search.fits()));
            }
        }
        BudgetSearch<AudioCodec.Compressed> search = new BudgetSearch<>(
                0, EnvelopeCoding.STEPS - 1, ENVELOPE_STEPS_PER_HALF_SIZE, budget, AudioCodec.Compressed::size);
        double start = EnvelopeCoding.indexOf(COARSEST_ENVELOPE / 3);
        if (search.largest(start, index -> maker.apply(ScalarAim.envelopeOnly(index)))
                .isEmpty()) {
            throw search.tooSmall();
        }
        return refined(search, ScalarAim.envelopeOnly(search.fits()));
    }

    /** Uses up what a search had to leave of its budget, by a finer envelope of the last part of the sound. */
    private AudioCodec.Compressed refined(BudgetSearch<AudioCodec.Compressed> search, ScalarSettings settings) {
        return search.refined(
                writer.frames(), settings.envelopeLambdas(), plan -> maker.apply(settings.withLambdas(plan)));
    }

    /**
     * Settings that give about so many bits, for sounds to learn from.
     *
     * @param variation of the envelope's step, in octaves
     */
    static ScalarSettings about(
            ScalarWriter writer, double kbps, double seconds, boolean envelopeOnly, double variation) {
        ScalarAim aim = ScalarAim.of(kbps, true);
        int step = (int) Math.clamp(
                aim.envelopeStep(kbps) + StrictMath.rint(ENVELOPE_STEPS_PER_HALF_SIZE * variation),
                0,
                EnvelopeCoding.STEPS - 1);
        if (envelopeOnly) {
            return ScalarAim.envelopeOnly(step);
        }
        long waveformBytes = (long) (125 * kbps * seconds * (1 - ENVELOPE_SHARE));
        return aim.hybrid(step, writer.guessStep(Math.max(1, waveformBytes)));
    }
}
