package dev.tessera.codebook.implicit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tessera.codebook.OtherJvm;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same bits in every mode of the JVM: {@link ImplicitDigest} in a JVM of its own. */
class ImplicitModesTest {
    // Golden: if it changes, models that are stored as a seed or as indices no longer come out the same.
    private static final String DIGEST = "f877903fc1af070f";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Xint",
                "-XX:TieredStopAtLevel=1",
                "-XX:-TieredCompilation",
                "-XX:UseAVX=0",
                "-XX:-UseFMA",
                "-XX:MaxVectorSize=16",
                "-Dtessera.kernels=scalar",
            })
    void sameBits(String flag) throws Exception {
        assertEquals(DIGEST, OtherJvm.run(flag, ImplicitDigest.class));
    }
}
