package dev.tessera.codecs.circuit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Learns an {@link ImageCircuit} from pictures: for each plane, samples of the causal evidence and the prediction
 * error, a {@link ChowLiuTree} hung from the error's magnitude, {@link HiddenChowLiuLearner EM} for the circuit, and
 * EM for the error densities of the root's states under the quantized circuit's own posteriors. The same pictures in
 * the same order, settings and seed give the same circuit; one thread.
 */
public final class ImageCircuitTrainer {
    private static final int MIXTURE_ITERATIONS = 30;

    private final int states;
    private final int iterations;
    private final int samplesPerPlane;
    private final long seed;
    private final List<List<int[]>> samples = new ArrayList<>(); // by plane: evidence and, last, the error in 1/8
    private final SplittableRandom random;
    private final long[] seen = new long[ImageCircuit.PLANES];

    /**
     * @param states latent states of each context variable
     * @param iterations of EM
     * @param samplesPerPlane most samples kept of each plane, drawn uniformly from all pictures (reservoir sampling)
     */
    public ImageCircuitTrainer(int states, int iterations, int samplesPerPlane, long seed) {
        this.states = states;
        this.iterations = iterations;
        this.samplesPerPlane = samplesPerPlane;
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        for (int c = 0; c < ImageCircuit.PLANES; c++) {
            samples.add(new ArrayList<>());
        }
    }

    /** Adds a picture of interleaved red, green, blue [height x width x 3]. */
    public void add(byte[] rgb, int height, int width) {
        LosslessImageCoder.checkGeometry(rgb, height, width, 3);
        ColorTransform transform = LosslessImageCoder.bestTransform(rgb, height, width);
        PaddedPlanes planes = LosslessImageCoder.planes(rgb, height, width, 3, transform);
        short[][] errorRows = CausalEvidence.errorRows(planes);
        SamplePredictor[] predictors = new SamplePredictor[ImageCircuit.PLANES];
        CausalEvidence[] contexts = new CausalEvidence[ImageCircuit.PLANES];
        for (int c = 0; c < ImageCircuit.PLANES; c++) {
            predictors[c] = new SamplePredictor(c, planes);
            contexts[c] = new CausalEvidence(c, planes, errorRows);
        }
        for (int row = 0; row < height; row++) {
            for (int c = 0; c < ImageCircuit.PLANES; c++) {
                planes.openRow(c, row);
                int variables = CausalEvidence.variables(c);
                for (int at = planes.start(row); at < planes.start(row) + width; at++) {
                    int value = planes.samples()[c][at];
                    predictors[c].predict(row, at);
                    int error = value * SamplePredictor.UNIT - predictors[c].blend;
                    int[] sample = new int[variables + 1];
                    contexts[c].fill(sample, row, at, predictors[c].spread);
                    sample[CausalEvidence.QUERY] = Magnitudes.FINE.bucket(Math.abs(error));
                    sample[variables] = error;
                    keep(c, sample);
                    predictors[c].update(row, at, value);
                    contexts[c].learn(row, at, error);
                }
                planes.closeRow(c, row);
            }
        }
    }

    private void keep(int plane, int[] sample) {
        List<int[]> kept = samples.get(plane);
        seen[plane]++;
        if (kept.size() < samplesPerPlane) {
            kept.add(sample);
        } else {
            long slot = random.nextLong(seen[plane]);
            if (slot < samplesPerPlane) {
                kept.set((int) slot, sample);
            }
        }
    }

