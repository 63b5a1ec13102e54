package dev.tessera.codebook.implicit;

/**
 * The entropy penalty of a sign quantizer, in nats.
 *
 * @param sampleEntropy mean over vectors of H(p_n), the entropy of one vector's soft assignment: low is decided
 * @param batchEntropy entropy of the mean soft assignment, summed over bits: high is a well used codebook
 * @param gamma weight of the second
 */
public record EntropyLoss(double sampleEntropy, double batchEntropy, double gamma) {
    /** sampleEntropy - gamma x batchEntropy; may be negative. */
    public double value() {
        return sampleEntropy - gamma * batchEntropy;
    }
}
