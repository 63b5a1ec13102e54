package dev.tessera.samples.bench.quantizers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The results of a folder as {@code table.md} and {@code plot.svg}. */
final class BenchReport {
    /** Student's t, two-sided 95 %, for 1, 2, 3, ... degrees of freedom. */
    private static final double[] STUDENT = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262};

    static final String FALLING = "↓";

    private BenchReport() {}

    /**
     * A mean over seeds.
     *
     * @param half half the width of its 95 % interval (Student's t); 0 for one seed
     */
    record Mean(double value, double half) {
        static Mean of(double... values) {
            double sum = 0;
            for (double value : values) {
                sum += value;
            }
            double mean = sum / values.length;
            double squares = 0;
            for (double value : values) {
                squares += (value - mean) * (value - mean);
            }
            int freedom = values.length - 1;
            double half = freedom == 0
                    ? 0
                    : STUDENT[Math.min(freedom, STUDENT.length) - 1] * Math.sqrt(squares / freedom / values.length);
            return new Mean(mean, half);
        }

        String text(int digits, double factor) {
            String format = "%." + digits + "f";
            String text = String.format(Locale.ROOT, format, factor * value);
            return half == 0 ? text : text + " ± " + String.format(Locale.ROOT, format, factor * half);
        }
    }

    /** The runs of one row at one size, at least one. */
    record Cell(BenchSetup.Row row, int codes, List<BenchResult> results) {
        Mean mean(ToDoubleFunction<BenchResult> figure) {
            return Mean.of(results.stream().mapToDouble(figure).toArray());
        }

        boolean stillFalling() {
            return results.stream().anyMatch(BenchResult::stillFalling);
        }
    }

    static void write(Path out, BenchSetup setup) throws IOException {
        List<BenchResult> results = new ArrayList<>();
        for (Path file : QuantizerBenchMain.results(out, setup)) {
            results.add(BenchResult.read(file, setup));
        }
        List<Cell> cells = cells(setup, results);
        Files.writeString(out.resolve("table.md"), table(setup, cells, results));
        Files.writeString(out.resolve("plot.svg"), BenchPlot.svg(setup, cells));
    }

    static List<Cell> cells(BenchSetup setup, List<BenchResult> results) {
        List<Cell> cells = new ArrayList<>();
        for (BenchSetup.Size size : setup.sizes()) {
            for (BenchSetup.Row row : setup.rows()) {
                List<BenchResult> some = results.stream()
                        .filter(r -> r.row().equals(row.name()) && r.codes() == size.codes())
                        .toList();
                if (!some.isEmpty()) {
                    cells.add(new Cell(row, size.codes(), some));
                }
            }
        }
        return cells;
    }

    static String table(BenchSetup setup, List<Cell> cells, List<BenchResult> results) {
        StringBuilder text = new StringBuilder();
        text.append("| quantizer | K | seeds | PSNR, dB | SSIM | utilization, % | ceiling, % | perplexity | loss |\n");
        text.append("|---|---|---|---|---|---|---|---|---|\n");
        for (Cell cell : cells) {
            BenchResult first = cell.results().getFirst();
            Mean fall = cell.mean(r -> 100 * (1 - r.lossLast() / r.lossBefore()));
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %,d | %d | %s | %s | %s | %.2f | %s | %s%.1f %% |%n",
                    cell.row().label(),
                    first.codebookSize(),
                    cell.results().size(),
                    cell.mean(BenchResult::psnr).text(2, 1),
                    cell.mean(BenchResult::ssim).text(4, 1),
                    cell.mean(BenchResult::utilization).text(1, 100),
                    100 * first.utilizationCeiling(),
                    cell.mean(BenchResult::perplexity).text(0, 1),
                    cell.stillFalling() ? FALLING + " " : "",
                    -fall.value()));
        }
        text.append(String.format(
                Locale.ROOT,
                "%n%d of %d runs, %.2f core-hours of training and evaluation.%n",
                results.size(),
                setup.runs().size(),
                results.stream().mapToDouble(BenchResult::cpuSeconds).sum() / 3600));
        return text.toString();
    }
}
