package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.EcvqQuantizer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What {@link EntropyConstrainedVq#run} learned and how it got there. Distortions and entropies are those of the
 * training vectors after each assignment; the last ones are those that {@code quantizer} gives.
 *
 * @param quantizer code vectors, rates and lambda; a rate stems from the counts of the assignment before the last
 * @param distortions mean squared distances
 * @param entropies empirical entropies of the indices, bits per vector
 * @param converged whether the last iteration changed no index
 * @param trainingVectors number of vectors that took part
 */
public record EcvqResult(
        EcvqQuantizer quantizer,
        List<Double> distortions,
        List<Double> entropies,
        boolean converged,
        int trainingVectors) {
    public EcvqResult {
        distortions = List.copyOf(distortions);
        entropies = List.copyOf(entropies);
    }

    public Codebook codebook() {
        return quantizer.codebook();
    }

    /** Bits that each index costs, {@code [K]}. */
    public float[] rates() {
        return quantizer.rates();
    }

    /** Mean squared distance of the training vectors. */
    public double distortion() {
        return distortions.getLast();
    }

    /** Entropy of the indices of the training vectors, bits per vector. */
    public double entropy() {
        return entropies.getLast();
    }

    /** D + lambda x R after each assignment; never rises, but for rounding. */
    public List<Double> objectives() {
        return IntStream.range(0, distortions.size())
                .mapToObj(i -> distortions.get(i) + quantizer.lambda() * entropies.get(i))
                .toList();
    }
}
