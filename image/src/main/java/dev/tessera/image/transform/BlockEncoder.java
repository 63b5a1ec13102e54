package dev.tessera.image.transform;

import dev.tessera.codecs.mixing.BitCoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Chooses block sizes, modes and levels of a picture by rate and distortion, and codes them. */
final class BlockEncoder extends BlockDecoder {
    private static final double NEGLIGIBLE = 8; // bits; what a copy costs with its error that nothing else is tried
    private static final double FEWEST_BITS = 1.5; // of a coefficient that is not zero

    private static final double[] WEIGHTS = {1, 4 * 1.086, 4 * 0.825}; // of squared errors in RGB

    private final SamplePlane[] source;
    private final MotionSearch search; // null without a frame before
    private final Effort effort;
    private final VisualWeights visual;
    private final double chromaWeight;
    private final double[] lumaWeights = new double[SUPERBLOCK * SUPERBLOCK]; // of the block that is being tried
    private final double lambda; // squared 1/16 levels per 1/65536 bit
    private final BitCoder.Meter meter = new BitCoder.Meter();
    private final double[] weights = new double[SUPERBLOCK * SUPERBLOCK]; // of coefficients
    private final int[] original = new int[SUPERBLOCK * SUPERBLOCK];
    private final int[] difference = new int[SUPERBLOCK * SUPERBLOCK];
    private final int[] spectrum = new int[SUPERBLOCK * SUPERBLOCK];
    private final int[][] found = new int[6][2]; // vector of the block of each size that was tried last
    private final int[] trial = new int[SUPERBLOCK * SUPERBLOCK];
    private final double[] gains =
            new double[2 * SUPERBLOCK]; // what the coefficients below each diagonal can save at most

    /** A block that is coded whole, or four smaller ones. */
    private static final class Node {
        final int x;
        final int y;
        final int size;
        double score;
        final int[] modes = new int[5]; // of luma and chroma, transform of luma, vector
        boolean copied;
        int[][] levels = new int[3][];
        int[] last = {-1, -1, -1};
        int[][] samples = new int[3][];
        Node[] children;

        Node(int x, int y, int size) {
            this.x = x;
            this.y = y;
            this.size = size;
        }
    }

    /** Levels of one component of a block and what they cost. */
    private static final class Levels {
        int[] values; // null for none
        int last = -1;
        double score;
    }

    /** Of a picture. */
    BlockEncoder(SamplePlane[] source, int step, TransformPrior models, double lambdaFactor, Tuning tuning, int scale) {
        this(source, step, models, lambdaFactor, tuning, scale, null, Effort.of(Effort.USUAL));
    }

    /**
     * @param lambdaFactor multiplies the weight of a bit; above 1 the file is smaller
     * @param scale the planes are at 1 / 2^scale of the size of the picture
     * @param inter what a frame may take from the frame before, or null
     */
    BlockEncoder(
            SamplePlane[] source,
            int step,
            TransformPrior models,
            double lambdaFactor,
            Tuning tuning,
            int scale,
            Inter inter,
            Effort effort) {
        super(source[0].width, source[0].height, source.length, step, models, inter);
        this.search = inter == null ? null : new MotionSearch(source[0], inter.reference());
        this.effort = effort;
        this.source = source;
        this.visual = new VisualWeights(source[0], scale, tuning.contrast);
        this.chromaWeight = tuning.chroma;
        this.lambda = tuning.lambda * lambdaFactor * lumaStep * lumaStep / 65536;
    }

    void encode(BitCoder coder) {
        for (int y = 0; y < planes[0].height; y += SUPERBLOCK) {
            for (int x = 0; x < planes[0].width; x += SUPERBLOCK) {
                Node node = best(x, y, SUPERBLOCK);
                forget(x, y, SUPERBLOCK);
                code(coder, node);
            }
        }
    }

