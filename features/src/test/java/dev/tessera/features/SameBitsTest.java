package dev.tessera.features;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Law 1: the same series gives the same file, and the same file the same frames, however the JVM runs. */
class SameBitsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Xint",
                "-XX:TieredStopAtLevel=1",
                "-XX:UseAVX=0",
                "-XX:-UseFMA",
                "-XX:MaxVectorSize=16",
                "-Dtessera.kernels=scalar"
            })
    void filesAndFramesDoNotDependOnTheJvm(String flag) throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        flag,
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SameBitsTest.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, other.waitFor(), "exit code");
        assertEquals(made(), said.strip());
    }

    /** What the other JVM runs. */
    public static void main(String[] args) throws Exception {
        System.out.println(made());
    }

    /** A file and the hash of its frames. */
    private static String made() throws Exception {
        FeatureCodec codec = new FeatureCodec(TestSeries.frozen());
        byte[] file = codec.compress(TestSeries.series(500, 12), new RateTarget.Quality(100), 1)
                .bytes();
        return HexFormat.of().formatHex(file) + " "
                + FeatureCodecTest.hash(codec.decompress(TsrFile.read(file), 1).values());
    }
}
