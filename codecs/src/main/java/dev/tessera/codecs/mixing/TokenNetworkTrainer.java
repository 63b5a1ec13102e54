package dev.tessera.codecs.mixing;

import dev.tessera.codebook.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Learns a {@link TokenNetwork} from training files: floats, one token at a time, steps of Adagrad (Duchi, Hazan and Singer 2011)
 * on the cross-entropy of the decisions, then rounding to 8 bits. Single-threaded and in a fixed order: the same network from the
 * same files everywhere.
 */
public final class TokenNetworkTrainer {
    private static final float RATE = 0.03f;
    private static final float LAST_RATE = 0.1f; // of RATE, in the last epoch
    private static final float START = 0.1f; // of the sums of squared gradients

    private final List<CodeTree> trees;
    private final int stage;
    private final List<TokenNetwork.Neighbour> neighbours;
    private final Layer[] vectors; // [stage]
    private final Layer first;
    private final Layer second;
    private final Layer nodes;
    private final int[] ranksNear;
    private final float[] hidden = new float[TokenNetwork.FIRST];
    private final float[] upper = new float[TokenNetwork.SECOND];
    private final float[] hiddenGradient = new float[TokenNetwork.FIRST];
    private final float[] upperGradient = new float[TokenNetwork.SECOND];
    private final float[] inputGradient = new float[TokenNetwork.WIDTH];
    private float largestHidden;
    private float largestUpper;

    /** Rows of weights, one bias a column or a row, and the sums of their squared gradients. */
    private static final class Layer {
        final float[][] rows;
        final float[][] squares;
        final float[] bias;
        final float[] biasSquares;

        Layer(Random random, int count, int width, int biases, double deviation) {
            this.rows = new float[count][width];
            this.squares = new float[count][width];
            this.bias = new float[biases];
            this.biasSquares = new float[biases];
            for (int i = 0; i < count; i++) {
                for (int j = 0; j < width; j++) {
                    rows[i][j] = (float) (deviation * random.nextGaussian());
                }
                Arrays.fill(squares[i], START);
            }
            Arrays.fill(biasSquares, START);
        }
    }

    private TokenNetworkTrainer(List<CodeTree> trees, boolean isGrid, int stage) {
        Random random = new Random(stage);
        this.trees = trees;
        this.stage = stage;
        this.neighbours = TokenNetwork.neighbours(isGrid, trees.size(), stage);
        this.ranksNear = new int[neighbours.size()];
        this.vectors = new Layer[trees.size()];
        for (int s = 0; s < vectors.length; s++) {
            vectors[s] = new Layer(random, trees.get(s).size, TokenNetwork.WIDTH, 0, 0.3);
            startFromCodeVectors(vectors[s].rows, trees.get(s));
        }
        int inputs = neighbours.size() * TokenNetwork.WIDTH;
        this.first = new Layer(random, inputs, TokenNetwork.FIRST, TokenNetwork.FIRST, 1 / Math.sqrt(inputs));
        this.second = new Layer(
                random,
                TokenNetwork.FIRST,
                TokenNetwork.SECOND,
                TokenNetwork.SECOND,
                Math.sqrt(2.0 / TokenNetwork.FIRST));
        int count = 1 << trees.get(stage).bits;
        this.nodes = new Layer(random, count, TokenNetwork.SECOND, count, 0.1);
    }

