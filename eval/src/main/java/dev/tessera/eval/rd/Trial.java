package dev.tessera.eval.rd;

import java.util.Map;

/**
 * One sample through one coder at one setting.
 *
 * @param values {@code bytes}, {@code payload_bytes}, {@code encode_seconds}, {@code decode_seconds} and what the measure
 *     returned
 */
public record Trial(String sample, String coder, String setting, Map<String, Double> values) {
    double value(String name) {
        Double value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(coder + " at " + setting + " of " + sample + " has no " + name);
        }
        return value;
    }
}
