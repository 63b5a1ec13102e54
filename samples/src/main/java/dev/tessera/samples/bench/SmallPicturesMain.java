package dev.tessera.samples.bench;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.eval.ImageMetrics;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.transform.LinearImageCodec;
import dev.tessera.image.transform.LinearImageModel;
import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.ModelRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Picture files of a few hundred bytes, for {@code bench/small-pictures.sh}: a table of their quality, and one PNG with a row a photo that
 * shows them beside the original.
 *
 * <p>Arguments: the PNG, then photos.
 */
public final class SmallPicturesMain {
    private static final int[] BUDGETS = {100, 200, 350, 500, 1000, 2000};
    private static final int SIDE = 256; // of a picture in the sheet

    private SmallPicturesMain() {}

    public static void main(String[] args) throws IOException {
        LinearImageCodec codec =
                new LinearImageCodec(LinearImageModel.load(ModelRegistry.load().defaultCodec(Media.IMAGE)));
        int rows = args.length - 1;
        int width = SIDE * (BUDGETS.length + 1);
        float[][] sheet = new float[3][width * SIDE * rows];
        System.out.println("| photo | size | bytes | bits per pixel | PSNR, dB | MS-SSIM |");
        System.out.println("| --- | --- | --- | --- | --- | --- |");
        for (int row = 0; row < rows; row++) {
            Path path = Path.of(args[row + 1]);
            Image photo = ImageFiles.read(path).composedOn(255);
            for (int i = 0; i < BUDGETS.length; i++) {
                byte[] file = codec.compress(photo, new RateTarget.Bytes(BUDGETS[i]));
                Image decoded = codec.decompress(TsrFile.read(file));
                ImageMetrics metrics = ImageMetrics.of(photo.toRgb8(), decoded.toRgb8(), photo.width(), photo.height());
                System.out.println(String.format(
                        Locale.ROOT,
                        "| %s | %d x %d | %d | %.4f | %.2f | %.3f |",
                        path.getFileName(),
                        photo.width(),
                        photo.height(),
                        file.length,
                        8.0 * file.length / ((double) photo.width() * photo.height()),
                        metrics.psnr(),
                        metrics.msSsim()));
                draw(decoded, sheet, width, i * SIDE, row * SIDE);
            }
            draw(photo, sheet, width, BUDGETS.length * SIDE, row * SIDE);
        }
        try (OutputStream out = Files.newOutputStream(Path.of(args[0]))) {
            ImageFiles.write(Image.ofRgb(width, SIDE * rows, sheet[0], sheet[1], sheet[2]), out, "png");
        }
    }

    /** The largest square in the middle of {@code image}, each sample of the sheet the mean of those that it covers. */
    private static void draw(Image image, float[][] sheet, int sheetWidth, int left, int top) {
        int side = Math.min(image.width(), image.height());
        int x0 = (image.width() - side) / 2;
        int y0 = (image.height() - side) / 2;
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int fromX = x * side / SIDE;
                int fromY = y * side / SIDE;
                int toX = Math.max(fromX + 1, (x + 1) * side / SIDE);
                int toY = Math.max(fromY + 1, (y + 1) * side / SIDE);
                for (int c = 0; c < 3; c++) {
                    float[] plane = image.plane(image.isGrey() ? 0 : c);
                    float sum = 0;
                    for (int sy = fromY; sy < toY; sy++) {
                        for (int sx = fromX; sx < toX; sx++) {
                            sum += plane[(y0 + sy) * image.width() + x0 + sx];
                        }
                    }
                    sheet[c][(top + y) * sheetWidth + left + x] = sum / ((toX - fromX) * (toY - fromY));
                }
            }
        }
    }
}
