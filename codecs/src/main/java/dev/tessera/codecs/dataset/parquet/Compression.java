package dev.tessera.codecs.dataset.parquet;

import dev.tessera.codecs.CorruptBitstreamException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/** Decompression of pages. */
final class Compression {
    private static final String[] NAMES = {"UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"};

    /** Deflate makes at most 258 bytes of two bits, Snappy 64 of three bytes; a page cannot claim more. */
    private static final int MAX_RATIO = 1032;

    private static final int RATIO_SLACK = 64;

    private Compression() {}

    /**
     * The {@code length} bytes that {@code page} decompresses to.
     *
     * @param fileOffset where {@code page} stands
     */
    static byte[] decompress(int codec, byte[] page, int length, long fileOffset) throws CorruptBitstreamException {
        if (length > Format.MAX_PAGE_BYTES || length > (long) MAX_RATIO * page.length + RATIO_SLACK) {
            throw new CorruptBitstreamException(
                    fileOffset, "a page of " + page.length + " bytes cannot decompress to " + length);
        }
        return switch (codec) {
            case Format.UNCOMPRESSED -> {
                if (length != page.length) {
                    throw new CorruptBitstreamException(
                            fileOffset, "an uncompressed page has " + page.length + " bytes but says " + length);
                }
                yield page;
            }
            case Format.SNAPPY -> Snappy.decompress(page, length, fileOffset);
            case Format.GZIP -> gunzip(page, length, fileOffset);
            default -> {
                String name = codec >= 0 && codec < NAMES.length ? NAMES[codec] : "codec " + codec;
                throw new CorruptBitstreamException(
                        fileOffset,
                        "pages are compressed by " + name + ", only UNCOMPRESSED, SNAPPY and GZIP can be read");
            }
        };
    }

    private static byte[] gunzip(byte[] page, int length, long fileOffset) throws CorruptBitstreamException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(page))) {
            byte[] out = in.readNBytes(length);
            if (out.length != length || in.read() >= 0) {
                throw new CorruptBitstreamException(
                        fileOffset, "a page does not have the " + length + " bytes it says");
            }
            return out;
        } catch (CorruptBitstreamException e) {
            throw e;
        } catch (IOException e) {
            throw new CorruptBitstreamException(fileOffset, "GZIP: " + e.getMessage());
        }
    }
}
