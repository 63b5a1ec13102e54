package dev.tessera.cli;

import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.lowbit.WeightFormat;
import dev.tessera.vqmodels.quantize.OutputNoise;
import dev.tessera.vqmodels.quantize.QuantizedLayer;
import dev.tessera.vqmodels.quantize.QuantizedTokenizer;
import dev.tessera.vqmodels.quantize.WeightMethod;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code quantize} says: layers, and the model before and after. */
final class QuantizeReport {
    private final Map<String, Object> values = new LinkedHashMap<>();
    private final List<String> lines = new ArrayList<>();
    private final Map<String, Object> before = new LinkedHashMap<>();
    private final Map<String, Object> after = new LinkedHashMap<>();
    private final List<String> beyond;

    QuantizeReport(ModelFile original, QuantizedTokenizer made, WeightFormat format, WeightMethod method, Path output) {
        values.put("output", output.toString());
        values.put("bytes", made.model().sizeBytes());
        values.put("sha256", made.model().sha256());
        values.put("weights", format.formatName());
        values.put("method", method.methodName());
        before.put("bytes", original.sizeBytes());
        after.put("bytes", made.model().sizeBytes());
        lines.add(String.format(
                "%-28s %5s x %-5s %8s %7s %6s %9s %9s %8s %9s",
                "weights", "out", "in", "format", "rotated", "bits", "before", "bytes", "SNR, dB", "to noise"));
        List<Map<String, Object>> layers = new ArrayList<>();
        for (QuantizedLayer layer : made.layers()) {
            lines.add(line(layer));
            layers.add(fields(layer));
        }
        this.beyond = made.layers().stream()
                .filter(layer ->
                        layer.noise().filter(OutputNoise::isBeyondNoise).isPresent())
                .map(QuantizedLayer::name)
                .toList();
        values.put("layers", layers);
        values.put("beyond_noise", beyond);
        values.put("before", before);
        values.put("after", after);
    }

    /** Adds what held-out data say; nothing when none of the files could be tried. */
    void add(SubjectComparison comparison) {
        if (comparison.items() == 0) {
            return;
        }
        before.putAll(comparison.before());
        after.putAll(comparison.after());
        values.put("tokens", comparison.positions() * comparison.equalTokens().size());
        values.put("equal_tokens", comparison.equalTokens());
        if (!comparison.equalDigits().isEmpty()) {
            values.put("equal_digits", comparison.equalDigits());
        }
    }

    /** For JSON. */
    Map<String, Object> values() {
        return values;
    }

    /** For people. */
    List<String> lines() {
        List<String> all = new ArrayList<>(lines);
        all.add("");
        all.add(String.format("%-28s %14s %14s", "", "before", "after"));
        after.forEach((name, value) ->
                all.add(String.format("%-28s %14s %14s", name, number(before.get(name)), number(value))));
        addShares("equal tokens, stage", "equal_tokens", all);
        addShares("equal digits, dimension", "equal_digits", all);
        if (!beyond.isEmpty()) {
            all.add("");
            all.add("WARNING: rounding noise does not explain what became of the output of "
                    + String.join(", ", beyond));
        }
        return all;
    }

    /** One file of the held-out data. */
    static String line(Map<String, Object> result) {
        Map<?, ?> before = (Map<?, ?>) result.get("before");
        Map<?, ?> after = (Map<?, ?>) result.get("after");
        Object name = before.keySet().iterator().next(); // the first metric
        return result.get("input") + ": " + name + " " + number(before.get(name)) + " -> " + number(after.get(name));
    }

    private void addShares(String title, String name, List<String> all) {
        if (values.get(name) instanceof List<?> shares) {
            for (int i = 0; i < shares.size(); i++) {
                all.add(String.format("%-28s %29.2f %%", title + " " + i, 100 * (Double) shares.get(i)));
            }
        }
    }

    private static String number(Object value) {
        return switch (value) {
            case null -> "-";
            case Double d -> String.format("%.4f", d);
            default -> value.toString();
        };
    }

    private static String line(QuantizedLayer layer) {
        return String.format(
                "%-28s %5d x %-5d %8s %7s %6.2f %9d %9d %8s %9s%s",
                layer.name(),
                layer.rows(),
                layer.cols(),
                layer.format().map(WeightFormat::formatName).orElse("kept"),
                layer.rotated() ? "yes" : "",
                layer.bitsPerWeight(),
                layer.bytesBefore(),
                layer.bytes(),
                layer.noise().map(n -> String.format("%.1f", n.signalToNoise())).orElse("-"),
                layer.noise().map(n -> String.format("%.2f", n.excess())).orElse("-"),
                layer.noise().filter(OutputNoise::isBeyondNoise).isPresent() ? " !" : "");
    }

    private static Map<String, Object> fields(QuantizedLayer layer) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", layer.name());
        fields.put("rows", layer.rows());
        fields.put("cols", layer.cols());
        fields.put("weights", layer.format().map(WeightFormat::formatName).orElse(null));
        fields.put("rotated", layer.rotated());
        fields.put("bits_per_weight", layer.bitsPerWeight());
        fields.put("bytes_before", layer.bytesBefore());
        fields.put("bytes", layer.bytes());
        layer.noise().ifPresent(noise -> {
            fields.put("output_snr", noise.signalToNoise());
            fields.put("error_to_noise", noise.excess());
            fields.put("beyond_noise", noise.isBeyondNoise());
        });
        return fields;
    }
}
