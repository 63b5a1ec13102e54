package dev.tessera.eval.rd;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/** A line plot over a logarithmic axis of rates, as SVG text. */
final class SvgPlot {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 460;
    private static final int LEFT = 70;
    private static final int RIGHT = 190;
    private static final int TOP = 40;
    private static final int BOTTOM = 50;
    private static final int TICKS = 5;

    /** Colours of Okabe and Ito 2008, which people with colour blindness tell apart; dashes from the second round on. */
    private static final String[] COLORS = {
        "#000000", "#E69F00", "#56B4E9", "#009E73", "#D55E00", "#0072B2", "#CC79A7", "#999999"
    };

    private SvgPlot() {}

    /** A curve; not all of its points need rise. */
    record Line(String name, List<RateDistortionPoint> points) {}

    /** The plot; lines without points are left out. */
    static String of(String title, String rateLabel, String qualityLabel, List<Line> allLines) {
        List<Line> lines = allLines.stream().filter(l -> !l.points().isEmpty()).toList();
        double fromRate = rates(lines).min().orElse(.01);
        double toRate = Math.max(fromRate * 1.01, rates(lines).max().orElse(1));
        double fromQuality = qualities(lines).min().orElse(0);
        double toQuality = Math.max(fromQuality + 1e-6, qualities(lines).max().orElse(1));
        Axes axes = new Axes(Math.log(fromRate), Math.log(toRate), fromQuality, toQuality);
        StringBuilder svg = new StringBuilder();
        svg.append(format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                        + " font-family=\"sans-serif\" font-size=\"12\">%n<rect width=\"%d\" height=\"%d\""
                        + " fill=\"white\"/>%n",
                WIDTH, HEIGHT, WIDTH, HEIGHT, WIDTH, HEIGHT));
        text(svg, LEFT, 24, "start", title);
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", rateLabel);
        text(svg, LEFT - 10, TOP - 4, "end", qualityLabel);
        for (int i = 0; i <= TICKS; i++) {
            double rate = fromRate * Math.pow(toRate / fromRate, (double) i / TICKS);
            double quality = fromQuality + (toQuality - fromQuality) * i / TICKS;
            rule(svg, axes.x(rate), TOP, axes.x(rate), HEIGHT - BOTTOM);
            rule(svg, LEFT, axes.y(quality), WIDTH - RIGHT, axes.y(quality));
            text(svg, axes.x(rate), HEIGHT - BOTTOM + 16, "middle", format("%.3g", rate));
            text(svg, LEFT - 6, axes.y(quality) + 4, "end", format("%.3g", quality));
        }
        for (int i = 0; i < lines.size(); i++) {
            draw(svg, lines.get(i), i, axes);
        }
        return svg.append("</svg>\n").toString();
    }

    private record Axes(double fromLog, double toLog, double fromQuality, double toQuality) {
        double x(double rate) {
            return LEFT + (WIDTH - LEFT - RIGHT) * (Math.log(rate) - fromLog) / (toLog - fromLog);
        }

        double y(double quality) {
            return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (quality - fromQuality) / (toQuality - fromQuality);
        }
    }

    private static void draw(StringBuilder svg, Line line, int index, Axes axes) {
        String color = COLORS[index % COLORS.length];
        String dash = index < COLORS.length ? "" : " stroke-dasharray=\"5 3\"";
        StringBuilder path = new StringBuilder();
        for (RateDistortionPoint p : line.points()) {
            path.append(format("%.1f,%.1f ", axes.x(p.rate()), axes.y(p.quality())));
            svg.append(format(
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"%s\"/>%n",
                    axes.x(p.rate()), axes.y(p.quality()), color));
        }
        svg.append(format(
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\"%s/>%n",
                path.toString().strip(), color, dash));
        double y = TOP + 10 + 18 * index;
        svg.append(format(
                "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"2\"%s/>%n",
                WIDTH - RIGHT + 12, y - 4, WIDTH - RIGHT + 36, y - 4, color, dash));
        text(svg, WIDTH - RIGHT + 42, y, "start", line.name());
    }

    private static void rule(StringBuilder svg, double x1, double y1, double x2, double y2) {
        svg.append(
                format("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>%n", x1, y1, x2, y2));
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
        svg.append(format(
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, Markup.escape(text)));
    }

    private static DoubleStream rates(List<Line> lines) {
        return lines.stream().flatMap(l -> l.points().stream()).mapToDouble(RateDistortionPoint::rate);
    }

    private static DoubleStream qualities(List<Line> lines) {
        return lines.stream().flatMap(l -> l.points().stream()).mapToDouble(RateDistortionPoint::quality);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values).replace("\r\n", "\n");
    }
}
