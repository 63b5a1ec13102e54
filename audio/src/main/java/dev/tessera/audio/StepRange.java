package dev.tessera.audio;

import java.util.Arrays;

/** What rate control knows of a waveform before it codes it: which steps are worth trying. Sees the whole sound. */
final class StepRange {
    /** What a coded vector costs about. */
    private static final double BITS_PER_VECTOR = 11;

    /** Vectors of more than so many squared steps are mostly coded. */
    private static final double CODED_ENERGY = 5;

    /** The loudest vector, in steps, that the codebooks of the shipped model reach: below, finer steps make it worse. */
    private static final double REACH = 450;

    private final float[] energies; // of all vectors of all planes, sorted

    StepRange(float[][] coefficients) {
        int count = 0;
        for (float[] plane : coefficients) {
            count += plane.length / MdctCore.VECTOR_DIM;
        }
        energies = new float[count];
        int to = 0;
        for (float[] plane : coefficients) {
            for (int v = 0; v < plane.length / MdctCore.VECTOR_DIM; v++) {
                energies[to++] = (float) PayloadWriter.energy(plane, v);
            }
        }
        Arrays.sort(energies);
    }

    /** Index of the finest step that does not overload the codebooks. */
    double finest() {
        return index(energies[energies.length - 1] / (REACH * REACH));
    }

    /** Index of the step at which as many vectors stick out as {@code bytes} can pay for. */
    double guess(long bytes) {
        int coded = (int) Math.min(energies.length - 1, 8 * bytes / BITS_PER_VECTOR);
        return index(energies[energies.length - 1 - coded] / CODED_ENERGY);
    }

    private static double index(double squaredStep) {
        return Settings.indexOf(StrictMath.sqrt(Math.max(1e-12, squaredStep)));
    }
}
