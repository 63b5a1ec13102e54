package dev.tessera.codecs;

import java.util.Arrays;

/**
 * Adaptive context-mixing model of the tokens of a grid, {@code [stages x height x width]}, integers only.
 *
 * <p>Tokens are coded in raster order of positions, all stages of a position in order. Each token is a zero decision and
 * then the binary digits of its index; each decision is predicted by adaptive probabilities in eight contexts (what
 * stands left, above and in the previous stage), mixed by {@link GridMixer}. Neighbours outside the grid are a context
 * of their own. Encoder and decoder must start from equal priors. Not for several threads at once.
 */
public final class GridModel {
    private static final int CONTEXTS = GridPrior.CONTEXTS;
    private static final int ADAPTIVE_COUNT_LIMIT = 255;

    /** A shipped probability may be no surer than this many observations, so that the file at hand can overrule it. */
    private static final int PRIOR_COUNT_LIMIT = 4; // 30 cost 3 to 4 % more on photos, 2 about as much

    private static final int[] RATE = new int[256]; // 1 / (n + 1.6) in 1/65536
    private static final int[] CONFIDENCE = new int[256]; // n / (n + 1.5) in 1/256

    static {
        for (int n = 0; n < 256; n++) {
            RATE[n] = 655360 / (10 * n + 16);
            CONFIDENCE[n] = 512 * n / (2 * n + 3);
        }
    }

    private final GridSpec spec;
    private final int[] codebookSizes;
    private final byte[][] classes;
    private final int tableBits;
    private final int height;
    private final int width;
    private final int dropped;
    private final int[][] tokens; // [stage][height x width], index + 1, 0 = not coded yet
    private final char[] probabilities;
    private final byte[] counts;
    private final GridMixer mixer;
    private final int[] base = new int[CONTEXTS]; // hash of each context, without the node
    private final int[] slots = new int[CONTEXTS];
    private int neighbours;
    private long prepared = -1; // the place that base[] describes
    private int preparations;
    private int[] foreseen = new int[0]; // probability of each node of the digits at this place, for costs
    private int[] foreseenAt = new int[0]; // the preparation that it belongs to

    /**
     * A model of a grid of {@code height} rows and {@code width} columns.
     *
     * @throws IllegalArgumentException when an extent is negative or the grid has more than 2^31 - 1 positions
     */
    public GridModel(GridPrior prior, int height, int width) {
        this(prior, height, width, 0);
    }

