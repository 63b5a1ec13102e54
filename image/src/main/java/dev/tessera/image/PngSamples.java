package dev.tessera.image;

/** Turns restored PNG rows into planes. */
final class PngSamples {
    private final FileBytes file;
    private final PngHeader header;
    private final byte[] palette; // [codes x 3]
    private final byte[] transparency;
    private final float[][] planes;
    private final float[] alpha;
    private final int[] transparentSample; // raw samples of the one transparent colour, or null

    PngSamples(FileBytes file, PngHeader header, byte[] palette, byte[] transparency) throws UnreadableImageException {
        this.file = file;
        this.header = header;
        this.palette = palette;
        boolean hasAlpha = header.colorType() == PngHeader.GREY_ALPHA || header.colorType() == PngHeader.RGB_ALPHA;
        this.transparency = hasAlpha ? null : transparency;
        this.transparentSample = transparentSample();
        int pixels = header.width() * header.height();
        this.planes = new float[isGrey() ? 1 : 3][pixels];
        this.alpha = hasAlpha || this.transparency != null ? new float[pixels] : null;
    }

    /** Places one row of a pass; {@code y} is the row of the picture. */
    void put(byte[] row, int columns, PngHeader.Pass pass, int y) throws UnreadableImageException {
        int at = y * header.width() + pass.firstColumn();
        if (header.colorType() == PngHeader.PALETTE) {
            putPalette(row, columns, pass.columnStep(), at);
        } else if (header.bitDepth() == 8 && transparentSample == null) {
            putBytes(row, columns, pass.columnStep(), at);
        } else {
            putAnyDepth(row, columns, pass.columnStep(), at);
        }
    }

    Image toImage() {
        Image image = planes.length == 1
                ? Image.ofGrey(header.width(), header.height(), planes[0])
                : Image.ofRgb(header.width(), header.height(), planes[0], planes[1], planes[2]);
        return image.withAlpha(alpha);
    }

    private void putBytes(byte[] row, int columns, int step, int start) {
        int channels = header.channels();
        for (int c = 0; c < channels; c++) {
            float[] plane = c < planes.length ? planes[c] : alpha;
            for (int i = 0, from = c, at = start; i < columns; i++, from += channels, at += step) {
                plane[at] = row[from] & 0xFF;
            }
        }
    }

    private void putAnyDepth(byte[] row, int columns, int step, int start) {
        int channels = header.channels();
        float max = (1 << header.bitDepth()) - 1;
        for (int i = 0, at = start; i < columns; i++, at += step) {
            boolean transparent = transparentSample != null;
            for (int c = 0; c < channels; c++) {
                int sample = sample(row, i * channels + c);
                (c < planes.length ? planes[c] : alpha)[at] = sample * 255f / max;
                transparent = transparent && sample == transparentSample[c];
            }
            if (transparentSample != null) {
                alpha[at] = transparent ? 0 : 255;
            }
        }
    }

    private void putPalette(byte[] row, int columns, int step, int start) throws UnreadableImageException {
        for (int i = 0, at = start; i < columns; i++, at += step) {
            int index = sample(row, i);
            if (3 * index >= palette.length) {
                throw file.unsupported("palette index is " + index + ", must be in [0, " + palette.length / 3 + ")");
            }
            for (int c = 0; c < planes.length; c++) {
                planes[c][at] = palette[3 * index + c] & 0xFF;
            }
            if (alpha != null) {
                alpha[at] = index < transparency.length ? transparency[index] & 0xFF : 255;
            }
        }
    }

    private int sample(byte[] row, int index) {
        int depth = header.bitDepth();
        if (depth == 16) {
            return (row[2 * index] & 0xFF) << 8 | row[2 * index + 1] & 0xFF;
        }
        int bit = index * depth;
        return (row[bit >> 3] & 0xFF) >> (8 - depth - (bit & 7)) & (1 << depth) - 1;
    }

    private boolean isGrey() {
        if (header.colorType() != PngHeader.PALETTE) {
            return header.colorType() == PngHeader.GREY || header.colorType() == PngHeader.GREY_ALPHA;
        }
        for (int i = 0; i < palette.length; i += 3) {
            if (palette[i] != palette[i + 1] || palette[i] != palette[i + 2]) {
                return false;
            }
        }
        return true;
    }

    private int[] transparentSample() throws UnreadableImageException {
        if (transparency == null || header.colorType() == PngHeader.PALETTE) {
            return null;
        }
        int channels = header.channels();
        if (transparency.length != 2 * channels) {
            throw file.unsupported("tRNS has " + transparency.length + " bytes, must have " + 2 * channels);
        }
        int[] samples = new int[channels];
        for (int c = 0; c < channels; c++) {
            int value = (transparency[2 * c] & 0xFF) << 8 | transparency[2 * c + 1] & 0xFF;
            samples[c] = value & (1 << header.bitDepth()) - 1;
        }
        return samples;
    }
}