    /**
     * Learns from all pictures added.
     *
     * @throws IllegalStateException if none was added
     */
    public ImageCircuit fit() {
        if (seen[0] == 0) {
            throw new IllegalStateException("no picture was added");
        }
        List<ChannelCircuit> channels = new ArrayList<>();
        for (int c = 0; c < ImageCircuit.PLANES; c++) {
            int variables = CausalEvidence.variables(c);
            int[] alphabetSizes = CausalEvidence.alphabetSizes(c);
            int[][] evidence = new int[samples.get(c).size()][];
            int[] errors = new int[evidence.length];
            for (int i = 0; i < evidence.length; i++) {
                evidence[i] = Arrays.copyOf(samples.get(c).get(i), variables);
                errors[i] = samples.get(c).get(i)[variables];
            }
            ChowLiuTree tree = ChowLiuTree.learn(evidence, alphabetSizes, CausalEvidence.QUERY);
            HiddenChowLiuTree learned =
                    new HiddenChowLiuLearner(states, iterations, 0.5, seed + c).fit(tree, evidence, alphabetSizes);
            QuantizedCircuit circuit = learned.quantize();
            channels.add(new ChannelCircuit(circuit, fitErrors(circuit, evidence, errors)));
        }
        return new ImageCircuit(channels);
    }

    /** EM for p(error | state) = sum over scales of weight x logistic, posteriors of the states held fixed. */
    private ErrorMixture fitErrors(QuantizedCircuit circuit, int[][] evidence, int[] errors) {
        int h = circuit.states();
        int k = ErrorMixture.SCALES;
        QuantizedCircuit.Inference inference = circuit.inference();
        float[][] posteriors = new float[errors.length][h];
        for (int i = 0; i < errors.length; i++) {
            int[] weights = inference.rootPosterior(evidence[i]);
            double sum = 0;
            for (int w : weights) {
                sum += w;
            }
            for (int z = 0; z < h; z++) {
                posteriors[i][z] = (float) (weights[z] / sum);
            }
        }
        double[][] density = new double[ErrorMixture.REACH][k]; // p(sample | scale) by |error|
        for (int t = 0; t < density.length; t++) {
            for (int s = 0; s < k; s++) {
                double scale = ErrorMixture.scale(s) * SamplePredictor.UNIT;
                double half = SamplePredictor.UNIT / 2.0;
                density[t][s] = StrictMath.tanh((t + half) / (2 * scale)) / 2
                        - StrictMath.tanh((t - half) / (2 * scale)) / 2
                        + 1e-12;
            }
        }
        double[] weights = new double[h * k];
        for (int z = 0; z < h; z++) {
            for (int s = 0; s < k; s++) {
                weights[z * k + s] = StrictMath.exp(-0.3 * Math.abs(s - (z + 0.5) * k / h));
            }
        }
        for (int iteration = 0; iteration <= MIXTURE_ITERATIONS; iteration++) {
            normalizeRows(weights, k);
            if (iteration == MIXTURE_ITERATIONS) {
                break;
            }
            double[] counts = new double[h * k];
            Arrays.fill(counts, 0.02);
            for (int i = 0; i < errors.length; i++) {
                double[] p = density[Math.min(Math.abs(errors[i]), density.length - 1)];
                double total = 0;
                for (int z = 0; z < h; z++) {
                    for (int s = 0; s < k; s++) {
                        total += posteriors[i][z] * weights[z * k + s] * p[s];
                    }
                }
                for (int z = 0; z < h; z++) {
                    double share = posteriors[i][z] / total;
                    for (int s = 0; s < k; s++) {
                        counts[z * k + s] += share * weights[z * k + s] * p[s];
                    }
                }
            }
            weights = counts;
        }
        int[] quantized = new int[h * k];
        int one = 1 << ErrorMixture.WEIGHT_BITS;
        for (int z = 0; z < h; z++) {
            int sum = 0;
            int largest = z * k;
            for (int i = z * k; i < (z + 1) * k; i++) {
                quantized[i] = (int) (weights[i] * one);
                sum += quantized[i];
                largest = quantized[i] > quantized[largest] ? i : largest;
            }
            quantized[largest] += one - sum;
        }
        return new ErrorMixture(h, quantized);
    }

    private static void normalizeRows(double[] table, int columns) {
        for (int from = 0; from < table.length; from += columns) {
            double sum = 0;
            for (int i = from; i < from + columns; i++) {
                sum += table[i];
            }
            for (int i = from; i < from + columns; i++) {
                table[i] /= sum;
            }
        }
    }
}
