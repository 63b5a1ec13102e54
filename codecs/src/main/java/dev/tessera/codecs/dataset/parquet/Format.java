package dev.tessera.codecs.dataset.parquet;

/** Constants of {@code parquet.thrift}, and our limits. */
final class Format {
    static final byte[] MAGIC = {'P', 'A', 'R', '1'};

    // Type
    static final int INT32 = 1;
    static final int INT64 = 2;
    static final int BYTE_ARRAY = 6;

    // FieldRepetitionType
    static final int REQUIRED = 0;
    static final int OPTIONAL = 1;
    static final int REPEATED = 2;

    // ConvertedType
    static final int CONVERTED_UTF8 = 0;
    static final int CONVERTED_LIST = 3;
    static final int CONVERTED_UINT_32 = 13;
    static final int CONVERTED_UINT_16 = 12;
    static final int CONVERTED_INT_32 = 17;

    // Encoding
    static final int PLAIN = 0;
    static final int PLAIN_DICTIONARY = 2;
    static final int RLE = 3;
    static final int RLE_DICTIONARY = 8;

    // CompressionCodec
    static final int UNCOMPRESSED = 0;
    static final int SNAPPY = 1;
    static final int GZIP = 2;

    // PageType
    static final int DATA_PAGE = 0;
    static final int INDEX_PAGE = 1;
    static final int DICTIONARY_PAGE = 2;
    static final int DATA_PAGE_V2 = 3;

    /** Largest footer that is read. */
    static final int MAX_FOOTER_BYTES = 1 << 24;

    /** Largest page that is read; writers aim at a megabyte or so. */
    static final int MAX_PAGE_BYTES = 1 << 26;

    /** Most values in one row of a list column. */
    static final int MAX_ROW_VALUES = 1 << 24;

    private Format() {}
}
