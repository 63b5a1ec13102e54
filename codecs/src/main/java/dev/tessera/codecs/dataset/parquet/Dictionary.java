package dev.tessera.codecs.dataset.parquet;

import java.util.Arrays;
import java.util.Optional;

/**
 * The distinct values of an integer column in ascending order, and every value as an index into them. Packed at the width of
 * the index, tokens take about log2 K bits instead of 32.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Dictionary(long[] values, int[] indices, int bitWidth) {
    /** Values below this are looked up in a table; it is the size of the largest codebooks in use. */
    private static final int TABLE_SIZE = 1 << 18;

    /** The dictionary of {@code values} when it makes the column smaller than {@code bytesPerValue} each. */
    static Optional<Dictionary> of(long[] values, int bytesPerValue) {
        boolean small = Arrays.stream(values).allMatch(value -> value >= 0 && value < TABLE_SIZE);
        long[] distinct = small ? distinctByTable(values) : distinctBySorting(values);
        if (distinct.length == 0) {
            return Optional.empty();
        }
        int bitWidth = HybridWriter.bitWidth(distinct.length - 1);
        long withDictionary = (long) distinct.length * bytesPerValue + (long) values.length * bitWidth / 8;
        if (withDictionary >= (long) values.length * bytesPerValue) {
            return Optional.empty();
        }
        int[] indices = new int[values.length];
        if (small) {
            int[] indexOf = new int[TABLE_SIZE];
            for (int i = 0; i < distinct.length; i++) {
                indexOf[(int) distinct[i]] = i;
            }
            Arrays.setAll(indices, i -> indexOf[(int) values[i]]);
        } else {
            Arrays.setAll(indices, i -> Arrays.binarySearch(distinct, values[i]));
        }
        return Optional.of(new Dictionary(distinct, indices, bitWidth));
    }

    private static long[] distinctByTable(long[] values) {
        boolean[] seen = new boolean[TABLE_SIZE];
        int count = 0;
        for (long value : values) {
            count += seen[(int) value] ? 0 : 1;
            seen[(int) value] = true;
        }
        long[] distinct = new long[count];
        for (int value = 0, i = 0; i < count; value++) {
            if (seen[value]) {
                distinct[i++] = value;
            }
        }
        return distinct;
    }

    private static long[] distinctBySorting(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        int count = 0;
        for (int i = 0; i < sorted.length; i++) {
            if (i == 0 || sorted[i] != sorted[i - 1]) {
                sorted[count++] = sorted[i];
            }
        }
        return Arrays.copyOf(sorted, count);
    }
}
