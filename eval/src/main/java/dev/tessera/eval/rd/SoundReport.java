package dev.tessera.eval.rd;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Tables, curves and plots of an experiment with sound: rates of whole files and of packets alone. */
public final class SoundReport {
    private static final List<String> MEASURES = List.of("mel_distance", "mel_distance_0_4k", "si_sdr", "stoi");
    private static final List<String> HEAD = List.of(
            "codec",
            "setting",
            "clips of",
            "clips",
            "kbps, file",
            "kbps, packets",
            "mel",
            "mel 0-4k",
            "SI-SDR",
            "STOI");

    private final List<Sample<Sound>> samples;
    private final List<Coder<Sound>> coders;
    private final Trials trials;
    private final Experiment.Outcome outcome;
    private final Map<String, Sample<Sound>> byName = new LinkedHashMap<>();

    private SoundReport(List<Sample<Sound>> samples, List<Coder<Sound>> coders, Experiment.Outcome outcome) {
        this.samples = samples;
        this.coders = coders;
        this.trials = new Trials(outcome.trials());
        this.outcome = outcome;
        samples.forEach(sample -> byName.put(sample.name(), sample));
    }

    /** Runs clips through coders and reports; a row for each group of clips. */
    public static Report of(
            Experiment<Sound> experiment,
            List<Sample<Sound>> samples,
            List<Coder<Sound>> own,
            Peers<Sound> peers,
            List<String> notes,
            Consumer<String> progress)
            throws IOException {
        List<Coder<Sound>> all = new ArrayList<>(own);
        all.addAll(peers.coders());
        return new SoundReport(samples, all, experiment.run(samples, all, progress)).report(notes);
    }

    private Report report(List<String> notes) {
        List<List<String>> rows = new ArrayList<>(List.of(HEAD));
        List<String> groups = samples.stream().map(Sample::group).distinct().toList();
        for (String group : groups) {
            for (Coder<Sound> coder : coders) {
                Trials.bySetting(trials.of(coder.name()).stream()
                                .filter(t -> byName.get(t.sample()).group().equals(group))
                                .toList())
                        .forEach((setting, point) -> rows.add(row(coder.name(), setting, group, point)));
            }
        }
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("notes", notes);
        summary.put("failures", outcome.failures());
        summary.put("results", trials.objects());
        Map<String, String> plots = new LinkedHashMap<>();
        for (String measure : MEASURES) {
            plots.put(measure + ".svg", plot(measure));
        }
        StringBuilder body = new StringBuilder(Markup.list(notes));
        plots.values().forEach(body::append);
        body.append(Markup.table(rows));
        if (!outcome.failures().isEmpty()) {
            body.append("<h2>Failures</h2>\n").append(Markup.list(outcome.failures()));
        }
        return new Report(
                summary,
                curves(),
                plots,
                Report.page("Rate and distortion of " + samples.size() + " clips", body.toString()),
                rows.stream().map(row -> String.join("\t", row)).toList());
    }

    private List<String> row(String coder, String setting, String group, List<Trial> point) {
        List<String> row = new ArrayList<>(List.of(coder, setting, group, String.valueOf(point.size())));
        row.add(format("%.3f", kbps(point, "bytes")));
        row.add(format("%.3f", kbps(point, "payload_bytes")));
        for (String measure : MEASURES) {
            row.add(mean(point, measure, "%.3f"));
        }
        return row;
    }

    /** Bits of all clips over the seconds of all clips. */
    private double kbps(List<Trial> point, String bytes) {
        double sum = point.stream().mapToDouble(t -> t.value(bytes)).sum();
        double seconds = point.stream()
                .mapToDouble(t -> byName.get(t.sample()).content().seconds())
                .sum();
        return 8 * sum / seconds / 1000;
    }

    private Map<String, Map<String, Object>> curves() {
        Map<String, Map<String, Object>> out = new LinkedHashMap<>();
        for (Coder<Sound> coder : coders) {
            Map<String, List<Double>> results = new LinkedHashMap<>();
            for (List<Trial> point : Trials.bySetting(trials.of(coder.name())).values()) {
                add(results, "kbps", kbps(point, "bytes"));
                add(results, "packet_kbps", kbps(point, "payload_bytes"));
                for (String measure : MEASURES) {
                    add(results, measure, mean(point, measure));
                }
                add(results, "encoding_time", Trials.mean(point, t -> t.value("encode_seconds")));
                add(results, "decoding_time", Trials.mean(point, t -> t.value("decode_seconds")));
            }
            out.put(coder.name(), Trials.curve(coder.name(), coder.identity(), results));
        }
        return out;
    }

    private String plot(String measure) {
        List<SvgPlot.Line> lines = new ArrayList<>();
        for (Coder<Sound> coder : coders) {
            List<RateDistortionPoint> points = new ArrayList<>();
            for (List<Trial> point : Trials.bySetting(trials.of(coder.name())).values()) {
                double value = mean(point, measure);
                if (Double.isFinite(value)) {
                    points.add(new RateDistortionPoint(kbps(point, "payload_bytes"), value));
                }
            }
            lines.add(new SvgPlot.Line(coder.name(), points));
        }
        return SvgPlot.of(
                "mean of " + samples.size() + " clips", "kbps (ours whole files, Opus packets alone)", measure, lines);
    }

    /** Mean over the clips that have the measure; NaN when none has. */
    private static double mean(List<Trial> point, String measure) {
        return point.stream()
                .filter(t -> t.values().containsKey(measure))
                .mapToDouble(t -> t.value(measure))
                .average()
                .orElse(Double.NaN);
    }

    private static String mean(List<Trial> point, String measure, String format) {
        double mean = mean(point, measure);
        return Double.isNaN(mean) ? "-" : format(format, mean);
    }

    private static void add(Map<String, List<Double>> results, String name, double value) {
        results.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
    }

    private static String format(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
