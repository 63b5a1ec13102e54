package dev.tessera.eval.rd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentTest {
    @TempDir
    private Path folder;

    /** Rounds samples to a step; a file has so many bytes as steps fit into 2,048. */
    private static final class Rounding implements Coder<Rgb8> {
        private final String name;
        private final boolean cacheable;
        private final int dearer;
        private final AtomicInteger calls = new AtomicInteger();

        Rounding(String name, boolean cacheable, int dearer) {
            this.name = name;
            this.cacheable = cacheable;
            this.dearer = dearer;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String identity() {
            return "rounding 1";
        }

        @Override
        public boolean cacheable() {
            return cacheable;
        }

        @Override
        public List<String> settings() {
            return List.of("64", "32", "16", "8");
        }

        @Override
        public Coded<Rgb8> code(Rgb8 sample, String setting) throws IOException {
            calls.incrementAndGet();
            int step = Integer.parseInt(setting);
            if (sample.pixels()[0] == 77) {
                throw new IOException("77 is not liked");
            }
            byte[] out = new byte[sample.pixels().length];
            for (int i = 0; i < out.length; i++) {
                out[i] = (byte) Math.clamp(Math.round((sample.pixels()[i] & 0xFF) / (double) step) * step, 0, 255);
            }
            long bytes = dearer * 2048L / step;
            return new Coded<>(bytes, bytes, new Rgb8(sample.width(), sample.height(), out), .1, .2);
        }
    }

    private static Sample<Rgb8> sample(String name, int seed) {
        byte[] pixels = new byte[3 * 192 * 180];
        new java.util.SplittableRandom(seed).nextBytes(pixels);
        pixels[0] = (byte) seed;
        return new Sample<>(name, "", new Rgb8(192, 180, pixels));
    }

    private Experiment<Rgb8> experiment() throws IOException {
        return new Experiment<>(Measure.PICTURES, folder.resolve("cache"), 2);
    }

    @Test
    void aSecondRunOnlyRunsWhatIsNewAndOursAlways() throws IOException {
        Rounding peer = new Rounding("peer", true, 1);
        Rounding ours = new Rounding("ours", false, 1);
        Experiment.Outcome first = experiment().run(List.of(sample("a", 1)), List.of(peer, ours), n -> {});
        Experiment.Outcome second =
                experiment().run(List.of(sample("a", 1), sample("b", 2)), List.of(peer, ours), n -> {});
        assertEquals(8, peer.calls.get());
        assertEquals(12, ours.calls.get());
        assertEquals(first.trials(), second.trials().subList(0, first.trials().size()));
        assertEquals(8, first.trials().size());
        assertEquals("64", first.trials().getFirst().setting());
    }

    @Test
    void damagedResultsAreRunAgain() throws IOException {
        Rounding peer = new Rounding("peer", true, 1);
        Experiment.Outcome first = experiment().run(List.of(sample("a", 1)), List.of(peer), n -> {});
        try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
            for (Path file : files.toList()) {
                Files.writeString(file, "psnr");
            }
        }
        assertEquals(first, experiment().run(List.of(sample("a", 1)), List.of(peer), n -> {}));
        assertEquals(8, peer.calls.get());
    }

    @Test
    void oneFailureDoesNotStopTheOthers() throws IOException {
        Rounding peer = new Rounding("peer", true, 1);
        Experiment.Outcome outcome =
                experiment().run(List.of(sample("bad", 77), sample("good", 1)), List.of(peer), n -> {});
        assertEquals(4, outcome.trials().size());
        assertEquals(4, outcome.failures().size());
        assertEquals("bad, peer at 64: 77 is not liked", outcome.failures().getFirst());
    }

    @Test
    @SuppressWarnings("unchecked")
    void theReportHasBdRatesCurvesAndWellFormedPages() throws Exception {
        Rounding anchor = new Rounding("avifenc", true, 2);
        Rounding ours = new Rounding("ours", false, 1);
        Peers<Rgb8> peers = new Peers<>(List.of(anchor), List.of("cjxl"));
        List<String> progress = new ArrayList<>();
        Report report = PictureReport.of(
                experiment(),
                List.of(sample("a", 1), sample("b", 2)),
                List.of(ours),
                peers,
                new TestPng(),
                List.of("a <note>"),
                progress::add);
        assertEquals(List.of("a", "b"), progress);
        List<Map<String, Object>> rates =
                (List<Map<String, Object>>) report.summary().get("bd_rates");
        Map<String, Object> psnr = rates.stream()
                .filter(r -> r.get("codec").equals("ours")
                        && r.get("metric").equals("psnr")
                        && r.get("without_container").equals(false)
                        && r.get("to_bits_per_pixel").equals(.06))
                .findFirst()
                .orElseThrow();
        // half the bytes for the same pixels
        assertEquals(-50, (Double) psnr.get("median_percent"), 1e-9);
        assertEquals(2L, psnr.get("won"));
        assertEquals(List.of(), psnr.get("without_overlap"));
        Map<String, List<Double>> results =
                (Map<String, List<Double>>) report.curves().get("ours").get("results");
        assertEquals(8 * 32 / (192 * 180.0), results.get("bpp").getFirst(), 1e-12);
        assertEquals(4, results.get("ms-ssim").size());
        assertEquals(.2, results.get("decoding_time").getFirst());
        for (String svg : report.plots().values()) {
            DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        }
        assertEquals(PictureMetric.values().length, report.plots().size());
        assertTrue(report.html().contains("a &lt;note&gt;"));
        // two photos at two rates: the original, ours and the anchor
        Matcher pictures =
                Pattern.compile("data:image/png;base64,([A-Za-z0-9+/=]+)\"").matcher(report.html());
        List<BufferedImage> shown = new ArrayList<>();
        while (pictures.find()) {
            shown.add(ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(pictures.group(1)))));
        }
        assertEquals(12, shown.size());
        assertEquals(192, shown.getFirst().getWidth());
        assertEquals(rgb(sample("a", 1).content(), 0, 0), shown.getFirst().getRGB(0, 0) & 0xFFFFFF);
        assertTrue(report.html().contains("avifenc at "));
    }

    private static int rgb(Rgb8 picture, int x, int y) {
        int i = 3 * (y * picture.width() + x);
        byte[] p = picture.pixels();
        return (p[i] & 0xFF) << 16 | (p[i + 1] & 0xFF) << 8 | p[i + 2] & 0xFF;
    }

    /** PNG by the JDK. */
    private record TestPng() implements MediumFiles<Rgb8> {
        @Override
        public String suffix() {
            return ".png";
        }

        @Override
        public void write(Rgb8 picture, Path file) throws IOException {
            BufferedImage image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
            for (int y = 0; y < picture.height(); y++) {
                for (int x = 0; x < picture.width(); x++) {
                    image.setRGB(x, y, rgb(picture, x, y));
                }
            }
            ImageIO.write(image, "png", file.toFile());
        }

        @Override
        public Rgb8 read(Path file) {
            throw new UnsupportedOperationException();
        }
    }
}
