package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a main class of the tests in a JVM of another mode. */
public final class OtherJvm {
    private OtherJvm() {}

    /**
     * What it prints, stripped, with the Vector API; it must end well.
     *
     * @param flags options of the JVM, with spaces between them
     */
    public static String run(String flags, Class<?> main, String... args) throws Exception {
        return runWithout(flags + " --add-modules=jdk.incubator.vector", main, args);
    }

    /** {@link #run} without the module of the Vector API. */
    public static String runWithout(String flags, Class<?> main, String... args) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+IgnoreUnrecognizedVMOptions", "-Xshare:auto", "-Xmx128m", "-XX:+UseSerialGC"));
        command.addAll(List.of(flags.split(" ")));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> "exit code of the JVM with " + flags + ": " + printed);
        return printed.strip();
    }
}
