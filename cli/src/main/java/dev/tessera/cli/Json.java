package dev.tessera.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** JSON text of maps, lists, strings and numbers; NaN and infinities become null, as JSON has no word for them. */
final class Json {
    private Json() {}

    static String write(Map<String, Object> values) {
        try {
            return JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(finite(values));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object finite(Object value) {
        return switch (value) {
            case null -> null;
            case Map<?, ?> map -> {
                Map<String, Object> out = new java.util.LinkedHashMap<>();
                map.forEach((k, v) -> out.put((String) k, finite(v)));
                yield out;
            }
            case java.util.List<?> list -> {
                java.util.List<Object> out = new java.util.ArrayList<>();
                list.forEach(v -> out.add(finite(v)));
                yield out;
            }
            case Double d when !Double.isFinite(d) -> null;
            default -> value;
        };
    }
}
