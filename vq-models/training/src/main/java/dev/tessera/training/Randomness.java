package dev.tessera.training;

import java.util.SplittableRandom;
import org.bytedeco.pytorch.global.torch;

/**
 * Random numbers of a training. Each step has generators of its own, made of the seed and the number of the step, so that
 * there is no state to save: a resumed training draws what an unbroken one would have drawn.
 */
record Randomness(long seed) {
    /** What a generator is for; different purposes never share numbers. */
    enum Purpose {
        DATA,
        QUANTIZER,
        START
    }

    SplittableRandom of(Purpose purpose, long step) {
        return new SplittableRandom(mix(mix(seed + 0x9E3779B97F4A7C15L * (purpose.ordinal() + 1)) + step));
    }

    /** Seeds the engine's own generator for a step. */
    void seedEngine(long step) {
        torch.manual_seed(mix(mix(seed) + step) >>> 1);
    }

    /** The finalizer of SplitMix64 (Steele, Lea and Flood 2014). */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
