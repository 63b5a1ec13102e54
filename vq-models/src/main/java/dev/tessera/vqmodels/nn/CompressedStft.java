package dev.tessera.vqmodels.nn;

import dev.tessera.vqmodels.kernels.RealFft;

/**
 * What a sound tokenizer hears: short-time spectra X, with magnitudes to the power 1/4, which is close to loudness and needs
 * nothing but square roots, so that the bits are the same on every machine.
 *
 * <p>Frame f is the Fourier transform of the samples {@code f hop - (size - hop) / 2} on, with zeros outside the signal, under a
 * Hann window, times 4 / size: a full-scale sine has magnitude 1. With |X|^2 + 1e-12 in place of |X|^2, the channels are |X|^(1/4)
 * of bins 0 to size / 2, then the real parts of X |X|^(-3/4) of the first bins, then their imaginary parts.
 *
 * <p>Input {@code [1 x 1 x frames * hop]}, output {@code [size / 2 + 1 + 2 complexBins x 1 x frames]}.
 */
public final class CompressedStft extends Layer {
    private static final double FLOOR = 1e-12;
    private static final int FRAMES_PER_TASK = 16;

    private final int size;
    private final int hop;
    private final int complexBins;
    private final int cut;
    private final RealFft fft;
    private final double[] window; // Hann, periodic, times 4 / size

    /**
     * @param size length of a frame, a power of two from 4 to 65536
     * @param hop samples between frames, even, at most the size
     * @param complexBins bins, from 0 on, of which real and imaginary parts come out too, at most size / 2 + 1
     */
    public CompressedStft(int size, int hop, int complexBins) {
        super(1, in("size", size, 4, 1 << 16) / 2 + 1 + 2 * in("complexBins", complexBins, 0, size / 2 + 1));
        this.size = size;
        this.hop = in("hop", hop, 2, size);
        this.complexBins = complexBins;
        if (hop % 2 != 0) {
            throw new IllegalArgumentException("hop is " + hop + ", must be even");
        }
        this.cut = (size - hop) / 2;
        this.fft = new RealFft(size);
        this.window = new double[size];
        for (int i = 0; i < size; i++) {
            window[i] = (2 - 2 * StrictMath.cos(2 * StrictMath.PI * i / size)) / size;
        }
    }

    @Override
    public Scale scale() {
        return Scale.down(1, hop);
    }

    @Override
    public Extent outExtent(Extent in) {
        if (in.height() != 1 || in.width() % hop != 0) {
            throw new IllegalArgumentException(
                    "input is " + in + ", must have height 1 and a multiple of " + hop + " samples");
        }
        return new Extent(1, in.width() / hop);
    }

    @Override
    public Window inWindow(Window out, Extent in) {
        long first = (long) out.left() * hop - cut;
        return Window.clipped(out.top(), first, out.bottom(), (out.right() - 1L) * hop - cut + size, in);
    }

    @Override
    FeatureMap apply(Region in, Window out, Pass pass) {
        FeatureMap result = FeatureMap.zeros(outChannels(), 1, out.width());
        pass.workers().runRows(out.width(), FRAMES_PER_TASK, (from, to) -> {
            Scratch scratch = new Scratch(size);
            for (int i = from; i < to; i++) {
                frame(in, (out.left() + i) * hop - cut - in.window().left(), scratch);
                put(scratch, result, i);
            }
        });
        return result;
    }

    private void frame(Region in, int start, Scratch scratch) {
        float[] samples = in.map().data();
        for (int t = 0; t < size; t++) {
            int at = start + t;
            scratch.x[t] = at < 0 || at >= in.map().width() ? 0 : window[t] * samples[at];
        }
        fft.forward(scratch.x, scratch.zr, scratch.zi, scratch.re, scratch.im);
    }

    private void put(Scratch scratch, FeatureMap result, int column) {
        int bins = size / 2 + 1;
        int plane = result.plane();
        for (int k = 0; k < bins; k++) {
            double power = scratch.re[k] * scratch.re[k] + scratch.im[k] * scratch.im[k] + FLOOR;
            double magnitude = Math.sqrt(power);
            double compressed = Math.sqrt(Math.sqrt(magnitude));
            result.data()[k * plane + column] = (float) compressed;
            if (k < complexBins) {
                double factor = compressed / magnitude;
                result.data()[(bins + k) * plane + column] = (float) (scratch.re[k] * factor);
                result.data()[(bins + complexBins + k) * plane + column] = (float) (scratch.im[k] * factor);
            }
        }
    }

    private static final class Scratch {
        final double[] x;
        final double[] zr;
        final double[] zi;
        final double[] re;
        final double[] im;

        Scratch(int size) {
            x = new double[size];
            zr = new double[size / 2];
            zi = new double[size / 2];
            re = new double[size / 2 + 1];
            im = new double[size / 2 + 1];
        }
    }
}
