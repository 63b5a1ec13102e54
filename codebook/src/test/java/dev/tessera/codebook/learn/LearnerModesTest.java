package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tessera.codebook.OtherJvm;
import java.security.NoSuchAlgorithmException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same bits in every mode of the JVM: {@link LearnersDigest} in a JVM of its own with the flags of each row. */
class LearnerModesTest {
    private static String here;

    @BeforeAll
    static void hash() throws NoSuchAlgorithmException {
        here = LearnersDigest.hash();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Xint",
                "-XX:TieredStopAtLevel=1",
                "-XX:-TieredCompilation -XX:-UseSerialGC -XX:+UseG1GC",
                "-XX:UseAVX=0",
                "-XX:-UseFMA",
                "-Dtessera.kernels=scalar",
                "-Dtessera.kernels=vector -Dtessera.kernels.bits=128"
            })
    void sameBits(String flags) throws Exception {
        assertEquals(here, OtherJvm.run(flags, LearnersDigest.class));
    }
}
