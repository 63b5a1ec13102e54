package dev.tessera.image;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Moving pictures in and out. Read: animated GIF and PNG (APNG), and Y4M of 8 bits (4:2:0, 4:2:2, 4:4:4, grey; BT.601). A delay of 0 is a
 * tenth of a second, as browsers have it. Written: Y4M (4:2:0 or grey) and APNG.
 *
 * <p>Whatever is wrong with a file's content is an {@link UnreadableImageException}.
 */
public final class SequenceFiles {
    private SequenceFiles() {}

    /** Whether {@code bytes} are a Y4M stream, or a GIF or PNG that declares more than one frame. */
    public static boolean isOne(byte[] bytes) {
        if (isY4m(bytes)) {
            return true;
        }
        FileBytes file = new FileBytes(bytes, "", Long.MAX_VALUE);
        try {
            return switch (ImageFormat.sniff(bytes).orElse(null)) {
                case GIF -> new GifLayout(file).frames().size() > 1;
                case PNG -> ApngReader.frames(file) > 1;
                case null, default -> false;
            };
        } catch (UnreadableImageException e) {
            return false; // whoever reads it as a picture says what is wrong
        }
    }

    /** Whether {@code bytes} begin as a Y4M stream does. */
    public static boolean isY4m(byte[] bytes) {
        byte[] magic = Y4mFormat.MAGIC.getBytes(StandardCharsets.US_ASCII);
        return bytes.length >= magic.length && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
    }

    /**
     * Reads a file that is in memory and that {@link #isOne}.
     *
     * @param name what messages call it
     * @param maxPixels of all frames together
     * @throws UnreadableImageException when it is not a whole sequence of at most {@code maxPixels} pixels
     */
    public static ImageSequence read(byte[] bytes, String name, long maxPixels) throws IOException {
        if (maxPixels < 1) {
            throw new IllegalArgumentException("maxPixels is " + maxPixels + ", must be at least 1");
        }
        FileBytes file = new FileBytes(bytes, name, maxPixels);
        if (isY4m(bytes)) {
            return Y4mFormat.read(file);
        }
        return switch (ImageFormat.sniff(bytes).orElse(null)) {
            case GIF -> GifAnimation.read(file);
            case PNG -> ApngReader.read(file);
            case null, default ->
                throw file.unsupported("not a sequence that this build reads (Y4M, animated GIF and PNG)");
        };
    }

    /**
     * Writes {@code sequence} as an animated PNG that is shown over and over; does not close {@code out}. Delays that need a
     * numerator or denominator above 65,535 are rounded to milliseconds or seconds.
     */
    public static void writeApng(ImageSequence sequence, OutputStream out) throws IOException {
        ApngWriter.write(sequence, out);
    }

    /**
     * Writes {@code sequence} as a Y4M stream; does not close {@code out}.
     *
     * @throws IllegalArgumentException when the frames are shown for different times, which the format cannot say
     */
    public static void writeY4m(ImageSequence sequence, OutputStream out) throws IOException {
        Y4mFormat.write(sequence, out);
    }
}
