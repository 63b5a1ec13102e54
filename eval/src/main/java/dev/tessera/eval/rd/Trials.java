package dev.tessera.eval.rd;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Trials of an experiment, looked at from several sides. */
final class Trials {
    private final List<Trial> all;

    Trials(List<Trial> all) {
        this.all = all;
    }

    List<Trial> of(String coder) {
        return all.stream().filter(t -> t.coder().equals(coder)).toList();
    }

    List<Trial> of(String sample, List<String> coders) {
        return all.stream()
                .filter(t -> t.sample().equals(sample) && coders.contains(t.coder()))
                .toList();
    }

    /** Trials of one coder by setting, in order. */
    static Map<String, List<Trial>> bySetting(List<Trial> trials) {
        Map<String, List<Trial>> out = new LinkedHashMap<>();
        trials.forEach(t ->
                out.computeIfAbsent(t.setting(), setting -> new ArrayList<>()).add(t));
        return out;
    }

    static double mean(List<Trial> trials, ToDoubleFunction<Trial> value) {
        return trials.stream().mapToDouble(value).average().orElseThrow();
    }

    /** Every trial as an object of names and values. */
    List<Map<String, Object>> objects() {
        return all.stream()
                .map(t -> {
                    Map<String, Object> object = new LinkedHashMap<>();
                    object.put("input", t.sample());
                    object.put("coder", t.coder());
                    object.put("setting", t.setting());
                    object.putAll(t.values());
                    return object;
                })
                .toList();
    }

    /** An object in CompressAI's layout: a name, a description, and a list of values for every measure. */
    static Map<String, Object> curve(String name, String description, Map<String, List<Double>> results) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", name);
        object.put("description", description);
        object.put("results", results);
        return object;
    }
}
