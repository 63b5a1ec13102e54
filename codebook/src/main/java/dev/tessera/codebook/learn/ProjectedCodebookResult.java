package dev.tessera.codebook.learn;

import dev.tessera.codebook.CodebookUsage;
import java.util.List;

/**
 * What {@link SimVq} or {@link VqganLc} learned, and how it got there.
 *
 * @param codebook basis and projection
 * @param epochs the state at the start and after every epoch
 */
public record ProjectedCodebookResult(ProjectedCodebook codebook, List<Epoch> epochs) {
    /**
     * The codebook against all given latents.
     *
     * @param distortion mean squared Euclidean distance to the nearest code vector
     * @param usage how many code vectors were hit, over how many latents
     */
    public record Epoch(double distortion, CodebookUsage usage) {}

    public ProjectedCodebookResult {
        epochs = List.copyOf(epochs);
    }

    /** Mean squared distance of the given latents to the learned codebook. */
    public double distortion() {
        return epochs.getLast().distortion();
    }
}
