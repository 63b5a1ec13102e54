package dev.tessera.audio;

/**
 * Triangular filters of peak 1, equally spaced on the HTK mel scale, mel(f) = 2595 log10(1 + f / 700) (Young et al., The
 * HTK Book). Immutable.
 */
public final class MelFilterBank {
    private final int bins;
    private final int[] firstBin; // by band
    private final double[][] weights; // [bands][bins that the band touches]
    private final double[] centres; // Hz

    /**
     * @param bands number of filters, at least 1
     * @param fftSize of the spectra, at least 2
     * @param sampleRate samples per second
     * @param lowest lower edge of the first filter in Hz, at least 0
     * @param highest upper edge of the last filter in Hz, above {@code lowest}, at most half the sample rate
     */
    public MelFilterBank(int bands, int fftSize, int sampleRate, double lowest, double highest) {
        if (bands < 1) {
            throw new IllegalArgumentException("bands is " + bands + ", must be at least 1");
        }
        if (!(lowest >= 0 && highest > lowest && highest <= sampleRate / 2.0)) {
            throw new IllegalArgumentException("lowest is " + lowest + ", highest is " + highest
                    + ", must be 0 <= lowest < highest <= " + sampleRate / 2.0);
        }
        this.bins = fftSize / 2 + 1;
        double[] edges = new double[bands + 2];
        double low = mel(lowest);
        double high = mel(highest);
        for (int i = 0; i < edges.length; i++) {
            edges[i] = hertz(low + (high - low) * i / (bands + 1));
        }
        this.centres = java.util.Arrays.copyOfRange(edges, 1, bands + 1);
        this.firstBin = new int[bands];
        this.weights = new double[bands][];
        double binWidth = (double) sampleRate / fftSize;
        for (int b = 0; b < bands; b++) {
            int from = Math.min(bins, (int) StrictMath.ceil(edges[b] / binWidth));
            int to = Math.max(from, Math.min(bins, (int) StrictMath.floor(edges[b + 2] / binWidth) + 1));
            firstBin[b] = from;
            weights[b] = new double[to - from];
            for (int k = from; k < to; k++) {
                double f = k * binWidth;
                double rise = (f - edges[b]) / (edges[b + 1] - edges[b]);
                double fall = (edges[b + 2] - f) / (edges[b + 2] - edges[b + 1]);
                weights[b][k - from] = Math.max(0, Math.min(rise, fall));
            }
        }
    }

    /** Number of filters. */
    public int bands() {
        return weights.length;
    }

    /** Where a filter has its peak, in Hz. */
    public double centre(int band) {
        return centres[band];
    }

    /** Sum of a filter's weights. */
    public double weightSum(int band) {
        double sum = 0;
        for (double w : weights[band]) {
            sum += w;
        }
        return sum;
    }

    /**
     * Weighted sums over each filter.
     *
     * @param spectrum one value per bin, {@code [fftSize / 2 + 1]}
     * @param out {@code [bands]}, written
     */
    public void apply(double[] spectrum, double[] out) {
        if (spectrum.length != bins) {
            throw new IllegalArgumentException("spectrum has " + spectrum.length + " bins, must have " + bins);
        }
        for (int b = 0; b < weights.length; b++) {
            double sum = 0;
            for (int i = 0; i < weights[b].length; i++) {
                sum += weights[b][i] * spectrum[firstBin[b] + i];
            }
            out[b] = sum;
        }
    }

    /**
     * Spreads one value per filter over the bins by the filters' own weights, normalised: between two centres the result
     * runs linearly from one value to the other. Bins that no filter touches get the value of the nearest one.
     *
     * @param values {@code [bands]}
     * @param spectrum {@code [fftSize / 2 + 1]}, written
     */
    public void spread(double[] values, double[] spectrum) {
        double[] weight = new double[bins];
        java.util.Arrays.fill(spectrum, 0, bins, 0);
        for (int b = 0; b < weights.length; b++) {
            for (int i = 0; i < weights[b].length; i++) {
                spectrum[firstBin[b] + i] += weights[b][i] * values[b];
                weight[firstBin[b] + i] += weights[b][i];
            }
        }
        for (int k = 0; k < bins; k++) {
            if (weight[k] > 1e-9) {
                spectrum[k] /= weight[k];
            } else {
                spectrum[k] = k < firstBin[0] + 1 ? values[0] : values[weights.length - 1];
            }
        }
    }

    private static double mel(double hertz) {
        return 2595 * StrictMath.log10(1 + hertz / 700);
    }

    private static double hertz(double mel) {
        return 700 * (StrictMath.pow(10, mel / 2595) - 1);
    }
}
