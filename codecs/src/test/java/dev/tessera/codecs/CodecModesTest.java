package dev.tessera.codecs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Law 1: every codec of the module writes the same bytes, and reads the same from them, in every mode of the JVM. */
class CodecModesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Xint",
                "-XX:TieredStopAtLevel=1",
                OtherJvm.COMPILED,
                "-XX:UseAVX=0",
                "-XX:UseAVX=1",
                "-XX:UseAVX=2",
                "-XX:-UseFMA",
                "-XX:MaxVectorSize=16",
                "-Dtessera.kernels=scalar"
            })
    void sameBytes(String flag) throws Exception {
        assertEquals(String.join(" ", CodecDigest.lines()), OtherJvm.run(flag, CodecDigest.class));
    }
}
