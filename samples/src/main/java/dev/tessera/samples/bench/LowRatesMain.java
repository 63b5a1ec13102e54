package dev.tessera.samples.bench;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.eval.ImageMetrics;
import dev.tessera.image.Image;
import dev.tessera.image.PictureCodec;
import dev.tessera.vqmodels.ModelRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Photos in a few hundred bytes, for {@code bench/low-rates.sh}: means of rate, PSNR and MS-SSIM of each model at each rate, from
 * files that were read back.
 *
 * <p>Arguments: a folder of photos, or one that holds {@code images/valid}, of which every third photo is taken; models.
 */
public final class LowRatesMain {
    private static final double[] BITS_PER_PIXEL = {0.005, 0.01, 0.015, 0.02};

    private LowRatesMain() {}

    public static void main(String[] args) throws IOException {
        List<Image> photos = TokenLossMain.photos(Path.of(args[0]));
        System.out.println("| model | bits per pixel | PSNR, dB | MS-SSIM |");
        System.out.println("|---|---|---|---|");
        ModelRegistry registry = ModelRegistry.load();
        for (String name : List.of(args).subList(1, args.length)) {
            PictureCodec codec = PictureCodec.of(registry.find(name));
            for (double rate : BITS_PER_PIXEL) {
                measure(name, codec, photos, rate);
            }
        }
    }

    private static void measure(String name, PictureCodec codec, List<Image> photos, double rate) throws IOException {
        double psnr = 0;
        double msSsim = 0;
        double bits = 0;
        for (Image photo : photos) {
            long pixels = (long) photo.width() * photo.height();
            byte[] bytes = codec.pack(photo, new RateTarget.Bytes((long) (rate * pixels / 8)), TsrLayout.SINGLE, 1)
                    .bytes();
            Image back = codec.decompress(TsrFile.read(bytes), 1);
            ImageMetrics metrics = ImageMetrics.of(photo.toRgb8(), back.toRgb8(), photo.width(), photo.height());
            psnr += metrics.psnr() / photos.size();
            msSsim += metrics.msSsim() / photos.size();
            bits += 8.0 * bytes.length / pixels / photos.size();
        }
        System.out.printf(Locale.ROOT, "| %s | %.4f | %.2f | %.3f |%n", name, bits, psnr, msSsim);
    }
}
