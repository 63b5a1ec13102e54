package dev.tessera.image;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * PNG (ISO/IEC 15948) of 8 bits: grey or colour, with or without alpha. Every row takes the filter with the smallest sum of
 * absolute differences (section 12.7 of the standard).
 */
final class PngWriter {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int LEVEL = 6;
    private static final int IDAT_BYTES = 1 << 16;

    private final Image image;
    private final int channels;

    private PngWriter(Image image) {
        this.image = image;
        this.channels = (image.isGrey() ? 1 : 3) + (image.alpha() == null ? 0 : 1);
    }

    static void write(Image image, OutputStream out) throws IOException {
        new PngWriter(image).write(out);
    }

    private void write(OutputStream out) throws IOException {
        out.write(SIGNATURE);
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(header);
        fields.writeInt(image.width());
        fields.writeInt(image.height());
        fields.write(8);
        fields.write((image.isGrey() ? 0 : 2) + (image.alpha() == null ? 0 : 4));
        fields.write(new byte[3]); // deflate, adaptive filters, no interlace
        writeChunk(out, "IHDR", header.toByteArray(), header.size());
        Deflater deflater = new Deflater(LEVEL);
        try (DeflaterOutputStream data = new DeflaterOutputStream(new ChunkStream(out), deflater, IDAT_BYTES)) {
            writeRows(data);
        } finally {
            deflater.end();
        }
        writeChunk(out, "IEND", new byte[0], 0);
    }

    private void writeRows(OutputStream data) throws IOException {
        int rowBytes = Math.multiplyExact(image.width(), channels);
        byte[] above = new byte[rowBytes];
        byte[] row = new byte[rowBytes];
        byte[][] filtered = new byte[5][rowBytes + 1];
        for (int y = 0; y < image.height(); y++) {
            pack(y, row);
            int best = 0;
            long least = Long.MAX_VALUE;
            for (int filter = 0; filter < 5; filter++) {
                long cost = PngFilters.apply(filter, row, above, channels, filtered[filter]);
                if (cost < least) {
                    least = cost;
                    best = filter;
                }
            }
            data.write(filtered[best]);
            byte[] swap = above;
            above = row;
            row = swap;
        }
    }

    private void pack(int y, byte[] row) {
        int colours = image.isGrey() ? 1 : 3;
        for (int c = 0; c < channels; c++) {
            float[] plane = c < colours ? image.plane(c) : image.alpha();
            int from = y * image.width();
            for (int x = 0, to = c; x < image.width(); x++, to += channels) {
                row[to] = Image.toByte(plane[from + x]);
            }
        }
    }

    private static void writeChunk(OutputStream out, String type, byte[] data, int length) throws IOException {
        out.write(PngChunks.chunk(type, data, length));
    }

    /** Cuts what is written into IDAT chunks; closing it leaves the file open. */
    private static final class ChunkStream extends OutputStream {
        private final OutputStream out;
        private final byte[] buffer = new byte[IDAT_BYTES];
        private int used;

        ChunkStream(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int done = 0;
            while (done < length) {
                int part = Math.min(length - done, buffer.length - used);
                System.arraycopy(bytes, offset + done, buffer, used, part);
                used += part;
                done += part;
                if (used == buffer.length) {
                    emit();
                }
            }
        }

        @Override
        public void close() throws IOException {
            if (used > 0) {
                emit();
            }
        }

        private void emit() throws IOException {
            writeChunk(out, "IDAT", buffer, used);
            used = 0;
        }
    }
}
