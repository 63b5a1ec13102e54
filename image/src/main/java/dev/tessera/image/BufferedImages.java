package dev.tessera.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.PackedColorModel;
import java.awt.image.Raster;

/**
 * Pixels of AWT pictures as they are stored: neither a profile nor AWT's linear grey is applied, and 16 bits and floats are
 * kept.
 */
final class BufferedImages {
    private BufferedImages() {}

    static Image toImage(BufferedImage pixels) {
        ColorModel model = pixels.getColorModel();
        if (model instanceof IndexColorModel indexed) {
            return ofPalette(pixels, indexed);
        }
        int bands = pixels.getRaster().getNumBands();
        int colours = bands - (model.hasAlpha() ? 1 : 0);
        boolean plain = model instanceof ComponentColorModel || model instanceof PackedColorModel;
        boolean scaled = isFloat(model) || model.getComponentSize(0) <= 16;
        return plain && scaled && (colours == 1 || colours == 3) ? ofBands(pixels, colours) : ofArgb(pixels);
    }

    private static boolean isFloat(ColorModel model) {
        return model.getTransferType() == DataBuffer.TYPE_FLOAT || model.getTransferType() == DataBuffer.TYPE_DOUBLE;
    }

    /** Integers are scaled by their largest value, floats by 1. */
    private static Image ofBands(BufferedImage pixels, int colours) {
        Raster raster = pixels.getRaster();
        ColorModel model = pixels.getColorModel();
        int width = pixels.getWidth();
        int height = pixels.getHeight();
        float[][] planes = new float[raster.getNumBands()][width * height];
        float[] row = new float[width];
        for (int c = 0; c < planes.length; c++) {
            float max = isFloat(model) ? 1 : (1 << model.getComponentSize(c)) - 1;
            for (int y = 0; y < height; y++) {
                raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, c, row);
                for (int x = 0; x < width; x++) {
                    planes[c][y * width + x] = Math.max(0, Math.min(255, row[x] * 255 / max));
                }
            }
        }
        if (model.hasAlpha() && model.isAlphaPremultiplied()) {
            divideByAlpha(planes, colours);
        }
        Image image = colours == 1
                ? Image.ofGrey(width, height, planes[0])
                : Image.ofRgb(width, height, planes[0], planes[1], planes[2]);
        return model.hasAlpha() ? image.withAlpha(planes[colours]) : image;
    }

    private static void divideByAlpha(float[][] planes, int colours) {
        float[] alpha = planes[colours];
        for (int c = 0; c < colours; c++) {
            for (int i = 0; i < alpha.length; i++) {
                planes[c][i] = alpha[i] == 0 ? 0 : Math.min(255, planes[c][i] * 255 / alpha[i]);
            }
        }
    }

    private static Image ofPalette(BufferedImage pixels, IndexColorModel palette) {
        int width = pixels.getWidth();
        int height = pixels.getHeight();
        boolean grey = isGrey(palette);
        float[][] planes = new float[grey ? 1 : 3][width * height];
        float[] alpha = palette.hasAlpha() ? new float[width * height] : null;
        Raster raster = pixels.getRaster();
        int[] row = new int[width];
        for (int y = 0, at = 0; y < height; y++) {
            raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
            for (int x = 0; x < width; x++, at++) {
                int argb = palette.getRGB(row[x]);
                for (int c = 0; c < planes.length; c++) {
                    planes[c][at] = argb >> (16 - 8 * c) & 0xFF;
                }
                if (alpha != null) {
                    alpha[at] = argb >>> 24;
                }
            }
        }
        Image image = grey
                ? Image.ofGrey(width, height, planes[0])
                : Image.ofRgb(width, height, planes[0], planes[1], planes[2]);
        return image.withAlpha(alpha);
    }

    private static boolean isGrey(IndexColorModel palette) {
        for (int i = 0; i < palette.getMapSize(); i++) {
            int rgb = palette.getRGB(i);
            if ((rgb & 0xFF) != (rgb >> 8 & 0xFF) || (rgb & 0xFF) != (rgb >> 16 & 0xFF)) {
                return false;
            }
        }
        return true;
    }

    /** What has no plain bands is converted by AWT. */
    private static Image ofArgb(BufferedImage pixels) {
        int width = pixels.getWidth();
        int height = pixels.getHeight();
        float[][] planes = new float[4][width * height];
        int[] row = new int[width];
        for (int y = 0, at = 0; y < height; y++) {
            pixels.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++, at++) {
                planes[0][at] = row[x] >> 16 & 0xFF;
                planes[1][at] = row[x] >> 8 & 0xFF;
                planes[2][at] = row[x] & 0xFF;
                planes[3][at] = row[x] >>> 24;
            }
        }
        return Image.ofRgb(width, height, planes[0], planes[1], planes[2]).withAlpha(planes[3]);
    }
}
