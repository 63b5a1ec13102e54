package dev.tessera.samples.bench.quantizers;

import java.util.List;
import java.util.Locale;

/** Utilization and PSNR against the size of the codebook, a line for each row of the bench, as SVG. */
final class BenchPlot {
    private static final String[] COLOURS = {"#4e79a7", "#e15759", "#59a14f", "#f28e2b", "#b07aa1", "#2a2a2a", "#9c755f"
    };
    private static final String[] DASHES = {"none", "7 3"};
    private static final int WIDTH = 1110;
    private static final int HEIGHT = 440;
    private static final int TOP = 50;
    private static final int PANEL_WIDTH = 340;
    private static final int PANEL_HEIGHT = 320;
    private static final int LEFT = 60;
    private static final int SECOND = 470;
    private static final int LEGEND = 835;
    private static final int LINE = 23;
    private static final int MOST_TICKS = 7;
    private static final double BESIDE = 2.5; // between the intervals of two rows

    private final BenchSetup setup;
    private final List<BenchReport.Cell> cells;
    private final StringBuilder svg = new StringBuilder();

    private BenchPlot(BenchSetup setup, List<BenchReport.Cell> cells) {
        this.setup = setup;
        this.cells = cells;
    }

    static String svg(BenchSetup setup, List<BenchReport.Cell> cells) {
        return new BenchPlot(setup, cells).draw();
    }

    private String draw() {
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\">",
                WIDTH, HEIGHT);
        add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, HEIGHT);
        panel(LEFT, "utilization on held-out photos, %", 0, 100, cell -> {
            BenchReport.Mean mean = cell.mean(BenchResult::utilization);
            return new BenchReport.Mean(100 * mean.value(), 100 * mean.half());
        });
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (BenchReport.Cell cell : cells) {
            BenchReport.Mean mean = cell.mean(BenchResult::psnr);
            low = Math.min(low, mean.value() - mean.half());
            high = Math.max(high, mean.value() + mean.half());
        }
        if (!cells.isEmpty()) {
            panel(
                    SECOND,
                    "PSNR on held-out photos, dB",
                    Math.floor(low),
                    Math.max(Math.ceil(high), Math.floor(low) + 1),
                    cell -> cell.mean(BenchResult::psnr));
        }
        for (int r = 0; r < setup.rows().size(); r++) {
            double y = TOP + 8 + LINE * r;
            add("<path d=\"M%d %.1f h34\" %s/>", LEGEND, y, stroke(r));
            marker(r, LEGEND + 17, y);
            add(
                    "<text x=\"%d\" y=\"%.1f\">%s</text>",
                    LEGEND + 42, y + 4, escaped(setup.rows().get(r).label()));
        }
        add("</svg>");
        return svg.toString();
    }

    /** What a cell has in a panel. */
    private interface Figure {
        BenchReport.Mean of(BenchReport.Cell cell);
    }

    private void panel(int left, String title, double low, double high, Figure figure) {
        add("<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s</text>", left, TOP - 18, title);
        double step = 1;
        for (int i = 0; (high - low) / step > MOST_TICKS; i++) {
            step *= i % 3 == 1 ? 2.5 : 2; // 1, 2, 5, 10, ...
        }
        for (double tick = Math.ceil(low / step) * step; tick <= high + 1e-9; tick += step) {
            double y = y(tick, low, high);
            add("<path d=\"M%d %.1f h%d\" stroke=\"#ddd\"/>", left, y, PANEL_WIDTH);
            add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#444\">%.0f</text>", left - 8, y + 4, tick);
        }
        for (BenchSetup.Size size : setup.sizes()) {
            add(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#444\">%,d</text>",
                    x(left, size.codes()), TOP + PANEL_HEIGHT + 20, size.codes());
        }
        add(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"#444\">codes asked for</text>",
                left + PANEL_WIDTH / 2, TOP + PANEL_HEIGHT + 42);
        for (int r = 0; r < setup.rows().size(); r++) {
            line(r, left, low, high, figure);
        }
    }

    private void line(int row, int left, double low, double high, Figure figure) {
        StringBuilder path = new StringBuilder();
        for (BenchReport.Cell cell : cells) {
            if (cell.row().equals(setup.rows().get(row))) {
                BenchReport.Mean mean = figure.of(cell);
                double x = x(left, cell.codes());
                double y = y(mean.value(), low, high);
                path.append(String.format(Locale.ROOT, "%s%.1f %.1f", path.isEmpty() ? "M" : " L", x, y));
                if (mean.half() > 0) {
                    double aside = x + (row - setup.rows().size() / 2.0) * BESIDE;
                    double top = y(Math.min(high, mean.value() + mean.half()), low, high);
                    double bottom = y(Math.max(low, mean.value() - mean.half()), low, high);
                    add(
                            "<path d=\"M%.1f %.1f V%.1f m-4 0 h8 M%.1f %.1f h8\" fill=\"none\" stroke=\"%s\"/>",
                            aside, top, bottom, aside - 4, top, COLOURS[row % COLOURS.length]);
                }
                marker(row, x, y);
            }
        }
        if (!path.isEmpty()) {
            add("<path d=\"%s\" %s/>", path, stroke(row));
        }
    }

    /** Rows with dashes have squares, so that the two of a colour are told apart at their points too. */
    private void marker(int row, double x, double y) {
        String colour = COLOURS[row % COLOURS.length];
        if (row / COLOURS.length % 2 == 0) {
            add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>", x, y, colour);
        } else {
            add("<rect x=\"%.1f\" y=\"%.1f\" width=\"8\" height=\"8\" fill=\"%s\"/>", x - 4, y - 4, colour);
        }
    }

    private static String stroke(int row) {
        return "fill=\"none\" stroke-width=\"1.8\" stroke=\"" + COLOURS[row % COLOURS.length] + "\" stroke-dasharray=\""
                + DASHES[row / COLOURS.length % DASHES.length] + "\"";
    }

    private double x(int left, int codes) {
        double least =
                setup.sizes().stream().mapToInt(BenchSetup.Size::codes).min().orElseThrow();
        double most =
                setup.sizes().stream().mapToInt(BenchSetup.Size::codes).max().orElseThrow();
        double share = most == least ? 0.5 : Math.log(codes / least) / Math.log(most / least);
        return left + 20 + share * (PANEL_WIDTH - 40);
    }

    private static double y(double value, double low, double high) {
        return TOP + PANEL_HEIGHT * (1 - (value - low) / (high - low));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
