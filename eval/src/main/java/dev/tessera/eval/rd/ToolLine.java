package dev.tessera.eval.rd;

import java.util.List;
import java.util.Map;

/**
 * The command line of a program, with {@code {in}}, {@code {out}} and {@code {setting}} for what changes.
 *
 * @param tool name of the program
 */
record ToolLine(String tool, List<String> arguments) {
    static ToolLine of(String line) {
        List<String> words = List.of(line.split(" "));
        return new ToolLine(words.getFirst(), words.subList(1, words.size()));
    }

    List<String> filled(Map<String, String> values) {
        return arguments.stream()
                .map(argument -> {
                    String filled = argument;
                    for (Map.Entry<String, String> value : values.entrySet()) {
                        filled = filled.replace("{" + value.getKey() + "}", value.getValue());
                    }
                    return filled;
                })
                .toList();
    }

    @Override
    public String toString() {
        return tool + " " + String.join(" ", arguments);
    }
}