    /**
     * A model of a grid whose indices have lost their {@code dropped} last binary digits: those of the smaller codebooks that nest in
     * tree-ordered ones. To its contexts an index is one from the middle of those that begin with it, so one prior serves all lengths.
     *
     * @param dropped 0 to the digits of the shortest index, less one
     * @throws IllegalArgumentException when an extent or {@code dropped} is out of range or the grid has more than 2^31 - 1 positions
     */
    public GridModel(GridPrior prior, int height, int width, int dropped) {
        if (height < 0 || width < 0 || (long) height * width > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "grid is " + height + " x " + width + ", must be 0 to 2^31 - 1 positions");
        }
        this.spec = prior.spec();
        this.codebookSizes = spec.codebookSizes();
        this.dropped = dropped;
        for (int s = 0; dropped != 0 && s < codebookSizes.length; s++) {
            if (dropped < 0 || dropped >= spec.bits(s)) {
                throw new IllegalArgumentException("dropped is " + dropped + ", must be in [0, " + spec.bits(s) + ")");
            }
            codebookSizes[s] = shortened(codebookSizes[s], dropped);
        }
        this.classes = spec.classes();
        this.tableBits = spec.tableBits();
        this.height = height;
        this.width = width;
        this.tokens = new int[spec.stages()][height * width];
        this.probabilities = prior.probabilities.clone();
        this.counts = prior.counts.clone();
        this.mixer = new GridMixer(spec, prior.weights);
    }

    /** Number of indices of a codebook of {@code size} that have lost their {@code dropped} last digits. */
    public static int shortened(int size, int dropped) {
        return (size - 1 >> dropped) + 1;
    }

    /** Bits that {@code index} would cost here and now, in 1/65536; the model does not change. */
    public int cost(int stage, int y, int x, int index) {
        prepare(stage, y, x);
        return costPrepared(stage, index);
    }

    /** {@link #cost} of the first {@code count} of several indices at one place. */
    public void costs(int stage, int y, int x, int[] indices, int count, int[] costs) {
        prepare(stage, y, x);
        for (int i = 0; i < count; i++) {
            costs[i] = costPrepared(stage, indices[i]);
        }
    }

    /** Codes {@code index} and learns it. */
    public void encode(EntropyEncoder encoder, int stage, int y, int x, int index) {
        walk(encoder, stage, y, x, index);
    }

    /** Learns {@code index} without coding it: for training and for dry runs. */
    public void observe(int stage, int y, int x, int index) {
        walk(null, stage, y, x, index);
    }

    /**
     * Decodes and learns the index at a place.
     *
     * @throws CorruptBitstreamException when the bits name no index of this stage
     */
    public int decode(EntropyDecoder decoder, int stage, int y, int x) throws CorruptBitstreamException {
        prepare(stage, y, x);
        int bits = spec.bits(stage) - dropped;
        int index = 0;
        if (bits > 0) {
            int nonZero = 1;
            if (dropped == 0) {
                nonZero = decoder.decodeBit(predict(stage, 0, 0));
                learn(nonZero);
            }
            int node = 1;
            for (int depth = 1; nonZero != 0 && depth <= bits; depth++) {
                int bit = decoder.decodeBit(predict(stage, depth, node));
                learn(bit);
                node = node << 1 | bit;
            }
            index = nonZero == 0 ? 0 : node - (1 << bits);
            if (index >= codebookSizes[stage]) {
                throw new CorruptBitstreamException(
                        0,
                        "token of stage " + stage + " at row " + y + ", column " + x + " is " + index
                                + ", must be below " + codebookSizes[stage]);
            }
        }
        place(stage, y, x, index);
        return index;
    }

    /** What this model has learnt, as the prior of others. */
    public GridPrior toPrior() {
        byte[] capped = counts.clone();
        for (int i = 0; i < capped.length; i++) {
            capped[i] = (byte) Math.min(capped[i] & 0xFF, PRIOR_COUNT_LIMIT);
        }
        return new GridPrior(spec, probabilities.clone(), capped, mixer.weights());
    }

    /** An equal model of another grid that goes on from this one's state: training files one after the other. */
    public GridModel next(int nextHeight, int nextWidth) {
        return new GridModel(
                new GridPrior(spec, probabilities, counts, mixer.weights()), nextHeight, nextWidth, dropped);
    }

    private void checkIndex(int stage, int index) {
        if (index < 0 || index >= codebookSizes[stage]) {
            throw new IllegalArgumentException(
                    "index is " + index + ", must be in [0, " + codebookSizes[stage] + ") in stage " + stage);
        }
    }

    /** Takes the decisions of {@code index} one by one: predicts, codes unless {@code encoder} is null, learns. */
    private void walk(EntropyEncoder encoder, int stage, int y, int x, int index) {
        checkIndex(stage, index);
        prepare(stage, y, x);
        int bits = spec.bits(stage) - dropped;
        if (bits > 0) {
            int nonZero = index == 0 && dropped == 0 ? 0 : 1;
            if (dropped == 0) {
                decide(encoder, stage, 0, 0, nonZero);
            }
            int node = 1;
            for (int depth = 1; nonZero != 0 && depth <= bits; depth++) {
                int bit = (index >>> (bits - depth)) & 1;
                decide(encoder, stage, depth, node, bit);
                node = node << 1 | bit;
            }
        }
        place(stage, y, x, index);
    }

    private void decide(EntropyEncoder encoder, int stage, int depth, int node, int bit) {
        int probability = predict(stage, depth, node);
        if (encoder != null) {
            encoder.encodeBit(bit, probability);
        }
        learn(bit);
    }

    private int costPrepared(int stage, int index) {
        int bits = spec.bits(stage) - dropped;
        if (bits == 0) {
            return 0;
        }
        int cost = 0;
        if (dropped == 0) {
            int p = foresee(stage, 0, 0);
            if (index == 0) {
                return Logistic.cost(65536 - p);
            }
            cost = Logistic.cost(p);
        }
        int node = 1;
        for (int depth = 1; depth <= bits; depth++) {
            int bit = index >>> bits - depth & 1;
            int p = foresee(stage, depth, node);
            cost += Logistic.cost(bit == 1 ? p : 65536 - p);
            node = node << 1 | bit;
        }
        return cost;
    }

    /** {@link #predict} without a decision to follow; indices that begin alike share it. */
    private int foresee(int stage, int depth, int node) {
        if (node >= foreseen.length) {
            int nodes = Math.max(1 << depth, 1 << spec.bits(stage) - dropped);
            foreseen = Arrays.copyOf(foreseen, nodes);
            foreseenAt = Arrays.copyOf(foreseenAt, nodes);
        }
        if (foreseenAt[node] != preparations) {
            foreseen[node] = predict(stage, depth, node);
            foreseenAt[node] = preparations;
        }
        return foreseen[node];
    }

    /** Hashes the neighbourhood of a token into the eight contexts. */
    private void prepare(int stage, int y, int x) {
        long place = ((long) stage * height + y) * width + x;
        if (place == prepared) {
            return;
        }
        prepared = place;
        preparations++;
        int left = token(stage, y, x - 1);
        int up = token(stage, y - 1, x);
        int upLeft = token(stage, y - 1, x - 1);
        int upRight = token(stage, y - 1, x + 1);
        int left2 = token(stage, y, x - 2);
        int up2 = token(stage, y - 2, x);
        int previous = stage == 0 ? 0 : token(stage - 1, y, x);
        int first = stage <= 1 ? 0 : token(0, y, x);
        int classLeft = classOf(stage, left);
        int classUp = classOf(stage, up);
        int classUpRight = classOf(stage, upRight);
        int classUpLeft = classOf(stage, upLeft);
        int classPrevious = stage == 0 ? 0 : classOf(stage - 1, previous);
        int column = spec.columnContext() ? x + 1 : 0;
        int near = classLeft << 2 | classUp;

        base[0] = hash(stage, 0, column, 0);
        base[1] = hash(stage, 1, prefix(stage, left, 5), classPrevious);
        base[2] = hash(stage, 2, prefix(stage, up, 5), classPrevious);
        base[3] = hash(stage, 3, prefix(stage, left, 4), prefix(stage, up, 4));
        base[4] = hash(stage, 4, prefix(stage, left, 3) << 8 | prefix(stage, up, 3), prefix(stage, upRight, 3));
        base[5] = hash(
                stage,
                5,
                stage == 0 ? left : prefix(stage - 1, previous, 6),
                stage <= 1 ? near : prefix(0, first, 3) << 4 | near);
        base[6] = hash(
                stage,
                6,
                near << 4 | classUpRight << 2 | classUpLeft,
                classOf(stage, left2) << 4 | classOf(stage, up2) << 2 | classPrevious);
        base[7] = stage == 0 && column == 0
                ? hash(stage, 7, up, 0)
                : hash(stage, 7, column, classLeft + classUp + (classUpLeft + classUpRight >> 1) << 2 | classPrevious);
        neighbours = near;
    }

    private void place(int stage, int y, int x, int index) {
        int full = dropped == 0 ? index : Math.min(classes[stage].length - 1, index << dropped | 1 << dropped - 1);
        tokens[stage][y * width + x] = full + 1;
        prepared = -1;
    }

    private int predict(int stage, int depth, int node) {
        for (int i = 0; i < CONTEXTS; i++) {
            int h = (base[i] + node * 0x9E3779B1) * 0x85EBCA6B;
            int slot = i << tableBits | (h ^ h >>> 15) * 0xC2B2AE35 >>> 32 - tableBits;
            slots[i] = slot;
            mixer.input(i, Logistic.stretch(probabilities[slot]) * CONFIDENCE[counts[slot] & 0xFF] >> 8);
        }
        return mixer.mix(stage, depth, neighbours);
    }

    private void learn(int bit) {
        mixer.update(bit);
        int target = bit == 0 ? 0 : 65535;
        for (int slot : slots) {
            int n = counts[slot] & 0xFF;
            int p = probabilities[slot];
            probabilities[slot] = (char) (p + ((long) (target - p) * RATE[n] >> 16));
            if (n < ADAPTIVE_COUNT_LIMIT) {
                counts[slot] = (byte) (n + 1);
            }
        }
    }

    /** The token there plus one, or 0 outside of the grid and where nothing is coded yet. */
    private int token(int stage, int y, int x) {
        return y < 0 || x < 0 || x >= width || y >= height ? 0 : tokens[stage][y * width + x];
    }

    /** The leading {@code bits} binary digits, plus one; 0 for no token; index 0 keeps a value of its own. */
    private int prefix(int stage, int token, int bits) {
        if (token <= 1) {
            return token;
        }
        return 2 + (token - 1 >> Math.max(0, spec.bits(stage) - bits));
    }

    private int classOf(int stage, int token) {
        return token == 0 ? 0 : classes[stage][token - 1];
    }

    private static int hash(int stage, int context, int a, int b) {
        int h = (stage * 16 + context + 1) * 0x2C1B3C6D + a * 0x297A2D39 + b * 0x1B56C4E9;
        h = (h ^ h >>> 16) * 0x7FEB352D;
        return (h ^ h >>> 15) * 0x846CA68B;
    }
}
