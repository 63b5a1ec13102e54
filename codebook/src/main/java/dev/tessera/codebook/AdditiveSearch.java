package dev.tessera.codebook;

import dev.tessera.codebook.internal.Checks;

/**
 * How hard {@link AdditiveQuantizer} looks for the best code vectors: a beam search gives a first choice, and iterated
 * local search (Martinez et al. 2016) improves it. Each round changes some indices at random and runs iterated
 * conditional modes: sweeps that set each index in turn to the best for the others.
 *
 * @param beamWidth partial choices that the beam search keeps, at least 1
 * @param rounds perturbations, at least 0 (0: iterated conditional modes once)
 * @param perturbed indices that a perturbation changes, at least 1; at most all of them are
 * @param sweeps most sweeps after each perturbation, at least 1
 * @param seed of the perturbations; every vector gets the same ones, so its indices depend on nothing but the vector
 */
public record AdditiveSearch(int beamWidth, int rounds, int perturbed, int sweeps, long seed) {
    /** Beam of 8; 16 rounds of 4 changed indices and at most 4 sweeps, as the authors use them; seed 1. */
    public static final AdditiveSearch DEFAULT = new AdditiveSearch(8, 16, 4, 4, 1);

    public AdditiveSearch {
        Checks.requireAtLeast(1, beamWidth, "beamWidth");
        Checks.requireAtLeast(0, rounds, "rounds");
        Checks.requireAtLeast(1, perturbed, "perturbed");
        Checks.requireAtLeast(1, sweeps, "sweeps");
    }

    /** The same local search from a beam of another width. */
    public AdditiveSearch withBeamWidth(int width) {
        return new AdditiveSearch(width, rounds, perturbed, sweeps, seed);
    }

    /** The same effort with other perturbations. */
    public AdditiveSearch withSeed(long other) {
        return new AdditiveSearch(beamWidth, rounds, perturbed, sweeps, other);
    }
}
