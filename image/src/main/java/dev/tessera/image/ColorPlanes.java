package dev.tessera.image;

/**
 * Luma (0 at mid grey) at full size and the two chroma planes at half size, all padded by repeating the last row and
 * column to whole blocks of {@value BlockTransform#BLOCK} pixels.
 *
 * <p>Full-range BT.601: Y = .299 R + .587 G + .114 B, Cb = .564 (B - Y), Cr = .713 (R - Y).
 *
 * @param width padded width in pixels, a multiple of the block
 * @param height padded height in pixels, a multiple of the block
 * @param luma {@code [height x width]}
 * @param cb {@code [height/2 x width/2]}
 * @param cr {@code [height/2 x width/2]}
 */
record ColorPlanes(int width, int height, float[] luma, float[] cb, float[] cr) {
    private static final float CB = 0.564f;
    private static final float CR = 0.713f;
    private static final float MID = 128;

    static ColorPlanes blank(int blockRows, int blockColumns) {
        int width = Math.multiplyExact(blockColumns, BlockTransform.BLOCK);
        int height = Math.multiplyExact(blockRows, BlockTransform.BLOCK);
        int pixels = Math.multiplyExact(width, height);
        return new ColorPlanes(width, height, new float[pixels], new float[pixels / 4], new float[pixels / 4]);
    }

    static ColorPlanes of(Image image) {
        ColorPlanes planes = blank(BlockTransform.blocks(image.height()), BlockTransform.blocks(image.width()));
        float[] red = image.plane(0);
        float[] green = image.plane(1);
        float[] blue = image.plane(2);
        int width = planes.width;
        for (int y = 0; y < planes.height; y++) {
            int row = Math.min(y, image.height() - 1) * image.width();
            for (int x = 0; x < width; x++) {
                int from = row + Math.min(x, image.width() - 1);
                float luma = 0.299f * red[from] + 0.587f * green[from] + 0.114f * blue[from];
                int chroma = (y / 2) * (width / 2) + x / 2;
                planes.luma[y * width + x] = luma - MID;
                planes.cb[chroma] += 0.25f * CB * (blue[from] - luma);
                planes.cr[chroma] += 0.25f * CR * (red[from] - luma);
            }
        }
        return planes;
    }

    /** Luma (0), Cb (1) or Cr (2). */
    float[] plane(int channel) {
        return switch (channel) {
            case 0 -> luma;
            case 1 -> cb;
            case 2 -> cr;
            default -> throw new IllegalArgumentException("channel is " + channel + ", must be 0, 1 or 2");
        };
    }

    /** The picture of the top left {@code width x height} pixels; chroma interpolated linearly. */
    Image toImage(int imageWidth, int imageHeight) {
        float[][] rgb = new float[3][Math.multiplyExact(imageWidth, imageHeight)];
        for (int y = 0; y < imageHeight; y++) {
            for (int x = 0; x < imageWidth; x++) {
                float l = luma[y * width + x] + MID;
                float r = l + interpolated(cr, x, y) / CR;
                float b = l + interpolated(cb, x, y) / CB;
                int to = y * imageWidth + x;
                rgb[0][to] = clamp(r);
                rgb[1][to] = clamp((l - 0.299f * r - 0.114f * b) / 0.587f);
                rgb[2][to] = clamp(b);
            }
        }
        return Image.ofRgb(imageWidth, imageHeight, rgb[0], rgb[1], rgb[2]);
    }

    /** The picture without its colours. */
    Image toGreyImage(int imageWidth, int imageHeight) {
        return Image.ofGrey(imageWidth, imageHeight, croppedLuma(imageWidth, imageHeight));
    }

    /** Luma back in 0..255. */
    float[] croppedLuma(int imageWidth, int imageHeight) {
        float[] grey = new float[Math.multiplyExact(imageWidth, imageHeight)];
        for (int y = 0; y < imageHeight; y++) {
            for (int x = 0; x < imageWidth; x++) {
                grey[y * imageWidth + x] = clamp(luma[y * width + x] + MID);
            }
        }
        return grey;
    }

    /** Chroma samples stand at the centres of 2 x 2 pixels: the weights are 9, 3, 3, 1 sixteenths. */
    private float interpolated(float[] plane, int x, int y) {
        int w = width / 2;
        int h = height / 2;
        int x0 = x / 2;
        int y0 = y / 2;
        int x1 = Math.max(0, Math.min(w - 1, x0 + ((x & 1) == 0 ? -1 : 1)));
        int y1 = Math.max(0, Math.min(h - 1, y0 + ((y & 1) == 0 ? -1 : 1)));
        float near = 0.75f * plane[y0 * w + x0] + 0.25f * plane[y0 * w + x1];
        float far = 0.75f * plane[y1 * w + x0] + 0.25f * plane[y1 * w + x1];
        return 0.75f * near + 0.25f * far;
    }

    private static float clamp(float value) {
        return Math.max(0, Math.min(255, value));
    }
}
