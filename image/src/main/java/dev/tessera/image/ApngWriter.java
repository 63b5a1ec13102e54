package dev.tessera.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Animated PNG of whole frames, shown over and over. */
final class ApngWriter {
    private static final int SIGNATURE_BYTES = 8;
    private static final int MAX_TERM = 0xFFFF; // of the fraction of a second that a delay is
    private static final int MILLIS = 1000;

    private ApngWriter() {}

    static void write(ImageSequence sequence, OutputStream out) throws IOException {
        int number = 0;
        for (int i = 0; i < sequence.size(); i++) {
            byte[] png = png(sequence.frame(i));
            if (i == 0) {
                out.write(png, 0, SIGNATURE_BYTES + 25); // signature and IHDR
                ByteBuffer animation = ByteBuffer.allocate(8);
                animation.putInt(sequence.size());
                out.write(PngChunks.chunk("acTL", animation.array()));
            }
            out.write(PngChunks.chunk("fcTL", control(sequence, i, number++)));
            ByteBuffer all = ByteBuffer.wrap(png, SIGNATURE_BYTES, png.length - SIGNATURE_BYTES);
            while (all.hasRemaining()) {
                int length = all.getInt();
                boolean pixels = all.getInt() == ('I' << 24 | 'D' << 16 | 'A' << 8 | 'T');
                byte[] data = new byte[length];
                all.get(data).getInt();
                if (pixels && i == 0) {
                    out.write(PngChunks.chunk("IDAT", data));
                } else if (pixels) {
                    ByteBuffer numbered = ByteBuffer.allocate(length + 4);
                    numbered.putInt(number++).put(data);
                    out.write(PngChunks.chunk("fdAT", numbered.array()));
                }
            }
        }
        out.write(PngChunks.chunk("IEND", new byte[0]));
    }

    private static byte[] png(Image frame) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PngWriter.write(frame, out);
        return out.toByteArray();
    }

    private static byte[] control(ImageSequence sequence, int index, int number) {
        long numerator = (long) sequence.duration(index) * sequence.geometry().perSeconds();
        long denominator = sequence.geometry().ticks();
        long common = ImageSequence.divisor(numerator, denominator);
        numerator /= common;
        denominator /= common;
        if (Math.max(numerator, denominator) > MAX_TERM) { // to the nearest millisecond, or second
            long unit = numerator / denominator > MAX_TERM / MILLIS ? 1 : MILLIS;
            numerator = Math.clamp(Math.round((double) numerator * unit / denominator), 1, MAX_TERM);
            denominator = unit;
        }
        return ByteBuffer.allocate(26)
                .putInt(number)
                .putInt(sequence.geometry().width())
                .putInt(sequence.geometry().height())
                .putLong(0) // place
                .putShort((short) numerator)
                .putShort((short) denominator)
                .array(); // no disposal, no blending
    }
}
