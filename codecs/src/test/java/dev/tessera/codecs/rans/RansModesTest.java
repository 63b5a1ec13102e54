package dev.tessera.codecs.rans;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tessera.codecs.OtherJvm;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same bytes and symbols in every mode of the JVM: {@link RansDigest} with the flags of each row. */
class RansModesTest {
    private static final String GOLDEN = "880da633";

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "-Dtessera.kernels.bits=128, 4",
        "-Dtessera.kernels.bits=256, 8",
        "-Dtessera.kernels.bits=512, 16",
        "-XX:UseAVX=1, 0",
        "-Xint, 0",
    })
    void sameBits(String flag, int lanes) throws Exception {
        String[] words = OtherJvm.run(flag, RansDigest.class, "17000").split(" ");
        if (lanes > 0) {
            assertEquals(lanes, Integer.parseInt(words[0]));
        }
        assertEquals(GOLDEN, words[1]);
    }
}
