package dev.tessera.audio;

/** The signals that are coded, at the rate of a model: mono as it is, stereo as half sum and half difference, more channels one by one. */
final class Planes {
    private Planes() {}

    /** {@code [channels][samples at rate]}. */
    static float[][] of(AudioSignal signal, int rate) {
        AudioSignal resampled = Resampler.resample(signal, rate);
        float[][] planes = new float[signal.channels()][];
        for (int c = 0; c < planes.length; c++) {
            planes[c] = resampled.channel(c);
        }
        fromChannels(planes);
        return planes;
    }

    /** Makes planes of channels, in place. */
    static void fromChannels(float[][] channels) {
        if (channels.length == 2) {
            for (int t = 0; t < channels[0].length; t++) {
                float left = channels[0][t];
                float right = channels[1][t];
                channels[0][t] = (left + right) / 2;
                channels[1][t] = (left - right) / 2;
            }
        }
    }

    /** Makes channels of planes, in place. */
    static void toChannels(float[][] planes) {
        if (planes.length == 2) {
            for (int t = 0; t < planes[0].length; t++) {
                float mid = planes[0][t];
                float side = planes[1][t];
                planes[0][t] = mid + side;
                planes[1][t] = mid - side;
            }
        }
    }

    /** Samples at {@code rate} of a signal of {@code length} samples at {@code sampleRate}. */
    static long samples(long length, int sampleRate, int rate) {
        return sampleRate == rate ? length : Math.ceilDiv(length * rate, sampleRate);
    }

    /** The signal of {@code length} samples at {@code sampleRate} from planes at {@code rate}, which are overwritten. */
    static AudioSignal toSignal(float[][] planes, int rate, int length, int sampleRate) {
        toChannels(planes);
        AudioSignal resampled = Resampler.resample(AudioSignal.wrap(rate, planes), sampleRate);
        float[][] out = new float[planes.length][];
        for (int c = 0; c < out.length; c++) {
            out[c] = java.util.Arrays.copyOf(resampled.data(c), length);
        }
        return AudioSignal.wrap(sampleRate, out);
    }
}
