package dev.tessera.audio;

import dev.tessera.codecs.container.AudioGeometry;
import java.util.Arrays;

/**
 * Sampled sound: {@code [channels][length]} floats, full scale is [-1, 1]. Immutable.
 *
 * <p>Values beyond full scale are allowed (a decoder may overshoot); writers of integer formats clip them.
 */
public final class AudioSignal {
    /** Most channels a signal may have. */
    public static final int MAX_CHANNELS = 16;

    private final int sampleRate;
    private final int length;
    private final float[][] samples; // [channels][length]

    private AudioSignal(int sampleRate, float[][] samples) {
        this.sampleRate = sampleRate;
        this.length = samples[0].length;
        this.samples = samples;
    }

    /**
     * Copies {@code samples}.
     *
     * @param sampleRate samples per second of each channel, at least 1
     * @param samples {@code [channels][length]}, 1 to 16 channels of one length, all values finite
     */
    public static AudioSignal of(int sampleRate, float[][] samples) {
        if (sampleRate < 1) {
            throw new IllegalArgumentException("sampleRate is " + sampleRate + ", must be at least 1");
        }
        if (samples.length < 1 || samples.length > MAX_CHANNELS) {
            throw new IllegalArgumentException(
                    "there are " + samples.length + " channels, must be in [1, " + MAX_CHANNELS + "]");
        }
        float[][] copy = new float[samples.length][];
        for (int c = 0; c < copy.length; c++) {
            copy[c] = samples[c].clone();
            if (copy[c].length != copy[0].length) {
                throw new IllegalArgumentException(
                        "channel " + c + " has " + copy[c].length + " samples, channel 0 has " + copy[0].length);
            }
            for (int t = 0; t < copy[c].length; t++) {
                if (!Float.isFinite(copy[c][t])) {
                    throw new IllegalArgumentException(
                            "sample " + t + " of channel " + c + " is " + copy[c][t] + ", must be finite");
                }
            }
        }
        return new AudioSignal(sampleRate, copy);
    }

    /** A signal of one channel; copies {@code samples}. */
    public static AudioSignal mono(int sampleRate, float[] samples) {
        return of(sampleRate, new float[][] {samples});
    }

    /** Takes over {@code samples} without copy or check: for code of this package that has just made them. */
    static AudioSignal wrap(int sampleRate, float[][] samples) {
        return new AudioSignal(sampleRate, samples);
    }

    /** Samples per second of each channel. */
    public int sampleRate() {
        return sampleRate;
    }

    /** Number of channels. */
    public int channels() {
        return samples.length;
    }

    /** Samples per channel. */
    public int length() {
        return length;
    }

    /** What a header says of it. */
    AudioGeometry geometry() {
        return new AudioGeometry(length(), sampleRate, channels());
    }

    /** Length in seconds. */
    public double seconds() {
        return (double) length / sampleRate;
    }

    /** A copy of one channel, {@code [length]}. */
    public float[] channel(int channel) {
        return data(channel).clone();
    }

    /** One channel itself, for readers of this package that promise not to write. */
    float[] data(int channel) {
        if (channel < 0 || channel >= samples.length) {
            throw new IllegalArgumentException("channel is " + channel + ", must be in [0, " + samples.length + ")");
        }
        return samples[channel];
    }

    /** The mean of all channels; this signal itself when it has one channel. */
    public AudioSignal toMono() {
        if (samples.length == 1) {
            return this;
        }
        float[] mean = new float[length];
        for (int t = 0; t < length; t++) {
            float sum = 0;
            for (float[] channel : samples) {
                sum += channel[t];
            }
            mean[t] = sum / samples.length;
        }
        return wrap(sampleRate, new float[][] {mean});
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AudioSignal that
                && sampleRate == that.sampleRate
                && Arrays.deepEquals(samples, that.samples);
    }

    @Override
    public int hashCode() {
        return 31 * sampleRate + Arrays.deepHashCode(samples);
    }

    @Override
    public String toString() {
        return "AudioSignal[" + sampleRate + " Hz, " + samples.length + " channels, " + length + " samples]";
    }
}
