package dev.tessera.codecs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a main class of the tests in a JVM of another mode. */
public final class OtherJvm {
    /**
     * Every method of ours and of the Vector API is compiled by the second compiler before it runs. The rest of the JDK is not:
     * that alone took four fifths of the time.
     */
    public static final String COMPILED = "-Xcomp -XX:-TieredCompilation -XX:CompileCommand=quiet"
            + " -XX:CompileCommand=compileonly,dev/tessera/*.*"
            + " -XX:CompileCommand=compileonly,jdk/incubator/vector/*.*"
            + " -XX:CompileCommand=compileonly,jdk/internal/vm/vector/*.*";

    private OtherJvm() {}

    /**
     * What it prints, stripped; it must end well.
     *
     * @param flags options of the JVM, with spaces between them
     */
    public static String run(String flags, Class<?> main, String... args) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+IgnoreUnrecognizedVMOptions", "-Xshare:auto", "-Xmx128m", "-XX:+UseSerialGC"));
        command.addAll(List.of(flags.split(" ")));
        command.addAll(List.of("--add-modules=jdk.incubator.vector", "-cp"));
        command.addAll(List.of(System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> "exit code of the JVM with " + flags + ": " + printed);
        return printed.strip();
    }
}
