package dev.tessera.vqmodels.lowbit;

/**
 * Weights in few bits plus a correction of few of them (dense and sparse, SqueezeLLM, Kim et al. 2024; SpQR, Dettmers
 * et al. 2023):
 * compressed sparse rows of 16-bit numbers, which are added to what the dense part makes. Immutable.
 */
public final class SparseOutlierWeights implements WrappedWeights {
    /** Columns below that are stored in 16 bits. */
    static final int SHORT_COLUMNS = 1 << 16;

    private final QuantizedWeights dense;
    private final int[] rowStarts;
    private final int[] columns;
    private final HalfFloats values;

    SparseOutlierWeights(QuantizedWeights dense, int[] rowStarts, int[] columns, HalfFloats values) {
        GroupScales.requireLength("rowStarts", rowStarts.length, dense.rows() + 1L);
        GroupScales.requireLength("columns", columns.length, values.values().length);
        if (rowStarts[0] != 0 || rowStarts[dense.rows()] != columns.length) {
            throw new IllegalArgumentException("rowStarts go from " + rowStarts[0] + " to " + rowStarts[dense.rows()]
                    + ", must go from 0 to " + columns.length);
        }
        for (int row = 0; row < dense.rows(); row++) {
            if (rowStarts[row] > rowStarts[row + 1] || rowStarts[row + 1] > columns.length) {
                throw new IllegalArgumentException("rowStarts[" + (row + 1) + "] is " + rowStarts[row + 1]
                        + ", must be in [" + rowStarts[row] + ", " + columns.length + "]");
            }
            int before = -1;
            for (int i = rowStarts[row]; i < rowStarts[row + 1]; i++) {
                if (columns[i] <= before || columns[i] >= dense.cols()) {
                    throw new IllegalArgumentException("columns[" + i + "] is " + columns[i] + ", must be in ["
                            + (before + 1) + ", " + dense.cols() + ")");
                }
                before = columns[i];
            }
        }
        this.dense = dense;
        this.rowStarts = rowStarts;
        this.columns = columns;
        this.values = values;
    }

    /**
     * Adds corrections to {@code dense}.
     *
     * @param rowStarts {@code [rows + 1]}, where the corrections of each row begin; the last is their number
     * @param columns of the corrections, rising within a row
     * @param values what is added, rounded to 16 bits
     */
    public static SparseOutlierWeights of(QuantizedWeights dense, int[] rowStarts, int[] columns, float[] values) {
        return new SparseOutlierWeights(dense, rowStarts.clone(), columns.clone(), HalfFloats.of(values));
    }

    /** What the corrections are added to. */
    @Override
    public QuantizedWeights dense() {
        return dense;
    }

    /** Where the corrections of each row begin, {@code [rows + 1]}; not a copy, do not write. */
    public int[] rowStarts() {
        return rowStarts;
    }

    /** Columns of the corrections, rising within a row; not a copy, do not write. */
    public int[] columns() {
        return columns;
    }

    /** The corrections; not a copy, do not write. */
    public float[] values() {
        return values.values();
    }

    HalfFloats stored() {
        return values;
    }

    @Override
    public long bytes() {
        long columnBytes = cols() <= SHORT_COLUMNS ? 2 : 4;
        return dense.bytes() + 4L * rowStarts.length + (columnBytes + 2) * columns.length + 4;
    }

    @Override
    public void dequantizeRow(int row, float[] target, int offset) {
        dense.dequantizeRow(row, target, offset);
        for (int i = rowStarts[row]; i < rowStarts[row + 1]; i++) {
            target[offset + columns[i]] += values.values()[i];
        }
    }
}
