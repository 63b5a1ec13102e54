package dev.tessera.audio;

/**
 * Complex spectra of a row of frames, {@code [frames][bins]}. Mutable working storage: whoever holds it may write to the
 * rows.
 */
public final class Spectrogram {
    private final int bins;
    private final double[][] re;
    private final double[][] im;

    /** All zero. */
    public Spectrogram(int frames, int bins) {
        this.bins = bins;
        this.re = new double[frames][bins];
        this.im = new double[frames][bins];
    }

    public int frames() {
        return re.length;
    }

    public int bins() {
        return bins;
    }

    /** Real parts of a frame, {@code [bins]}; the array itself. */
    public double[] re(int frame) {
        return re[frame];
    }

    /** Imaginary parts of a frame, {@code [bins]}; the array itself. */
    public double[] im(int frame) {
        return im[frame];
    }

    /** |X| of one bin. */
    public double magnitude(int frame, int bin) {
        double a = re[frame][bin];
        double b = im[frame][bin];
        return StrictMath.sqrt(a * a + b * b);
    }
}
