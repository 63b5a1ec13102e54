package dev.tessera.codecs.dataset.parquet;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The rows of one column that wait to become a column chunk. */
public final class ColumnBuffer {
    private static final int UINT16_MAX = 0xFFFF;

    private final ColumnSpec spec;
    private final List<byte[]> texts = new ArrayList<>();
    private long[] integers = new long[16];
    private int integerCount;
    private int[] rowSizes = new int[16]; // values in each row: 1, or 0 for nothing, or the length of the list
    private int rows;

    ColumnBuffer(ColumnSpec spec) {
        this.spec = spec;
    }

    /** Appends a row with a string. */
    public void addText(String value) {
        requireKind(spec.kind() == ColumnSpec.Kind.TEXT, "strings");
        texts.add(value.getBytes(StandardCharsets.UTF_8));
        addRow(1);
    }

    /** Appends a row with a number. */
    public void addInteger(long value) {
        boolean fits =
                spec.kind() == ColumnSpec.Kind.INT64 || (spec.kind() == ColumnSpec.Kind.INT32 && value == (int) value);
        requireKind(fits, "the number " + value);
        reserve(1);
        integers[integerCount++] = value;
        addRow(1);
    }

    /** Appends a row with a list. */
    public void addList(int... values) {
        requireKind(spec.isList(), "lists");
        requireKind(values.length <= Format.MAX_ROW_VALUES, "a list of " + values.length);
        if (spec.kind() == ColumnSpec.Kind.LIST_OF_UINT16) {
            for (int value : values) {
                requireKind(value >= 0 && value <= UINT16_MAX, "the number " + value);
            }
        }
        reserve(values.length);
        for (int value : values) {
            integers[integerCount++] = value;
        }
        addRow(values.length);
    }

    /** Appends a row with nothing. */
    public void addNothing() {
        requireKind(spec.optional(), "rows with nothing");
        addRow(0);
    }

    ColumnSpec spec() {
        return spec;
    }

    int rows() {
        return rows;
    }

    /** Values in row {@code row}. */
    int rowSize(int row) {
        return rowSizes[row];
    }

    /** The integers of all rows, back to back; a copy. */
    long[] integers() {
        return Arrays.copyOf(integers, integerCount);
    }

    /** Number of values of all rows. */
    int values() {
        return spec.kind() == ColumnSpec.Kind.TEXT ? texts.size() : integerCount;
    }

    /** The strings of all rows that have one. */
    List<byte[]> texts() {
        return texts;
    }

    void clear() {
        texts.clear();
        integerCount = 0;
        rows = 0;
    }

    private void addRow(int size) {
        if (rows == rowSizes.length) {
            rowSizes = Arrays.copyOf(rowSizes, 2 * rows);
        }
        rowSizes[rows++] = size;
    }

    private void reserve(int count) {
        if (integerCount + count > integers.length) {
            integers = Arrays.copyOf(integers, Math.max(integerCount + count, 2 * integers.length));
        }
    }

    private void requireKind(boolean fits, String what) {
        if (!fits) {
            throw new IllegalArgumentException("column " + spec.name() + " of " + spec.kind() + " cannot hold " + what);
        }
    }
}