    /**
     * Learns from whole files.
     *
     * @param isGrid whether the last two extents of a file are a grid, else the last one is a sequence
     * @param epochs passes over the files, at least 1
     * @throws IllegalArgumentException when the codebook sizes of a file are not those of the spec, or too large
     */
    public static TokenNetwork train(TokenStreamSpec spec, boolean isGrid, List<Tokens> files, int epochs) {
        if (epochs < 1) {
            throw new IllegalArgumentException("epochs is " + epochs + ", must be at least 1");
        }
        TokenNetwork.checkSize(spec, isGrid);
        files.forEach(file -> TokenStreams.checkSizes(spec, file));
        List<CodeTree> trees = spec.trees(isGrid);
        List<TokenNetwork.Weights> weights = new ArrayList<>();
        for (int s = 0; s < trees.size(); s++) {
            TokenNetworkTrainer trainer = new TokenNetworkTrainer(trees, isGrid, s);
            for (int epoch = 0; epoch < epochs; epoch++) {
                List<Tokens> order = new ArrayList<>(files);
                Collections.shuffle(order, new Random(epoch));
                float part = epochs == 1 ? 0 : (float) epoch / (epochs - 1);
                float rate = RATE * (1 - (1 - LAST_RATE) * part);
                order.forEach(file -> trainer.learn(file, isGrid, rate));
            }
            weights.add(trainer.rounded(isGrid));
        }
        return new TokenNetwork(spec, isGrid, weights);
    }

    private static void startFromCodeVectors(float[][] rows, CodeTree tree) {
        for (int d = 0; d < Math.min(tree.dim, TokenNetwork.WIDTH); d++) {
            double square = 0;
            for (int k = 0; k < tree.size; k++) {
                double v = tree.vectors[k * tree.dim + d];
                square += v * v;
            }
            double deviation = Math.sqrt(square / tree.size) + 1;
            for (int k = 0; k < tree.size; k++) {
                rows[k][d] = (float) (tree.vectors[k * tree.dim + d] / deviation);
            }
        }
    }

    private void learn(Tokens file, boolean isGrid, float rate) {
        int[] shape = file.shape();
        int width = shape[shape.length - 1];
        int height = isGrid ? shape[shape.length - 2] : 1;
        TokenGrid grid = new TokenGrid(trees, isGrid, height, width);
        for (int index : file.toPositionMajor()) {
            int rank = grid.checkedRank(index);
            if (grid.stage() == stage) {
                forward(grid);
                decisions(rank, rate);
                backward(rate);
            }
            grid.put(rank);
        }
    }

    private void forward(TokenGrid grid) {
        System.arraycopy(first.bias, 0, hidden, 0, hidden.length);
        for (int n = 0; n < ranksNear.length; n++) {
            TokenNetwork.Neighbour at = neighbours.get(n);
            ranksNear[n] = grid.rank(at.stage(), at.down(), at.right());
            if (ranksNear[n] >= 0) {
                float[] in = vectors[at.stage()].rows[ranksNear[n]];
                for (int i = 0; i < in.length; i++) {
                    add(hidden, first.rows[n * TokenNetwork.WIDTH + i], in[i]);
                }
            }
        }
        System.arraycopy(second.bias, 0, upper, 0, upper.length);
        for (int i = 0; i < hidden.length; i++) {
            hidden[i] = Math.max(0, hidden[i]);
            largestHidden = Math.max(largestHidden, hidden[i]);
            if (hidden[i] > 0) {
                add(upper, second.rows[i], hidden[i]);
            }
        }
        for (int i = 0; i < upper.length; i++) {
            upper[i] = Math.max(0, upper[i]);
            largestUpper = Math.max(largestUpper, upper[i]);
        }
    }

    private void decisions(int rank, float rate) {
        CodeTree tree = trees.get(stage);
        Arrays.fill(upperGradient, 0);
        int node = 1;
        for (int depth = 0; depth < tree.bits; depth++) {
            int bit = rank >> tree.bits - 1 - depth & 1;
            if (tree.splits(node, depth)) {
                float[] row = nodes.rows[node];
                float logit = nodes.bias[node] + dot(row, upper);
                float error = (float) (1 / (1 + StrictMath.exp(-logit))) - bit;
                add(upperGradient, row, error);
                step(row, nodes.squares[node], upper, error, rate);
                nodes.biasSquares[node] += error * error;
                nodes.bias[node] -= rate * error / (float) Math.sqrt(nodes.biasSquares[node]);
            }
            node = node << 1 | bit;
        }
    }

