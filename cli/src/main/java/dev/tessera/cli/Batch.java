package dev.tessera.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Runs a command's work over its inputs: one failure does not stop the others, and all are reported in one form. */
final class Batch {
    private final TesseraCommand command;
    private final String task;
    private final List<Map<String, Object>> results = new ArrayList<>();
    private final Map<String, Object> totals = new LinkedHashMap<>();

    /** What is done with one input; returns the fields of its report. */
    @FunctionalInterface
    interface Work {
        Map<String, Object> process(Input input) throws IOException;
    }

    Batch(TesseraCommand command, String task) {
        this.command = command;
        this.task = task;
    }

    /** Adds a total to the top level of the JSON. */
    void total(String name, Object value) {
        totals.put(name, value);
    }

    List<Map<String, Object>> results() {
        return results;
    }

    /**
     * Processes {@code inputs} and returns the exit code.
     *
     * @param line what to tell people of one result
     */
    int run(List<Input> inputs, Work work, Function<Map<String, Object>, String> line) {
        List<Integer> codes = new ArrayList<>();
        try (ProgressBar bar = progressBar(inputs.size())) {
            for (Input input : inputs) {
                process(input, work, line, codes);
                if (bar != null) {
                    bar.step();
                }
            }
        }
        return exitCode(inputs.size(), codes);
    }

    /** Prints the JSON object, when asked for. */
    void report() {
        if (!command.json) {
            return;
        }
        Map<String, Object> all = new LinkedHashMap<>(totals);
        all.put("items", results.size());
        if (results.size() == 1) {
            results.getFirst().forEach(all::putIfAbsent);
        }
        all.put("results", results);
        command.console().out().println(Json.write(all));
    }

    private void process(Input input, Work work, Function<Map<String, Object>, String> line, List<Integer> codes) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("input", input.name());
        try {
            long start = System.nanoTime();
            result.putAll(work.process(input));
            result.putIfAbsent("seconds", (System.nanoTime() - start) / 1e9);
            command.say(line.apply(result));
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            String message = Main.oneLine(Failures.message(e));
            command.console().err().println("tessera: " + input.name() + ": " + message);
            if (command.verbose) {
                e.printStackTrace(command.console().err());
            }
            result.put("error", message);
            codes.add(Failures.exitCode(e));
        }
        results.add(result);
    }

    private static int exitCode(int inputs, List<Integer> failures) {
        if (failures.isEmpty()) {
            return ExitCode.DONE;
        }
        if (failures.size() < inputs) {
            return ExitCode.SOME_FAILED;
        }
        boolean same = failures.stream().distinct().count() == 1;
        return same ? failures.getFirst() : ExitCode.CORRUPT;
    }

    private ProgressBar progressBar(int size) {
        if (command.quiet || size < 2 || !command.console().interactive()) {
            return null;
        }
        return new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(size)
                .setStyle(ProgressBarStyle.ASCII)
                .build();
    }
}
