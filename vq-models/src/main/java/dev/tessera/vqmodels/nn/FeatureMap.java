package dev.tessera.vqmodels.nn;

import java.util.Arrays;

/**
 * What flows between layers: floats {@code [channels x height x width]}, row-major. A series {@code [channels x time]} has
 * height 1. Immutable for everybody outside this package.
 */
public final class FeatureMap {
    private final int channels;
    private final int height;
    private final int width;
    private final float[] data;

    private FeatureMap(int channels, int height, int width, float[] data) {
        this.channels = channels;
        this.height = height;
        this.width = width;
        this.data = data;
    }

    /**
     * A map with a copy of {@code data}.
     *
     * @param channels at least 1
     * @param height at least 0
     * @param width at least 0
     * @param data {@code [channels x height x width]}
     */
    public static FeatureMap of(int channels, int height, int width, float[] data) {
        if (data.length != size(channels, height, width)) {
            throw new IllegalArgumentException(
                    "data has " + data.length + " values, must have " + channels + " x " + height + " x " + width);
        }
        return new FeatureMap(channels, height, width, data.clone());
    }

    /** A series with a copy of {@code data [channels x time]}. */
    public static FeatureMap ofTime(int channels, int time, float[] data) {
        return of(channels, 1, time, data);
    }

    /** A map of zeros, to be filled in. */
    static FeatureMap zeros(int channels, int height, int width) {
        return new FeatureMap(channels, height, width, new float[size(channels, height, width)]);
    }

    /** A map around {@code data} itself, which must fit. */
    static FeatureMap around(int channels, int height, int width, float[] data) {
        return new FeatureMap(channels, height, width, data);
    }

    static int size(int channels, int height, int width) {
        if (channels < 1 || height < 0 || width < 0) {
            throw new IllegalArgumentException("feature map is " + channels + " x " + height + " x " + width
                    + ", must have at least 1 channel and no negative size");
        }
        // each product of two ints fits in a long
        long plane = (long) height * width;
        if (plane > Integer.MAX_VALUE || plane * channels > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("feature map is " + channels + " x " + height + " x " + width
                    + ", must have less than 2^31 - 8 values; run it in tiles");
        }
        return (int) (plane * channels);
    }

    public int channels() {
        return channels;
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    /** Height and width. */
    public Extent extent() {
        return new Extent(height, width);
    }

    /** The value at a place. */
    public float get(int channel, int y, int x) {
        if (channel < 0 || channel >= channels || y < 0 || y >= height || x < 0 || x >= width) {
            throw new IndexOutOfBoundsException(
                    "(" + channel + ", " + y + ", " + x + ") is not in " + channels + " x " + height + " x " + width);
        }
        return data[(channel * height + y) * width + x];
    }

    /** A copy of the values, {@code [channels x height x width]}. */
    public float[] toArray() {
        return data.clone();
    }

    /** A copy of the values by position, {@code [height x width x channels]}: latents, or frames of a series. */
    public float[] toRows() {
        float[] rows = new float[data.length];
        int plane = plane();
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < plane; i++) {
                rows[i * channels + c] = data[c * plane + i];
            }
        }
        return rows;
    }

    /** A copy of the part in {@code window}. */
    public FeatureMap crop(Window window) {
        if (!extent().whole().contains(window)) {
            throw new IllegalArgumentException(window + " is not inside " + extent());
        }
        FeatureMap out = zeros(channels, window.height(), window.width());
        copy(window.top(), window.left(), out, 0, 0, window.height(), window.width());
        return out;
    }

    /** The values themselves. */
    float[] data() {
        return data;
    }

    int plane() {
        return height * width;
    }

    /** Copies a rectangle of all channels. */
    void copy(int fromY, int fromX, FeatureMap to, int toY, int toX, int rows, int columns) {
        for (int c = 0; c < channels; c++) {
            for (int y = 0; y < rows; y++) {
                System.arraycopy(
                        data,
                        (c * height + fromY + y) * width + fromX,
                        to.data,
                        (c * to.height + toY + y) * to.width + toX,
                        columns);
            }
        }
    }

    /** Equal sizes and equal bits, all NaN taken as one. */
    @Override
    public boolean equals(Object other) {
        return other instanceof FeatureMap that
                && channels == that.channels
                && height == that.height
                && width == that.width
                && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        return "FeatureMap[" + channels + " x " + height + " x " + width + "]";
    }
}
