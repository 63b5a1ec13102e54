package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import java.util.List;

/**
 * What {@link KMeans#run} learned and how it got there.
 *
 * @param codebook the centroids
 * @param distortions mean squared Euclidean distance of the (weighted) training vectors to their nearest centroid: of the
 *     start, then after each update; the last is that of {@code codebook}
 * @param converged whether an update left every vector with its centroid, so that more updates would change nothing
 * @param repairs how many empty clusters were filled again, over all updates
 * @param trainingVectors number of vectors that took part (fewer than given when the training set was sampled)
 */
public record KMeansResult(
        Codebook codebook, List<Double> distortions, boolean converged, int repairs, int trainingVectors) {
    public KMeansResult {
        distortions = List.copyOf(distortions);
    }

    /** Number of updates made. */
    public int iterations() {
        return distortions.size() - 1;
    }

    /** Mean squared distance of the training vectors to the codebook. */
    public double distortion() {
        return distortions.getLast();
    }
}
