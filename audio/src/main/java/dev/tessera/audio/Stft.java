package dev.tessera.audio;

/**
 * Short-time Fourier transform with a periodic Hann window, and its least-squares inverse (Griffin and Lim 1984, eq. 6).
 *
 * <p>A signal of n samples has ceil(n / hop) frames; frame t is centred on the middle of its own hop, sample
 * {@code t x hop + hop / 2}, and reaches {@code fftSize / 2} to either side; outside of the signal there are zeros. So
 * every hop has a frame of its own and a frame never looks further ahead than {@link #lookAhead} samples. Immutable;
 * safe to share between threads.
 */
public final class Stft {
    private final int fftSize;
    private final int hop;
    private final double[] window;

    /**
     * @param fftSize samples per frame; even, half of it a product of powers of 2, 3 and 5
     * @param hop samples between frames, 1 to fftSize / 2
     */
    public Stft(int fftSize, int hop) {
        if (fftSize < 2 || fftSize % 2 != 0) {
            throw new IllegalArgumentException("fftSize is " + fftSize + ", must be even and at least 2");
        }
        if (hop < 1 || hop > fftSize / 2) {
            throw new IllegalArgumentException("hop is " + hop + ", must be in [1, " + fftSize / 2 + "]");
        }
        this.fftSize = fftSize;
        this.hop = hop;
        this.window = new double[fftSize];
        for (int t = 0; t < fftSize; t++) {
            window[t] = 0.5 - 0.5 * StrictMath.cos(2 * StrictMath.PI * t / fftSize);
        }
    }

    public int fftSize() {
        return fftSize;
    }

    public int hop() {
        return hop;
    }

    /** fftSize / 2 + 1. */
    public int bins() {
        return fftSize / 2 + 1;
    }

    /** ceil(samples / hop). */
    public int frames(int samples) {
        return Math.ceilDiv(samples, hop);
    }

    /** Samples behind the end of its own hop that a frame needs. */
    public int lookAhead() {
        return fftSize / 2 - (hop - hop / 2);
    }

    /** The complex spectra of all frames of {@code x}. */
    public Spectrogram forward(float[] x) {
        Spectrogram out = new Spectrogram(frames(x.length), bins());
        double[] frame = new double[fftSize];
        RealFft fft = new RealFft(fftSize);
        for (int t = 0; t < out.frames(); t++) {
            int start = start(t);
            for (int i = 0; i < fftSize; i++) {
                int at = start + i;
                frame[i] = at < 0 || at >= x.length ? 0 : x[at] * window[i];
            }
            fft.forward(frame, out.re(t), out.im(t));
        }
        return out;
    }

    /** The signal of {@code samples} samples whose spectra are nearest to {@code spectra} in squared error. */
    public float[] inverse(Spectrogram spectra, int samples) {
        if (spectra.frames() != frames(samples) || spectra.bins() != bins()) {
            throw new IllegalArgumentException("spectra are " + spectra.frames() + " x " + spectra.bins() + ", must be "
                    + frames(samples) + " x " + bins() + " for " + samples + " samples");
        }
        double[] sum = new double[samples];
        double[] weight = new double[samples];
        double[] frame = new double[fftSize];
        RealFft fft = new RealFft(fftSize);
        for (int t = 0; t < spectra.frames(); t++) {
            fft.inverse(spectra.re(t), spectra.im(t), frame);
            int start = start(t);
            for (int i = Math.max(0, -start); i < Math.min(fftSize, samples - start); i++) {
                sum[start + i] += frame[i] * window[i];
                weight[start + i] += window[i] * window[i];
            }
        }
        float[] x = new float[samples];
        for (int i = 0; i < samples; i++) {
            x[i] = (float) (sum[i] / Math.max(weight[i], 1e-9));
        }
        return x;
    }

    private int start(int frame) {
        return frame * hop + hop / 2 - fftSize / 2;
    }
}
