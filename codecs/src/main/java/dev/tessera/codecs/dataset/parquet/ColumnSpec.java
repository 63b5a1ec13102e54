package dev.tessera.codecs.dataset.parquet;

/**
 * A column to be written.
 *
 * @param name its name
 * @param kind what a row holds
 * @param optional whether a row may hold nothing; not for lists
 */
public record ColumnSpec(String name, Kind kind, boolean optional) {
    /** What a row of a column holds. */
    public enum Kind {
        TEXT,
        INT32,
        INT64,
        LIST_OF_UINT16,
        LIST_OF_INT32
    }

    public ColumnSpec {
        if (optional && isList(kind)) {
            throw new IllegalArgumentException("column " + name + " is a list, which cannot be optional");
        }
    }

    /** A column that holds something in every row. */
    public static ColumnSpec required(String name, Kind kind) {
        return new ColumnSpec(name, kind, false);
    }

    boolean isList() {
        return isList(kind);
    }

    private static boolean isList(Kind kind) {
        return kind == Kind.LIST_OF_UINT16 || kind == Kind.LIST_OF_INT32;
    }

    int physicalType() {
        return switch (kind) {
            case TEXT -> Format.BYTE_ARRAY;
            case INT64 -> Format.INT64;
            case INT32, LIST_OF_UINT16, LIST_OF_INT32 -> Format.INT32;
        };
    }

    /** The names from the column down to its values. */
    String[] path() {
        return isList() ? new String[] {name, "list", "element"} : new String[] {name};
    }

    /** Number of schema elements that {@link #writeSchema} writes. */
    int schemaElements() {
        return path().length;
    }

    /** Writes the elements of the file's schema that make this column; lists in the three-level form. */
    void writeSchema(ThriftWriter out) {
        if (!isList()) {
            writeLeaf(out, name, optional ? Format.OPTIONAL : Format.REQUIRED);
            return;
        }
        out.structElement()
                .i32(3, Format.REQUIRED)
                .text(4, name)
                .i32(5, 1)
                .i32(6, Format.CONVERTED_LIST)
                .struct(10) // LogicalType
                .struct(3) // LIST
                .end()
                .end()
                .end();
        out.structElement().i32(3, Format.REPEATED).text(4, "list").i32(5, 1).end();
        writeLeaf(out, "element", Format.REQUIRED);
    }

    private void writeLeaf(ThriftWriter out, String leafName, int repetition) {
        out.structElement().i32(1, physicalType()).i32(3, repetition).text(4, leafName);
        switch (kind) {
            case TEXT ->
                out.i32(6, Format.CONVERTED_UTF8)
                        .struct(10) // LogicalType
                        .struct(1) // STRING
                        .end()
                        .end();
            case LIST_OF_UINT16 -> writeInteger(out, Format.CONVERTED_UINT_16, 16, false);
            case LIST_OF_INT32 -> writeInteger(out, Format.CONVERTED_INT_32, 32, true);
            case INT32, INT64 -> {
                // the physical type says it all
            }
        }
        out.end();
    }

    private static void writeInteger(ThriftWriter out, int convertedType, int bits, boolean signed) {
        out.i32(6, convertedType)
                .struct(10) // LogicalType
                .struct(10) // INTEGER
                .i8(1, bits)
                .bool(2, signed)
                .end()
                .end();
    }
}
