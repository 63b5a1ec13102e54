package dev.tessera.image.learned;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.TokenizerFile;

/**
 * What latents are multiplied by before they are rounded, and what levels are multiplied by on the way back, for every channel and
 * rate (Cui et al. 2021, asymmetric gained units). Between two trained rates logarithms are interpolated, beyond the ends
 * they go on.
 */
final class Gains {
    /** Steps from one trained rate to the next. */
    static final int STEPS_PER_RATE = 16;

    /** Rates beyond either end of the trained ones that can be asked for. */
    static final int BEYOND = 2;

    /** Units of {@link AtRate#latent}, also those of the prior. */
    static final int LATENT_UNITS = 64;

    static final String LOG_GAINS = "quantizer.log_gains";
    static final String LOG_INVERSE = "quantizer.log_inverse_gains";

    private static final int MAX_RATES = 64;
    private static final float MAX_LOG = 12; // of a gain

    private final int dim;
    private final int rates;
    private final float[] logGains; // [rates x dim]
    private final float[] logInverse;

    private Gains(int dim, int rates, float[] logGains, float[] logInverse) {
        this.dim = dim;
        this.rates = rates;
        this.logGains = logGains;
        this.logInverse = logInverse;
    }

    static Gains read(ModelFile file, int dim) throws CorruptModelException {
        int rates = file.config().integer("rates");
        TokenizerFile.check("rates", rates >= 2 && rates <= MAX_RATES, rates, "in [2, " + MAX_RATES + "]");
        return new Gains(dim, rates, logs(file, LOG_GAINS, rates, dim), logs(file, LOG_INVERSE, rates, dim));
    }

    private static float[] logs(ModelFile file, String name, int rates, int dim) throws CorruptModelException {
        float[] logs = file.tensor(name, rates, dim).toFloats();
        for (float log : logs) {
            TokenizerFile.check(name, Math.abs(log) <= MAX_LOG, log, "in [-" + MAX_LOG + ", " + MAX_LOG + "]");
        }
        return logs;
    }

    /** Number of {@link #at} that exist. */
    int steps() {
        return (rates - 1 + 2 * BEYOND) * STEPS_PER_RATE + 1;
    }

    /**
     * The gains of one rate.
     *
     * @param gain of each channel
     * @param inverse of each channel
     * @param latent of a level of 1, in 1/{@value #LATENT_UNITS} times 1/65536
     * @param levels of a latent of 1, times 65536
     * @param logLevels natural logarithm of the gain, in 1/256
     * @param place of the rate, 0 for the first trained one and {@value #LATENT_UNITS} for the last
     */
    record AtRate(float[] gain, float[] inverse, long[] latent, long[] levels, int[] logLevels, int place) {
        /** What a level stands for, as the prior sees it. */
        int latent(int channel, int level) {
            return (int) Math.clamp(latent[channel] * level + (1 << 15) >> 16, -32768, 32767);
        }
    }

    /**
     * The gains of rate {@code step / STEPS_PER_RATE - BEYOND}.
     *
     * @param step from 0, below {@link #steps}; a higher one means a higher rate
     */
    AtRate at(int step) {
        double rate = step / (double) STEPS_PER_RATE - BEYOND;
        int below = (int) Math.clamp(Math.floor(rate), 0, rates - 2);
        double share = rate - below;
        float[] gain = new float[dim];
        float[] inverse = new float[dim];
        long[] latent = new long[dim];
        long[] levels = new long[dim];
        int[] logLevels = new int[dim];
        for (int d = 0; d < dim; d++) {
            double logGain = between(logGains, below, share, d);
            gain[d] = (float) StrictMath.exp(logGain);
            inverse[d] = (float) StrictMath.exp(between(logInverse, below, share, d));
            latent[d] = StrictMath.round(inverse[d] * (double) (LATENT_UNITS << 16));
            levels[d] = StrictMath.round(gain[d] * 65536.0);
            logLevels[d] = (int) StrictMath.round(logGain * 256);
        }
        int place = (int) StrictMath.round(rate / (rates - 1) * LATENT_UNITS);
        return new AtRate(gain, inverse, latent, levels, logLevels, place);
    }

    private double between(float[] logs, int below, double share, int channel) {
        double first = logs[below * dim + channel];
        double second = logs[(below + 1) * dim + channel];
        return first + share * (second - first);
    }
}
