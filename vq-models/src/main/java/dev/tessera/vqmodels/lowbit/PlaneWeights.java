package dev.tessera.vqmodels.lowbit;

import dev.tessera.codebook.internal.Checks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A matrix as a sum of planes, each what the planes before it leave (BitStack, Wang et al. 2024): the signs of all weights, a bit
 * each, and their magnitudes as a product of two thin matrices. Any number of first planes is a coarser matrix. Immutable.
 */
public final class PlaneWeights implements QuantizedWeights {
    /** Most planes of a matrix. */
    public static final int MOST_PLANES = 64;

    private final int rows;
    private final int cols;
    private final int rank;
    private final List<Plane> planes;

    /**
     * One plane.
     *
     * @param signs {@code [rows][ceil(cols / 8)]}: a bit is set where the weight is negative, input 0 the lowest of a byte
     * @param left {@code [rows x rank]}
     * @param right {@code [rank x cols]}
     */
    record Plane(byte[] signs, HalfFloats left, HalfFloats right) {
        /** No product is larger. */
        double largest(int rank) {
            return rank * largest(left.values()) * largest(right.values());
        }

        private static double largest(float[] values) {
            double most = 0;
            for (float value : values) {
                most = Math.max(most, Math.abs(value));
            }
            return most;
        }
    }

    PlaneWeights(int rows, int cols, int rank, List<Plane> planes) {
        this.rows = Checks.requireAtLeast(1, rows, "rows");
        this.cols = Checks.requireAtLeast(1, cols, "cols");
        this.rank = (int) Checks.requireIn(1, Math.min(rows, cols), rank, "rank");
        this.planes = List.copyOf(planes);
        Checks.requireIn(1, MOST_PLANES, planes.size(), "planes");
        double largest = 0;
        for (Plane plane : planes) {
            GroupScales.requireLength("signs", plane.signs.length, (long) rows * rowBytes());
            GroupScales.requireLength("left", plane.left.values().length, (long) rows * rank);
            GroupScales.requireLength("right", plane.right.values().length, (long) rank * cols);
            largest += plane.largest(rank);
        }
        if (!(largest <= Float.MAX_VALUE / 2)) {
            throw new IllegalArgumentException("the planes reach " + largest + ", which is no float");
        }
    }

    /**
     * One plane after those that there are.
     *
     * @param before the planes before it, if there are any
     * @param signs of the weights that the planes before leave, {@code [rows x cols]}: whether they are negative
     * @param left {@code [rows x rank]}, row-major; rounded to 16 bits
     * @param right {@code [rank x cols]}, row-major; rounded to 16 bits
     */
    public static PlaneWeights add(
            Optional<PlaneWeights> before, int rows, int cols, int rank, boolean[] signs, float[] left, float[] right) {
        GroupScales.requireLength("signs", signs.length, (long) rows * cols);
        int rowBytes = (cols + 7) / 8;
        byte[] packed = new byte[Math.multiplyExact(rows, rowBytes)];
        for (int i = 0; i < signs.length; i++) {
            if (signs[i]) {
                packed[i / cols * rowBytes + i % cols / 8] |= (byte) (1 << i % cols % 8);
            }
        }
        Plane plane = new Plane(packed, HalfFloats.of(left), HalfFloats.of(right));
        List<Plane> all = new ArrayList<>();
        before.ifPresent(weights -> all.addAll(weights.planes));
        all.add(plane);
        return new PlaneWeights(rows, cols, rank, all);
    }

    /** The first {@code count} planes, in [1, planes]. */
    public PlaneWeights first(int count) {
        Checks.requireIn(1, planes.size(), count, "count");
        return new PlaneWeights(rows, cols, rank, planes.subList(0, count));
    }

    /** How many planes there are. */
    public int planes() {
        return planes.size();
    }

    /** Of the magnitudes of a plane. */
    public int rank() {
        return rank;
    }

    List<Plane> stored() {
        return planes;
    }

    private int rowBytes() {
        return (cols + 7) / 8;
    }

    @Override
    public WeightFormat format() {
        return WeightFormat.PLANES;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int cols() {
        return cols;
    }

    @Override
    public long bytes() {
        return planes.size() * planeBytes(rows, cols, rank);
    }

    /** Bytes of one plane. */
    public static long planeBytes(int rows, int cols, int rank) {
        return (long) rows * ((cols + 7) / 8) + 2L * rank * ((long) rows + cols) + 2 * 4;
    }

    /** Adds the planes in turn; a magnitude is the sum of products of rank 0, 1, ... in turn. */
    @Override
    public void dequantizeRow(int row, float[] target, int offset) {
        Arrays.fill(target, offset, offset + cols, 0);
        planes.forEach(plane -> addRow(plane, row, target, offset));
    }

    private void addRow(Plane plane, int row, float[] target, int offset) {
        float[] left = plane.left.values();
        float[] right = plane.right.values();
        for (int col = 0; col < cols; col++) {
            float magnitude = 0;
            for (int k = 0; k < rank; k++) {
                magnitude += left[row * rank + k] * right[k * cols + col];
            }
            boolean negative = (plane.signs[row * rowBytes() + col / 8] >> col % 8 & 1) != 0;
            target[offset + col] += negative ? -magnitude : magnitude;
        }
    }
}
