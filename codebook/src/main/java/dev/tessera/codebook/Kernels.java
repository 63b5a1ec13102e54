package dev.tessera.codebook;

import dev.tessera.codebook.internal.kernels.KernelChoice;

/** Which implementation of the inner loops this JVM runs; the results are the same, the speed is not. */
public final class Kernels {
    private Kernels() {}

    /** {@code "vector"} for the Vector API twins, {@code "scalar"} for plain Java. */
    public static String active() {
        return KernelChoice.vector() ? "vector" : "scalar";
    }
}
