package dev.tessera.cli;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Inputs as users name them: files, folders (recursive), {@code @list.txt} and {@code -}. */
final class Inputs {
    @Parameters(
            paramLabel = "IN",
            arity = "1..*",
            description = "Files, folders (recursive), @list.txt with a name a line, or - for stdin.")
    private List<String> names = List.of();

    @Option(
            names = "--include",
            paramLabel = "GLOB",
            description = "Of folders take only files whose name fits, e.g. '*.png'.")
    private String include;

    /** All inputs in a fixed order; a folder's files are sorted by path. */
    List<Input> expand(Console console) throws IOException {
        return expand(names, include, console);
    }

    /**
     * All inputs as the one thing that is made of them: the folder that was named, or the only file.
     *
     * @param output whether there is another name for it
     */
    Input together(List<Input> expanded, boolean output) {
        Path first = expanded.getFirst().path();
        if (names.size() == 1 && first != null && Files.isDirectory(Path.of(names.getFirst()))) {
            first = Path.of(names.getFirst()).toAbsolutePath().normalize();
        } else if (expanded.size() > 1 && !output) {
            throw new UsageException("-o must name the file of " + expanded.size() + " inputs together");
        }
        return first == null
                ? expanded.getFirst()
                : new Input(String.join(" ", names), first, first.getFileName(), null);
    }

    /** The same of names and a glob (null for all) that a command took by itself. */
    static List<Input> expand(List<String> names, String include, Console console) throws IOException {
        List<Input> inputs = new ArrayList<>();
        for (String name : names) {
            add(name, include, console, inputs);
        }
        if (inputs.isEmpty()) {
            throw new UsageException("no input file found in " + String.join(", ", names));
        }
        long stdins = inputs.stream().filter(Input::isStdin).count();
        if (stdins > 1 || stdins == 1 && inputs.size() > 1) {
            throw new UsageException("- (standard input) must be the only input");
        }
        return inputs;
    }

    private static void add(String name, String include, Console console, List<Input> inputs) throws IOException {
        if (name.equals("-")) {
            inputs.add(Input.ofStdin(console.in()));
        } else if (name.startsWith("@") && name.length() > 1) {
            for (String line : Files.readAllLines(Path.of(name.substring(1)))) {
                if (!line.isBlank()) {
                    add(line.strip(), include, console, inputs);
                }
            }
        } else {
            addPath(Path.of(name), include, inputs);
        }
    }

    private static void addPath(Path path, String include, List<Input> inputs) throws IOException {
        if (Files.isDirectory(path)) {
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + (include == null ? "*" : include));
            try (Stream<Path> files = Files.walk(path)) {
                files.filter(Files::isRegularFile)
                        .filter(f -> matcher.matches(f.getFileName()))
                        .filter(f -> !f.getFileName().toString().startsWith("."))
                        .sorted()
                        .forEach(f -> inputs.add(Input.ofFile(f, path.relativize(f))));
            }
        } else if (Files.exists(path)) {
            inputs.add(Input.ofFile(path, path.getFileName()));
        } else {
            throw new NoSuchFileException(path.toString());
        }
    }
}
