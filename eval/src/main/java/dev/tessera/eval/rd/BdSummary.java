package dev.tessera.eval.rd;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * BD-rates of one codec against one anchor over all photos.
 *
 * @param percents of the photos that could be compared
 * @param coverages of the same photos
 * @param absent photos whose curves do not overlap enough
 */
record BdSummary(
        String test,
        String anchor,
        String metric,
        double fromRate,
        double toRate,
        boolean withoutContainer,
        List<Double> percents,
        List<Double> coverages,
        List<String> absent) {
    /** The head of a table of {@link #row()}. */
    static final List<String> HEAD = List.of(
            "codec", "anchor", "metric", "bits per pixel", "bytes", "median", "mean", "won", "compared", "no overlap");

    /** The comparison of one photo. */
    record Entry(String sample, Optional<BdRate> rate) {}

    static BdSummary of(
            String test,
            String anchor,
            String metric,
            double fromRate,
            double toRate,
            boolean withoutContainer,
            List<Entry> entries) {
        List<Double> percents = new ArrayList<>();
        List<Double> coverages = new ArrayList<>();
        List<String> absent = new ArrayList<>();
        for (Entry entry : entries) {
            entry.rate()
                    .ifPresentOrElse(
                            rate -> {
                                percents.add(rate.percent());
                                coverages.add(rate.coverage());
                            },
                            () -> absent.add(entry.sample()));
        }
        return new BdSummary(
                test,
                anchor,
                metric,
                fromRate,
                toRate,
                withoutContainer,
                List.copyOf(percents),
                List.copyOf(coverages),
                List.copyOf(absent));
    }

    /** Null when nothing could be compared. */
    Double median() {
        if (percents.isEmpty()) {
            return null;
        }
        List<Double> sorted = percents.stream().sorted().toList();
        int n = sorted.size();
        return (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
    }

    /** Null when nothing could be compared. */
    Double mean() {
        return mean(percents);
    }

    /** Photos that need less rate than the anchor. */
    long won() {
        return percents.stream().filter(p -> p < 0).count();
    }

    Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("codec", test);
        object.put("anchor", anchor);
        object.put("metric", metric);
        object.put("from_bits_per_pixel", fromRate);
        object.put("to_bits_per_pixel", toRate);
        object.put("without_container", withoutContainer);
        object.put("median_percent", median());
        object.put("mean_percent", mean());
        object.put("won", won());
        object.put("compared", percents.size());
        object.put("mean_coverage", mean(coverages));
        object.put("without_overlap", absent);
        return object;
    }

    List<String> row() {
        String from = fromRate == 0 ? "floor" : String.format(Locale.ROOT, "%.3g", fromRate);
        return List.of(
                test,
                anchor,
                metric,
                from + " to " + String.format(Locale.ROOT, "%.3g", toRate),
                withoutContainer ? "container subtracted" : "real files",
                percent(median()),
                percent(mean()),
                String.valueOf(won()),
                String.valueOf(percents.size()),
                String.valueOf(absent.size()));
    }

    private static String percent(Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%+.1f %%", value);
    }

    private static Double mean(List<Double> values) {
        return values.isEmpty()
                ? null
                : values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}
