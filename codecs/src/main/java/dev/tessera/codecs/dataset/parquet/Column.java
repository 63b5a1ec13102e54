package dev.tessera.codecs.dataset.parquet;

import java.util.List;

/**
 * A column of a file, as its schema says it.
 *
 * @param path names from the top to the values
 * @param physicalType one of {@link Format}'s
 * @param unsigned whether 32-bit values count from 0 to 2^32 - 1
 * @param maxRepetition lists around the values
 * @param maxDefinition optional or repeated things from the top to the values
 * @param optionalValues whether a value itself may be missing
 */
public record Column(
        List<String> path,
        int physicalType,
        boolean unsigned,
        int maxRepetition,
        int maxDefinition,
        boolean optionalValues) {

    /** The first name of the path, by which users know the column. */
    public String name() {
        return path.getFirst();
    }

    /** Whether the values are 32- or 64-bit integers. */
    public boolean isInteger() {
        return physicalType == Format.INT32 || physicalType == Format.INT64;
    }

    /** Whether the values are strings of bytes. */
    public boolean isText() {
        return physicalType == Format.BYTE_ARRAY;
    }

    /** Whether a row holds a list, however deep. */
    public boolean isList() {
        return maxRepetition > 0;
    }
}
