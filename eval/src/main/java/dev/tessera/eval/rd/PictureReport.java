package dev.tessera.eval.rd;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Tables, curves and plots of an experiment with pictures. */
public final class PictureReport {
    private static final String ANCHOR = "avifenc";
    private static final String HULL = " hull";
    private static final String BEST = " best size";

    /** Rates of the anchor, bits per pixel, over which BD-rates against AVIF are taken. */
    private static final double[][] AVIF_RATES = {{.02, .06}, {.02, .15}};

    /** The same against other codecs, from the smallest file that they can make. */
    private static final double[] OTHER_RATES = {0, .2};

    /** What a terminal is told; the page has all. */
    private static final List<String> SHORT_LIST = List.of("metric", PictureMetric.PSNR.key, PictureMetric.MS_SSIM.key);

    private static final int METRIC_COLUMN = BdSummary.HEAD.indexOf("metric");

    private final List<Sample<Rgb8>> samples;
    private final List<Coder<Rgb8>> coders;
    private final Map<String, Long> containers;
    private final Trials trials;
    private final Experiment.Outcome outcome;

    private PictureReport(
            List<Sample<Rgb8>> samples,
            List<Coder<Rgb8>> coders,
            Map<String, Long> containers,
            Experiment.Outcome outcome) {
        this.samples = samples;
        this.coders = coders;
        this.containers = containers;
        this.trials = new Trials(outcome.trials());
        this.outcome = outcome;
    }

    /**
     * Runs pictures through coders and reports.
     *
     * @param samples pictures of one size
     * @param own coders of ours: their files count whole in every column
     * @param peers coders of others
     * @param png writes the pictures that the page shows side by side
     * @param notes what a reader should know: programs that are missing, versions
     */
    public static Report of(
            Experiment<Rgb8> experiment,
            List<Sample<Rgb8>> samples,
            List<Coder<Rgb8>> own,
            Peers<Rgb8> peers,
            MediumFiles<Rgb8> png,
            List<String> notes,
            Consumer<String> progress)
            throws IOException {
        List<Coder<Rgb8>> all = new ArrayList<>(own);
        all.addAll(peers.coders());
        Rgb8 first = samples.getFirst().content();
        Sample<Rgb8> flat = new Sample<>("a flat picture", "", Rgb8.flat(first.width(), first.height(), 128));
        Map<String, Long> containers = new LinkedHashMap<>();
        own.forEach(coder -> containers.put(coder.name(), 0L));
        for (Trial trial :
                experiment.run(List.of(flat), peers.coders(), name -> {}).trials()) {
            containers.merge(trial.coder(), Math.round(trial.value("bytes")), Math::min);
        }
        Experiment.Outcome outcome = experiment.run(samples, all, progress);
        return new PictureReport(samples, all, containers, outcome)
                .report(own.stream().map(Coder::name).toList(), notes, png);
    }

    private Report report(List<String> own, List<String> notes, MediumFiles<Rgb8> png) throws IOException {
        List<BdSummary> bdRates = new ArrayList<>();
        for (PictureMetric metric : PictureMetric.values()) {
            for (boolean withoutContainer : new boolean[] {false, true}) {
                compare(own, metric, withoutContainer, bdRates);
            }
        }
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("notes", notes);
        summary.put("container_bytes", containers);
        summary.put("bd_rates", bdRates.stream().map(BdSummary::object).toList());
        summary.put("failures", outcome.failures());
        summary.put("results", trials.objects());
        Map<String, String> plots = new LinkedHashMap<>();
        for (PictureMetric metric : PictureMetric.values()) {
            plots.put(metric.key + ".svg", plot(metric));
        }
        List<List<String>> rows = new ArrayList<>(List.of(BdSummary.HEAD));
        bdRates.stream().map(BdSummary::row).forEach(rows::add);
        return new Report(
                summary,
                curves(),
                plots,
                html(rows, plots, notes, sideBySide(own, png)),
                rows.stream()
                        .filter(row -> SHORT_LIST.contains(row.get(METRIC_COLUMN)))
                        .map(row -> String.join("\t", row))
                        .toList());
    }

    private void compare(List<String> own, PictureMetric metric, boolean withoutContainer, List<BdSummary> out) {
        for (String family : families(own)) {
            boolean avif = family.equals(ANCHOR);
            for (double[] rates : avif ? AVIF_RATES : new double[][] {OTHER_RATES}) {
                List<String> tests = new ArrayList<>(own);
                if (avif) {
                    tests.add(ANCHOR);
                }
                for (String anchor : List.of(HULL, BEST)) {
                    for (String test : tests) {
                        out.add(summary(test, family, anchor, metric, rates, withoutContainer));
                    }
                }
            }
        }
    }

    /** The coders of others without those that are their smaller sizes. */
    private List<String> families(List<String> own) {
        return coders.stream()
                .map(Coder::name)
                .filter(name -> !own.contains(name)
                        && coders.stream().noneMatch(c -> !c.name().equals(name) && isPartOf(name, c.name())))
                .toList();
    }

