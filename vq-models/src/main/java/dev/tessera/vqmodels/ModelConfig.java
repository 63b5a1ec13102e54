package dev.tessera.vqmodels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a model says about itself besides its tensors: names with strings, numbers, booleans, objects and lists of these,
 * stored as JSON. Immutable. The getters are for data that came from a file, so a missing or mistyped value is a
 * {@link CorruptModelException}.
 */
public final class ModelConfig {
    private final Map<String, Object> values;

    private ModelConfig(Map<String, Object> values) {
        this.values = values;
    }

    /**
     * A configuration of {@code values}: strings, integers, doubles, booleans, configurations and lists of them.
     *
     * @throws IllegalArgumentException for a value of another type
     */
    public static ModelConfig of(Map<String, ?> values) {
        Map<String, Object> copy = new TreeMap<>();
        values.forEach((name, value) -> copy.put(name, checked(name, value)));
        return new ModelConfig(copy);
    }

    /** Parses a JSON object. */
    public static ModelConfig parse(String json) throws CorruptModelException {
        return new ModelConfig(new TreeMap<>(Json.parseObject(json)));
    }

    /** This configuration with {@code value} under {@code name}, of a type that {@link #of} takes. */
    public ModelConfig with(String name, Object value) {
        Map<String, Object> copy = new TreeMap<>(values);
        copy.put(name, checked(name, value));
        return new ModelConfig(copy);
    }

    /** The names. */
    public Set<String> names() {
        return Set.copyOf(values.keySet());
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    public String string(String name) throws CorruptModelException {
        if (values.get(name) instanceof String text) {
            return text;
        }
        throw mistyped(name, "a string");
    }

    public int integer(String name) throws CorruptModelException {
        if (values.get(name) instanceof Integer number) {
            return number;
        }
        throw mistyped(name, "a 32-bit integer");
    }

    public long longInteger(String name) throws CorruptModelException {
        Object value = values.get(name);
        if (value instanceof Integer || value instanceof Long) {
            return ((Number) value).longValue();
        }
        throw mistyped(name, "a 64-bit integer");
    }

    public double number(String name) throws CorruptModelException {
        if (values.get(name) instanceof Number number) {
            return number.doubleValue();
        }
        throw mistyped(name, "a number");
    }

    public boolean flag(String name) throws CorruptModelException {
        if (values.get(name) instanceof Boolean flag) {
            return flag;
        }
        throw mistyped(name, "true or false");
    }

    public int[] integers(String name) throws CorruptModelException {
        if (values.get(name) instanceof List<?> list && list.stream().allMatch(Integer.class::isInstance)) {
            return list.stream().mapToInt(Integer.class::cast).toArray();
        }
        throw mistyped(name, "a list of 32-bit integers");
    }

    /** A list of objects, each a configuration by itself. */
    public List<ModelConfig> objects(String name) throws CorruptModelException {
        if (!(values.get(name) instanceof List<?> list)) {
            throw mistyped(name, "a list of objects");
        }
        List<ModelConfig> objects = new ArrayList<>();
        for (Object item : list) {
            if (!(item instanceof Map<?, ?> map)) {
                throw mistyped(name, "a list of objects");
            }
            objects.add(new ModelConfig(named(map)));
        }
        return objects;
    }

    /**
     * Checks {@code format_version}.
     *
     * @throws CorruptModelException when it is outside [{@code min}, {@code max}]
     */
    public void requireFormatVersion(int min, int max) throws CorruptModelException {
        int version = integer("format_version");
        if (version < min || version > max) {
            throw new CorruptModelException(
                    "format_version is " + version + ", this build reads versions " + min + " to " + max);
        }
    }

    /** JSON with sorted names; equal configurations give equal text. */
    public String toJson() {
        return Json.write(values);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ModelConfig that && toJson().equals(that.toJson());
    }

    @Override
    public int hashCode() {
        return toJson().hashCode();
    }

    @Override
    public String toString() {
        return toJson();
    }

    private static Object checked(String name, Object value) {
        return switch (value) {
            case String _, Integer _, Long _, Double _, Boolean _ -> value;
            case List<?> list -> list.stream().map(item -> checked(name, item)).toList();
            case ModelConfig config -> config.values;
            case int[] ints -> Arrays.stream(ints).boxed().toList();
            case null, default ->
                throw new IllegalArgumentException(name + " is " + value
                        + ", must be a string, integer, double, boolean, configuration or a list of these");
        };
    }

    private static Map<String, Object> named(Map<?, ?> map) {
        Map<String, Object> copy = new TreeMap<>();
        map.forEach((key, value) -> copy.put((String) key, value)); // JSON has no other keys
        return copy;
    }

    private CorruptModelException mistyped(String name, String wanted) {
        Object value = values.get(name);
        return new CorruptModelException(
                "the model's configuration has " + name + " = " + value + ", must be " + wanted);
    }
}
