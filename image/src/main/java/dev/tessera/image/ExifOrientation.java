package dev.tessera.image;

/** Finds the orientation tag of EXIF (TIFF tag 0x0112). */
final class ExifOrientation {
    private static final int ORIENTATION_TAG = 0x0112;
    private static final int SHORT = 3;
    private static final int ENTRY_BYTES = 12;

    private ExifOrientation() {}

    /**
     * The orientation, 1 to 8, in the TIFF block of {@code length} bytes at {@code start}, with or without the six bytes
     * {@code Exif 0 0} before it. What is absent or damaged counts as 1: a picture is not refused for its EXIF.
     */
    static int of(FileBytes file, long start, long length) {
        long end = Math.min(start + length, file.length());
        long tiff = file.has(start, "Exif\0\0") ? start + 6 : start;
        boolean bigEndian = file.has(tiff, "MM\0*");
        if (!bigEndian && !file.has(tiff, "II*\0")) {
            return 1;
        }
        try {
            long directory = tiff + (bigEndian ? file.u32be(tiff + 4) : file.u32le(tiff + 4));
            int entries = u16(file, directory, bigEndian);
            for (int i = 0; i < entries; i++) {
                long entry = directory + 2 + (long) i * ENTRY_BYTES;
                if (entry + ENTRY_BYTES > end) {
                    return 1;
                }
                if (u16(file, entry, bigEndian) == ORIENTATION_TAG && u16(file, entry + 2, bigEndian) == SHORT) {
                    int value = u16(file, entry + 8, bigEndian);
                    return value >= 1 && value <= 8 ? value : 1;
                }
            }
            return 1;
        } catch (UnreadableImageException e) {
            return 1;
        }
    }

    private static int u16(FileBytes file, long at, boolean bigEndian) throws UnreadableImageException {
        return bigEndian ? file.u16be(at) : file.u16le(at);
    }
}
