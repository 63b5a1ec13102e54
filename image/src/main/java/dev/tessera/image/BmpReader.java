package dev.tessera.image;

/** Windows bitmaps. */
final class BmpReader {
    private static final int FILE_HEADER_BYTES = 14;
    private static final int INFO_HEADER_BYTES = 40;
    private static final int RLE8 = 1;
    private static final int RLE4 = 2;
    /** Above BI_BITFIELDS a bitmap wraps a JPEG or PNG file, meant for printers only. */
    private static final int MAX_COMPRESSION = 3;

    private BmpReader() {}

    static Image read(FileBytes file) throws UnreadableImageException {
        boolean core = file.u32le(FILE_HEADER_BYTES) < INFO_HEADER_BYTES; // the OS/2 header of 12 bytes
        long width = core ? file.u16le(18) : file.u32le(18);
        // a negative height stores the top row first
        long height = core ? file.u16le(20) : Math.abs((int) file.u32le(22));
        file.checkSize(width, height);
        int bits = file.u16le(core ? 24 : 28);
        long compression = core ? 0 : file.u32le(30);
        if (compression > MAX_COMPRESSION) {
            throw file.corrupt(30, "compression is " + compression + ", must be in [0, " + MAX_COMPRESSION + "]");
        }
        boolean runLengths = compression == RLE8 || compression == RLE4;
        long dataBytes = runLengths ? file.u32le(34) : (width * bits + 31) / 32 * 4 * height;
        file.require(file.u32le(10), dataBytes);
        return PluginReader.read(file, () -> Libraries.jdkReader("bmp"));
    }
}
