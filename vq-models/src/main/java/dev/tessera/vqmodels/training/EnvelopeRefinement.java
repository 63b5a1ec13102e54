package dev.tessera.vqmodels.training;

import java.util.List;
import java.util.function.Consumer;

/**
 * Two small networks whose outputs are added to decoded spectral envelopes so that they come nearer to the original ones: a local
 * one, convolutions of 3 x 3 over bands and frames, and a wide one, convolutions over frames that see all bands at once. Between
 * layers stands SiLU; zeros lie around.
 *
 * @param localChannels of hidden values
 * @param localLayers at least two; each reaches a frame to either side
 * @param wideChannels of hidden values
 * @param wideKernels odd numbers of frames, one a layer
 */
public record EnvelopeRefinement(
        int localChannels,
        int localLayers,
        int wideChannels,
        List<Integer> wideKernels,
        int steps,
        double learningRate,
        long seed,
        int threads,
        Consumer<String> progress) {
    /** What 1 is in the numbers of a {@link Pair}: four octaves of magnitude, each 256. */
    public static final int UNIT = 1024;

    public EnvelopeRefinement {
        wideKernels = List.copyOf(wideKernels);
    }

    /**
     * A decoded envelope and what it should be.
     *
     * @param maps inputs that each band of each frame has; the first one is what the outputs are added to
     * @param in {@code [maps x bands x frames]}, in 1/{@value #UNIT}
     * @param constants inputs that are the same everywhere
     * @param target {@code [bands x frames]}, as {@code in}
     * @param floor below which differences do not count
     */
    public record Pair(int maps, int bands, int frames, short[] in, float[] constants, short[] target, int floor) {
        public Pair {
            int cells = bands * frames;
            if (in.length != maps * cells || target.length != cells) {
                throw new IllegalArgumentException("a pair of " + bands + " bands and " + frames + " frames has "
                        + in.length + " inputs and " + target.length + " targets, must have " + maps * cells + " and "
                        + cells);
            }
        }
    }

    /**
     * A trained layer.
     *
     * @param height bands of the kernel
     * @param width frames of the kernel
     * @param weights {@code [out x in x height x width]}
     * @param bias {@code [out]}
     */
    public record Layer(int in, int out, int height, int width, float[] weights, float[] bias) {}

    /**
     * Trained networks.
     *
     * @param local from {@code [maps + constants x bands x frames]} to {@code [1 x bands x frames]}
     * @param wide from {@code [maps bands + constants x 1 x frames]} to {@code [bands x 1 x frames]}
     * @param before mean absolute difference of the pairs that were kept out, in 1/{@value #UNIT}
     * @param after the same with the networks
     */
    public record Trained(List<Layer> local, List<Layer> wide, double before, double after) {}
}
