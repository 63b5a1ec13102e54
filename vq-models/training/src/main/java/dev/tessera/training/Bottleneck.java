package dev.tessera.training;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;

/**
 * A quantizer inside a network in training: in the forward pass it does what the exported quantizer will do, in the backward
 * pass it passes on the gradient of its published estimator.
 */
interface Bottleneck {
    /**
     * What became of {@code N} latents.
     *
     * @param latents quantized, {@code [N x D]}
     * @param indices of each stage, I64 {@code [N]}; stages that dropout left out are missing
     * @param loss what the quantizer adds to the loss, with its own weights, a single number
     */
    record Quantized(Tensor latents, List<Tensor> indices, Tensor loss) {}

    /**
     * Where the training stands.
     *
     * @param training whether to learn and to draw random numbers; else quantization as in use
     * @param progress share of the training that is done, in [0, 1]
     * @param random numbers of this step
     */
    record Moment(boolean training, double progress, SplittableRandom random) {
        static Moment evaluation() {
            return new Moment(false, 1, new SplittableRandom(0));
        }
    }

    /** D. */
    int dim();

    /** K of each stage. */
    int[] codebookSizes();

    /** How many latents {@link #start} wants; 0 when it needs none. */
    int wantedForStart();

    /** Takes the first code vectors from latents, where the quantizer is asked to. */
    void start(Latents latents, int threads, long seed);

    /** Quantizes {@code latents [N x D]}. */
    Quantized forward(Tensor latents, Moment moment);

    /** Called after the optimizer's step: revives dead codes. */
    default void afterStep(Moment moment) {}

    /** Whether each dimension should have a variance of its own near 1, instead of one scale for all. */
    default boolean wantsWhitened() {
        return false;
    }

    /** Length of what comes out for latents of length sqrt(D), over that length: below 1 where unit vectors come out. */
    default double outputScale() {
        return 1;
    }

    /** The quantizer with what was learned. */
    Quantizer export();
}
