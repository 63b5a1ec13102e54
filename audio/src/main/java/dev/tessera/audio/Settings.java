package dev.tessera.audio;

import java.util.Optional;

/**
 * Everything that an encoder decides for a whole file.
 *
 * @param noise which of {@link #NOISE_LEVELS}, for {@link Mode#HYBRID}
 * @param envelopeLambdas in squared decimal logarithms of mel magnitudes per bit; positions are the frames of all planes
 * @param stepIndex step of the waveform, see {@link #step}
 * @param coreLambda in squared steps per bit
 */
record Settings(Mode mode, int noise, LambdaPlan envelopeLambdas, int stepIndex, float coreLambda) {
    /** Limits of {@link NoiseFilling}, in steps. */
    static final double[] NOISE_LEVELS = {0, 0.1, 0.2, 0.3, 0.4, 0.55, 0.8, 1e6};

    /** Steps are 2^(index / 16 - 15). */
    static final int STEPS = 256;

    private static final int STEPS_PER_OCTAVE = 16;
    private static final int FINEST_EXPONENT = -15;
    private static final int MODE_BITS = 2;

    static double step(int index) {
        return StrictMath.pow(2, (double) index / STEPS_PER_OCTAVE + FINEST_EXPONENT);
    }

    /** The index of {@code step}, not rounded, limited to the range of indices. */
    static double indexOf(double step) {
        double index = (StrictMath.log(step) / StrictMath.log(2) - FINEST_EXPONENT) * STEPS_PER_OCTAVE;
        return Math.max(0, Math.min(STEPS - 1, index));
    }

    /** What the header says. */
    int parameters() {
        return mode.code() | noise << MODE_BITS;
    }

    /** The mode in the header's parameters, unless they are of no file of this version. */
    static Optional<Mode> mode(int parameters) {
        return Mode.of(parameters & (1 << MODE_BITS) - 1).filter(_ -> noise(parameters) < NOISE_LEVELS.length);
    }

    static int noise(int parameters) {
        return parameters >>> MODE_BITS;
    }
}
