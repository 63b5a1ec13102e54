package dev.tessera.codebook;

import java.util.Arrays;

/**
 * InfoMEC: how far discrete latents are a modular, compact and explicit code of known sources of the data (Hsu,
 * Dorrell, Whittington, Wu and Finn 2023, "Disentanglement via Latent Quantization").
 *
 * <p>NMI[i, j] = I(source i; latent j) / H(source i), from joint counts (the plug-in estimate: it is too high by about
 * (source values - 1)(latent values - 1) / (2 samples) nats). A latent is active if it takes at least two values. A row
 * or column without any information, which has no ratio, counts as spread evenly.
 *
 * <ul>
 *   <li><b>InfoM</b>, modularity: how far each latent tells of one source only; the mean over active latents of max /
 *       sum of its column, rescaled from [1 / sources, 1] to [0, 1]. NaN with one source or no active latent.
 *   <li><b>InfoC</b>, compactness: how far each source is told by one latent only; the same over the rows, with the
 *       active latents. NaN with less than two active latents.
 *   <li><b>InfoE</b>, explicitness: the mean over sources of (H(s) - H(s | z)) / H(s), where H(s | z) is the
 *       cross-entropy of an unregularised multinomial logistic regression of the source on the active latents, on the
 *       same samples. The features are the indices as numbers, standardised: they are to be ordered as the values of
 *       their scalar codebooks are. Samples should outnumber latents x source values by far. Newton's method, at most
 *       60 steps.
 * </ul>
 */
public final class InfoMec {
    private final int sources;
    private final int latents;
    private final double[] nmi; // [sources x latents]
    private final boolean[] active; // [latents]
    private final double infoM;
    private final double infoC;
    private final double infoE;

    private InfoMec(int sources, int latents, double[] nmi, boolean[] active, double infoE) {
        this.sources = sources;
        this.latents = latents;
        this.nmi = nmi;
        this.active = active;
        this.infoM = modularity();
        this.infoC = compactness();
        this.infoE = infoE;
    }

    /**
     * Measures all three.
     *
     * @param latents indices, {@code [samples x latentCount]}, row-major
     * @param latentCount latents, at least 1
     * @param sources values of the sources, {@code [samples x sourceCount]}, row-major, any integers; each source takes
     *     at least two values
     * @param sourceCount sources, at least 1
     */
    public static InfoMec of(int[] latents, int latentCount, int[] sources, int sourceCount) {
        int samples = samples(latents, latentCount, "latent");
        if (samples(sources, sourceCount, "source") != samples) {
            throw new IllegalArgumentException("there are " + samples + " samples of the latents and "
                    + sources.length / sourceCount + " of the sources");
        }
        Classes[] latentClasses = classes(latents, latentCount);
        Classes[] sourceClasses = classes(sources, sourceCount);
        boolean[] active = new boolean[latentCount];
        for (int j = 0; j < latentCount; j++) {
            active[j] = latentClasses[j].count() > 1;
        }
        double[] features = features(latents, latentCount, active);
        double[] nmi = new double[sourceCount * latentCount];
        double explicitness = 0;
        for (int i = 0; i < sourceCount; i++) {
            Classes source = sourceClasses[i];
            if (source.count() < 2) {
                throw new IllegalArgumentException("source " + i + " has the value " + sources[i]
                        + " in all samples, every source must take at least two values");
            }
            double entropy = entropy(source);
            for (int j = 0; j < latentCount; j++) {
                nmi[i * latentCount + j] = mutualInformation(source, latentClasses[j]) / entropy;
            }
            double conditional = new SoftmaxRegression(features, samples, source.of(), source.count()).fit();
            explicitness += (entropy - conditional) / entropy / sourceCount;
        }
        return new InfoMec(sourceCount, latentCount, nmi, active, explicitness);
    }

    private static int samples(int[] values, int count, String name) {
        if (count < 1) {
            throw new IllegalArgumentException(name + "Count is " + count + ", must be at least 1");
        }
        if (values.length == 0 || values.length % count != 0) {
            throw new IllegalArgumentException(name + "s has " + values.length
                    + " values, must be a positive multiple of " + name + "Count = " + count);
        }
        return values.length / count;
    }

    /** Values of one variable, numbered from 0 in ascending order. */
    private record Classes(int[] of, long[] counts) {
        int count() {
            return counts.length;
        }
    }

    private static Classes[] classes(int[] values, int variables) {
        Classes[] classes = new Classes[variables];
        int samples = values.length / variables;
        for (int v = 0; v < variables; v++) {
            int[] column = new int[samples];
            for (int i = 0; i < samples; i++) {
                column[i] = values[i * variables + v];
            }
            int[] distinct = Arrays.stream(column).sorted().distinct().toArray();
            long[] counts = new long[distinct.length];
            for (int i = 0; i < samples; i++) {
                column[i] = Arrays.binarySearch(distinct, column[i]);
                counts[column[i]]++;
            }
            classes[v] = new Classes(column, counts);
        }
        return classes;
    }

