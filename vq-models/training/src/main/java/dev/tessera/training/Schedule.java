package dev.tessera.training;

/**
 * Learning rate over the steps: linear from 0 to the peak while warming up, then half a cosine down to a share of the peak
 * (Loshchilov and Hutter 2017, without restarts).
 *
 * @param peak the largest learning rate
 * @param warmUp steps until it is reached
 * @param total steps of the whole training
 * @param floor learning rate of the last step as a share of the peak, in [0, 1]
 */
record Schedule(double peak, long warmUp, long total, double floor) {
    /** The learning rate of {@code step}, counted from 1. */
    double at(long step) {
        if (step <= warmUp) {
            return peak * step / warmUp;
        }
        double done = Math.min(1, (double) (step - warmUp) / Math.max(1, total - warmUp));
        return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * done)));
    }
}
