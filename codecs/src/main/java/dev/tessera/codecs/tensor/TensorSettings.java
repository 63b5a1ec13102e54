package dev.tessera.codecs.tensor;

/**
 * How an encoder goes about a tensor. A decoder needs none of it: what it must know stands in the stream.
 *
 * @param anchorInterval an anchor stands at every so many steps, 1 to 256 (CacheGen, section 5.2: one token of ten)
 * @param anchorShift anchors are quantized 2^anchorShift times finer than deltas, 0 to 7
 * @param rateWeight what a bit weighs against a squared error of one step squared, 0 to 1. With 0 every value is rounded to
 *     the nearest level and is off by at most half a step; otherwise a level nearer to zero is taken where it saves enough
 *     bits, and a value is off by at most one step
 * @param stepRule what a quantization step follows
 */
public record TensorSettings(int anchorInterval, int anchorShift, double rateWeight, StepRule stepRule) {
    /** Largest {@link #anchorInterval()}. */
    public static final int MAX_ANCHOR_INTERVAL = 256;

    /** Largest {@link #anchorShift()}. */
    public static final int MAX_ANCHOR_SHIFT = 7;

    /** Anchors at every tenth step, twice as fine, rate-distortion choice of levels, a step for every channel. */
    public static final TensorSettings DEFAULT = new TensorSettings(10, 1, 0.1, StepRule.CHANNEL);

    /** What the quantization step of a channel is proportional to. */
    public enum StepRule {
        /** The spread of the channel: all channels have the same error relative to their spread. */
        CHANNEL,
        /** The spread of the whole tensor: all channels have the same error, which makes the mean squared error smallest. */
        TENSOR
    }

    public TensorSettings {
        if (anchorInterval < 1 || anchorInterval > MAX_ANCHOR_INTERVAL) {
            throw new IllegalArgumentException(
                    "anchorInterval is " + anchorInterval + ", must be in [1, " + MAX_ANCHOR_INTERVAL + "]");
        }
        if (anchorShift < 0 || anchorShift > MAX_ANCHOR_SHIFT) {
            throw new IllegalArgumentException(
                    "anchorShift is " + anchorShift + ", must be in [0, " + MAX_ANCHOR_SHIFT + "]");
        }
        if (!(rateWeight >= 0 && rateWeight <= 1)) {
            throw new IllegalArgumentException("rateWeight is " + rateWeight + ", must be in [0, 1]");
        }
        if (stepRule == null) {
            throw new IllegalArgumentException("stepRule must not be null");
        }
    }

    /** The same with another {@link #rateWeight()}. */
    public TensorSettings withRateWeight(double weight) {
        return new TensorSettings(anchorInterval, anchorShift, weight, stepRule);
    }

    /** The same with another {@link #stepRule()}. */
    public TensorSettings withStepRule(StepRule rule) {
        return new TensorSettings(anchorInterval, anchorShift, rateWeight, rule);
    }
}
