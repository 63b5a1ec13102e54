package dev.tessera.eval.rd;

import dev.tessera.eval.PolyphaseResampler;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A sound of one channel.
 *
 * @param sampleRate samples per second
 * @param samples full scale is [-1, 1]; not copied, do not write
 */
public record Sound(int sampleRate, float[] samples) implements Medium {
    private static final float PCM_SCALE = 32768;

    public Sound {
        if (sampleRate < 1 || samples.length == 0) {
            throw new IllegalArgumentException("a sound at " + sampleRate + " Hz of " + samples.length
                    + " samples, must have at least 1 Hz and 1 sample");
        }
    }

    /** Length in seconds. */
    public double seconds() {
        return (double) samples.length / sampleRate;
    }

    @Override
    public String digest() {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * samples.length).putInt(sampleRate);
        bytes.asFloatBuffer().put(samples);
        return Digests.sha256(bytes.array());
    }

    /**
     * What all coders are given: the first {@code maxSeconds}, all channels in one, at {@code rate} and in 16-bit steps.
     *
     * @param channels {@code [channels][length]}
     */
    public static Sound standardized(float[][] channels, int sampleRate, int rate, double maxSeconds) {
        int length = (int) Math.min(channels[0].length, Math.round(maxSeconds * sampleRate));
        double[] mono = new double[length];
        for (float[] channel : channels) {
            for (int t = 0; t < length; t++) {
                mono[t] += channel[t] / channels.length;
            }
        }
        return of(rate, PolyphaseResampler.resample(mono, sampleRate, rate));
    }

    /** This sound at another rate. */
    Sound at(int rate) {
        double[] x = new double[samples.length];
        Arrays.setAll(x, t -> samples[t]);
        return of(rate, PolyphaseResampler.resample(x, sampleRate, rate));
    }

    /** Samples in 16 bits, little-endian. */
    byte[] toPcm16() {
        ByteBuffer out = ByteBuffer.allocate(2 * samples.length).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        for (float sample : samples) {
            out.putShort(pcm(sample));
        }
        return out.array();
    }

    /** The sound of 16-bit little-endian samples. */
    static Sound ofPcm16(int rate, byte[] pcm) {
        ByteBuffer in = ByteBuffer.wrap(pcm).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        float[] samples = new float[pcm.length / 2];
        for (int t = 0; t < samples.length; t++) {
            samples[t] = in.getShort() / PCM_SCALE;
        }
        return new Sound(rate, samples);
    }

    private static Sound of(int rate, double[] x) {
        float[] samples = new float[x.length];
        for (int t = 0; t < x.length; t++) {
            samples[t] = pcm((float) x[t]) / PCM_SCALE;
        }
        return new Sound(rate, samples);
    }

    private static short pcm(float sample) {
        return (short) Math.clamp(Math.round(sample * PCM_SCALE), Short.MIN_VALUE, Short.MAX_VALUE);
    }
}
