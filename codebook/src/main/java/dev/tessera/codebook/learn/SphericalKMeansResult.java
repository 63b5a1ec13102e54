package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import java.util.List;

/**
 * What {@link SphericalKMeans#run} learned and how it got there.
 *
 * @param codebook unit code vectors
 * @param cosines mean cosine of the training vectors and their code vectors: of the start, then after each update
 * @param converged whether the last update left every vector with its code vector
 * @param trainingVectors number of vectors that took part
 */
public record SphericalKMeansResult(Codebook codebook, List<Double> cosines, boolean converged, int trainingVectors) {
    public SphericalKMeansResult {
        cosines = List.copyOf(cosines);
    }
}
