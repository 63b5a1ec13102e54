package dev.tessera.codecs.container;

/**
 * Extents of a sound.
 *
 * @param samples samples per channel, at least 0; {@code samples x channels} is at most 2^31 - 1
 * @param sampleRate samples per second of each channel, 1 to 768,000
 * @param channels 1 to 16
 */
public record AudioGeometry(long samples, int sampleRate, int channels) implements Geometry {
    /** Largest sample rate that the format can say, in Hz. */
    public static final int MAX_SAMPLE_RATE = 768_000;

    /** Most channels that the format can say. */
    public static final int MAX_CHANNELS = 16;

    public AudioGeometry {
        if (sampleRate < 1 || sampleRate > MAX_SAMPLE_RATE) {
            throw new IllegalArgumentException(
                    "sampleRate is " + sampleRate + ", must be in [1, " + MAX_SAMPLE_RATE + "]");
        }
        if (channels < 1 || channels > MAX_CHANNELS) {
            throw new IllegalArgumentException("channels is " + channels + ", must be in [1, " + MAX_CHANNELS + "]");
        }
        if (samples < 0 || samples > Integer.MAX_VALUE / channels) {
            throw new IllegalArgumentException("samples is " + samples + ", must be in [0, "
                    + Integer.MAX_VALUE / channels + "] with " + channels + " channels");
        }
    }

    /** Length in seconds. */
    public double seconds() {
        return (double) samples / sampleRate;
    }
}