    private void backward(float rate) {
        for (int i = 0; i < upper.length; i++) {
            upperGradient[i] = upper[i] > 0 ? upperGradient[i] : 0;
        }
        for (int i = 0; i < hidden.length; i++) {
            hiddenGradient[i] = 0;
            if (hidden[i] > 0) {
                hiddenGradient[i] = dot(second.rows[i], upperGradient);
                step(second.rows[i], second.squares[i], upperGradient, hidden[i], rate);
            }
        }
        step(second.bias, second.biasSquares, upperGradient, 1, rate);
        step(first.bias, first.biasSquares, hiddenGradient, 1, rate);
        for (int n = 0; n < ranksNear.length; n++) {
            if (ranksNear[n] < 0) {
                continue;
            }
            Layer source = vectors[neighbours.get(n).stage()];
            float[] in = source.rows[ranksNear[n]];
            for (int i = 0; i < in.length; i++) {
                int row = n * TokenNetwork.WIDTH + i;
                inputGradient[i] = dot(first.rows[row], hiddenGradient);
                step(first.rows[row], first.squares[row], hiddenGradient, in[i], rate);
            }
            step(in, source.squares[ranksNear[n]], inputGradient, 1, rate);
        }
    }

    private static void add(float[] sums, float[] row, float factor) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += row[i] * factor;
        }
    }

    private static float dot(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void step(float[] weights, float[] squares, float[] gradient, float factor, float rate) {
        for (int i = 0; i < weights.length; i++) {
            float g = gradient[i] * factor;
            squares[i] += g * g;
            weights[i] -= rate * g / (float) Math.sqrt(squares[i]);
        }
    }

    /** In powers of two, activations so that the largest are clipped at half. */
    private TokenNetwork.Weights rounded(boolean isGrid) {
        TokenNetwork.Weights w = TokenNetwork.Weights.blank(trees, isGrid, stage);
        int vectorBits = 20;
        for (Layer layer : vectors) {
            vectorBits = Math.min(vectorBits, bits(largest(layer.rows)));
        }
        int firstBits = bits(largest(first.rows));
        int secondBits = bits(largest(second.rows));
        int nodeBits = bits(largest(nodes.rows));
        int hiddenBits = Math.min(vectorBits + firstBits, bits(largestHidden / 2));
        int upperBits = Math.min(hiddenBits + secondBits, bits(largestUpper / 2));
        for (int s = 0; s < vectors.length; s++) {
            round(vectors[s].rows, vectorBits, w.vectors()[s]);
        }
        round(first.rows, firstBits, w.first());
        round(second.rows, secondBits, w.second());
        round(nodes.rows, nodeBits, w.nodes());
        round(first.bias, vectorBits + firstBits, w.firstBias());
        round(second.bias, hiddenBits + secondBits, w.secondBias());
        round(nodes.bias, upperBits + nodeBits, w.nodeBias());
        w.shifts()[0] = vectorBits + firstBits - hiddenBits;
        w.shifts()[1] = hiddenBits + secondBits - upperBits;
        w.shifts()[2] = upperBits + nodeBits - 8; // logits in 1/256
        return w;
    }

    /** Largest b <= 8 such that magnitudes up to {@code largest} times 2^b fit 7 bits; at least 0. */
    private static int bits(float largest) {
        int bits = 0;
        while (bits < 8 && largest * (2 << bits) <= 127) {
            bits++;
        }
        return bits;
    }

    private static float largest(float[][] rows) {
        float largest = 0;
        for (float[] row : rows) {
            for (float v : row) {
                largest = Math.max(largest, Math.abs(v));
            }
        }
        return largest;
    }

    private static void round(float[][] from, int bits, byte[][] to) {
        for (int i = 0; i < from.length; i++) {
            for (int j = 0; j < from[i].length; j++) {
                to[i][j] = (byte) LogisticTables.clamp(Math.round(from[i][j] * (1 << bits)), 127);
            }
        }
    }

    private static void round(float[] from, int bits, int[] to) {
        for (int i = 0; i < from.length; i++) {
            to[i] = LogisticTables.clamp(Math.round(from[i] * (1 << bits)), TokenNetwork.BIAS_LIMIT);
        }
    }
}
