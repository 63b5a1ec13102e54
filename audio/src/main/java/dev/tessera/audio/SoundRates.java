package dev.tessera.audio;

/** What rates and qualities mean for sounds of an envelope and, from some rate on, a waveform. Constants were chosen on the training set. */
final class SoundRates {
    /** Where the waveform begins to be coded. */
    static final double HYBRID_FROM_KBPS = 0.4;

    /** The same of qualities. */
    static final int HYBRID_FROM_QUALITY = 30;

    /** How far the index of the waveform's step usually moves while the size halves. */
    static final double STEPS_PER_HALF_SIZE = 12;

    private static final double STEREO_FACTOR = 1.5;

    // of qualities
    private static final double COARSEST_STEP = 0.5;
    private static final double FINEST_STEP = 0.02;
    private static final double COARSEST_KBPS = 0.6; // about what those steps give
    private static final double FINEST_KBPS = 12;

    private SoundRates() {}

    /** The rate of a sound's payload that counts for settings, in kbps. */
    static double kbps(double bytes, double seconds, int channels) {
        return 0.008 * bytes / Math.max(1e-9, seconds) / (channels > 1 ? STEREO_FACTOR : 1);
    }

    /** About the rate of a channel that a quality gives, in kbps. */
    static double kbps(int quality) {
        return quality < HYBRID_FROM_QUALITY
                ? COARSEST_KBPS * quality / HYBRID_FROM_QUALITY
                : COARSEST_KBPS * StrictMath.pow(FINEST_KBPS / COARSEST_KBPS, waveformShare(quality));
    }

    /** The index of the waveform's step of a quality that has one, not rounded. */
    static double step(int quality) {
        return Settings.indexOf(COARSEST_STEP * StrictMath.pow(FINEST_STEP / COARSEST_STEP, waveformShare(quality)));
    }

    private static double waveformShare(int quality) {
        return (quality - HYBRID_FROM_QUALITY) / (100.0 - HYBRID_FROM_QUALITY);
    }
}
