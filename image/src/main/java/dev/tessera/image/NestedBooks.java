package dev.tessera.image;

import dev.tessera.codebook.Codebook;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.GridPrior;
import java.util.Arrays;

/**
 * The smaller codebooks inside a tree-ordered one: what an index stands for that has lost its last binary digits is the mean of the
 * code vectors whose indices begin with what is left, weighted with how probable the prior holds them. After the tree-structured
 * codebooks of Chou, Lookabaugh and Gray (1989). Summed in double precision in the order of indices, so that all machines agree.
 */
final class NestedBooks {
    private static final int LEAST_DIGITS = 4; // of 13: files of eight codes were never the best

    private final Codebook codebook;
    private final double[] weights;

    /** @param codebook in the order of the coder, of which {@code prior} holds the probabilities */
    NestedBooks(Codebook codebook, GridPrior prior) {
        this.codebook = codebook;
        this.weights = new double[codebook.codebookSize()];
        GridModel model = new GridModel(prior, 1, 1);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = StrictMath.pow(2, model.cost(0, 0, 0, i) * (-1.0 / 65536));
        }
    }

    /** The most digits that indices of a codebook of {@code size} may lose. */
    static int mostDropped(int size) {
        return Math.max(0, 32 - Integer.numberOfLeadingZeros(size - 1) - LEAST_DIGITS);
    }

    /** The codebook of indices without their {@code dropped} last digits. */
    Codebook book(int dropped) {
        if (dropped == 0) {
            return codebook;
        }
        int dim = codebook.codeDim();
        int size = GridModel.shortened(codebook.codebookSize(), dropped);
        float[] vectors = new float[size * dim];
        double[] sums = new double[dim];
        for (int k = 0; k < size; k++) {
            double weight = 0;
            Arrays.fill(sums, 0);
            int to = Math.min(codebook.codebookSize(), k + 1 << dropped);
            for (int i = k << dropped; i < to; i++) {
                weight += weights[i];
                for (int d = 0; d < dim; d++) {
                    sums[d] += weights[i] * codebook.get(i, d);
                }
            }
            for (int d = 0; d < dim; d++) {
                vectors[k * dim + d] = (float) (sums[d] / weight);
            }
        }
        return Codebook.of(size, dim, vectors);
    }
}
