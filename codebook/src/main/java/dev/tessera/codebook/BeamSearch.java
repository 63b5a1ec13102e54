package dev.tessera.codebook;

import dev.tessera.codebook.internal.kernels.NearestKernel;
import java.util.Arrays;
import java.util.List;

/**
 * Beam search over the stages of a residual quantizer: after each stage the sequences of indices that leave least over are kept.
 * Ties go to the sequence that was better before, then to the lower index.
 */
final class BeamSearch {
    private final List<Codebook> codebooks;
    private final List<NearestKernel> kernels;
    private final int beam;
    private final int dim;
    private final int stages;

    BeamSearch(List<Codebook> codebooks, List<NearestKernel> kernels, int beam) {
        this.codebooks = codebooks;
        this.kernels = kernels;
        this.beam = beam;
        this.dim = codebooks.getFirst().codeDim();
        this.stages = codebooks.size();
    }

    /** Sequences of every row after a stage. */
    private final class State {
        final int width; // sequences of a row
        final float[] residual; // [rows x width x dim]
        final int[] sequences; // [rows x width x stages]

        State(int rows, int width) {
            this.width = width;
            this.residual = new float[rows * width * dim];
            this.sequences = new int[rows * width * stages];
        }
    }

    /** Writes the best sequence of the rows {@code [from, to)} of {@code x} into {@code indices}, {@code [. x stages]}. */
    void run(float[] x, int from, int to, int[] indices) {
        int rows = to - from;
        State state = new State(rows, 1);
        System.arraycopy(x, from * dim, state.residual, 0, rows * dim);
        for (int s = 0; s < stages; s++) {
            // behind the last stage only the best sequence counts
            state = next(state, s, rows, s == stages - 1 ? 1 : beam);
        }
        System.arraycopy(state.sequences, 0, indices, from * stages, rows * stages);
    }

    private State next(State state, int s, int rows, int most) {
        float[] codes = codebooks.get(s).vectors();
        int offers = Math.min(most, codebooks.get(s).codebookSize());
        int entries = rows * state.width;
        int[] found = new int[entries * offers];
        float[] scores = new float[entries * offers];
        float[] norms = new float[entries];
        kernels.get(s).best(state.residual, 0, entries, offers, found, scores, norms);
        State next = new State(rows, Math.min(most, state.width * offers));
        int[] taken = new int[state.width];
        for (int row = 0; row < rows; row++) {
            Arrays.fill(taken, 0);
            for (int w = 0; w < next.width; w++) {
                int parent = best(state.width, offers, row, taken, scores, norms);
                int entry = row * state.width + parent;
                int index = found[entry * offers + taken[parent]++];
                int to = row * next.width + w;
                System.arraycopy(state.sequences, entry * stages, next.sequences, to * stages, s);
                next.sequences[to * stages + s] = index;
                for (int k = 0; k < dim; k++) {
                    next.residual[to * dim + k] = state.residual[entry * dim + k] - codes[index * dim + k];
                }
            }
        }
        return next;
    }

    /** The sequence whose next offer leaves least over: the offers of each come sorted, so their heads are enough. */
    private static int best(int width, int offers, int row, int[] taken, float[] scores, float[] norms) {
        int best = -1;
        double least = 0;
        for (int p = 0; p < width; p++) {
            if (taken[p] == offers) {
                continue;
            }
            int entry = row * width + p;
            double left = norms[entry] - 2.0 * scores[entry * offers + taken[p]];
            if (best < 0 || left < least) {
                best = p;
                least = left;
            }
        }
        return best;
    }
}
