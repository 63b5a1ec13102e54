package dev.tessera.codecs.rans;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+IgnoreUnrecognizedVMOptions", "-Xshare:auto", "-Xmx128m", "-XX:+UseSerialGC"));
        command.addAll(List.of(flag, "--add-modules=jdk.incubator.vector", "-cp"));
        command.addAll(List.of(System.getProperty("java.class.path"), RansDigest.class.getName(), "17000"));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String[] words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split(" ");
        assertEquals(0, process.waitFor());
        if (lanes > 0) {
            assertEquals(lanes, Integer.parseInt(words[0]));
        }
        assertEquals(GOLDEN, words[1]);
    }
}
