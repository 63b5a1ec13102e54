package dev.tessera.image;

/** Binary Netpbm, P5 (grey) and P6 (colour), with any maximum from 1 to 65535; above 255 samples are big-endian pairs. */
final class PnmReader {
    private final FileBytes file;
    private int position = 2;

    private PnmReader(FileBytes file) {
        this.file = file;
    }

    static Image read(FileBytes file) throws UnreadableImageException {
        return new PnmReader(file).read();
    }

    static boolean isSpace(byte b) {
        return b == ' ' || b >= '\t' && b <= '\r';
    }

    private Image read() throws UnreadableImageException {
        int channels = file.u8(1) == '5' ? 1 : 3;
        int width = number("width");
        int height = number("height");
        int max = number("maximum");
        if (max < 1 || max > 65535) {
            throw file.corrupt(position, "the maximum is " + max + ", must be in [1, 65535]");
        }
        file.checkSize(width, height);
        position++; // the single white space after the maximum, checked by number()
        int sampleBytes = max > 255 ? 2 : 1;
        int pixels = width * height;
        file.require(position, (long) pixels * channels * sampleBytes);
        float[][] planes = new float[channels][pixels];
        byte[] bytes = file.bytes();
        int at = position;
        for (int i = 0; i < pixels; i++) {
            for (int c = 0; c < channels; c++, at += sampleBytes) {
                int sample = sampleBytes == 1 ? bytes[at] & 0xFF : (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
                planes[c][i] = max == 255 ? sample : Math.min(sample, max) * 255f / max;
            }
        }
        return channels == 1
                ? Image.ofGrey(width, height, planes[0])
                : Image.ofRgb(width, height, planes[0], planes[1], planes[2]);
    }

    /** The next decimal number; white space and comments before it are skipped, white space must follow. */
    private int number(String what) throws UnreadableImageException {
        while (isSpace((byte) file.u8(position)) || file.u8(position) == '#') {
            if (file.u8(position) == '#') {
                while (file.u8(position) != '\n') {
                    position++;
                }
            }
            position++;
        }
        long value = 0;
        int start = position;
        while (file.u8(position) >= '0' && file.u8(position) <= '9' && value <= Integer.MAX_VALUE) {
            value = 10 * value + file.u8(position) - '0';
            position++;
        }
        if (position == start || value > Integer.MAX_VALUE || !isSpace((byte) file.u8(position))) {
            throw file.corrupt(start, "the " + what + " is not a number that fits");
        }
        return (int) value;
    }
}
