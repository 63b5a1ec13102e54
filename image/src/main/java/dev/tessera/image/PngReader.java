package dev.tessera.image;

import java.util.Arrays;

/**
 * PNG (ISO/IEC 15948): every colour type, bit depth and interlacing; tRNS becomes alpha, eXIf the orientation. Checksums of
 * all chunks are verified; gAMA, iCCP and the like are not applied.
 */
final class PngReader {
    private static final int SIGNATURE_BYTES = 8;
    private static final int HEADER_BYTES = 13;
    /** Deflate makes at most 1032 bytes of one (a match of 258 in two bits). */
    private static final int MAX_DEFLATE_RATIO = 1032;

    private final FileBytes file;
    private final IdatStream idat;
    private PngHeader header;
    private byte[] palette;
    private byte[] transparency;
    private int orientation = 1;

    private PngReader(FileBytes file) {
        this.file = file;
        this.idat = new IdatStream(file);
    }

    static Image read(FileBytes file) throws UnreadableImageException {
        return new PngReader(file).read();
    }

    private Image read() throws UnreadableImageException {
        readChunks();
        if (header.colorType() == PngHeader.PALETTE && palette == null) {
            throw file.unsupported("the PLTE chunk is missing");
        }
        if (header.rawBytes() / MAX_DEFLATE_RATIO > idat.compressedBytes()) {
            throw file.unsupported(idat.compressedBytes() + " bytes of IDAT cannot hold " + header.width() + " x "
                    + header.height() + " pixels");
        }
        PngSamples samples = new PngSamples(file, header, palette, transparency);
        try (idat) {
            readRows(samples);
        }
        return Orientation.apply(samples.toImage(), orientation);
    }

    private void readChunks() throws UnreadableImageException {
        long at = SIGNATURE_BYTES;
        while (true) {
            long length = file.u32be(at);
            PngChunks.verify(file, at);
            if (header == null && !file.has(at + 4, "IHDR")) {
                throw file.corrupt(at, "the first chunk must be IHDR");
            }
            if (file.has(at + 4, "IEND")) {
                return;
            }
            readChunk(at, (int) length);
            at += length + 12;
        }
    }

    private void readChunk(long at, int length) throws UnreadableImageException {
        long data = at + 8;
        if (file.has(at + 4, "IHDR")) {
            if (length != HEADER_BYTES || header != null) {
                throw file.corrupt(at, "IHDR must stand once and have " + HEADER_BYTES + " bytes");
            }
            header = PngHeader.read(file, data);
        } else if (file.has(at + 4, "PLTE")) {
            if (length % 3 != 0 || length < 3 || length > 768) {
                throw file.corrupt(at, "PLTE has " + length + " bytes, must have 3 to 768, a multiple of 3");
            }
            palette = slice(data, length);
        } else if (file.has(at + 4, "tRNS")) {
            transparency = slice(data, length);
        } else if (file.has(at + 4, "eXIf")) {
            orientation = ExifOrientation.of(file, data, length);
        } else if (file.has(at + 4, "IDAT")) {
            idat.add(data, length);
        } else if ((file.u8(at + 4) & 0x20) == 0) {
            throw file.corrupt(at, "a critical chunk of unknown type");
        }
    }

    private byte[] slice(long at, int length) {
        byte[] out = new byte[length];
        System.arraycopy(file.bytes(), (int) at, out, 0, length);
        return out;
    }

    private void readRows(PngSamples samples) throws UnreadableImageException {
        int step = header.pixelBytes();
        byte[] above = new byte[header.rowBytes(header.width())];
        byte[] row = new byte[above.length];
        byte[] filter = new byte[1];
        for (PngHeader.Pass pass : header.passes()) {
            int columns = pass.columns(header.width());
            int rowBytes = header.rowBytes(columns);
            Arrays.fill(above, (byte) 0);
            for (int y = pass.firstRow(); y < header.height() && columns > 0; y += pass.rowStep()) {
                idat.readFully(filter, 1);
                if (filter[0] < 0 || filter[0] > 4) {
                    throw file.unsupported("the filter of row " + y + " is " + filter[0] + ", must be in [0, 4]");
                }
                idat.readFully(row, rowBytes);
                PngFilters.undo(filter[0], row, above, step, rowBytes);
                samples.put(row, columns, pass, y);
                byte[] swap = above;
                above = row;
                row = swap;
            }
        }
        idat.finish();
    }
}