    /** The strength of the edge filter that leaves the least error in luma. */
    int bestEdges() {
        int best = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int edges = 0; edges < EdgeFilter.STRENGTHS; edges++) {
            SamplePlane filtered = planes[0].copy();
            new EdgeFilter(cells, inter == null ? null : inter.field(), edges).apply(filtered, lumaStep, 0);
            double error = 0;
            for (int i = 0; i < filtered.samples.length; i++) {
                double e = filtered.samples[i] - source[0].samples[i];
                error += e * e;
            }
            if (error < least) {
                least = error;
                best = edges;
            }
        }
        return best;
    }

    private void code(BitCoder coder, Node node) {
        int log = Integer.numberOfTrailingZeros(node.size);
        if (inter != null) {
            copied(coder, node.x, node.y, node.size, node.copied ? 1 : 0);
        }
        if (node.copied) {
            finish(node.x, node.y, node.size, node.modes, node.levels);
            return;
        }
        if (node.size > MIN_BLOCK) {
            models.modes.split(coder, cells, node.x, node.y, log, stepClass, node.children == null ? 0 : 1);
        }
        if (node.children != null) {
            for (Node child : node.children) {
                code(coder, child);
            }
            return;
        }
        leaf(coder, node.x, node.y, node.size, node.modes, node.levels, node.last);
        finish(node.x, node.y, node.size, node.modes, node.levels);
    }

    /** The best way to code a block; leaves its samples in the planes and its modes in the cells. */
    private Node best(int x, int y, int size) {
        int log = Integer.numberOfTrailingZeros(size);
        double codedFlag = 0;
        Node copied = null;
        if (inter != null) {
            meter.cost = 0;
            copied(meter, x, y, size, 0);
            codedFlag = lambda * meter.cost;
            copied = copiedBlock(x, y, size);
            if (copied.score < NEGLIGIBLE * 65536 * lambda) {
                settle(copied);
                return copied;
            }
        }
        double wholeFlag = codedFlag;
        double splitFlag = codedFlag;
        if (size > MIN_BLOCK) {
            meter.cost = 0;
            models.modes.split(meter, cells, x, y, log, stepClass, 0);
            wholeFlag += lambda * meter.cost;
            meter.cost = 0;
            models.modes.split(meter, cells, x, y, log, stepClass, 1);
            splitFlag += lambda * meter.cost;
        }
        Node whole =
                inter == null ? intraBlock(x, y, size, Double.POSITIVE_INFINITY).orElseThrow() : wholeBlock(x, y, size);
        whole.score += wholeFlag;
        if (copied != null && copied.score <= whole.score) {
            whole = copied;
        }
        boolean nothing =
                !effort.splits() && whole.levels[0] == null && whole.levels[1] == null && whole.levels[2] == null;
        if (size > MIN_BLOCK && !(nothing && whole.score < splitFlag + 4 * 3 * 65536 * lambda)) {
            Node split = new Node(x, y, size);
            split.children = new Node[4];
            split.score = splitFlag;
            int half = size / 2;
            for (int i = 0; i < 4 && split.score < whole.score; i++) {
                split.children[i] = best(x + (i & 1) * half, y + (i >> 1) * half, half);
                split.score += split.children[i].score;
            }
            if (split.score < whole.score) {
                return split;
            }
            forget(x, y, size);
        }
        settle(whole);
        return whole;
    }

    private void settle(Node node) {
        for (int c = 0; c < planes.length; c++) {
            int shift = c == 0 ? 0 : 1;
            planes[c].put(node.x >> shift, node.y >> shift, node.size >> shift, node.samples[c]);
        }
        finish(node.x, node.y, node.size, node.modes, node.levels);
    }

    /** A block that is a piece of the frame before and nothing else. */
    private Node copiedBlock(int x, int y, int size) {
        Node node = new Node(x, y, size);
        node.copied = true;
        visual.of(x, y, size, lumaWeights);
        System.arraycopy(copiedModes(x, y, size), 0, node.modes, 0, node.modes.length);
        meter.cost = 0;
        copied(meter, x, y, size, 1);
        node.score = lambda * meter.cost;
        for (int c = 0; c < planes.length; c++) {
            int shift = c == 0 ? 0 : 1;
            int side = size >> shift;
            source[c].get(x >> shift, y >> shift, side, original);
            predict(c, x, y, size, node.modes);
            node.samples[c] = Arrays.copyOf(prediction, side * side);
            findWeights(c, side);
            findSpectrum(side, 0);
            for (int i = 0; i < side * side; i++) {
                node.score += weights[i] * spectrum[i] * spectrum[i];
            }
        }
        return node;
    }

    /** The {@link #weights} of the coefficients of a component of the block that is being tried. */
    private void findWeights(int component, int size) {
        if (component == 0) {
            System.arraycopy(lumaWeights, 0, weights, 0, size * size);
        } else {
            Arrays.fill(weights, 0, size * size, WEIGHTS[component] * chromaWeight);
        }
    }

    /** The {@link #spectrum} of {@link #original} minus {@link #prediction}. */
    private void findSpectrum(int size, int kind) {
        for (int i = 0; i < size * size; i++) {
            difference[i] = original[i] - prediction[i];
        }
        transform(size, kind).forward(difference, spectrum, scratch);
    }

    /** A block of a frame, moved from the frame before or predicted from its own neighbours. */
    private Node wholeBlock(int x, int y, int size) {
        Node moved = movedBlock(x, y, size);
        if (moved.score < NEGLIGIBLE * 65536 * lambda) {
            return moved;
        }
        Optional<Node> intra = intraBlock(x, y, size, search.score());
        if (intra.isEmpty()) {
            return moved;
        }
        meter.cost = 0;
        moved(meter, x, y, size, intra.get().modes);
        intra.get().score += lambda * meter.cost;
        return intra.get().score < moved.score ? intra.get() : moved;
    }

    private Node movedBlock(int x, int y, int size) {
        Node node = new Node(x, y, size);
        visual.of(x, y, size, lumaWeights);
        source[0].get(x, y, size, original);
        int[] predicted = inter.field().predicted(x, y, size).clone();
        int log = Integer.numberOfTrailingZeros(size);
        double root = Math.sqrt(lambda);
        List<int[]> starts = new ArrayList<>(List.of(predicted, new int[2]));
        starts.add(inter.field().vector(x - 1, y));
        starts.add(inter.field().vector(x, y - 1));
        if (size < SUPERBLOCK) {
            starts.add(found[log + 1]);
        }
        node.modes[0] = IntraPrediction.FROM_REFERENCE;
        node.modes[1] = IntraPrediction.FROM_REFERENCE;
        int[] vector = search.find(original, x, y, size, starts, (vx, vy) -> {
            node.modes[3] = vx;
            node.modes[4] = vy;
            meter.cost = 0;
            moved(meter, x, y, size, node.modes);
            return root * 256 * meter.cost / 65536;
        });
        found[log] = vector;
        node.modes[3] = vector[0];
        node.modes[4] = vector[1];
        meter.cost = 0;
        moved(meter, x, y, size, node.modes);
        node.score = lambda * meter.cost;
        for (int c = 0; c < planes.length; c++) {
            int shift = c == 0 ? 0 : 1;
            int side = size >> shift;
            source[c].get(x >> shift, y >> shift, side, original);
            predict(c, x, y, size, node.modes);
            Levels best = levels(c, x, y, size, node.modes[0], 0, node.levels[0], Double.POSITIVE_INFINITY);
            if (c == 0 && size <= MAX_SINE) {
                Levels sine = levels(c, x, y, size, node.modes[0], 1, null, best.score);
                if (sine.score < best.score) {
                    best = sine;
                    node.modes[2] = 1;
                }
            }
            node.score += best.score;
            node.levels[c] = best.values;
            node.last[c] = best.last;
            node.samples[c] = new int[side * side];
            addResidual(c, side, c == 0 ? node.modes[2] : 0, best.values, node.samples[c]);
        }
        return node;
    }

    /**
     * A block that is predicted from its neighbours.
     *
     * @param limit of absolute differences and the price of a mode; nothing when no mode is below it
     */
    private Optional<Node> intraBlock(int x, int y, int size, double limit) {
        Node node = new Node(x, y, size);
        node.score = Double.POSITIVE_INFINITY;
        source[0].get(x, y, size, original);
        visual.of(x, y, size, lumaWeights);
        int log = Integer.numberOfTrailingZeros(size);
        intra.collect(planes[0], cells, x, y, size, 0);
        int[] modes = promisingModes(x, y, size, log, limit);
        if (modes.length == 0) {
            return Optional.empty();
        }
        for (int mode : modes) {
            intra.predict(mode, size, prediction);
            meter.cost = 0;
            models.modes.mode(meter, cells, x, y, log, stepClass, mode);
            double modeCost = lambda * meter.cost;
            int kinds = size <= MAX_SINE && (effort.sines() || mode == modes[0]) ? 2 : 1;
            for (int kind = 0; kind < kinds; kind++) {
                Levels levels = levels(0, x, y, size, mode, kind, null, node.score - modeCost);
                double score = levels.score + modeCost;
                if (score < node.score) {
                    node.score = score;
                    node.modes[0] = mode;
                    node.modes[2] = kind;
                    node.levels[0] = levels.values;
                    node.last[0] = levels.last;
                }
            }
        }
        intra.predict(node.modes[0], size, prediction);
        node.samples[0] = new int[size * size];
        addResidual(0, size, node.modes[2], node.levels[0], node.samples[0]);
        node.modes[1] = node.modes[0];
        if (planes.length > 1) {
            chroma(node);
        }
        return Optional.of(node);
    }

    /** Chroma in the mode of luma or from its samples, whichever is better. */
    private void chroma(Node node) {
        int x = node.x;
        int y = node.y;
        int size = node.size;
        int half = size / 2;
        boolean choice = LumaToChroma.possible(cells, x, y);
        if (choice) {
            planes[0].put(x, y, size, node.samples[0]);
        }
        double least = Double.POSITIVE_INFINITY;
        for (int attempt = 0; attempt < (choice ? 2 : 1); attempt++) {
            int mode = attempt == 0 ? node.modes[0] : IntraPrediction.FROM_LUMA;
            meter.cost = 0;
            if (choice) {
                enter(1, x, y, size, node.modes[0], node.levels[0]);
                models.modes.fromLuma(meter, cells, x, y, context, node.modes[0], attempt);
            }
            double score = lambda * meter.cost;
            Levels[] levels = new Levels[planes.length];
            int[][] samples = new int[planes.length][half * half];
            for (int c = 1; c < planes.length; c++) {
                source[c].get(x / 2, y / 2, half, original);
                predict(c, x, y, size, mode);
                levels[c] = levels(c, x, y, size, mode, 0, node.levels[0], least - score);
                score += levels[c].score;
                addResidual(c, half, 0, levels[c].values, samples[c]);
            }
            if (score < least) {
                least = score;
                node.modes[1] = mode;
                for (int c = 1; c < planes.length; c++) {
                    node.levels[c] = levels[c].values;
                    node.last[c] = levels[c].last;
                    node.samples[c] = samples[c];
                }
            }
        }
        node.score += least;
    }

    /** Modes whose predictions are nearest, by absolute difference and what the mode costs; none when all are above a limit. */
    private int[] promisingModes(int x, int y, int size, int log, double limit) {
        double[] scores = new double[IntraPrediction.MODES];
        double root = Math.sqrt(lambda);
        for (int mode = 0; mode < scores.length; mode++) {
            intra.predict(mode, size, prediction);
            long sum = 0;
            for (int i = 0; i < size * size; i++) {
                sum += Math.abs(original[i] - prediction[i]);
            }
            meter.cost = 0;
            models.modes.mode(meter, cells, x, y, log, stepClass, mode);
            scores[mode] = sum + root * 256 * meter.cost / 65536;
        }
        int[] out = new int[inter == null ? effort.modes() : effort.modesOfFrames()];
        for (int i = 0; i < out.length; i++) {
            int best = 0;
            for (int mode = 1; mode < scores.length; mode++) {
                if (scores[mode] < scores[best]) {
                    best = mode;
                }
            }
            if (i == 0 && scores[best] > limit) {
                return new int[0];
            }
            out[i] = best;
            scores[best] = Double.POSITIVE_INFINITY;
        }
        return out;
    }

    /**
     * Rate-distortion optimised levels of {@link #original} minus {@link #prediction}.
     *
     * @param enough what others came to: levels that cannot be below it are not looked at to their end
     */
    private Levels levels(int component, int x, int y, int blockSize, int mode, int kind, int[] luma, double enough) {
        int size = component == 0 ? blockSize : blockSize / 2;
        int count = size * size;
        findSpectrum(size, kind);
        findWeights(component, size);
        enter(component, x, y, blockSize, mode, luma);
        Levels best = new Levels();
        int step = step(component);
        int last = -1;
        double energy = 0;
        double fewestBits = FEWEST_BITS * 65536 * lambda;
        Arrays.fill(gains, 0, 2 * size, 0);
        for (int i = 0; i < count; i++) {
            int diagonal = i / size + i % size;
            double square = weights[i] * spectrum[i] * spectrum[i];
            energy += square;
            if (Math.abs(spectrum[i]) * 16L > 9L * step) {
                last = Math.max(last, diagonal);
                gains[diagonal + 1] += Math.max(0, square - fewestBits);
            }
        }
        for (int d = 0; d < 2 * size - 1; d++) {
            gains[d + 1] += gains[d];
        }
        meter.cost = 0;
        levelModel().coded(meter, context, 0);
        best.score = energy + lambda * meter.cost;
        double kindCost = 0;
        if (component == 0 && size <= MAX_SINE) {
            meter.cost = 0;
            levelModel().transform(meter, context, kind);
            kindCost = lambda * meter.cost;
        }
        for (int attempt = 0; attempt < effort.ends() && last >= 0; attempt++) {
            double score = kindCost + quantize(size, step, last, energy, Math.min(enough, best.score) - kindCost);
            if (score < best.score) {
                best.score = score;
                best.values = Arrays.copyOf(trial, count);
                best.last = last;
            }
            last = below(last, size, step);
        }
        return best;
    }

    /** The next lower diagonal with a coefficient that is worth a level. */
    private int below(int diagonal, int size, int step) {
        for (int d = diagonal - 1; d >= 0; d--) {
            for (int x = Math.max(0, d - size + 1); x <= Math.min(d, size - 1); x++) {
                if (Math.abs(spectrum[(d - x) * size + x]) * 16L > 9L * step) {
                    return d;
                }
            }
        }
        return -1;
    }

    /**
     * Chooses levels up to a last diagonal into {@link #trial}, one after the other as they are coded. Gives up, with an infinite score,
     * as soon as coefficients without any error and bits would not bring it below {@code enough}.
     */
    private double quantize(int size, int step, int last, double energy, double enough) {
        Arrays.fill(trial, 0, size * size, 0);
        meter.cost = 0;
        levelModel().coded(meter, context, 1);
        levelModel().lastDiagonal(meter, context, last);
        double score = energy + lambda * meter.cost;
        int nonzero = 0;
        for (int d = last; d >= 0; d--) {
            if (score - gains[d + 1] > enough) {
                return Double.POSITIVE_INFINITY;
            }
            int to = Math.min(d, size - 1);
            for (int x = Math.max(0, d - size + 1); x <= to; x++) {
                int i = (d - x) * size + x;
                int magnitude = Math.abs(spectrum[i]);
                boolean implied = d == last && nonzero == 0 && x == to;
                int highest = Math.min(CoefficientModel.MAX_LEVEL, (magnitude + step / 2) / step);
                int lowest = implied ? 1 : highest > 2 ? highest - effort.lower() : 0;
                highest = Math.max(highest, lowest);
                double best = Double.POSITIVE_INFINITY;
                int chosen = 0;
                levelModel().look(context, trial, x, d - x, last, nonzero, implied);
                for (int level = lowest; level <= highest; level++) {
                    double error = magnitude - (double) level * step;
                    double s = weights[i] * (error * error - (double) magnitude * magnitude)
                            + lambda * levelModel().cost(context, level, meter);
                    if (s < best) {
                        best = s;
                        chosen = level;
                    }
                }
                score += best;
                trial[i] = spectrum[i] < 0 ? -chosen : chosen;
                nonzero += chosen == 0 ? 0 : 1;
            }
        }
        return score;
    }
}
