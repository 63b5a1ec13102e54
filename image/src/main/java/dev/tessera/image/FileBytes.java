package dev.tessera.image;

import java.nio.charset.StandardCharsets;

/**
 * A file in memory that is read with checked offsets.
 *
 * @param bytes the whole file
 * @param name what messages call it
 * @param maxPixels largest accepted width x height
 */
record FileBytes(byte[] bytes, String name, long maxPixels) {
    int length() {
        return bytes.length;
    }

    int u8(long at) throws UnreadableImageException {
        require(at, 1);
        return bytes[(int) at] & 0xFF;
    }

    int u16be(long at) throws UnreadableImageException {
        return u8(at) << 8 | u8(at + 1);
    }

    int u16le(long at) throws UnreadableImageException {
        return u8(at) | u8(at + 1) << 8;
    }

    long u32be(long at) throws UnreadableImageException {
        return (long) u16be(at) << 16 | u16be(at + 2);
    }

    long u32le(long at) throws UnreadableImageException {
        return u16le(at) | (long) u16le(at + 2) << 16;
    }

    /** Whether the ASCII characters of {@code text} stand at {@code at}; false beyond the end. */
    boolean has(long at, String text) {
        byte[] expected = text.getBytes(StandardCharsets.ISO_8859_1);
        if (at < 0 || at > bytes.length - expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (bytes[(int) at + i] != expected[i]) {
                return false;
            }
        }
        return true;
    }

    /** Fails unless {@code count} bytes stand at {@code at}. */
    void require(long at, long count) throws UnreadableImageException {
        if (at < 0 || count < 0 || at > bytes.length - count) {
            throw corrupt(
                    Math.min(Math.max(at, 0), bytes.length), "the file ends early, at " + bytes.length + " bytes");
        }
    }

    /** Fails unless the declared geometry is within the limits. */
    void checkSize(long width, long height) throws UnreadableImageException {
        if (width < 1 || height < 1) {
            throw unsupported("declared size is " + width + " x " + height + ", must be at least 1 x 1");
        }
        if (width > Integer.MAX_VALUE || height > Integer.MAX_VALUE || width * height > maxPixels) {
            throw unsupported(
                    "declared size is " + width + " x " + height + ", above the limit of " + maxPixels + " pixels");
        }
    }

    UnreadableImageException corrupt(long at, String what) {
        return new UnreadableImageException(name + ": at byte " + at + ": " + what);
    }

    UnreadableImageException unsupported(String what) {
        return new UnreadableImageException(name + ": " + what);
    }
}
