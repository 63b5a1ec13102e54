package dev.tessera.cli;

import dev.tessera.codebook.implicit.FiniteScalarQuantizer;
import dev.tessera.codebook.learn.KMeans;
import dev.tessera.codebook.learn.KMeansStart;
import java.util.Arrays;

/**
 * What the options of {@code fit} say; each learner takes what it needs.
 *
 * @param codes K of a stage or subspace
 * @param subspaceCount as asked for
 * @param levelList levels as asked for, or null
 * @param lambda what a bit is worth in squared distance (ecvq)
 * @param start how k-means starts (kmeans, rvq, pq)
 */
public record LearnerSettings(
        int codes,
        int stages,
        int subspaceCount,
        int[] levelList,
        double lambda,
        KMeansStart start,
        int iterations,
        long seed,
        int threads) {
    KMeans kMeans() {
        return KMeans.builder()
                .codebookSize(codes)
                .iterations(iterations)
                .seed(seed)
                .threads(threads)
                .start(start)
                .build();
    }

    int subspaces(int dim) {
        if (subspaceCount < 1 || dim % subspaceCount != 0) {
            throw new UsageException("--subspaces is " + subspaceCount + ", must divide the dimension " + dim);
        }
        return subspaceCount;
    }

    /** The levels that were asked for, else those of the published table for K; at most {@code dim} of them. */
    int[] levels(int dim) {
        int[] levels = levelList == null ? FiniteScalarQuantizer.levelsFor(codes) : levelList;
        if (levels.length > dim) {
            throw new UsageException("levels are " + Arrays.toString(levels) + ", the vectors have only " + dim
                    + " dimensions; say --levels");
        }
        return levels;
    }

    /** Sign bits for K, at most {@code dim}. */
    int bits(int dim) {
        int bits = 31 - Integer.numberOfLeadingZeros(codes);
        if (bits < 1 || bits > dim) {
            throw new UsageException(
                    "--codes is " + codes + ", must be between 2 and 2^" + dim + " for vectors of dimension " + dim);
        }
        return bits;
    }
}
