package dev.tessera.codecs.circuit;

import java.util.Arrays;

/**
 * Codes the samples of one plane, each as a chain of binary splits of its range. The circuit gives the posterior of the
 * latent error state under the causal evidence and with it the exact probability of every split; adaptive counts in a
 * few contexts correct it.
 */
final class SampleCoder {
    /** Distances from the centre at which a bucket begins; the last one is never reached. */
    private static final int[] EDGES = {0, 1, 2, 3, 5, 9, 17, 33, 65, 129, 257, 1 << 20};

    private static final int NODES =
            64; // decisions that are counted: 1 side, 2 x 10 bucket steps, 2 x 10 first halvings
    private static final int UNCOUNTED = -1;
    private static final int CENTRES = 2; // the blended and the least-squares prediction
    private static final int COUNTERS = 5;
    private static final int LEVELS = 32;
    private static final int[] STEPS = new int[256];
    private static final int COUNT_LIMIT = 250;
    private static final int LEARNING_RATE = 8;

    static {
        for (int i = 0; i < STEPS.length; i++) {
            STEPS[i] = 65536 / (i + 2);
        }
    }

    private final int channel;
    private final int minimum;
    private final int maximum;
    private final int[] plane;
    private final int stride;
    private final SamplePredictor predictor;
    private final CausalEvidence context;
    private final QuantizedCircuit.Inference inference;
    private final ErrorMixture errors;
    private final int[] evidence;
    private final int[] posterior;
    private final DecisionMixer mixer;
    private final int[][] counters = new int[COUNTERS][];
    private final int[] slots = new int[COUNTERS];
    private final int[] centres = new int[CENTRES];
    private final int[] below = new int[CENTRES];
    private final int[] above = new int[CENTRES];
    private final int[] cut = new int[CENTRES];
    private int total;
    private int level;

    SampleCoder(int channel, PaddedPlanes planes, short[][] errorRows, ChannelCircuit model) {
        this.channel = channel;
        this.minimum = planes.minimum(channel);
        this.maximum = planes.maximum(channel);
        this.plane = planes.samples()[channel];
        this.stride = planes.stride();
        this.predictor = new SamplePredictor(channel, planes);
        this.context = new CausalEvidence(channel, planes, errorRows);
        this.inference = model.circuit().inference();
        this.errors = model.errors();
        this.evidence = new int[CausalEvidence.variables(channel)];
        this.posterior = new int[model.circuit().states()];
        int[] initial = new int[CENTRES + COUNTERS];
        Arrays.fill(initial, 6000);
        initial[0] = 30000;
        initial[1] = 12000;
        this.mixer = new DecisionMixer(NODES, LEVELS * 4, initial);
        int[] contexts = {LEVELS * 3, 11 * 11 * 3, 11 * 11 * 8, 21 * 21, 8 * LEVELS * 3};
        for (int i = 0; i < COUNTERS; i++) {
            counters[i] = new int[contexts[i] * NODES];
            Arrays.fill(counters[i], 1 << 30); // one half, no count
        }
    }

    /**
     * Codes the sample at index {@code at} of the padded plane.
     *
     * @param value the sample; ignored when reading
     * @return the sample
     */
    int code(BitPort port, int row, int at, int value) {
        predictor.predict(row, at);
        context.fill(evidence, row, at, predictor.spread);
        int[] weights = inference.rootPosterior(evidence);
        long sum = 0;
        for (int w : weights) {
            sum += w;
        }
        long inverse = (32767L << 16) / sum;
        total = 0;
        long levels = 0;
        for (int h = 0; h < posterior.length; h++) {
            int w = (int) (weights[h] * inverse >> 16);
            posterior[h] = w;
            total += w;
            levels += (long) w * errors.level(h);
        }
        level = (int) Math.min(LEVELS - 1, levels / total * LEVELS / (ErrorMixture.SCALES * 16));
        centres[0] = predictor.blend;
        centres[1] = predictor.filtered;
        int centre = Math.max(minimum, Math.min(maximum, predictor.blend + 4 >> 3));
        chooseSlots(row, at, centre);
        for (int i = 0; i < CENTRES; i++) {
            below[i] = 0;
            above[i] = total << 16;
        }
        int coded = codeValue(port, centre, value);
        predictor.update(row, at, coded);
        context.learn(row, at, coded * SamplePredictor.UNIT - predictor.blend);
        return coded;
    }

