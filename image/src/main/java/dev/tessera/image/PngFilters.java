package dev.tessera.image;

/** The five row filters of PNG (ISO/IEC 15948, section 9): 0 none, 1 sub, 2 up, 3 average, 4 Paeth. */
final class PngFilters {
    private PngFilters() {}

    /**
     * Filters {@code row} into {@code out} after the filter's number.
     *
     * @param above the row above, as long as {@code row}
     * @param step bytes of one pixel, at least 1
     * @return sum of absolute differences, each byte taken as signed
     */
    static long apply(int filter, byte[] row, byte[] above, int step, byte[] out) {
        out[0] = (byte) filter;
        switch (filter) {
            case 0 -> System.arraycopy(row, 0, out, 1, row.length);
            case 1 -> {
                for (int i = 0; i < row.length; i++) {
                    out[i + 1] = (byte) (row[i] - (i < step ? 0 : row[i - step]));
                }
            }
            case 2 -> {
                for (int i = 0; i < row.length; i++) {
                    out[i + 1] = (byte) (row[i] - above[i]);
                }
            }
            case 3 -> {
                for (int i = 0; i < row.length; i++) {
                    int left = i < step ? 0 : row[i - step] & 0xFF;
                    out[i + 1] = (byte) (row[i] - ((left + (above[i] & 0xFF)) >> 1));
                }
            }
            default -> {
                for (int i = 0; i < row.length; i++) {
                    out[i + 1] =
                            (byte) (row[i] - (i < step ? above[i] : paeth(row[i - step], above[i], above[i - step])));
                }
            }
        }
        long cost = 0;
        for (int i = 1; i < out.length; i++) {
            cost += Math.abs(out[i]);
        }
        return cost;
    }

    /** Restores the first {@code length} bytes of {@code row} in place. */
    static void undo(int filter, byte[] row, byte[] above, int step, int length) {
        switch (filter) {
            case 0 -> {}
            case 1 -> {
                for (int i = step; i < length; i++) {
                    row[i] += row[i - step];
                }
            }
            case 2 -> {
                for (int i = 0; i < length; i++) {
                    row[i] += above[i];
                }
            }
            case 3 -> {
                for (int i = 0; i < length; i++) {
                    int left = i < step ? 0 : row[i - step] & 0xFF;
                    row[i] += (byte) ((left + (above[i] & 0xFF)) >> 1);
                }
            }
            default -> {
                for (int i = 0; i < length; i++) {
                    row[i] += (byte) (i < step ? above[i] : paeth(row[i - step], above[i], above[i - step]));
                }
            }
        }
    }

    /** The neighbour that is nearest to left + above - above left. */
    private static int paeth(byte leftByte, byte aboveByte, byte aboveLeftByte) {
        int left = leftByte & 0xFF;
        int above = aboveByte & 0xFF;
        int aboveLeft = aboveLeftByte & 0xFF;
        int toLeft = Math.abs(above - aboveLeft);
        int toAbove = Math.abs(left - aboveLeft);
        int toAboveLeft = Math.abs(left + above - 2 * aboveLeft);
        if (toLeft <= toAbove && toLeft <= toAboveLeft) {
            return left;
        }
        return toAbove <= toAboveLeft ? above : aboveLeft;
    }
}
