package dev.tessera.codebook.internal.kernels;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Which twin of each kernel runs, decided once: the one that the system property {@code tessera.kernels} names
 * ({@code scalar} or {@code vector}), else the vector twins when module jdk.incubator.vector is there, C2 compiles and a
 * vector has at least 4 floats.
 */
public final class KernelChoice {
    private static final boolean VECTOR = decide();

    private KernelChoice() {}

    /** Whether the Vector API twins run. */
    public static boolean vector() {
        return VECTOR;
    }

    /** Whether the JVM compiles with C1 alone, which makes no vectors of loops. */
    public static boolean firstCompilerAlone() {
        return System.getProperty("java.vm.info", "").contains("emulated-client");
    }

    private static boolean decide() {
        String forced = System.getProperty("tessera.kernels", "");
        switch (forced) {
            case "scalar":
                return false;
            case "", "vector":
                break;
            default:
                throw new IllegalArgumentException(
                        "system property tessera.kernels is " + forced + ", must be scalar or vector");
        }
        String reason = obstacle(forced.equals("vector"));
        if (reason == null) {
            return true;
        }
        Logger logger = System.getLogger(KernelChoice.class.getName());
        logger.log(forced.isEmpty() ? Level.DEBUG : Level.WARNING, "scalar kernels, because {0}", reason);
        return false;
    }

    /** Why the vector twins cannot or, unless forced, should not run; null when they should. */
    private static String obstacle(boolean forced) {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return "module jdk.incubator.vector is not there (--add-modules jdk.incubator.vector)";
        }
        int lanes = VectorNearestKernel.lanes();
        if (lanes < NearTies.LANES) {
            return "a vector has only " + lanes + " floats here";
        }
        if (forced) {
            return null;
        }
        // Without C2 every vector operation allocates: hundreds of times slower than the scalar twin.
        String mode = System.getProperty("java.vm.info", "");
        if (mode.contains("interpreted") || mode.contains("emulated-client")) {
            return "the JVM runs without C2 (" + mode + ")";
        }
        return null;
    }
}
