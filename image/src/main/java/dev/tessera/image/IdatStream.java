package dev.tessera.image;

import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The zlib stream that the IDAT chunks of a PNG file hold together. */
final class IdatStream implements AutoCloseable {
    private record Part(int offset, int length) {}

    private final FileBytes file;
    private final List<Part> parts = new ArrayList<>();
    private final Inflater inflater = new Inflater();
    private int next;
    private long compressedBytes;

    IdatStream(FileBytes file) {
        this.file = file;
    }

    void add(long offset, int length) {
        parts.add(new Part((int) offset, length));
        compressedBytes += length;
    }

    long compressedBytes() {
        return compressedBytes;
    }

    /** Fills the first {@code length} bytes of {@code out}. */
    void readFully(byte[] out, int length) throws UnreadableImageException {
        int done = 0;
        while (done < length) {
            int got = inflate(out, done, length - done);
            if (got == 0 && !feed()) {
                throw file.unsupported("the IDAT data ends before the last row");
            }
            done += got;
        }
    }

    /** Reads to the end of the stream, so that its checksum is verified; more than a byte too many is ignored. */
    void finish() throws UnreadableImageException {
        byte[] extra = new byte[1];
        while (inflate(extra, 0, 1) == 0 && feed()) {
            // the checksum may stand in a chunk of its own
        }
    }

    @Override
    public void close() {
        inflater.end();
    }

    private int inflate(byte[] out, int offset, int length) throws UnreadableImageException {
        try {
            return inflater.inflate(out, offset, length);
        } catch (DataFormatException e) {
            throw file.unsupported("the IDAT data is damaged" + (e.getMessage() == null ? "" : ": " + e.getMessage()));
        }
    }

    /** Whether there was another chunk to go on with. */
    private boolean feed() {
        if (inflater.finished() || inflater.needsDictionary() || next == parts.size()) {
            return false;
        }
        Part part = parts.get(next++);
        inflater.setInput(file.bytes(), part.offset(), part.length());
        return true;
    }
}
