package dev.tessera.codecs.circuit;

import java.util.Arrays;

/**
 * Planes of a picture with a frame around them, so that the causal neighbours of every sample exist: {@value #PAD}
 * columns on each side and two rows above. The frame holds what both sides know: the middle value above the picture,
 * the sample above the first one on the left of a row, the last sample of a row on its right.
 */
final class PaddedPlanes {
    static final int PAD = 3;

    private final int height;
    private final int width;
    private final int stride;
    private final int[][] samples; // [channels][(height + 2) * stride]
    private final int[] minimum;
    private final int[] maximum;

    PaddedPlanes(int height, int width, int[] minimum, int[] maximum) {
        this.height = height;
        this.width = width;
        this.stride = width + 2 * PAD;
        this.minimum = minimum;
        this.maximum = maximum;
        this.samples = new int[minimum.length][(height + 2) * stride + PAD];
        for (int c = 0; c < samples.length; c++) {
            Arrays.fill(samples[c], 0, 2 * stride + PAD, middle(c));
        }
    }

    int middle(int channel) {
        return minimum[channel] + maximum[channel] + 1 >> 1;
    }

    int height() {
        return height;
    }

    int width() {
        return width;
    }

    int stride() {
        return stride;
    }

    int channels() {
        return samples.length;
    }

    int minimum(int channel) {
        return minimum[channel];
    }

    int maximum(int channel) {
        return maximum[channel];
    }

    int[][] samples() {
        return samples;
    }

    /** Index of the first sample of a row. */
    int start(int row) {
        return (row + 2) * stride + PAD;
    }

    /** Fills the frame left of a row before its first sample is coded. */
    void openRow(int channel, int row) {
        int at = start(row);
        Arrays.fill(samples[channel], at - PAD, at, samples[channel][at - stride]);
    }

    /** Fills the frame right of a row after its last sample. */
    void closeRow(int channel, int row) {
        int end = start(row) + width;
        Arrays.fill(samples[channel], end, end + PAD, samples[channel][end - 1]);
    }
}
