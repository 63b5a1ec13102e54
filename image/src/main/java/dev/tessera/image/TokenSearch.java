package dev.tessera.image;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codecs.GridModel;
import java.util.Arrays;
import java.util.List;

/**
 * Rate-distortion optimised choice of the tokens of one picture: at each place the index with the least
 * distortion + lambda x bits (entropy-constrained VQ, Chou, Lookabaugh and Gray 1989), the bits being those of the
 * adaptive model at that moment.
 *
 * <p>Candidates are the nearest code vectors, the zero code vector and the choices of the left and upper neighbour. With
 * lambda 0 the choice is the nearest code vector, as {@code tokenize} makes it.
 */
final class TokenSearch implements TokenChoice {
    /** Code vectors that are looked at where there are several stages: what one lacks, the next can add. */
    static final int NEAREST = 12;

    private final List<Codebook> codebooks;
    private final int[] offsets; // first dimension of each subspace
    private final Latents latents;
    private final int height;
    private final int width;
    private final int[] candidates; // [positions x subspaces x nearest], nearest first
    private final float[] distances;
    private final int nearest;

    /** With {@value #NEAREST} candidates. */
    TokenSearch(Latents latents, List<Codebook> codebooks) {
        this(latents, codebooks, NEAREST);
    }

    /**
     * @param codebooks one for each subspace of {@code latents}, whose grid has two extents
     * @param nearest number of nearest code vectors that are candidates
     */
    TokenSearch(Latents latents, List<Codebook> codebooks, int nearest) {
        this.nearest = nearest;
        this.codebooks = codebooks;
        this.latents = latents;
        this.height = latents.shape()[0];
        this.width = latents.shape()[1];
        this.offsets = new int[codebooks.size()];
        for (int s = 1; s < offsets.length; s++) {
            offsets[s] = offsets[s - 1] + codebooks.get(s - 1).codeDim();
        }
        int size = Math.multiplyExact(Math.multiplyExact(latents.count(), codebooks.size()), nearest);
        this.candidates = new int[size];
        this.distances = new float[size];
        for (int s = 0; s < offsets.length; s++) {
            findNearest(s);
        }
    }

    @Override
    public boolean weighsBits() {
        return true;
    }

    @Override
    public TokenChoice shorter(int dropped) {
        if (dropped != 0) {
            throw new IllegalArgumentException("dropped is " + dropped + ", must be 0");
        }
        return this;
    }

    @Override
    public double distortion(int[] chosen) {
        double sum = 0;
        for (int i = 0; i < chosen.length; i++) {
            sum += distance(i / codebooks.size(), i % codebooks.size(), chosen[i]);
        }
        return sum;
    }

    @Override
    public TokenWriter.Source source(float lambdaBefore, float lambdaAfter, int switchAt, int[] chosen) {
        int stages = codebooks.size();
        return (model, s, row, column, at) -> {
            float lambda = at.position() < switchAt ? lambdaBefore : lambdaAfter;
            int left = at.left() < 0 ? 0 : chosen[at.left() * stages + s];
            int up = at.up() < 0 ? 0 : chosen[at.up() * stages + s];
            int index = best(model, s, row, column, at.position(), left, up, lambda);
            chosen[at.position() * stages + s] = index;
            return index;
        };
    }

    /** Chooses and lets {@code model} learn, without coding; returns the indices. */
    int[] observe(GridModel model, float lambda) {
        int[] indices = new int[latents.count() * codebooks.size()];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int s = 0; s < codebooks.size(); s++) {
                    int position = y * width + x;
                    int left = x == 0 ? 0 : indices[(position - 1) * codebooks.size() + s];
                    int up = y == 0 ? 0 : indices[(position - width) * codebooks.size() + s];
                    int index = best(model, s, y, x, position, left, up, lambda);
                    indices[position * codebooks.size() + s] = index;
                    model.observe(s, y, x, index);
                }
            }
        }
        return indices;
    }

    @Override
    public int positions() {
        return latents.count();
    }

    private int best(GridModel model, int s, int y, int x, int position, int left, int up, float lambda) {
        int first = (position * codebooks.size() + s) * nearest;
        int count = Math.min(nearest, codebooks.get(s).codebookSize());
        int best = candidates[first];
        if (lambda == 0) {
            return best;
        }
        float bestScore = distances[first] + lambda * bits(model, s, y, x, best);
        for (int c = 1; c < count && distances[first + c] < bestScore; c++) {
            float score = distances[first + c] + lambda * bits(model, s, y, x, candidates[first + c]);
            if (score < bestScore) {
                bestScore = score;
                best = candidates[first + c];
            }
        }
        for (int c = 0; c < 3; c++) {
            int index = c == 0 ? 0 : c == 1 ? left : up;
            float distance = distance(position, s, index);
            if (distance < bestScore) {
                float score = distance + lambda * bits(model, s, y, x, index);
                if (score < bestScore) {
                    bestScore = score;
                    best = index;
                }
            }
        }
        return best;
    }

    private static float bits(GridModel model, int s, int y, int x, int index) {
        return model.cost(s, y, x, index) * (1f / 65536);
    }

    private float distance(int position, int s, int index) {
        Codebook codebook = codebooks.get(s);
        int at = position * latents.dim() + offsets[s];
        float sum = 0;
        for (int d = 0; d < codebook.codeDim(); d++) {
            float e = latents.data()[at + d] - codebook.get(index, d);
            sum += e * e;
        }
        return sum;
    }

    /** The nearest code vectors of every position in subspace {@code s}; the lower index first where distances are equal. */
    private void findNearest(int s) {
        Codebook codebook = codebooks.get(s);
        int dim = codebook.codeDim();
        int size = codebook.codebookSize();
        float[] transposed = new float[dim * size]; // [dim x K], so that the loop over codes is the vector loop
        for (int k = 0; k < size; k++) {
            for (int d = 0; d < dim; d++) {
                transposed[d * size + k] = codebook.get(k, d);
            }
        }
        float[] all = new float[size];
        for (int position = 0; position < latents.count(); position++) {
            Arrays.fill(all, 0);
            for (int d = 0; d < dim; d++) {
                addSquares(latents.data()[position * latents.dim() + offsets[s] + d], transposed, d * size, all);
            }
            keepNearest(all, (position * codebooks.size() + s) * nearest);
        }
    }

    private static void addSquares(float x, float[] codes, int from, float[] sums) {
        for (int k = 0; k < sums.length; k++) {
            float e = x - codes[from + k];
            sums[k] += e * e;
        }
    }

    private void keepNearest(float[] all, int first) {
        int count = 0;
        for (int k = 0; k < all.length; k++) {
            float distance = all[k];
            if (count == nearest && distance >= distances[first + nearest - 1]) {
                continue;
            }
            int slot = count < nearest ? count++ : nearest - 1;
            while (slot > 0 && distances[first + slot - 1] > distance) {
                distances[first + slot] = distances[first + slot - 1];
                candidates[first + slot] = candidates[first + slot - 1];
                slot--;
            }
            distances[first + slot] = distance;
            candidates[first + slot] = k;
        }
    }
}
