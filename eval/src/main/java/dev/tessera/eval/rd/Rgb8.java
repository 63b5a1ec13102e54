package dev.tessera.eval.rd;

import java.nio.ByteBuffer;

/**
 * A picture of 8-bit sRGB samples.
 *
 * @param pixels {@code [height x width x 3]}, interleaved; not copied, do not write
 */
public record Rgb8(int width, int height, byte[] pixels) implements Medium {
    public Rgb8 {
        if (width < 1 || height < 1 || pixels.length != 3L * width * height) {
            throw new IllegalArgumentException(
                    "a picture of " + width + " x " + height + " has " + pixels.length + " bytes, must have 3 a pixel");
        }
    }

    /** A picture of one grey. */
    static Rgb8 flat(int width, int height, int grey) {
        byte[] pixels = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
        java.util.Arrays.fill(pixels, (byte) grey);
        return new Rgb8(width, height, pixels);
    }

    @Override
    public String digest() {
        return Digests.sha256(
                ByteBuffer.allocate(8).putInt(width).putInt(height).array(), pixels);
    }

    /** The picture resized to cover {@code newWidth x newHeight} and cropped to it around the centre. */
    public Rgb8 standardized(int newWidth, int newHeight) {
        double scale = Math.max((double) newWidth / width, (double) newHeight / height);
        int w = Math.max(newWidth, (int) Math.round(width * scale));
        int h = Math.max(newHeight, (int) Math.round(height * scale));
        Rgb8 resized = Resizing.LANCZOS.resize(this, w, h);
        byte[] out = new byte[3 * newWidth * newHeight];
        int left = (w - newWidth) / 2;
        int top = (h - newHeight) / 2;
        for (int y = 0; y < newHeight; y++) {
            System.arraycopy(resized.pixels, 3 * ((top + y) * w + left), out, 3 * y * newWidth, 3 * newWidth);
        }
        return new Rgb8(newWidth, newHeight, out);
    }
}
