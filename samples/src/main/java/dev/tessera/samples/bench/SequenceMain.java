package dev.tessera.samples.bench;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.ImageSequence;
import dev.tessera.image.transform.LinearImageCodec;
import dev.tessera.image.transform.LinearImageModel;
import dev.tessera.image.transform.SequenceCodec;
import dev.tessera.image.transform.Tuning;
import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.ModelRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Bytes of a sequence against those of its frames coded alone at the same PSNR, for {@code bench/sequences.sh}. Clips are made of
 * photos: one that stands still under noise, one that fades to black, one in which a window moves over the photo.
 *
 * <p>Arguments: number of frames, then photos. PSNR is that of the squared error of all samples of all frames.
 */
public final class SequenceMain {
    private static final int WIDTH = 256;
    private static final int HEIGHT = 192;
    private static final int STEP_X = 5; // of the window, in samples of the photo, which is halved
    private static final int STEP_Y = 1;
    private static final double NOISE = 2; // standard deviation, levels
    private static final int[] SEQUENCE_QUALITIES = {35, 50, 65};
    private static final int[] FRAME_QUALITIES = {25, 35, 45, 55, 65, 75, 85};

    private SequenceMain() {}

    /** What a codec did at one quality. */
    private record Point(long bytes, double psnr) {}

    public static void main(String[] args) throws IOException {
        int frames = Integer.parseInt(args[0]);
        LinearImageModel model = LinearImageModel.load(ModelRegistry.load().defaultCodec(Media.IMAGE));
        say("| clip | photo | PSNR, dB | sequence, bytes | frames alone, bytes | saved | CPU seconds |");
        say("| --- | --- | --- | --- | --- | --- | --- |");
        Map<String, double[]> saved = new TreeMap<>();
        for (String arg : Arrays.asList(args).subList(1, args.length)) {
            Path path = Path.of(arg);
            for (Map.Entry<String, ImageSequence> clip :
                    clips(ImageFiles.read(path).composedOn(255), frames).entrySet()) {
                compare(clip.getKey(), path, clip.getValue(), model, saved);
            }
        }
        saved.forEach((clip, sums) -> say("%s: %.1f %% fewer bytes, mean of %.0f", clip, sums[0] / sums[1], sums[1]));
    }

    private static void compare(
            String clip, Path path, ImageSequence sequence, LinearImageModel model, Map<String, double[]> saved)
            throws IOException {
        TreeMap<Double, Double> alone = new TreeMap<>();
        LinearImageCodec pictures = new LinearImageCodec(model).tuned(Tuning.PSNR);
        for (int quality : FRAME_QUALITIES) {
            Point point = alone(pictures, sequence, quality);
            alone.put(point.psnr(), Math.log(point.bytes()));
        }
        SequenceCodec codec = new SequenceCodec(model, Tuning.PSNR);
        for (int quality : SEQUENCE_QUALITIES) {
            long start = System.nanoTime();
            byte[] file =
                    codec.compress(sequence, new RateTarget.Quality(quality)).bytes();
            double seconds = (System.nanoTime() - start) / 1e9;
            ImageSequence decoded = codec.decompress(TsrFile.read(file));
            double error = 0;
            for (int i = 0; i < sequence.size(); i++) {
                error += squaredError(sequence.frame(i), decoded.frame(i));
            }
            double psnr = psnr(error, sequence);
            Map.Entry<Double, Double> below = alone.floorEntry(psnr);
            Map.Entry<Double, Double> above = alone.ceilingEntry(psnr);
            if (below == null || above == null) {
                say("| %s | %s | %.2f | %d | out of range | | %.1f |", clip, name(path), psnr, file.length, seconds);
                continue;
            }
            double share = above.getKey().equals(below.getKey())
                    ? 0
                    : (psnr - below.getKey()) / (above.getKey() - below.getKey());
            double bytes = Math.exp(below.getValue() + share * (above.getValue() - below.getValue()));
            double percent = 100 * (1 - file.length / bytes);
            say(
                    "| %s | %s | %.2f | %d | %.0f | %.1f %% | %.1f |",
                    clip, name(path), psnr, file.length, bytes, percent, seconds);
            double[] sums = saved.computeIfAbsent(clip, c -> new double[2]);
            sums[0] += percent;
            sums[1]++;
        }
    }

