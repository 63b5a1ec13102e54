package dev.tessera.image;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Binary Netpbm of 8 bits: P5 for grey pictures, P6 for colours. Alpha is left out. */
final class PnmWriter {
    private PnmWriter() {}

    static void write(Image image, OutputStream out) throws IOException {
        String header = (image.isGrey() ? "P5" : "P6") + "\n" + image.width() + " " + image.height() + "\n255\n";
        out.write(header.getBytes(StandardCharsets.US_ASCII));
        int channels = image.isGrey() ? 1 : 3;
        byte[] row = new byte[Math.multiplyExact(image.width(), channels)];
        for (int y = 0; y < image.height(); y++) {
            for (int c = 0; c < channels; c++) {
                float[] plane = image.plane(c);
                for (int x = 0; x < image.width(); x++) {
                    row[x * channels + c] = Image.toByte(plane[y * image.width() + x]);
                }
            }
            out.write(row);
        }
    }
}
