package dev.tessera.codecs.tensor;

/**
 * How one channel of one group is predicted and quantized.
 *
 * @param center what a value is expected to be when nothing is known; every value of a constant track
 * @param step quantization step of deltas; 0 says that the track is constant
 * @param predictor where predictions come from
 * @param neighbourShare share of the residual of the channel before it that is expected here too
 */
record Track(double center, double step, Predictor predictor, double neighbourShare) {
    private static final int SHARES = 4;
    private static final double SHARE_UNIT = 0.3;

    /** Number of pairs of predictor and share. */
    static final int MODES = Predictor.values().length * SHARES;

    /** Where the prediction of a value comes from, besides its neighbour. */
    enum Predictor {
        /** The centre of the track: a series without memory. */
        CENTER,
        /** The last anchor (CacheGen, section 5.2); anchors are predicted from the step before. */
        ANCHOR,
        /** The step before, as reconstructed. */
        PREVIOUS,
        /** A linear combination of the values before and beside it ({@link AdaptivePredictor}). */
        ADAPTIVE
    }

    static Track of(double center, double step, int mode) {
        return new Track(center, step, Predictor.values()[mode / SHARES], mode % SHARES * SHARE_UNIT);
    }

    static Track constant(float value) {
        return new Track(value, 0, Predictor.CENTER, 0);
    }

    boolean isAnchor(int t, int interval) {
        return predictor == Predictor.ANCHOR && t % interval == 0;
    }

    /**
     * @param anchor last anchor of this track
     * @param previous last value of this track
     * @param adaptive what the {@link AdaptivePredictor} says, if there is one
     * @param neighbour residual of the channel before this one at the same step, in its own quantization steps
     */
    double predict(boolean isAnchor, double anchor, double previous, double adaptive, double neighbour) {
        double start = switch (predictor) {
            case CENTER -> center;
            case ANCHOR -> isAnchor ? previous : anchor;
            case PREVIOUS -> previous;
            case ADAPTIVE -> center + adaptive * step;
        };
        return start + neighbourShare * neighbour * step;
    }

    /** Distance of {@code value} to the centre, in quantization steps; cut so that squares and sums of it stay finite. */
    double distance(double value) {
        return step == 0 ? 0 : AdaptivePredictor.cut((value - center) / step);
    }

    boolean isAdaptive() {
        return predictor == Predictor.ADAPTIVE;
    }

    /** The value that {@code level} stands for; always finite. */
    static float reconstruct(double prediction, long level, double step) {
        float value = (float) (prediction + level * step);
        return Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, value));
    }
}
