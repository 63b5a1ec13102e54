package dev.tessera.vqmodels.training;

import java.util.List;
import java.util.function.Consumer;

/**
 * A small network that is to bring planes nearer to others, in structure: convolutions of 3 x 3 without padding, hidden values cut
 * to [0, 1], four outputs that are added to a square of 2 x 2 samples.
 *
 * @param channels of hidden values
 * @param layers convolutions, at least two; each takes a sample off every side
 * @param firstScale scale of MS-SSIM that the planes count as, 0 for those of full-size pictures
 * @param errorWeight of the logarithm of the squared error beside that of 1 - MS-SSIM
 */
public record PlaneRefinement(
        int channels,
        int layers,
        int steps,
        double learningRate,
        double errorWeight,
        int firstScale,
        long seed,
        int threads,
        Consumer<String> progress) {
    /** What 1 is in the samples of a {@link Pair}: the range of luma. */
    public static final int UNIT = 4080;

    /**
     * A plane and what it should be.
     *
     * @param in {@code [channels x (height + 2 margin) x (width + 2 margin)]}, around 0
     * @param margin as many samples as the network has layers
     * @param base what the outputs are added to, {@code [2 height x 2 width]}
     * @param target what it should be then
     */
    public record Pair(int channels, int margin, int height, int width, short[] in, short[] base, short[] target) {
        public Pair {
            int inputs = channels * (height + 2 * margin) * (width + 2 * margin);
            if (in.length != inputs || base.length != 4 * height * width || target.length != base.length) {
                throw new IllegalArgumentException("a pair of " + height + " x " + width + " squares has " + in.length
                        + ", " + base.length + " and " + target.length + " samples, must have " + inputs + " and twice "
                        + 4 * height * width);
            }
        }
    }

    /**
     * A trained layer.
     *
     * @param weights {@code [out x in x 3 x 3]}
     * @param bias {@code [out]}
     */
    public record Layer(int in, int out, float[] weights, float[] bias) {}

    /** The layers of a trained network and how much it helps. */
    public record Trained(List<Layer> layers, double decibels) {}
}