    private static double entropy(Classes source) {
        double n = source.of().length;
        double entropy = 0;
        for (long count : source.counts()) {
            entropy -= count / n * StrictMath.log(count / n);
        }
        return entropy;
    }

    /** In nats. Of integer products alone, so that independent counts give exactly 0. */
    private static double mutualInformation(Classes a, Classes b) {
        int samples = a.of().length;
        long[] pairs = new long[samples];
        for (int i = 0; i < samples; i++) {
            pairs[i] = (long) a.of()[i] * b.count() + b.of()[i];
        }
        Arrays.sort(pairs);
        double sum = 0;
        for (int from = 0; from < samples; ) {
            int to = from + 1;
            while (to < samples && pairs[to] == pairs[from]) {
                to++;
            }
            long together = (long) to - from;
            long apart = a.counts()[(int) (pairs[from] / b.count())] * b.counts()[(int) (pairs[from] % b.count())];
            sum += (double) together / samples * StrictMath.log((double) (together * samples) / apart);
            from = to;
        }
        return Math.max(0, sum);
    }

    /** Active latents with mean 0 and variance 1, and a column of ones, {@code [samples x (active + 1)]}. */
    private static double[] features(int[] latents, int latentCount, boolean[] active) {
        int samples = latents.length / latentCount;
        int width = 1;
        for (boolean a : active) {
            width += a ? 1 : 0;
        }
        double[] features = new double[Math.multiplyExact(samples, width)];
        Arrays.fill(features, 1);
        int column = 0;
        for (int j = 0; j < latentCount; j++) {
            if (!active[j]) {
                continue;
            }
            double mean = 0;
            for (int i = 0; i < samples; i++) {
                mean += latents[i * latentCount + j];
            }
            mean /= samples;
            double squares = 0;
            for (int i = 0; i < samples; i++) {
                double d = latents[i * latentCount + j] - mean;
                squares += d * d;
            }
            double deviation = Math.sqrt(squares / samples);
            for (int i = 0; i < samples; i++) {
                features[i * width + column] = (latents[i * latentCount + j] - mean) / deviation;
            }
            column++;
        }
        return features;
    }

    private double modularity() {
        double sum = 0;
        for (int j = 0; j < latents; j++) {
            if (active[j]) {
                double[] column = new double[sources];
                for (int i = 0; i < sources; i++) {
                    column[i] = nmi(i, j);
                }
                sum += largestShare(column);
            }
        }
        return rescaled(sum / activeLatents(), sources);
    }

    private double compactness() {
        double sum = 0;
        for (int i = 0; i < sources; i++) {
            double[] row = new double[activeLatents()];
            int n = 0;
            for (int j = 0; j < latents; j++) {
                if (active[j]) {
                    row[n++] = nmi(i, j);
                }
            }
            sum += largestShare(row);
        }
        return rescaled(sum / sources, activeLatents());
    }

    private static double largestShare(double[] values) {
        double most = 0;
        double sum = 0;
        for (double value : values) {
            most = Math.max(most, value);
            sum += value;
        }
        return sum > 0 ? most / sum : 1.0 / values.length;
    }

    private static double rescaled(double share, int parts) {
        return parts < 2 ? Double.NaN : Math.max(0, (share - 1.0 / parts) / (1 - 1.0 / parts));
    }

    /** I(source; latent) / H(source), in [0, 1]. */
    public double nmi(int source, int latent) {
        if (source < 0 || source >= sources) {
            throw new IllegalArgumentException("source is " + source + ", must be in [0, " + sources + ")");
        }
        if (latent < 0 || latent >= latents) {
            throw new IllegalArgumentException("latent is " + latent + ", must be in [0, " + latents + ")");
        }
        return nmi[source * latents + latent];
    }

    /** Latents that take at least two values. */
    public int activeLatents() {
        int count = 0;
        for (boolean a : active) {
            count += a ? 1 : 0;
        }
        return count;
    }

    /** Modularity, in [0, 1]; NaN with one source or no active latent. */
    public double infoM() {
        return infoM;
    }

    /** Compactness, in [0, 1]; NaN with less than two active latents. */
    public double infoC() {
        return infoC;
    }

    /** Explicitness, in [0, 1]. */
    public double infoE() {
        return infoE;
    }

    @Override
    public String toString() {
        return "InfoMec[infoM " + infoM + ", infoC " + infoC + ", infoE " + infoE + "]";
    }
}
