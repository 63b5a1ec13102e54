package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same bits in every mode of the JVM: {@link LearnersDigest} in a JVM of its own with the flags of each row. */
class LearnerModesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Xint",
                "-XX:TieredStopAtLevel=1",
                "-XX:-TieredCompilation -XX:+UseG1GC",
                "-XX:UseAVX=0",
                "-XX:-UseFMA",
                "-Dtessera.kernels=scalar",
                "-Dtessera.kernels=vector -Dtessera.kernels.bits=128"
            })
    void sameBits(String flags) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+IgnoreUnrecognizedVMOptions", "-Xmx128m", "--add-modules=jdk.incubator.vector"));
        command.addAll(List.of(flags.split(" ")));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), LearnersDigest.class.getName()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), out);
        assertEquals(LearnersDigest.hash(), out.strip());
    }
}
