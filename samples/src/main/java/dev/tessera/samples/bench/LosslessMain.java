package dev.tessera.samples.bench;

import dev.tessera.codecs.circuit.LosslessImageCoder;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Lossless coding of pictures by the shipped circuit, for {@code bench/lossless.sh}: a line for each file with its
 * name, raw bytes, coded bytes, and CPU seconds of this thread to encode and to decode. Every picture is decoded and
 * compared.
 *
 * <p>Arguments: picture files. The first one is coded for some seconds before the clock counts.
 */
public final class LosslessMain {
    private static final double WARM_UP_SECONDS = 8;

    private LosslessMain() {}

    public static void main(String[] args) throws IOException {
        LosslessImageCoder coder = LosslessImageCoder.shipped();
        Image first = ImageFiles.read(Path.of(args[0]));
        for (long start = cpuNanos(); cpuNanos() - start < WARM_UP_SECONDS * 1e9; ) {
            coder.decode(coder.encode(first.toRgb8(), first.height(), first.width(), 3));
        }
        for (String file : args) {
            Image image = ImageFiles.read(Path.of(file));
            byte[] rgb = image.toRgb8();
            long start = cpuNanos();
            byte[] stream = coder.encode(rgb, image.height(), image.width(), 3);
            long encoded = cpuNanos();
            byte[] back = coder.decode(stream).samples();
            long decoded = cpuNanos();
            if (!Arrays.equals(rgb, back)) {
                throw new IllegalStateException(file + " did not come back");
            }
            System.out.printf(
                    Locale.ROOT,
                    "%s %d %d %.4f %.4f%n",
                    file,
                    rgb.length,
                    stream.length,
                    (encoded - start) / 1e9,
                    (decoded - encoded) / 1e9);
        }
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
