package dev.tessera.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where the output of each input goes, by the rules of {@code -o}. */
final class OutputNaming {
    private final String output; // -o, or null
    private final boolean folder;
    private final boolean several;

    /** @param output what {@code -o} says: a file for one input, a folder for several, {@code -}, or null for none */
    OutputNaming(String output, List<Input> inputs, boolean json) {
        this.output = output;
        if ("-".equals(output)) {
            if (json) {
                throw new UsageException("--json and -o - both want standard output");
            }
            if (inputs.size() > 1) {
                throw new UsageException("-o - takes one input, there are " + inputs.size());
            }
        }
        this.several = inputs.size() > 1
                || inputs.stream().anyMatch(i -> !i.isStdin() && i.relative().getNameCount() > 1);
        this.folder = output != null
                && !isStdout()
                && (several || output.endsWith("/") || Files.isDirectory(Path.of(output)));
        if (folder && Files.isRegularFile(Path.of(output))) {
            throw new UsageException("-o " + output + " is a file, several inputs need a folder");
        }
        if (output == null && inputs.stream().anyMatch(Input::isStdin)) {
            throw new UsageException("standard input needs -o");
        }
    }

    boolean isStdout() {
        return "-".equals(output);
    }

    /** The suffix that {@code -o} asks for, with its dot, or null. */
    String suffix() {
        if (output == null || folder || isStdout()) {
            return null;
        }
        String name = Path.of(output).getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(dot) : null;
    }

    /** The folder of {@code input}, which becomes many files: what {@code -o} names; of several inputs, one inside for each. */
    Path folderFor(Input input) {
        return several ? Path.of(output).resolve(input.renamed("")) : Path.of(output);
    }

    /** The output of {@code input}: its name with {@code suffix}, unless {@code -o} names a file. */
    Path target(Input input, String suffix) {
        if (output == null) {
            return input.path().resolveSibling(input.renamed(suffix).getFileName());
        }
        return folder ? Path.of(output).resolve(input.renamed(suffix)) : Path.of(output);
    }
}
