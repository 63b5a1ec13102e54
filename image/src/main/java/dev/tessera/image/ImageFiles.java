package dev.tessera.image;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Image files in and out.
 *
 * <p>Read: PNG, JPEG, WebP, TIFF, BMP, GIF (its first frame) and binary Netpbm, told apart by content. The orientation that
 * EXIF declares is applied. Samples are taken as sRGB as they stand: embedded colour profiles and gamma values are not
 * applied (as in most loaders of training data, and because colour engines differ between machines); CMYK and YCCK are
 * converted by R = C K / 255 on inverted samples, without a profile.
 *
 * <p>Whatever is wrong with a file's content is an {@link UnreadableImageException}. A file that ends early is refused, never
 * returned in part.
 */
public final class ImageFiles {
    /** Largest width x height that is read where no other limit is named. */
    public static final long DEFAULT_MAX_PIXELS = 1L << 27;

    private static final int MAX_FILE_BYTES = Integer.MAX_VALUE - 8;

    private ImageFiles() {}

    /**
     * Reads a file.
     *
     * @throws UnreadableImageException when it is not a whole image of at most {@link #DEFAULT_MAX_PIXELS} pixels
     */
    public static Image read(Path file) throws IOException {
        return read(file, DEFAULT_MAX_PIXELS);
    }

    /**
     * Reads a file.
     *
     * @throws UnreadableImageException when it is not a whole image of at most {@code maxPixels} pixels
     */
    public static Image read(Path file, long maxPixels) throws IOException {
        long size = Files.size(file);
        if (size > MAX_FILE_BYTES) {
            throw new UnreadableImageException(file + ": the file has " + size + " bytes, more than " + MAX_FILE_BYTES);
        }
        return read(Files.readAllBytes(file), file.toString(), maxPixels);
    }

    /**
     * Reads what {@code in} holds to its end; does not close it.
     *
     * @param name what messages call it
     * @throws UnreadableImageException when it is not a whole image of at most {@code maxPixels} pixels
     */
    public static Image read(InputStream in, String name, long maxPixels) throws IOException {
        // no image of maxPixels needs more: 4 channels of 16 bits, a TIFF that stores them twice, and room for metadata
        long limit = Math.min(MAX_FILE_BYTES, (64L << 20) + 16 * Math.min(maxPixels, Integer.MAX_VALUE));
        byte[] bytes = in.readNBytes((int) limit);
        if (bytes.length == limit && in.read() >= 0) {
            throw new UnreadableImageException(name + ": the stream has more than " + limit + " bytes");
        }
        return read(bytes, name, maxPixels);
    }

    /**
     * Reads a file that is in memory.
     *
     * @param name what messages call it
     * @throws UnreadableImageException when it is not a whole image of at most {@code maxPixels} pixels
     */
    public static Image read(byte[] bytes, String name, long maxPixels) throws IOException {
        if (maxPixels < 1) {
            throw new IllegalArgumentException("maxPixels is " + maxPixels + ", must be at least 1");
        }
        FileBytes file = new FileBytes(bytes, name, Math.min(maxPixels, MAX_FILE_BYTES));
        if (bytes.length == 0) {
            throw file.unsupported("the file is empty");
        }
        ImageFormat format = ImageFormat.sniff(bytes)
                .orElseThrow(() -> file.unsupported(
                        "not an image file that this build reads (PNG, JPEG, WebP, TIFF, BMP," + " GIF, PGM and PPM)"));
        try {
            return decode(file, format);
        } catch (OutOfMemoryError e) {
            // formats without a least number of bits for a pixel can declare, within the limit, what does not fit
            throw new UnreadableImageException(name + ": the picture does not fit in this JVM's memory", e);
        }
    }

    private static Image decode(FileBytes file, ImageFormat format) throws UnreadableImageException {
        return switch (format) {
            case PNG -> PngReader.read(file);
            case JPEG -> JpegReader.read(file);
            case PNM -> PnmReader.read(file);
            case WEBP -> WebpReader.read(file);
            case TIFF -> TiffReader.read(file);
            case BMP -> BmpReader.read(file);
            case GIF -> GifReader.read(file);
        };
    }

    /**
     * Writes {@code image} to {@code file}; the suffix decides the format, as in {@link #write(Image, OutputStream, String)}.
     *
     * @throws IllegalArgumentException when the suffix is not one of png, ppm, pgm, pnm, jpg, jpeg
     */
    public static void write(Image image, Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        ImageFormat format = writable(name.substring(name.lastIndexOf('.') + 1));
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            write(image, out, format);
        }
    }

    /**
     * Writes {@code image} in the format that {@code suffix} (png, ppm, pgm, pnm, jpg, jpeg) stands for, with 8 bits a
     * sample, rounded by {@link Image#toByte}; does not close {@code out}. PNG keeps grey and alpha, Netpbm keeps grey and
     * drops alpha, JPEG (quality 95, colours at full size) lays the picture on white. PNG and Netpbm bytes depend on the
     * picture and the JDK's zlib only.
     *
     * @throws IllegalArgumentException when it stands for none that is written
     */
    public static void write(Image image, OutputStream out, String suffix) throws IOException {
        write(image, out, writable(suffix));
    }

    private static void write(Image image, OutputStream out, ImageFormat format) throws IOException {
        switch (format) {
            case PNG -> PngWriter.write(image, out);
            case PNM -> PnmWriter.write(image, out);
            case JPEG -> JpegWriter.write(image, out);
            default ->
                throw new IllegalArgumentException("format is " + format + ", must be one of " + writableSuffixes());
        }
    }

    private static ImageFormat writable(String suffix) {
        return ImageFormat.ofSuffix(suffix)
                .filter(ImageFormat::isWritable)
                .orElseThrow(() -> new IllegalArgumentException(
                        "image suffix is \"" + suffix + "\", must be one of " + writableSuffixes()));
    }

    private static String writableSuffixes() {
        return Arrays.stream(ImageFormat.values())
                .filter(ImageFormat::isWritable)
                .flatMap(format -> format.suffixes().stream())
                .collect(Collectors.joining(", "));
    }
}
