package dev.tessera.eval;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;

/** The ten pairs that the metrics are pinned on, read without the modules under test. */
final class GoldenPairs {
    private static final Pattern LINE = Pattern.compile("^\"([^\"]+)\": (\\{.*\\}),?$");
    private static final Pattern FIELD = Pattern.compile("\"(\\w+)\": (null|-?[0-9.eE+-]+)[,}]");

    private GoldenPairs() {}

    /** Metrics by name for every pair; a value that is absent or infinite is null. */
    static Map<String, Map<String, Double>> expected() throws IOException {
        Map<String, Map<String, Double>> pairs = new LinkedHashMap<>();
        for (String line : Files.readString(path("metrics.json")).split("\n")) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                pairs.put(matcher.group(1), numbers(matcher.group(2)));
            }
        }
        return pairs;
    }

    /** The numbers of a flat JSON object. */
    private static Map<String, Double> numbers(String json) {
        Map<String, Double> values = new LinkedHashMap<>();
        Matcher matcher = FIELD.matcher(json);
        while (matcher.find()) {
            String text = matcher.group(2);
            values.put(matcher.group(1), text.equals("null") ? null : Double.valueOf(text));
        }
        return values;
    }

    static boolean isImage(String pair) {
        return Files.exists(path("pairs/" + pair + "-ref.png"));
    }

    static Path reference(String pair) {
        return path("pairs/" + pair + (isImage(pair) ? "-ref.png" : "-ref.wav"));
    }

    static Path distorted(String pair) {
        return path("pairs/" + pair + (isImage(pair) ? "-dist.png" : "-dist.wav"));
    }

    /** What our metrics say, under the names of the reference; an infinite value is null. */
    static Map<String, Double> measured(String pair) throws IOException {
        Map<String, Double> values = new LinkedHashMap<>();
        if (isImage(pair)) {
            BufferedImage a = ImageIO.read(reference(pair).toFile());
            BufferedImage b = ImageIO.read(distorted(pair).toFile());
            ImageMetrics metrics = ImageMetrics.of(rgb(a), rgb(b), a.getWidth(), a.getHeight());
            values.put("psnr", Double.isInfinite(metrics.psnr()) ? null : metrics.psnr());
            values.put("ssim", metrics.ssim());
            values.put("ms_ssim", metrics.msSsim());
            values.put("gmsd", metrics.gmsd());
        } else {
            Wav a = Wav.read(reference(pair));
            Wav b = Wav.read(distorted(pair));
            AudioMetrics metrics = AudioMetrics.of(a.channels, a.rate, b.channels, b.rate);
            values.put("mel_distance", metrics.melDistance());
            values.put("mel_distance_0_4k", metrics.melDistance0To4k());
            values.put("si_sdr", metrics.siSdr());
            values.put("seconds", metrics.seconds());
        }
        return values;
    }

    static byte[] rgb(BufferedImage image) {
        byte[] rgb = new byte[3 * image.getWidth() * image.getHeight()];
        int to = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int argb = image.getRGB(x, y);
                rgb[to++] = (byte) (argb >> 16);
                rgb[to++] = (byte) (argb >> 8);
                rgb[to++] = (byte) argb;
            }
        }
        return rgb;
    }

    private static Path path(String name) {
        try {
            Path root = new File(GoldenPairs.class
                            .getResource("/golden/metrics.json")
                            .toURI())
                    .toPath();
            return root.resolveSibling(name);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** 16-bit PCM with the usual header of 44 bytes. */
    record Wav(float[][] channels, int rate) {
        static Wav read(Path file) throws IOException {
            ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            String data = new String(in.array(), 36, 4, StandardCharsets.US_ASCII);
            if (!data.equals("data") || in.getShort(34) != 16) {
                throw new IOException(file + " is not plain 16-bit PCM");
            }
            int channels = in.getShort(22);
            int frames = in.getInt(40) / 2 / channels;
            float[][] samples = new float[channels][frames];
            in.position(44);
            for (int t = 0; t < frames; t++) {
                for (int c = 0; c < channels; c++) {
                    samples[c][t] = in.getShort() / 32768f;
                }
            }
            return new Wav(samples, in.getInt(24));
        }
    }
}
