package dev.tessera.codecs.tensor;

/**
 * Linear prediction of one track from its own last two values, those of its neighbour (now and a step before) and that of the
 * channel before the neighbour, with weights that follow the data: normalised least mean squares (Widrow and Hoff 1960; Nagumo and
 * Noda 1967). All numbers are distances to the centre of their track in its quantization steps. Plain double arithmetic in
 * one order, so the decoder's weights are the encoder's.
 */
final class AdaptivePredictor {
    private static final double RATE = 1.0 / 64;
    private static final double FLOOR = 8; // keeps small signals, which are mostly rounding, from moving the weights

    private static final double LARGEST = 1L << 40; // no damaged stream can drive the weights to infinity

    private double w0 = 0.6;
    private double w1;
    private double w2 = 0.6;
    private double w3 = -0.36;
    private double w4;
    private double own;
    private double ownBefore;
    private double neighbour;
    private double neighbourBefore;
    private double second;
    private double prediction;

    /**
     * @param neighbourNow of the channel before this one, at this step; 0 for none
     * @param neighbourThen the same a step before
     * @param secondNow of the channel before that one, at this step; 0 for none
     */
    double predict(double neighbourNow, double neighbourThen, double secondNow) {
        neighbour = neighbourNow;
        neighbourBefore = neighbourThen;
        second = secondNow;
        prediction = cut(w0 * own + w1 * ownBefore + w2 * neighbour + w3 * neighbourBefore + w4 * second);
        return prediction;
    }

    static double cut(double distance) {
        return Math.max(-LARGEST, Math.min(LARGEST, distance));
    }

    /** Learns what the predicted value really was. */
    void learn(double value) {
        double energy = own * own
                + ownBefore * ownBefore
                + neighbour * neighbour
                + neighbourBefore * neighbourBefore
                + second * second;
        double gain = RATE * (value - prediction) / (FLOOR + energy);
        w0 += gain * own;
        w1 += gain * ownBefore;
        w2 += gain * neighbour;
        w3 += gain * neighbourBefore;
        w4 += gain * second;
        ownBefore = own;
        own = value;
    }
}
