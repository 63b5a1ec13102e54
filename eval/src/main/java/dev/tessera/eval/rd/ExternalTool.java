package dev.tessera.eval.rd;

import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A program of this machine, run with a time limit. */
record ExternalTool(String name, Path file) {
    private static final Duration VERSION_LIMIT = Duration.ofSeconds(20);

    /** The program of that name in the folders of {@code PATH}. */
    static Optional<ExternalTool> find(String name) {
        String path = System.getenv("PATH");
        for (String folder : (path == null ? "" : path).split(File.pathSeparator)) {
            Path file = Path.of(folder, name);
            if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                return Optional.of(new ExternalTool(name, file));
            }
        }
        return Optional.empty();
    }

    /** The first line that says a version, or where the program prints none its size and hash. */
    String version(List<String> arguments) throws IOException {
        if (arguments.isEmpty()) {
            return "sha256 " + Digests.sha256(Files.readAllBytes(file)).substring(0, 12);
        }
        String output = run(arguments, VERSION_LIMIT);
        return output.lines()
                .map(String::strip)
                .filter(l -> !l.isEmpty())
                .findFirst()
                .orElse("");
    }

    /**
     * Runs the program and returns what it printed.
     *
     * @throws IOException when it fails or takes longer than {@code limit}, and is ended
     */
    String run(List<String> arguments, Duration limit) throws IOException {
        List<String> command = new ArrayList<>(List.of(file.toString()));
        command.addAll(arguments);
        Path log = Files.createTempFile("tessera-rd-", ".log"); // a pipe that nobody empties would block the program
        Process process = null;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(name + " took more than " + limit.toSeconds() + " s and was ended");
            }
            String output = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new IOException(name + " ended with " + process.exitValue() + ": "
                        + output.lines().reduce((a, b) -> b).orElse("no message"));
            }
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(name + " was interrupted");
        } finally {
            if (process != null) {
                process.destroyForcibly();
            }
            Files.deleteIfExists(log);
        }
    }
}
