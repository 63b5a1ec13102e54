package dev.tessera.image;

import java.util.List;

/**
 * The IHDR chunk.
 *
 * @param colorType 0 grey, 2 colour, 3 palette, 4 grey with alpha, 6 colour with alpha
 */
record PngHeader(int width, int height, int bitDepth, int colorType, boolean interlaced) {
    static final int GREY = 0;
    static final int RGB = 2;
    static final int PALETTE = 3;
    static final int GREY_ALPHA = 4;
    static final int RGB_ALPHA = 6;

    /** The pixels of one pass: every {@code columnStep}-th of every {@code rowStep}-th row. */
    record Pass(int firstColumn, int firstRow, int columnStep, int rowStep) {
        int columns(int width) {
            return (width - firstColumn + columnStep - 1) / columnStep;
        }

        int rows(int height) {
            return (height - firstRow + rowStep - 1) / rowStep;
        }
    }

    private static final List<Pass> WHOLE = List.of(new Pass(0, 0, 1, 1));
    private static final List<Pass> ADAM7 = List.of(
            new Pass(0, 0, 8, 8),
            new Pass(4, 0, 8, 8),
            new Pass(0, 4, 4, 8),
            new Pass(2, 0, 4, 4),
            new Pass(0, 2, 2, 4),
            new Pass(1, 0, 2, 2),
            new Pass(0, 1, 1, 2));

    static PngHeader read(FileBytes file, long at) throws UnreadableImageException {
        file.checkSize(file.u32be(at), file.u32be(at + 4));
        int depth = file.u8(at + 8);
        int type = file.u8(at + 9);
        boolean allowed = switch (type) {
            case GREY -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
            case PALETTE -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
            case RGB, GREY_ALPHA, RGB_ALPHA -> depth == 8 || depth == 16;
            default -> false;
        };
        if (!allowed) {
            throw file.corrupt(at + 8, "bit depth " + depth + " does not go with colour type " + type);
        }
        int interlace = file.u8(at + 12);
        if (file.u8(at + 10) != 0 || file.u8(at + 11) != 0 || interlace > 1) {
            throw file.corrupt(at + 10, "unknown compression, filter or interlace method");
        }
        return new PngHeader((int) file.u32be(at), (int) file.u32be(at + 4), depth, type, interlace == 1);
    }

    int channels() {
        return switch (colorType) {
            case RGB -> 3;
            case GREY_ALPHA -> 2;
            case RGB_ALPHA -> 4;
            default -> 1;
        };
    }

    /** Distance of the bytes that row filters compare. */
    int pixelBytes() {
        return Math.max(1, channels() * bitDepth / 8);
    }

    int rowBytes(int columns) {
        return Math.toIntExact(((long) columns * channels() * bitDepth + 7) / 8);
    }

    List<Pass> passes() {
        return interlaced ? ADAM7 : WHOLE;
    }

    /** Bytes of all rows of all passes, filter numbers included. */
    long rawBytes() {
        long sum = 0;
        for (Pass pass : passes()) {
            int columns = pass.columns(width);
            if (columns > 0) {
                sum += (1L + rowBytes(columns)) * pass.rows(height);
            }
        }
        return sum;
    }
}
