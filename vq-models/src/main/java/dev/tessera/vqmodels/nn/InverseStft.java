package dev.tessera.vqmodels.nn;

import dev.tessera.vqmodels.kernels.Functions;
import dev.tessera.vqmodels.kernels.RealFft;

/**
 * The inverse-STFT head of Vocos (Siuzdak 2023): frames of log-magnitude and phase become a signal by inverse Fourier transform, Hann
 * window, overlap and division by the sum of the squared windows, with half a frame less a half hop cut from both ends, so that
 * {@code frames} frames give {@code frames x hop} samples.
 *
 * <p>Input {@code [2 (size / 2 + 1) x 1 x frames]}, the log-magnitudes first; output {@code [1 x 1 x frames * hop]}.
 */
public final class InverseStft extends Layer {
    private final int size;
    private final int hop;
    private final float maxLogMagnitude;
    private final int cut;
    private final RealFft fft;
    private final double[] window; // Hann, periodic

    /**
     * @param size length of a frame, a power of two from 4 to 65536
     * @param hop samples between frames, even, at most half the size
     * @param maxLogMagnitude larger log-magnitudes are cut to it, at most 80; ln 100 in the paper's code
     */
    public InverseStft(int size, int hop, float maxLogMagnitude) {
        super(in("size", size, 4, 1 << 16) + 2, 1);
        this.size = size;
        this.hop = in("hop", hop, 2, size / 2);
        if (hop % 2 != 0) {
            throw new IllegalArgumentException("hop is " + hop + ", must be even");
        }
        if (!(Math.abs(maxLogMagnitude) <= 80)) {
            throw new IllegalArgumentException("maxLogMagnitude is " + maxLogMagnitude + ", must be in [-80, 80]");
        }
        this.maxLogMagnitude = maxLogMagnitude;
        this.cut = (size - hop) / 2;
        this.fft = new RealFft(size);
        this.window = new double[size];
        for (int i = 0; i < size; i++) {
            window[i] = 0.5 - 0.5 * StrictMath.cos(2 * StrictMath.PI * i / size);
        }
    }

    @Override
    public Scale scale() {
        return Scale.up(1, hop);
    }

    @Override
    public Extent outExtent(Extent in) {
        if (in.height() != 1) {
            throw new IllegalArgumentException("input is " + in + ", must have height 1");
        }
        return new Extent(1, Math.multiplyExact(in.width(), hop));
    }

    @Override
    public Window inWindow(Window out, Extent in) {
        long first = Math.floorDiv((long) out.left() + cut - size, hop) + 1;
        long last = Math.floorDiv(out.right() - 1L + cut, hop);
        return Window.clipped(out.top(), first, out.bottom(), last + 1, in);
    }

    @Override
    FeatureMap apply(Region in, Window out, Pass pass) {
        Window frames = inWindow(out, in.extent());
        double[] sum = new double[out.width()];
        double[] weight = new double[out.width()];
        Scratch scratch = new Scratch(size / 2);
        for (int frame = frames.left(); frame < frames.right(); frame++) {
            frame(in.map(), frame - in.window().left(), scratch);
            int start = frame * hop - cut - out.left();
            for (int t = Math.max(-start, 0); t < Math.min(size, out.width() - start); t++) {
                double sample = t % 2 == 0 ? scratch.even[t / 2] : scratch.odd[t / 2];
                sum[start + t] += window[t] * sample;
                weight[start + t] += window[t] * window[t];
            }
        }
        FeatureMap result = FeatureMap.zeros(1, 1, out.width());
        for (int i = 0; i < out.width(); i++) {
            result.data()[i] = (float) (sum[i] / weight[i]);
        }
        return result;
    }

    private void frame(FeatureMap map, int column, Scratch scratch) {
        int bins = size / 2 + 1;
        for (int k = 0; k < bins; k++) {
            float logMagnitude = Math.min(map.data()[k * map.plane() + column], maxLogMagnitude);
            float magnitude = Functions.exp(logMagnitude);
            float phase = map.data()[(bins + k) * map.plane() + column];
            scratch.re[k] = magnitude * Functions.cos(phase);
            scratch.im[k] = magnitude * Functions.sin(phase);
        }
        fft.inverse(scratch.re, scratch.im, scratch.even, scratch.odd);
    }

    private static final class Scratch {
        final double[] re;
        final double[] im;
        final double[] even;
        final double[] odd;

        Scratch(int half) {
            re = new double[half + 1];
            im = new double[half + 1];
            even = new double[half];
            odd = new double[half];
        }
    }
}