    private static Point alone(LinearImageCodec codec, ImageSequence sequence, int quality) throws IOException {
        long bytes = 0;
        double error = 0;
        for (int i = 0; i < sequence.size(); i++) {
            byte[] file = codec.compress(sequence.frame(i), new RateTarget.Quality(quality));
            bytes += file.length;
            error += squaredError(sequence.frame(i), codec.decompress(TsrFile.read(file)));
        }
        return new Point(bytes, psnr(error, sequence));
    }

    private static Map<String, ImageSequence> clips(Image photo, int frames) {
        Map<String, ImageSequence> clips = new LinkedHashMap<>();
        SplittableRandom random = new SplittableRandom(1);
        ImageSequence.Builder still = ImageSequence.builder(WIDTH, HEIGHT, 25, 1);
        ImageSequence.Builder fade = ImageSequence.builder(WIDTH, HEIGHT, 25, 1);
        ImageSequence.Builder pan = ImageSequence.builder(WIDTH, HEIGHT, 25, 1);
        for (int i = 0; i < frames; i++) {
            Image first = window(photo, 0, 0);
            still.add(changed(first, 1, NOISE, random), 1);
            fade.add(changed(first, 1 - .8 * i / frames, NOISE / 2, random), 1);
            pan.add(changed(window(photo, STEP_X * i, STEP_Y * i), 1, NOISE / 2, random), 1);
        }
        clips.put("still, noise", still.build());
        clips.put("still, fade", fade.build());
        clips.put("pan", pan.build());
        return clips;
    }

    /** Means of 2 x 2 samples of the photo, reflected at its right and lower rim. */
    private static Image window(Image photo, int left, int top) {
        float[][] planes = new float[3][WIDTH * HEIGHT];
        for (int c = 0; c < 3; c++) {
            float[] plane = photo.plane(c);
            for (int i = 0; i < planes[c].length; i++) {
                float sum = 0;
                for (int j = 0; j < 4; j++) {
                    int x = reflected(left + i % WIDTH * 2 + j % 2, photo.width());
                    int y = reflected(top + i / WIDTH * 2 + j / 2, photo.height());
                    sum += plane[y * photo.width() + x];
                }
                planes[c][i] = sum / 4;
            }
        }
        return Image.ofRgb(WIDTH, HEIGHT, planes[0], planes[1], planes[2]);
    }

    private static int reflected(int at, int extent) {
        int period = at % (2 * extent);
        return period < extent ? period : 2 * extent - 1 - period;
    }

    private static Image changed(Image image, double gain, double noise, SplittableRandom random) {
        float[][] planes = new float[3][WIDTH * HEIGHT];
        for (int i = 0; i < planes[0].length; i++) {
            for (int c = 0; c < 3; c++) {
                double value = gain * image.plane(c)[i] + noise * random.nextGaussian();
                planes[c][i] = (float) Math.clamp(value, 0, 255);
            }
        }
        return Image.ofRgb(WIDTH, HEIGHT, planes[0], planes[1], planes[2]);
    }

    private static double squaredError(Image a, Image b) {
        byte[] x = a.toRgb8();
        byte[] y = b.toRgb8();
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            int e = (x[i] & 0xFF) - (y[i] & 0xFF);
            sum += e * e;
        }
        return sum;
    }

    private static double psnr(double squaredError, ImageSequence sequence) {
        return 10 * Math.log10(255 * 255 * 3.0 * sequence.geometry().pixels() / squaredError);
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
