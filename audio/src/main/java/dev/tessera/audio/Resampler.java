package dev.tessera.audio;

/**
 * Changes the sample rate by a polyphase windowed sinc (Kaiser, beta 10: images and aliases below -95 dB; flat to 93 % of
 * the lower Nyquist frequency).
 *
 * <p>Delay 0: output sample i stands at the time of input position i x inputRate / outputRate; input outside of the
 * signal counts as zero. Length rule: n samples become ceil(n x outputRate / inputRate). Same bits on every machine.
 * Immutable; safe to share between threads.
 */
public final class Resampler {
    private static final int ZERO_CROSSINGS = 32; // on either side
    private static final int TABLE_STEPS = 1024; // per zero crossing; linear interpolation is then good to -118 dB
    private static final double BETA = 10;
    private static final double CUTOFF = 0.965; // of the lower Nyquist frequency, middle of the transition band
    private static final long MAX_CACHED_WEIGHTS = 1 << 20;
    private static final double[] KERNEL = kernel();

    private final int inputRate;
    private final int outputRate;
    private final int up;
    private final int down;
    private final double scale; // kernel argument per input sample
    private final int reach; // taps on either side
    private final double[][] phases; // weights by phase; none when they are too many to keep

    /** Rates in samples per second, each 1 to 2^24. */
    public Resampler(int inputRate, int outputRate) {
        checkRate("inputRate", inputRate);
        checkRate("outputRate", outputRate);
        int divisor = gcd(inputRate, outputRate);
        this.inputRate = inputRate;
        this.outputRate = outputRate;
        this.up = outputRate / divisor;
        this.down = inputRate / divisor;
        this.scale = CUTOFF * Math.min(1.0, (double) outputRate / inputRate);
        this.reach = (int) StrictMath.ceil(ZERO_CROSSINGS / scale);
        this.phases = (long) up * 2 * reach <= MAX_CACHED_WEIGHTS ? new double[up][] : new double[0][];
        for (int phase = 0; phase < phases.length; phase++) {
            phases[phase] = new double[2 * reach];
            weigh(phase, phases[phase]);
        }
    }

    /** {@code signal} at {@code outputRate}; the signal itself when it has that rate. */
    public static AudioSignal resample(AudioSignal signal, int outputRate) {
        if (signal.sampleRate() == outputRate) {
            return signal;
        }
        Resampler resampler = new Resampler(signal.sampleRate(), outputRate);
        float[][] out = new float[signal.channels()][];
        for (int c = 0; c < out.length; c++) {
            out[c] = resampler.resample(signal.data(c));
        }
        return AudioSignal.wrap(outputRate, out);
    }

    /** Output length for {@code length} input samples. */
    public long outputLength(long length) {
        return Math.ceilDiv(Math.multiplyExact(length, (long) up), down);
    }

    /** {@code x} at the output rate, {@code [outputLength(x.length)]}. */
    public float[] resample(float[] x) {
        float[] out = new float[Math.toIntExact(outputLength(x.length))];
        if (up == down) {
            return x.clone();
        }
        double[] uncached = new double[2 * reach]; // one for all samples: odd rates need other weights at each
        for (int i = 0; i < out.length; i++) {
            out[i] = at(i, x, 0, x.length, uncached);
        }
        return out;
    }

    /**
     * Output sample {@code i}.
     *
     * @param x holds the input samples from {@code offset} on, all that {@link #firstInput} and {@link #lastInput} say or that exist
     * @param count of the samples in {@code x}; behind them there are zeros
     * @param uncached room for 2 {@link #reach} weights
     */
    float at(long i, float[] x, long offset, int count, double[] uncached) {
        int phase = (int) (i * down % up);
        double[] w = uncached;
        if (phases.length == 0) {
            weigh(phase, w);
        } else {
            w = phases[phase];
        }
        int first = (int) (firstInput(i) - offset);
        int from = Math.max(0, -first);
        int to = Math.min(w.length, count - first);
        double sum = 0;
        for (int j = from; j < to; j++) {
            sum += w[j] * x[first + j];
        }
        return (float) sum;
    }

    /** The first input sample that output sample {@code i} depends on, perhaps before the begin. */
    long firstInput(long i) {
        return i * down / up - reach + 1;
    }

    /** The last one. */
    long lastInput(long i) {
        return i * down / up + reach;
    }

    /** Input samples on either side that an output sample depends on; 0 where the rates are the same. */
    int reach() {
        return up == down ? 0 : reach;
    }

    /** Fills {@code w} with the weights of the inputs base - reach + 1 .. base + reach at the fraction phase / up behind base; sum 1. */
    private void weigh(int phase, double[] w) {
        double fraction = (double) phase / up;
        double sum = 0;
        for (int j = 0; j < w.length; j++) {
            double distance = Math.abs(j - reach + 1 - fraction) * scale * TABLE_STEPS;
            int i = (int) distance;
            double f = distance - i;
            w[j] = i < KERNEL.length - 1 ? KERNEL[i] * (1 - f) + KERNEL[i + 1] * f : 0;
            sum += w[j];
        }
        for (int j = 0; j < w.length; j++) {
            w[j] /= sum;
        }
    }

    private static double[] kernel() {
        double[] kernel = new double[ZERO_CROSSINGS * TABLE_STEPS + 1];
        double peak = Kaiser.besselI0(BETA);
        kernel[0] = 1;
        for (int i = 1; i < kernel.length; i++) {
            double x = (double) i / TABLE_STEPS;
            double r = x / ZERO_CROSSINGS;
            double window = Kaiser.besselI0(BETA * StrictMath.sqrt(1 - r * r)) / peak;
            kernel[i] = StrictMath.sin(StrictMath.PI * x) / (StrictMath.PI * x) * window;
        }
        return kernel;
    }

    private static void checkRate(String name, int rate) {
        if (rate < 1 || rate > 1 << 24) {
            throw new IllegalArgumentException(name + " is " + rate + ", must be in [1, 2^24]");
        }
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    @Override
    public String toString() {
        return "Resampler[" + inputRate + " Hz to " + outputRate + " Hz]";
    }
}
