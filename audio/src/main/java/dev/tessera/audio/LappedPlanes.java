package dev.tessera.audio;

import java.util.Arrays;

/** The planes of one sound as an encoder sees them that codes blocks of a {@link LappedTransform}. */
final class LappedPlanes {
    /** What a coded coefficient costs about. */
    private static final double BITS_PER_COEFFICIENT = 8;

    private final double[][] samples; // by plane
    private final BlockSearch[] blocks; // by plane
    private final float[] magnitudes; // of the coefficients of all planes, sorted

    /** @param planes {@code [planes][samples]}, of one length */
    LappedPlanes(float[][] planes) {
        this.samples = Arrays.stream(planes).map(LappedPlanes::filledUp).toArray(double[][]::new);
        this.blocks = Arrays.stream(samples).map(BlockSearch::new).toArray(BlockSearch[]::new);
        this.magnitudes = new float[samples.length * samples[0].length];
        for (int p = 0; p < blocks.length; p++) {
            blocks[p].magnitudes(magnitudes, p * samples[p].length);
        }
        Arrays.sort(magnitudes);
    }

    /** Samples and zeros up to whole longest blocks. */
    static double[] filledUp(float[] plane) {
        double[] out = new double[LappedTransform.length(plane.length)];
        for (int t = 0; t < plane.length; t++) {
            out[t] = plane[t];
        }
        return out;
    }

    /** The samples of plane {@code p}, filled up to whole longest blocks. */
    double[] samples(int p) {
        return samples[p];
    }

    BlockSearch blocks(int p) {
        return blocks[p];
    }

    /** Index of the step whose waveform takes about so many bytes. */
    double guessStep(long bytes) {
        int coded = (int) Math.min(magnitudes.length - 1, 8 * bytes / BITS_PER_COEFFICIENT);
        return Settings.indexOf(Math.max(1e-6, magnitudes[magnitudes.length - 1 - coded]));
    }
}
