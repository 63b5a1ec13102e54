package dev.tessera.image;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * JPEG: the components come from the JDK's decoder, fed with the bare file so that no profile or metadata can stop it; the
 * conversion to RGB is that of JFIF in 16-bit fixed point, the same values as the IJG library's.
 */
final class JpegReader {
    private static final int FIX = 16;
    private static final int HALF = 1 << (FIX - 1);
    private static final int CR_TO_R = fixed(1.402);
    private static final int CB_TO_G = fixed(0.344136286);
    private static final int CR_TO_G = fixed(0.714136286);
    private static final int CB_TO_B = fixed(1.772);

    private JpegReader() {}

    static Image read(FileBytes file) throws UnreadableImageException {
        JpegLayout layout = new JpegLayout.Walk(file).read();
        Raster raster = Libraries.guarded(file, () -> {
            ImageReader reader = Libraries.jdkReader("jpeg");
            try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(layout.bare()))) {
                reader.setInput(in, true, true);
                return reader.readRaster(0, null);
            } finally {
                reader.dispose();
            }
        });
        if (raster.getWidth() != layout.width()
                || raster.getHeight() != layout.height()
                || raster.getNumBands() != layout.componentIds().length) {
            throw file.unsupported("the decoder found another geometry than the frame declares");
        }
        return Orientation.apply(toImage(layout, raster), layout.orientation());
    }

    private static Image toImage(JpegLayout layout, Raster raster) {
        int width = layout.width();
        int height = layout.height();
        int components = layout.componentIds().length;
        float[][] planes = new float[components == 1 ? 1 : 3][width * height];
        boolean ycc = components > 1 && layout.isYcc();
        boolean inverted = layout.adobeTransform() >= 0;
        int[] row = new int[width * components];
        int[] rgb = new int[3];
        for (int y = 0, at = 0; y < height; y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0, from = 0; x < width; x++, at++, from += components) {
                if (components == 1) {
                    planes[0][at] = row[from];
                    continue;
                }
                toRgb(row, from, ycc, rgb);
                if (components == 4) {
                    blacken(rgb, ycc, inverted, row[from + 3]);
                }
                for (int c = 0; c < 3; c++) {
                    planes[c][at] = rgb[c];
                }
            }
        }
        return components == 1
                ? Image.ofGrey(width, height, planes[0])
                : Image.ofRgb(width, height, planes[0], planes[1], planes[2]);
    }

    private static void toRgb(int[] row, int from, boolean ycc, int[] rgb) {
        if (!ycc) {
            System.arraycopy(row, from, rgb, 0, 3);
            return;
        }
        int luma = row[from];
        int cb = row[from + 1] - 128;
        int cr = row[from + 2] - 128;
        rgb[0] = clamp(luma + ((CR_TO_R * cr + HALF) >> FIX));
        rgb[1] = clamp(luma + ((-CB_TO_G * cb - CR_TO_G * cr + HALF) >> FIX));
        rgb[2] = clamp(luma + ((CB_TO_B * cb + HALF) >> FIX));
    }

    /**
     * CMYK to RGB. Adobe stores ink inverted (255 is no ink). YCCK codes 255 - C, M, Y as red, green, blue; K stays as it is.
     */
    private static void blacken(int[] cmy, boolean ycck, boolean inverted, int k) {
        for (int c = 0; c < 3; c++) {
            int stored = ycck ? 255 - cmy[c] : cmy[c];
            int light = inverted ? stored : 255 - stored;
            int keyLight = inverted ? k : 255 - k;
            cmy[c] = (light * keyLight + 127) / 255;
        }
    }

    private static int clamp(int value) {
        return Math.max(0, Math.min(255, value));
    }

    private static int fixed(double factor) {
        return (int) (factor * (1 << FIX) + 0.5);
    }
}
