package dev.tessera.image;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;

/** WebP, lossy and lossless; of an animation its first frame. */
final class WebpReader {
    private static final int FIRST_CHUNK = 12;

    private WebpReader() {}

    static Image read(FileBytes file) throws UnreadableImageException {
        long end = 8 + file.u32le(4);
        if (end > file.length()) {
            throw file.corrupt(4, "the file ends early: " + end + " bytes declared, " + file.length() + " present");
        }
        int orientation = orientation(file, end);
        Image image = PluginReader.read(file, () -> new WebPImageReaderSpi().createReaderInstance());
        return Orientation.apply(image, orientation);
    }

    private static int orientation(FileBytes file, long end) throws UnreadableImageException {
        long at = FIRST_CHUNK;
        while (at + 8 <= end) {
            long length = file.u32le(at + 4);
            file.require(at + 8, length);
            if (file.has(at, "EXIF")) {
                return ExifOrientation.of(file, at + 8, length);
            }
            at += 8 + length + (length & 1);
        }
        return 1;
    }
}
