package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import java.util.List;

/**
 * What {@link MiniBatchKMeans#run} learned and how it got there.
 *
 * @param codebook the centroids
 * @param batchDistortions mean squared distance of the vectors of each batch, before the step that they caused
 * @param revived how many centroids were placed anew, over all steps
 */
public record MiniBatchResult(Codebook codebook, List<Double> batchDistortions, int revived) {
    public MiniBatchResult {
        batchDistortions = List.copyOf(batchDistortions);
    }

    /** Number of steps made. */
    public int steps() {
        return batchDistortions.size();
    }
}
