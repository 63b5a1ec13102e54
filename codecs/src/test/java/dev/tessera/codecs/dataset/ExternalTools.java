package dev.tessera.codecs.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs programs that may be absent. */
final class ExternalTools {
    private static final String PYTHON = "/usr/bin/python3";

    private static final boolean NUMPY =
            Files.isExecutable(Path.of(PYTHON)) && exitCode(List.of(PYTHON, "-c", "import numpy")) == 0;

    private ExternalTools() {}

    /** Whether the system's Python has numpy. */
    static boolean hasNumpy() {
        return NUMPY;
    }

    /** The output of {@code script}, run with {@code arguments}; fails when the script does. */
    static String run(String script, Object... arguments) {
        List<String> command = new ArrayList<>(List.of(PYTHON, "-c", script));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return run(command);
    }

    /** The output of {@code command}; fails when the command does. */
    static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(command.getFirst() + " failed: " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** How {@code command} ends; -1 when it cannot be started. */
    static int exitCode(List<String> command) {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
