package dev.tessera.audio;

import dev.tessera.codebook.Decoder;
import dev.tessera.codebook.Encoder;
import dev.tessera.codebook.Latents;
import java.util.Arrays;

/**
 * The waveform itself: MDCT frames of {@value #SIZE} coefficients of 16 kHz mono sound, in vectors of
 * {@value #VECTOR_DIM} neighbouring coefficients, divided by one step size.
 *
 * <p>Frame t sees the samples from (t - 1) x 640 to (t + 1) x 640; so n samples have ceil(n / 640) + 1 frames, and a frame
 * looks 640 samples ahead of the samples that it completes. No statistic of the file enters: the step is a parameter.
 *
 * @param step size of the coefficients that become 1, positive
 */
record MdctCore(double step) implements Encoder<AudioSignal>, Decoder<AudioSignal> {
    static final int SIZE = 640;
    static final int VECTOR_DIM = 4;

    /** Vectors per frame: columns of the token grid. */
    static final int COLUMNS = SIZE / VECTOR_DIM;

    private static final Mdct MDCT = new Mdct(SIZE, MdctWindow.SINE);

    MdctCore {
        if (!(step > 0 && step < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("step is " + step + ", must be positive and finite");
        }
    }

    /** Frames of {@code samples} samples at 16 kHz. */
    static int frames(int samples) {
        return samples == 0 ? 0 : Math.ceilDiv(samples, SIZE) + 1;
    }

    /** Latents on the grid {@code [frames, 160]}; channels are averaged, other rates resampled. */
    @Override
    public Latents encode(AudioSignal signal) {
        float[] coefficients = coefficients(
                Resampler.resample(signal.toMono(), MelEnvelope.SAMPLE_RATE).data(0));
        float scale = (float) (1 / step);
        for (int i = 0; i < coefficients.length; i++) {
            coefficients[i] *= scale;
        }
        return Latents.of(new int[] {coefficients.length / SIZE, COLUMNS}, VECTOR_DIM, coefficients);
    }

    /** 16 kHz mono, (frames - 1) x 640 samples. */
    @Override
    public AudioSignal decode(Latents latents) {
        int frames = latents.shape()[0];
        int samples = Math.multiplyExact(Math.max(0, frames - 1), SIZE);
        return AudioSignal.wrap(MelEnvelope.SAMPLE_RATE, new float[][] {synthesize(latents, samples)});
    }

    /** Coefficients of samples at 16 kHz, {@code [frames x 640]}, not divided by the step. */
    static float[] coefficients(float[] samples) {
        int frames = frames(samples.length);
        float[] out = new float[Math.multiplyExact(frames, SIZE)];
        double[] frame = new double[SIZE];
        for (int t = 0; t < frames; t++) {
            MDCT.forward(samples, (t - 1) * SIZE, frame);
            for (int k = 0; k < SIZE; k++) {
                out[t * SIZE + k] = (float) frame[k];
            }
        }
        return out;
    }

    /**
     * Sound of {@code samples} samples at 16 kHz.
     *
     * @param latents on the grid {@code [frames, columns]}; columns that are not there are zero
     */
    float[] synthesize(Latents latents, int samples) {
        int frames = latents.shape()[0];
        int width = latents.shape()[1] * VECTOR_DIM;
        double[] sum = new double[samples];
        double[] frame = new double[SIZE];
        for (int t = 0; t < frames; t++) {
            Arrays.fill(frame, 0);
            for (int k = 0; k < width; k++) {
                frame[k] = latents.data()[t * width + k] * step;
            }
            MDCT.inverseAdd(frame, sum, (t - 1) * SIZE);
        }
        float[] out = new float[samples];
        for (int i = 0; i < samples; i++) {
            out[i] = (float) sum[i];
        }
        return out;
    }
}
