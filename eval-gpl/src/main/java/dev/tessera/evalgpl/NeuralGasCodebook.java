package dev.tessera.evalgpl;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.learn.KMeans;
import smile.vq.NeuralGas;

/**
 * Neural gas (Martinetz, Berkovich and Schulten 1993) by Smile: each vector shown moves all code vectors, the k-th nearest
 * by rate x exp(-k / range). Less sensitive to its start than k-means.
 *
 * <ul>
 *   <li>The start is that of k-means++, so all code vectors differ; with fewer distinct vectors than {@code codes} the
 *       codebook is smaller than asked for.
 *   <li>The rate falls from 0.5 to 0.005, the range from a tenth of the codes (at least 1) to 0.01.
 *   <li>Nothing is drawn from Smile's generators, and its threads work on a code each: the same vectors and seed give the
 *       same codebook each time on one machine. Smile calls {@code Math.exp}, whose last bit another kind of processor may
 *       round otherwise.
 * </ul>
 *
 * <p>O(epochs x vectors x K x (D + log K)) time; Smile keeps a graph of K x K doubles.
 */
public final class NeuralGasCodebook {
    private static final double FIRST_RATE = 0.5;
    private static final double LAST_RATE = 0.005;
    private static final double LAST_RANGE = 0.01;

    private final int codes;
    private final int epochs;
    private final long seed;

    private NeuralGasCodebook(Builder builder) {
        this.codes = builder.codes;
        this.epochs = builder.epochs;
        this.seed = builder.seed;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Learns a codebook of at most {@code codes} code vectors.
     *
     * @throws IllegalArgumentException when there are no vectors, a value is not finite or epochs x vectors exceeds an int
     */
    public Codebook fit(Latents vectors) {
        Presentation presentation = new Presentation(vectors, epochs);
        Codebook start = KMeans.builder()
                .codebookSize(codes)
                .iterations(0)
                .seed(seed)
                .threads(1)
                .build()
                .fit(vectors);
        if (start.codebookSize() < 2) {
            return start; // Smile wants two at least, and one code would only wander from vector to vector
        }
        double[][] units = new double[start.codebookSize()][start.codeDim()];
        for (int i = 0; i < units.length; i++) {
            for (int d = 0; d < units[i].length; d++) {
                units[i][d] = start.get(i, d);
            }
        }
        double firstRange = Math.max(1, codes / 10.0);
        NeuralGas gas = new NeuralGas(
                units,
                t -> presentation.decay(FIRST_RATE, LAST_RATE, t),
                t -> presentation.decay(firstRange, LAST_RANGE, t),
                t -> presentation.steps()); // age of the edges of its graph, which is not looked at
        presentation.show(seed, gas::update);
        float[] out = new float[start.codebookSize() * start.codeDim()];
        int at = 0;
        for (double[] unit : gas.neurons()) {
            for (double value : unit) {
                out[at++] = (float) value;
            }
        }
        return Codebook.of(start.codebookSize(), start.codeDim(), out);
    }

    /** Settings; defaults: 256 codes, 10 epochs, seed 1. */
    public static final class Builder {
        private int codes = 256;
        private int epochs = 10;
        private long seed = 1;

        private Builder() {}

        /** K, at least 2. */
        public Builder codes(int codes) {
            this.codes = Presentation.requireAtLeast(2, codes, "codes");
            return this;
        }

        /** How often every vector is shown, at least 1. */
        public Builder epochs(int epochs) {
            this.epochs = Presentation.requireAtLeast(1, epochs, "epochs");
            return this;
        }

        /** Of the start and of the order in which vectors are shown. */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        public NeuralGasCodebook build() {
            return new NeuralGasCodebook(this);
        }
    }
}
