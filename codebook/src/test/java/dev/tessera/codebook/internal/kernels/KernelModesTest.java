package dev.tessera.codebook.internal.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.OtherJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same bits in every mode of the JVM: {@link KernelDigest} in a JVM of its own with the flags of each row. */
class KernelModesTest {
    // Golden. If the first two change, files made before no longer come out the same; the third is the learner's.
    private static final String SMALL = "59d1daa216c573e3";
    private static final String LARGE = "a39a0d509b26bbc9";
    private static final String LEARNED = "7494846108d3b650";

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "-Dtessera.kernels=scalar, scalar, 0",
                "-Dtessera.kernels=vector, vector, 0",
                "-Dtessera.kernels=vector -Dtessera.kernels.bits=64, scalar, 2",
                "-Dtessera.kernels.bits=64, scalar, 2",
                "-Dtessera.kernels.bits=128, vector, 4",
                "-Dtessera.kernels.bits=256, vector, 8",
                "-Dtessera.kernels.bits=512, vector, 16",
                "-XX:MaxVectorSize=16, vector, 4",
                "-XX:UseAVX=0, vector, 0",
                "-XX:UseAVX=1, vector, 0",
                "-XX:UseAVX=2, vector, 0",
                "-XX:-UseFMA, vector, 0",
                "-Xint, scalar, 0",
                "-XX:TieredStopAtLevel=1, scalar, 0",
                "-XX:TieredStopAtLevel=1 -Dtessera.kernels=vector, vector, 0",
                "-XX:-UseSerialGC -XX:+UseG1GC, vector, 0",
            })
    void sameBits(String flags, String kernels, int lanes) throws Exception {
        String[] words = digest(flags, "small");
        assertEquals(kernels, words[0]);
        if (lanes > 0) {
            assertEquals(lanes, Integer.parseInt(words[1]));
        }
        assertEquals(SMALL, words[2]);
        assertEquals(LEARNED, words[3]);
    }

    /** Long enough for C2 to compile the loops; modes with hardware for fused multiply-add only. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "-Dtessera.kernels=scalar, scalar",
        "-Dtessera.kernels.bits=128, vector",
        "-XX:-TieredCompilation, vector",
        "-XX:-UseSerialGC -XX:+UseG1GC, vector"
    })
    void sameBitsAfterCompilation(String flags, String kernels) throws Exception {
        String[] words = digest(flags, "large");
        assertEquals(kernels, words[0]);
        assertEquals(LARGE, words[2]);
        assertEquals(LEARNED, words[3]);
    }

    /** Without the module the class path version must run, and say so. */
    @Test
    void withoutTheModuleTheScalarKernelsRun() throws Exception {
        assertEquals(
                "scalar 0 " + SMALL + " " + LEARNED,
                OtherJvm.runWithout("-XX:+UseSerialGC", KernelDigest.class, "small"));
    }

    private static String[] digest(String flags, String size) throws Exception {
        String out = OtherJvm.run(flags, KernelDigest.class, size);
        assertTrue(out.matches("(scalar|vector) \\d+ [0-9a-f]{16} [0-9a-f]{16}"), out);
        return out.split(" ");
    }
}
