package dev.tessera.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The kinds of image files, told apart by their first bytes. */
enum ImageFormat {
    PNG(true, "png"),
    JPEG(true, "jpg", "jpeg"),
    /** Binary Netpbm: P5 (grey) and P6 (colour). */
    PNM(true, "ppm", "pgm", "pnm"),
    WEBP(false, "webp"),
    TIFF(false, "tif", "tiff"),
    BMP(false, "bmp"),
    GIF(false, "gif");

    private final boolean writable;
    private final List<String> suffixes;

    ImageFormat(boolean writable, String... suffixes) {
        this.writable = writable;
        this.suffixes = List.of(suffixes);
    }

    /** Whether {@link ImageFiles} writes this format. */
    boolean isWritable() {
        return writable;
    }

    /** Suffixes without a dot, in lower case, the usual one first. */
    List<String> suffixes() {
        return suffixes;
    }

    /** The format that {@code suffix} (without a dot, any case) stands for. */
    static Optional<ImageFormat> ofSuffix(String suffix) {
        String lower = suffix.toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(format -> format.suffixes.contains(lower))
                .findFirst();
    }

    /** The format of a file that begins with {@code bytes}. */
    static Optional<ImageFormat> sniff(byte[] bytes) {
        if (startsWith(bytes, 0, "\u0089PNG\r\n\u001a\n")) {
            return Optional.of(PNG);
        }
        if (startsWith(bytes, 0, "\u00ff\u00d8\u00ff")) {
            return Optional.of(JPEG);
        }
        if (startsWith(bytes, 0, "RIFF") && startsWith(bytes, 8, "WEBP")) {
            return Optional.of(WEBP);
        }
        // 42 is TIFF, 43 is BigTIFF
        if (startsWith(bytes, 0, "II*\0")
                || startsWith(bytes, 0, "MM\0*")
                || startsWith(bytes, 0, "II+\0")
                || startsWith(bytes, 0, "MM\0+")) {
            return Optional.of(TIFF);
        }
        if (startsWith(bytes, 0, "GIF87a") || startsWith(bytes, 0, "GIF89a")) {
            return Optional.of(GIF);
        }
        if (startsWith(bytes, 0, "BM")) {
            return Optional.of(BMP);
        }
        boolean netpbm = startsWith(bytes, 0, "P5") || startsWith(bytes, 0, "P6");
        if (netpbm && bytes.length > 2 && (PnmReader.isSpace(bytes[2]) || bytes[2] == '#')) {
            return Optional.of(PNM);
        }
        return Optional.empty();
    }

    private static boolean startsWith(byte[] bytes, int at, String signature) {
        byte[] expected = signature.getBytes(StandardCharsets.ISO_8859_1);
        return bytes.length >= at + expected.length
                && Arrays.equals(bytes, at, at + expected.length, expected, 0, expected.length);
    }
}
