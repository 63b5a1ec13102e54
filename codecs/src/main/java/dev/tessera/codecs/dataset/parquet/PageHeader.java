package dev.tessera.codecs.dataset.parquet;

import dev.tessera.codecs.CorruptBitstreamException;
import java.util.OptionalInt;

/**
 * The header of a page.
 *
 * @param type one of {@link Format}'s page types
 * @param bytes length of the page as it stands in the file
 * @param uncompressedBytes length after decompression
 * @param crc CRC-32 of the page as it stands in the file
 * @param values values, missing ones and empty lists included
 * @param encoding of the values
 * @param rleLevels whether the levels are coded by {@link HybridReader}'s format; only very old files have another
 * @param repetitionBytes version 2: length of the repetition levels
 * @param definitionBytes version 2: length of the definition levels
 * @param compressed version 2: whether the values are compressed
 */
record PageHeader(
        int type,
        int bytes,
        int uncompressedBytes,
        OptionalInt crc,
        int values,
        int encoding,
        boolean rleLevels,
        int repetitionBytes,
        int definitionBytes,
        boolean compressed) {

    /** Parses the structure at the position of {@code in}. */
    static PageHeader parse(ThriftReader in) throws CorruptBitstreamException {
        int type = -1;
        int bytes = -1;
        int uncompressedBytes = -1;
        OptionalInt crc = OptionalInt.empty();
        Body body = new Body();
        in.enter();
        for (int id = in.next(); id != Thrift.STOP; id = in.next()) {
            switch (id) {
                case 1 -> type = in.i32();
                case 2 -> uncompressedBytes = in.i32();
                case 3 -> bytes = in.i32();
                case 4 -> crc = OptionalInt.of(in.i32());
                case 5 -> {
                    in.struct();
                    body.parseV1(in);
                }
                case 7 -> {
                    in.struct();
                    body.parseDictionary(in);
                }
                case 8 -> {
                    in.struct();
                    body.parseV2(in);
                }
                default -> in.skip();
            }
        }
        return new PageHeader(
                type,
                bytes,
                uncompressedBytes,
                crc,
                body.values,
                body.encoding,
                body.rleLevels,
                body.repetitionBytes,
                body.definitionBytes,
                body.compressed);
    }

    /** The part that depends on the type of the page. */
    private static final class Body {
        private int values = -1;
        private int encoding = -1;
        private boolean rleLevels = true;
        private int repetitionBytes;
        private int definitionBytes;
        private boolean compressed = true;

        private void parseDictionary(ThriftReader in) throws CorruptBitstreamException {
            in.enter();
            for (int id = in.next(); id != Thrift.STOP; id = in.next()) {
                switch (id) {
                    case 1 -> values = in.i32();
                    case 2 -> encoding = in.i32();
                    default -> in.skip();
                }
            }
        }

        private void parseV1(ThriftReader in) throws CorruptBitstreamException {
            in.enter();
            for (int id = in.next(); id != Thrift.STOP; id = in.next()) {
                switch (id) {
                    case 1 -> values = in.i32();
                    case 2 -> encoding = in.i32();
                    case 3, 4 -> rleLevels &= in.i32() == Format.RLE;
                    default -> in.skip();
                }
            }
        }

        private void parseV2(ThriftReader in) throws CorruptBitstreamException {
            in.enter();
            for (int id = in.next(); id != Thrift.STOP; id = in.next()) {
                switch (id) {
                    case 1 -> values = in.i32();
                    case 4 -> encoding = in.i32();
                    case 5 -> definitionBytes = in.i32();
                    case 6 -> repetitionBytes = in.i32();
                    case 7 -> compressed = in.bool();
                    default -> in.skip();
                }
            }
        }
    }
}