    private void chooseSlots(int row, int at, int centre) {
        int w = context.error(channel, row, at, 0, -1);
        int n = context.error(channel, row, at, 1, 0);
        int o;
        int q;
        if (channel > 0) {
            o = signed(context.error(channel - 1, row, at, 0, 0));
            q = channel > 1 ? signed(context.error(0, row, at, 0, 0)) : 0;
        } else {
            o = signed(context.error(channel, row, at, 1, 1));
            q = signed(context.error(channel, row, at, 1, -1));
        }
        int noise = level < 9 ? 0 : level < 15 ? 1 : 2;
        int tilt = predictor.filtered - predictor.blend;
        slots[0] = (level * 3 + (tilt < -2 ? 0 : tilt > 2 ? 2 : 1)) * NODES;
        slots[1] = ((signed(w) * 11 + signed(n)) * 3 + noise) * NODES;
        slots[2] = ((o * 11 + q) * 8 + level / 4) * NODES;
        slots[3] = (near(plane[at - 1] - centre) * 21 + near(plane[at - stride] - centre)) * NODES;
        slots[4] = (((predictor.blend & 7) * LEVELS + level) * 3 + (w < -6 ? 0 : w > 6 ? 2 : 1)) * NODES;
    }

    private static int near(int difference) {
        return Math.max(-10, Math.min(10, difference)) + 10;
    }

    private static int signed(int error) {
        int m = Math.abs(error);
        int b = m < 3 ? 0 : m < 8 ? 1 : m < 18 ? 2 : m < 40 ? 3 : m < 90 ? 4 : 5;
        return error < 0 ? 5 - b : 5 + b;
    }

    private int codeValue(BitPort port, int centre, int value) {
        int low = minimum;
        int high = maximum + 1;
        boolean up = centre == minimum || split(port, centre, value, 0);
        int bucket = 0;
        if (up) {
            low = centre;
            while (true) {
                int t = centre + EDGES[bucket + 1];
                if (t >= high) {
                    break;
                }
                if (!split(port, t, value, 1 + bucket)) {
                    high = t;
                    break;
                }
                low = t;
                bucket++;
            }
        } else {
            high = centre;
            while (true) {
                int t = centre - EDGES[bucket + 1];
                if (t <= low) {
                    break;
                }
                if (split(port, t, value, 11 + bucket)) {
                    low = t;
                    break;
                }
                high = t;
                bucket++;
            }
        }
        int node = 21 + (up ? 0 : 10) + bucket;
        while (high - low > 1) {
            int t = low + high >> 1;
            if (split(port, t, value, node)) {
                low = t;
            } else {
                high = t;
            }
            node = UNCOUNTED; // the lower bits are noise to any context
        }
        return low;
    }

    /** Codes whether the value is at least {@code threshold}. */
    private boolean split(BitPort port, int threshold, int value, int node) {
        boolean counted = node != UNCOUNTED;
        int wanted = value >= threshold ? 1 : 0;
        int t = threshold * SamplePredictor.UNIT - SamplePredictor.UNIT / 2;
        int first = 0;
        int used = counted ? CENTRES : 1;
        for (int i = 0; i < used; i++) {
            int at = errors.mass(posterior, total, t - centres[i]);
            at = Math.max(below[i], Math.min(above[i], at));
            cut[i] = at;
            int width = above[i] - below[i];
            int p = width < 256 ? 32768 : (int) (((long) (above[i] - at) << 16) / width);
            p = Math.max(16, Math.min(65520, p));
            if (i == 0) {
                first = p;
            }
            if (counted) {
                mixer.input(i, Logits.stretch(p));
            }
        }
        int bit;
        if (counted) {
            for (int i = 0; i < COUNTERS; i++) {
                mixer.input(CENTRES + i, Logits.stretch(counters[i][slots[i] + node] >>> 15));
            }
            int kind = node == 0 ? 0 : node < 3 || node == 11 || node == 12 ? 1 : node < 21 ? 2 : 3;
            int p = Logits.squash(mixer.mix(node, level * 4 + kind));
            bit = port.code(wanted, p);
            mixer.update(bit, LEARNING_RATE);
            for (int i = 0; i < COUNTERS; i++) {
                count(counters[i], slots[i] + node, bit);
            }
        } else {
            bit = port.code(wanted, first);
        }
        for (int i = 0; i < used; i++) {
            if (bit != 0) {
                below[i] = cut[i];
            } else {
                above[i] = cut[i];
            }
        }
        return bit != 0;
    }

    /** Moves a 22-bit probability (upper bits) towards the bit by 1 / (count + 2), the count (lower 8 bits) bounded. */
    private static void count(int[] table, int slot, int bit) {
        int state = table[slot];
        int count = state & 255;
        int probability = state >>> 9;
        probability += (int) ((long) ((bit << 22) - probability) * STEPS[count] >> 16);
        probability = Math.max(1, Math.min((1 << 22) - 1, probability));
        table[slot] = probability << 9 | Math.min(COUNT_LIMIT, count + 1);
    }
}
