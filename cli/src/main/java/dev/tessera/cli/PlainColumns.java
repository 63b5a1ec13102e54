package dev.tessera.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts of plain tokens {@code [N, stages]} stage by stage, as {@code assign} writes them. Arrays of any other shape, or of
 * different numbers of stages, are no such tokens: then there are no columns.
 */
final class PlainColumns {
    private static final int MOST_COLUMNS = 64;
    private static final int MOST_CODES = 1 << 20;

    private final List<PlainTokens> columns = new ArrayList<>();
    private boolean impossible;

    void add(int[] shape, int[] indices) throws IOException {
        if (impossible) {
            return;
        }
        boolean fits = shape.length == 2 && shape[1] >= 2 && shape[1] <= MOST_COLUMNS;
        if (fits && columns.isEmpty()) {
            for (int s = 0; s < shape[1]; s++) {
                columns.add(new PlainTokens());
            }
        }
        fits = fits && columns.size() == shape[1];
        for (int i = 0; fits && i < indices.length; i++) {
            fits = indices[i] < MOST_CODES;
        }
        if (!fits) {
            impossible = true;
            columns.clear();
            return;
        }
        for (int s = 0; s < columns.size(); s++) {
            columns.get(s).add(indices, s, columns.size());
        }
    }

    /** One a stage, or none. */
    List<PlainTokens> columns() {
        return columns;
    }
}
