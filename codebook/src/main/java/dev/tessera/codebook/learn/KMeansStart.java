package dev.tessera.codebook.learn;

/** How {@link KMeans} chooses its first centroids. */
public enum KMeansStart {
    /** Greedy k-means++ (Arthur and Vassilvitskii 2007) on 16 vectors per code vector: the default. */
    PLUS_PLUS,
    /** Distinct training vectors, drawn uniformly. */
    RANDOM,
    /**
     * k-means|| (Bahmani et al. 2012): five rounds that each draw about 2 K vectors in proportion to their distortion, then k-means++
     * on these, weighted by the vectors nearest to them.
     */
    PARALLEL,
    /** AFK-MC2 (Bachem et al. 2016): k-means++ sampling by Markov chains of length 100 that never look at all vectors. */
    AFK_MC2
}
