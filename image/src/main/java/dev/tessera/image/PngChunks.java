package dev.tessera.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** The frame around the data of a PNG chunk: length, type, checksum. */
final class PngChunks {
    private PngChunks() {}

    /** Fails unless a whole chunk with the right checksum stands at {@code at}. */
    static void verify(FileBytes file, long at) throws UnreadableImageException {
        long length = file.u32be(at);
        file.require(at + 8, length + 4);
        CRC32 crc = new CRC32();
        crc.update(file.bytes(), (int) at + 4, (int) length + 4);
        if (crc.getValue() != file.u32be(at + 8 + length)) {
            throw file.corrupt(at, "the chunk's CRC is wrong");
        }
    }

    static byte[] chunk(String type, byte[] data) {
        return chunk(type, data, data.length);
    }

    /** @param length of the data, from the first byte of {@code data} */
    static byte[] chunk(String type, byte[] data, int length) {
        ByteBuffer out = ByteBuffer.allocate(length + 12);
        out.putInt(length).put(type.getBytes(StandardCharsets.US_ASCII)).put(data, 0, length);
        CRC32 crc = new CRC32();
        crc.update(out.array(), 4, length + 4);
        return out.putInt((int) crc.getValue()).array();
    }
}
