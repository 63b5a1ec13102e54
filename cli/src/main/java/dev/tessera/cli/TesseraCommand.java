package dev.tessera.cli;

import dev.tessera.codecs.dataset.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Options that every command has, and how a command reports. */
@Command(mixinStandardHelpOptions = true, sortOptions = false, usageHelpAutoWidth = true)
abstract class TesseraCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Print exactly one JSON object on stdout.")
    boolean json;

    @Option(names = "--quiet", description = "Nothing on stderr but errors.")
    boolean quiet;

    @Option(names = "-v", description = "Say more on stderr, stack traces included.")
    boolean verbose;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads to use (default: all processors); results do not depend on it.")
    int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--overwrite", description = "Replace files that exist.")
    boolean overwrite;

    private Console console;

    void attach(Console toConsole) {
        console = toConsole;
    }

    Console console() {
        return console;
    }

    /** What the command does; throws, or returns an exit code. */
    abstract int execute() throws IOException;

    @Override
    public final Integer call() throws IOException {
        if (threads < 1) {
            throw new UsageException("--threads is " + threads + ", must be at least 1");
        }
        return execute();
    }

    /** A line for people, on stderr. */
    void say(String line) {
        if (!quiet) {
            console.err().println(line);
        }
    }

    /** The result of a command that is not a batch: JSON, or lines for people on stdout. */
    void print(Map<String, Object> values, Iterable<String> lines) {
        if (json) {
            console.out().println(Json.write(values));
        } else {
            lines.forEach(console.out()::println);
        }
    }

    /** A result that is a list of names and values; what is null is shown as a dash. */
    void printValues(Map<String, Object> values) {
        print(
                values,
                values.entrySet().stream()
                        .map(e -> e.getKey() + " " + (e.getValue() == null ? "-" : e.getValue()))
                        .toList());
    }

    /** Refuses a file that exists, unless {@code --overwrite} is given. */
    void checkFree(Path target) {
        if (!overwrite && Files.exists(target)) {
            throw new UncheckedIOException(new FileAlreadyExistsException(target.toString()));
        }
    }

    /** Writes a whole file, or nothing; folders are made as needed. */
    void writeFile(Path target, AtomicFile.Body body) throws IOException {
        checkFree(target);
        Path folder = target.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        AtomicFile.write(target, body);
    }
}
