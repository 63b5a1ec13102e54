package dev.tessera.audio;

/** The signals that are coded: 16 kHz, mono as it is, stereo as half sum and half difference, more channels one by one. */
final class Planes {
    private Planes() {}

    /** {@code [channels][samples at 16 kHz]}. */
    static float[][] of(AudioSignal signal) {
        AudioSignal resampled = Resampler.resample(signal, MelEnvelope.SAMPLE_RATE);
        float[][] planes = new float[signal.channels()][];
        for (int c = 0; c < planes.length; c++) {
            planes[c] = resampled.channel(c);
        }
        if (planes.length == 2) {
            for (int t = 0; t < planes[0].length; t++) {
                float left = planes[0][t];
                float right = planes[1][t];
                planes[0][t] = (left + right) / 2;
                planes[1][t] = (left - right) / 2;
            }
        }
        return planes;
    }

    /** Samples at 16 kHz of a signal of {@code length} samples at {@code sampleRate}. */
    static long samples(long length, int sampleRate) {
        return sampleRate == MelEnvelope.SAMPLE_RATE
                ? length
                : Math.ceilDiv(length * MelEnvelope.SAMPLE_RATE, sampleRate);
    }

    /** The signal of {@code length} samples at {@code sampleRate}; overwrites {@code planes}. */
    static AudioSignal toSignal(float[][] planes, int length, int sampleRate) {
        if (planes.length == 2) {
            for (int t = 0; t < planes[0].length; t++) {
                float mid = planes[0][t];
                float side = planes[1][t];
                planes[0][t] = mid + side;
                planes[1][t] = mid - side;
            }
        }
        AudioSignal resampled = Resampler.resample(AudioSignal.wrap(MelEnvelope.SAMPLE_RATE, planes), sampleRate);
        float[][] out = new float[planes.length][];
        for (int c = 0; c < out.length; c++) {
            out[c] = java.util.Arrays.copyOf(resampled.data(c), length);
        }
        return AudioSignal.wrap(sampleRate, out);
    }
}
