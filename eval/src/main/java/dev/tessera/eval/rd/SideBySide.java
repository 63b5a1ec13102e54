package dev.tessera.eval.rd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The middle of pictures as our codec and others leave it at about equal bytes, for eyes: a row for each of the first pictures and
 * each of two rates. Pictures are inside the page.
 */
final class SideBySide {
    private static final int SAMPLES = 4;
    private static final int SIDE = 256;
    private static final double[] RATES = {.03, .06}; // bits per pixel of our files
    private static final double TOLERANCE = 1.1; // a peer may take so many times our bytes

    private final Trials trials;
    private final List<Coder<Rgb8>> coders;
    private final MediumFiles<Rgb8> png;

    /** @param png writes the pictures of the page */
    SideBySide(Trials trials, List<Coder<Rgb8>> coders, MediumFiles<Rgb8> png) {
        this.trials = trials;
        this.coders = coders;
        this.png = png;
    }

    /**
     * The table; coders run once more, for what they decode to was not kept.
     *
     * @param own name of our coder
     * @param families names of coders that are each other's sizes
     */
    String html(List<Sample<Rgb8>> samples, String own, List<List<String>> families) throws IOException {
        StringBuilder html = new StringBuilder("<table>\n");
        for (Sample<Rgb8> sample : samples.subList(0, Math.min(SAMPLES, samples.size()))) {
            double pixels = (double) sample.content().width() * sample.content().height();
            for (double rate : RATES) {
                double bytes = rate * pixels / 8;
                Optional<Trial> ours = trials.of(sample.name(), List.of(own)).stream()
                        .min(Comparator.comparingDouble(t -> Math.abs(Math.log(t.value("bytes") / bytes))));
                if (ours.isEmpty()) {
                    continue;
                }
                html.append("<tr>").append(cell(sample.content(), sample.name()));
                html.append(cell(sample, ours.get()));
                for (List<String> family : families) {
                    Optional<Trial> peer = nearest(sample, family, ours.get().value("bytes"));
                    html.append(peer.isEmpty() ? "<td></td>" : cell(sample, peer.get()));
                }
                html.append("</tr>\n");
            }
        }
        return html.append("</table>\n").toString();
    }

    /** The best of a family that is not much larger than ours, or the smallest. */
    private Optional<Trial> nearest(Sample<Rgb8> sample, List<String> family, double bytes) {
        List<Trial> all = trials.of(sample.name(), family);
        Comparator<Trial> bySimilarity = Comparator.comparingDouble(t -> t.value(PictureMetric.MS_SSIM.key));
        Comparator<Trial> bySize = Comparator.comparingDouble(t -> t.value("bytes"));
        return all.stream()
                .filter(t -> t.value("bytes") <= TOLERANCE * bytes)
                .max(bySimilarity)
                .or(() -> all.stream().min(bySize));
    }

    private String cell(Sample<Rgb8> sample, Trial trial) throws IOException {
        Coder<Rgb8> coder = coders.stream()
                .filter(c -> c.name().equals(trial.coder()))
                .findFirst()
                .orElseThrow();
        return cell(
                coder.code(sample.content(), trial.setting()).decoded(),
                String.format(
                        Locale.ROOT,
                        "%s at %s: %.0f bytes, %.2f dB, MS-SSIM %.3f",
                        trial.coder(),
                        trial.setting(),
                        trial.value("bytes"),
                        trial.value(PictureMetric.PSNR.key),
                        trial.value(PictureMetric.MS_SSIM.key)));
    }

    private String cell(Rgb8 picture, String caption) throws IOException {
        Path file = Files.createTempFile("tessera-rd-", png.suffix());
        try {
            png.write(middle(picture), file);
            String data = Base64.getEncoder().encodeToString(Files.readAllBytes(file));
            return "<td><img alt=\"\" src=\"data:image/png;base64," + data + "\"><br>" + Markup.escape(caption)
                    + "</td>";
        } finally {
            Files.deleteIfExists(file);
        }
    }

    static Rgb8 middle(Rgb8 in) {
        int width = Math.min(SIDE, in.width());
        int height = Math.min(SIDE, in.height());
        int left = (in.width() - width) / 2;
        int top = (in.height() - height) / 2;
        byte[] out = new byte[3 * width * height];
        for (int y = 0; y < height; y++) {
            System.arraycopy(in.pixels(), 3 * ((top + y) * in.width() + left), out, 3 * y * width, 3 * width);
        }
        return new Rgb8(width, height, out);
    }
}
