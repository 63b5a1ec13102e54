package dev.tessera.audio;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codecs.GridModel;
import java.util.List;

/**
 * Rate-distortion optimised choice of residual-VQ tokens on a grid: at each place and stage the index with the least
 * distortion + lambda x bits (entropy-constrained VQ, Chou, Lookabaugh and Gray 1989), the bits being those of the adaptive
 * model at that moment.
 *
 * <p>Index 0 of the stages from {@code firstZeroStage} on is the zero vector, and it ends its position: the stages behind it
 * are zero too and are not coded.
 */
final class TokenSearch {
    private final List<float[]> codes; // by stage, [K x dim]
    private final int dim;
    private final int firstZeroStage;
    private final int[] candidates;
    private final float[] distances;
    private final int[] costs;
    private final int nearest;

    /**
     * @param nearest how many of the nearest code vectors are tried
     * @param firstZeroStage first stage whose index 0 is the zero vector
     */
    TokenSearch(ResidualQuantizer quantizer, int nearest, int firstZeroStage) {
        this.codes = quantizer.codebooks().stream().map(Codebook::toArray).toList();
        this.dim = quantizer.dim();
        this.firstZeroStage = firstZeroStage;
        this.nearest = nearest;
        this.candidates = new int[nearest + 1]; // and the zero vector
        this.distances = new float[nearest + 1];
        this.costs = new int[nearest + 1];
    }

    /**
     * What is to be quantized.
     *
     * @param data {@code [height x stride x dim]}
     * @param scale multiplies all data
     * @param width columns that are coded, at most {@code stride}
     */
    record Source(float[] data, float scale, int height, int stride, int width) {}

    /** Takes the chosen tokens one by one: codes them or learns from them. */
    @FunctionalInterface
    interface Sink {
        void accept(int stage, int y, int x, int index);
    }

    /**
     * Chooses all tokens.
     *
     * @param model says what tokens cost; {@code sink} must make it learn each of them
     * @param lambdas squared scaled units that a bit is worth, by position in raster order
     * @return indices, {@code [height x width x stages]}
     */
    int[] choose(Source source, LambdaPlan lambdas, GridModel model, Sink sink) {
        TokenGrid grid = TokenGrid.blank(source.height, source.width, codes.size(), firstZeroStage);
        TokenWriter.Source chooser = source(source, lambdas);
        grid.fill((s, y, x, at) -> {
            int index = chooser.next(model, s, y, x, y, grid.indices(), at);
            sink.accept(s, y, x, index);
            return index;
        });
        return grid.indices();
    }

    /** The choice as a source of tokens. */
    TokenWriter.Source source(Source source, LambdaPlan lambdas) {
        float[] residual = new float[dim];
        return (model, s, row, x, frame, indices, at) -> {
            float energy = load(source, frame, x, residual);
            for (int t = 0; t < s; t++) {
                energy = subtract(codes.get(t), indices[at - s + t], residual);
            }
            return best(model, s, row, x, residual, energy, lambdas.at(frame * source.width + x));
        };
    }

    private float load(Source source, int y, int x, float[] residual) {
        float energy = 0;
        int from = (y * source.stride + x) * dim;
        for (int d = 0; d < dim; d++) {
            residual[d] = source.data[from + d] * source.scale;
            energy += residual[d] * residual[d];
        }
        return energy;
    }

    private float subtract(float[] vectors, int index, float[] residual) {
        float energy = 0;
        for (int d = 0; d < dim; d++) {
            residual[d] -= vectors[index * dim + d];
            energy += residual[d] * residual[d];
        }
        return energy;
    }

    private int best(GridModel model, int s, int y, int x, float[] residual, float energy, float lambda) {
        boolean hasZero = s >= firstZeroStage;
        if (hasZero && energy <= lambda) {
            return 0; // a code vector that is not zero costs about a bit more at the least
        }
        int count = nearest(codes.get(s), residual, hasZero ? energy : Float.MAX_VALUE, hasZero ? 1 : 0);
        if (lambda == 0) {
            return count == 0 ? 0 : candidates[0];
        }
        if (hasZero) {
            distances[count] = energy;
            candidates[count++] = 0;
        }
        model.costs(s, y, x, candidates, count, costs);
        int best = 0;
        float bestScore = Float.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            float score = distances[i] + lambda * costs[i] * (1f / 65536);
            if (score < bestScore) {
                bestScore = score;
                best = candidates[i];
            }
        }
        return best;
    }

    /** Fills candidates, nearest first, with code vectors from {@code first} on that are nearer than {@code limit}. */
    private int nearest(float[] vectors, float[] residual, float limit, int first) {
        int count = 0;
        float worst = limit;
        for (int k = first; k * dim < vectors.length; k++) {
            float distance = 0;
            int at = k * dim;
            for (int d = 0; d < dim && distance < worst; d++) {
                float e = residual[d] - vectors[at + d];
                distance += e * e;
            }
            if (distance >= worst) {
                continue;
            }
            int slot = count < nearest ? count++ : nearest - 1;
            while (slot > 0 && distances[slot - 1] > distance) {
                distances[slot] = distances[slot - 1];
                candidates[slot] = candidates[slot - 1];
                slot--;
            }
            distances[slot] = distance;
            candidates[slot] = k;
            if (count == nearest) {
                worst = distances[count - 1];
            }
        }
        return count;
    }
}