    private static boolean isPartOf(String name, String family) {
        return name.equals(family + Peers.HALF) || name.equals(family + Peers.QUARTER);
    }

    private List<String> members(String family) {
        return coders.stream()
                .map(Coder::name)
                .filter(name -> name.equals(family) || isPartOf(name, family))
                .toList();
    }

    private BdSummary summary(
            String test, String family, String anchor, PictureMetric metric, double[] rates, boolean withoutContainer) {
        List<BdSummary.Entry> entries = samples.stream()
                .map(sample -> new BdSummary.Entry(
                        sample.name(),
                        BdRate.between(
                                anchor.equals(HULL)
                                        ? curve(sample, members(family), metric, withoutContainer)
                                                .upperHull()
                                        : RateDistortionCurve.best(members(family).stream()
                                                .map(name -> curve(sample, List.of(name), metric, withoutContainer))
                                                .toList()),
                                curve(sample, List.of(test), metric, withoutContainer),
                                rates[0],
                                rates[1])))
                .toList();
        return BdSummary.of(test, family + anchor, metric.key, rates[0], rates[1], withoutContainer, entries);
    }

    private RateDistortionCurve curve(
            Sample<Rgb8> sample, List<String> coderNames, PictureMetric metric, boolean withoutContainer) {
        List<RateDistortionPoint> points = new ArrayList<>();
        for (Trial trial : trials.of(sample.name(), coderNames)) {
            double container = withoutContainer ? containers.getOrDefault(trial.coder(), 0L) : 0;
            double quality = metric.quality(trial.value(metric.key));
            if (Double.isFinite(quality)) {
                points.add(
                        new RateDistortionPoint(bitsPerPixel(Math.max(1, trial.value("bytes") - container)), quality));
            }
        }
        return RateDistortionCurve.of(points);
    }

    private double bitsPerPixel(double bytes) {
        Rgb8 first = samples.getFirst().content();
        return 8 * bytes / ((double) first.width() * first.height());
    }

    /** Means over the photos at every setting. */
    private Map<String, Map<String, Object>> curves() {
        Map<String, Map<String, Object>> out = new LinkedHashMap<>();
        for (Coder<Rgb8> coder : coders) {
            Map<String, List<Double>> results = new LinkedHashMap<>();
            for (List<Trial> point : Trials.bySetting(trials.of(coder.name())).values()) {
                add(results, "bpp", bitsPerPixel(Trials.mean(point, t -> t.value("bytes"))));
                for (PictureMetric metric : PictureMetric.values()) {
                    add(results, metric.curveKey, Trials.mean(point, t -> t.value(metric.key)));
                }
                add(results, "encoding_time", Trials.mean(point, t -> t.value("encode_seconds")));
                add(results, "decoding_time", Trials.mean(point, t -> t.value("decode_seconds")));
            }
            out.put(coder.name(), Trials.curve(coder.name(), coder.identity(), results));
        }
        return out;
    }

    private static void add(Map<String, List<Double>> results, String name, double value) {
        results.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
    }

    private String plot(PictureMetric metric) {
        List<SvgPlot.Line> lines = new ArrayList<>();
        for (Coder<Rgb8> coder : coders) {
            List<RateDistortionPoint> points = new ArrayList<>();
            for (List<Trial> point : Trials.bySetting(trials.of(coder.name())).values()) {
                double quality = Trials.mean(point, t -> metric.quality(t.value(metric.key)));
                if (Double.isFinite(quality)) {
                    points.add(
                            new RateDistortionPoint(bitsPerPixel(Trials.mean(point, t -> t.value("bytes"))), quality));
                }
            }
            points.sort(Comparator.comparingDouble(RateDistortionPoint::rate));
            lines.add(new SvgPlot.Line(coder.name(), points));
        }
        return SvgPlot.of("mean of " + samples.size() + " photos", "bits per pixel, whole files", metric.label, lines);
    }

    private String sideBySide(List<String> own, MediumFiles<Rgb8> png) throws IOException {
        return new SideBySide(trials, coders, png)
                .html(
                        samples,
                        own.getFirst(),
                        families(own).stream().map(this::members).toList());
    }

    private String html(List<List<String>> rows, Map<String, String> plots, List<String> notes, String sideBySide) {
        StringBuilder body = new StringBuilder(Markup.list(notes));
        plots.values().forEach(body::append);
        body.append("<h2>BD-rate</h2>\n").append(Markup.table(rows));
        body.append("<h2>Middles of pictures at about equal bytes</h2>\n").append(sideBySide);
        body.append("<h2>Containers, bytes of a flat picture</h2>\n")
                .append(Markup.list(containers.entrySet().stream()
                        .map(e -> e.getKey() + ": " + e.getValue())
                        .toList()));
        if (!outcome.failures().isEmpty()) {
            body.append("<h2>Failures</h2>\n").append(Markup.list(outcome.failures()));
        }
        return Report.page("Rate and distortion of " + samples.size() + " photos", body.toString());
    }
}
