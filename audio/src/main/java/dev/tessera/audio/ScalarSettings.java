package dev.tessera.audio;

import dev.tessera.codecs.container.TsrLayout;
import java.util.Optional;

/**
 * Everything that an encoder of a {@link ScalarAudioModel} decides for a whole file.
 *
 * @param noise which of {@link #NOISE_LEVELS}, for {@link Mode#HYBRID}
 * @param matching whether the decoder applies {@link EnvelopeMatching}
 * @param span level of the envelope's spans, see {@link EnvelopeBasis#frames(int)}
 * @param envelopeStep see {@link EnvelopeCoding#step}
 * @param envelopeLambdas in squared steps per bit; positions are frames
 * @param step of the waveform, see {@link Settings#step}
 * @param lambda of the waveform, in squared steps per bit
 * @param high step of the {@link HighBand}, see {@link HighBandCoding}; 0 when there is none in the file
 */
record ScalarSettings(
        Mode mode,
        int noise,
        boolean matching,
        int span,
        int envelopeStep,
        LambdaPlan envelopeLambdas,
        int step,
        double lambda,
        int high) {
    /** Limits of {@link NoiseFilling}, in steps of the waveform. */
    static final double[] NOISE_LEVELS = {0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 1e6};

    /** The envelope of the side of a stereo sound has a step so much coarser, an octave: it is worth a quarter. */
    private static final int SIDE_STEPS = 8;

    private static final int MODE_BITS = 2;
    private static final int NOISE_BITS = 3;
    private static final int MATCHING_SHIFT = MODE_BITS + NOISE_BITS;
    private static final int SPAN_SHIFT = MATCHING_SHIFT + 1;
    private static final int SPAN_BITS = 2;

    // of the independent layout, where no chunk is sure to be there
    private static final int ENVELOPE_STEP_SHIFT = SPAN_SHIFT + SPAN_BITS;
    private static final int ENVELOPE_STEP_BITS = 7;
    private static final int STEP_SHIFT = ENVELOPE_STEP_SHIFT + ENVELOPE_STEP_BITS;
    private static final int STEP_BITS = 8;
    private static final int HIGH_SHIFT = STEP_SHIFT + STEP_BITS;

    /** What the header says: in the independent layout the steps, too, which else begin the payload. */
    int parameters(TsrLayout layout) {
        int form = mode.code() | noise << MODE_BITS | (matching ? 1 : 0) << MATCHING_SHIFT | span << SPAN_SHIFT;
        return layout == TsrLayout.INDEPENDENT
                ? form
                        | envelopeStep << ENVELOPE_STEP_SHIFT
                        | (mode == Mode.HYBRID ? step : 0) << STEP_SHIFT
                        | high << HIGH_SHIFT
                : form | high << ENVELOPE_STEP_SHIFT;
    }

    /** What a decoder knows from the header's parameters, unless they are of no file of this version. */
    static Optional<ScalarSettings> of(int parameters, TsrLayout layout) {
        int form = parameters & (1 << ENVELOPE_STEP_SHIFT) - 1;
        boolean independent = layout == TsrLayout.INDEPENDENT;
        int high = parameters >> (independent ? HIGH_SHIFT : ENVELOPE_STEP_SHIFT);
        int steps = independent ? parameters & (1 << HIGH_SHIFT) - 1 : 0;
        int noise = form >> MODE_BITS & (1 << NOISE_BITS) - 1;
        boolean matching = (form >> MATCHING_SHIFT & 1) == 1;
        int span = form >> SPAN_SHIFT;
        int envelopeStep = steps >> ENVELOPE_STEP_SHIFT & (1 << ENVELOPE_STEP_BITS) - 1;
        int step = steps >> STEP_SHIFT & (1 << STEP_BITS) - 1;
        return Mode.of(form & (1 << MODE_BITS) - 1)
                .filter(_ -> high < HighBandCoding.STEPS)
                .filter(_ -> span < EnvelopeBasis.SPAN_LEVELS && envelopeStep < EnvelopeCoding.STEPS)
                .filter(mode -> step < (mode == Mode.HYBRID ? Settings.STEPS : 1))
                .map(mode ->
                        new ScalarSettings(mode, noise, matching, span, envelopeStep, LambdaPlan.of(0), step, 0, high));
    }

    /** The envelope of what these settings say. */
    ScalarSettings envelopeOnly() {
        return new ScalarSettings(Mode.ENVELOPE, 0, matching, span, envelopeStep, envelopeLambdas, 0, lambda, 0);
    }

    ScalarSettings withSteps(int newEnvelopeStep, int newStep) {
        return new ScalarSettings(mode, noise, matching, span, newEnvelopeStep, envelopeLambdas, newStep, lambda, high);
    }

    ScalarSettings withHigh(int newHigh) {
        return new ScalarSettings(mode, noise, matching, span, envelopeStep, envelopeLambdas, step, lambda, newHigh);
    }

    ScalarSettings withSpan(int newSpan) {
        return new ScalarSettings(mode, noise, matching, newSpan, envelopeStep, envelopeLambdas, step, lambda, high);
    }

    ScalarSettings withLambdas(LambdaPlan newEnvelopeLambdas) {
        return new ScalarSettings(mode, noise, matching, span, envelopeStep, newEnvelopeLambdas, step, lambda, high);
    }

    /** Step index of the envelope of a plane. */
    int envelopeStep(int plane, int planes) {
        return plane == 1 && planes == 2 ? Math.min(EnvelopeCoding.STEPS - 1, envelopeStep + SIDE_STEPS) : envelopeStep;
    }
}
