package dev.tessera.audio;

import java.util.Arrays;

/** Collects the samples of a decoder that does not say beforehand how many there are, up to a limit. */
final class SampleSink {
    private static final int FIRST_CAPACITY = 1 << 14;

    private final int sampleRate;
    private final long maxSeconds;
    private final float[][] samples;
    private int length;

    SampleSink(int sampleRate, int channels, long maxSeconds) throws UnreadableAudioException {
        if (sampleRate < 1 || channels < 1 || channels > AudioSignal.MAX_CHANNELS) {
            throw new UnreadableAudioException("the sound has " + channels + " channels of " + sampleRate
                    + " Hz, must be 1 to " + AudioSignal.MAX_CHANNELS + " channels of at least 1 Hz");
        }
        this.sampleRate = sampleRate;
        this.maxSeconds = maxSeconds;
        this.samples = new float[channels][FIRST_CAPACITY];
    }

    /** Refuses a declared length before anything is decoded. */
    static void checkSeconds(long length, int sampleRate, long maxSeconds) throws UnreadableAudioException {
        if (length / sampleRate > maxSeconds || length == maxSeconds * sampleRate + 1) {
            throw new UnreadableAudioException(
                    "the sound is " + length / sampleRate + " s long, above the limit of " + maxSeconds + " s");
        }
        if (length > Integer.MAX_VALUE - 8) {
            throw new UnreadableAudioException("the sound has " + length + " samples, must be under 2^31 - 8");
        }
    }

    int length() {
        return length;
    }

    int channels() {
        return samples.length;
    }

    int sampleRate() {
        return sampleRate;
    }

    /** Makes room for {@code count} more samples of each channel. */
    void grow(int count) throws UnreadableAudioException {
        long wanted = (long) length + count;
        checkSeconds(wanted, sampleRate, maxSeconds);
        if (wanted > samples[0].length) {
            int capacity = (int) Math.min(Integer.MAX_VALUE - 8, Math.max(wanted, samples[0].length * 3L / 2));
            for (int c = 0; c < samples.length; c++) {
                samples[c] = Arrays.copyOf(samples[c], capacity);
            }
        }
        length = (int) wanted;
    }

    /** Sets a sample; {@code position} must be below {@link #length()}. */
    void set(int channel, int position, float value) {
        samples[channel][position] = value;
    }

    /** The samples in {@code [from, to)}. */
    AudioSignal toSignal(int from, int to) {
        float[][] out = new float[samples.length][];
        for (int c = 0; c < out.length; c++) {
            out[c] = Arrays.copyOfRange(samples[c], from, to);
        }
        return AudioSignal.wrap(sampleRate, out);
    }
}
