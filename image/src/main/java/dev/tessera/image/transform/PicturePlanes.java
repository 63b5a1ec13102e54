package dev.tessera.image.transform;

import dev.tessera.image.Image;
import java.util.Optional;

/** Pictures to planes of a scale and back: full-range BT.601, chroma at half the size of luma. */
final class PicturePlanes {
    private static final int UNIT = 1 << SamplePlane.UNIT_BITS;
    private static final int MIDDLE = 128 * UNIT;
    private static final int FIXED_BITS = 16;
    private static final int RED_OF_CR = 91881; // 1.402
    private static final int GREEN_OF_CB = 22554; // 0.344136
    private static final int GREEN_OF_CR = 46802; // 0.714136
    private static final int BLUE_OF_CB = 116130; // 1.772

    /** Luma samples of a plane, padding included. */
    static final int MAX_SAMPLES = 1 << 27;

    private PicturePlanes() {}

    /** Whether the planes of a picture of that size are not too large, nor those between its scale and full size. */
    static boolean fits(int width, int height, int scale) {
        long block = BlockDecoder.SUPERBLOCK;
        long padded = Math.ceilDiv(scaled(width, scale), block) * Math.ceilDiv(scaled(height, scale), block);
        return padded * block * block <= MAX_SAMPLES && (long) width * height <= MAX_SAMPLES;
    }

    /** Size of a side at a scale. */
    static int scaled(int side, int scale) {
        return Math.ceilDiv(side, 1 << scale);
    }

    /**
     * The planes of {@code image} at 1 / 2^scale of its size, padded to superblocks by repeating the last row and column; one
     * plane for a grey picture.
     */
    static SamplePlane[] of(Image image, int scale) {
        int width = image.width();
        int height = image.height();
        double[][] planes = new double[image.isGrey() ? 1 : 3][width * height];
        for (int i = 0; i < width * height; i++) {
            if (planes.length == 1) {
                planes[0][i] = image.plane(0)[i];
                continue;
            }
            double r = image.plane(0)[i];
            double g = image.plane(1)[i];
            double b = image.plane(2)[i];
            double luma = .299 * r + .587 * g + .114 * b;
            planes[0][i] = luma;
            planes[1][i] = 128 + (b - luma) / 1.772;
            planes[2][i] = 128 + (r - luma) / 1.402;
        }
        SamplePlane[] out = new SamplePlane[planes.length];
        int luma = BlockDecoder.SUPERBLOCK;
        for (int c = 0; c < planes.length; c++) {
            double[] plane = planes[c];
            int w = width;
            int h = height;
            for (int i = 0; i < (c == 0 ? scale : scale + 1); i++) {
                plane = Resampling.halved(plane, w, h);
                w = (w + 1) / 2;
                h = (h + 1) / 2;
            }
            int block = c == 0 ? luma : luma / 2;
            int padded = Math.ceilDiv(scaled(width, scale), luma) * block;
            int paddedHeight = Math.ceilDiv(scaled(height, scale), luma) * block;
            out[c] = new SamplePlane(padded, paddedHeight);
            for (int y = 0; y < paddedHeight; y++) {
                for (int x = 0; x < padded; x++) {
                    double value = plane[Math.min(y, h - 1) * w + Math.min(x, w - 1)];
                    out[c].samples[y * padded + x] = (int) Math.clamp(Math.round(value * UNIT), 0, 255 * UNIT);
                }
            }
        }
        return out;
    }

    /** The picture of decoded planes. */
    static Image toImage(SamplePlane[] planes, int width, int height, Settings settings, Refiners refiners) {
        int scale = settings.scale();
        int[][] full = new int[planes.length][];
        int[] strides = new int[planes.length];
        for (int c = 0; c < planes.length; c++) {
            int[] plane = planes[c].samples;
            int stride = planes[c].width;
            int w = scaled(width, c == 0 ? scale : scale + 1);
            int h = scaled(height, c == 0 ? scale : scale + 1);
            int doublings = c == 0 ? scale : scale + 1;
            Optional<LumaRefiner> refiner = refiners.of(settings.details());
            if (c == 0 && refiner.isPresent()) {
                plane = refiner.get().apply(LumaRefiner.Kind.of(scale), plane, stride, w, h, settings.step());
                stride = w;
                if (scale > 0) {
                    w *= 2;
                    h *= 2;
                    stride = w;
                    doublings--;
                }
            }
            for (int i = 0; i < doublings; i++) {
                plane = Resampling.doubled(plane, stride, w, h);
                w *= 2;
                h *= 2;
                stride = w;
            }
            full[c] = plane;
            strides[c] = stride;
        }
        float[][] rgb = new float[planes.length][width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int luma = full[0][y * strides[0] + x];
                if (planes.length == 1) {
                    rgb[0][y * width + x] = level(luma, 0);
                    continue;
                }
                int cb = full[1][y * strides[1] + x] - MIDDLE;
                int cr = full[2][y * strides[2] + x] - MIDDLE;
                int i = y * width + x;
                rgb[0][i] = level(luma, RED_OF_CR * cr);
                rgb[1][i] = level(luma, -GREEN_OF_CB * cb - GREEN_OF_CR * cr);
                rgb[2][i] = level(luma, BLUE_OF_CB * cb);
            }
        }
        return planes.length == 1
                ? Image.ofGrey(width, height, rgb[0])
                : Image.ofRgb(width, height, rgb[0], rgb[1], rgb[2]);
    }

    private static float level(int luma, int chroma) {
        int value = luma + (chroma + (1 << FIXED_BITS - 1) >> FIXED_BITS);
        return Math.clamp(value + UNIT / 2 >> SamplePlane.UNIT_BITS, 0, 255);
    }
}
