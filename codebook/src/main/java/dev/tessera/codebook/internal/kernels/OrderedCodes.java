package dev.tessera.codebook.internal.kernels;

import java.util.Arrays;

/**
 * A codebook whose code vectors stand in an order in which neighbours are near each other, so that whole blocks of them can be
 * ruled out: cells of a k-d tree over the widest axes (Bentley 1975).
 */
final class OrderedCodes {
    /** Axes that {@link #projected} holds. */
    static final int MOST_AXES = 31;

    private static final int SPLIT_AXES = 8;

    final CentredCodes codes;
    final int axes;
    final float[] basis; // [axes x dim], orthonormal
    final float[] projected; // [codebookSize x axes], by original index
    final int[] order; // order[place] = original index
    final int blockSize;
    final int blocks;
    final float[] packed; // [blocks x dim x blockSize]; places past the last are 0 with bias -infinity
    final float[] bias; // [blocks x blockSize]

    OrderedCodes(CentredCodes codes, int blockSize) {
        int k = codes.codebookSize();
        int dim = codes.dim();
        this.codes = codes;
        this.axes = Math.min(MOST_AXES, dim);
        this.basis = PrincipalAxes.of(codes.codes(), k, dim, axes);
        this.projected = project();
        this.blockSize = blockSize;
        this.blocks = (k + blockSize - 1) / blockSize;
        this.order = new int[k];
        Arrays.setAll(order, i -> i);
        split(0, k);
        this.packed = new float[Math.multiplyExact(blocks, blockSize * dim)];
        this.bias = new float[blocks * blockSize];
        Arrays.fill(bias, Float.NEGATIVE_INFINITY);
        for (int place = 0; place < k; place++) {
            int from = order[place] * dim;
            int to = place / blockSize * dim * blockSize + place % blockSize;
            for (int t = 0; t < dim; t++) {
                packed[to + t * blockSize] = codes.codes()[from + t];
            }
            bias[place] = codes.bias()[order[place]];
        }
    }

    private float[] project() {
        int dim = codes.dim();
        float[] result = new float[codes.codebookSize() * axes];
        for (int j = 0; j < codes.codebookSize(); j++) {
            for (int a = 0; a < axes; a++) {
                float sum = 0;
                for (int t = 0; t < dim; t++) {
                    sum = Math.fma(codes.codes()[j * dim + t], basis[a * dim + t], sum);
                }
                result[j * axes + a] = sum;
            }
        }
        return result;
    }

    private void split(int from, int to) {
        int count = to - from;
        if (count <= blockSize) {
            return;
        }
        int axis = widestAxis(from, to);
        long[] keys = new long[count];
        for (int i = 0; i < count; i++) {
            int bits = Float.floatToIntBits(projected[order[from + i] * axes + axis]);
            long sortable = bits ^ bits >> 31 & Integer.MAX_VALUE;
            keys[i] = sortable << 32 | order[from + i];
        }
        Arrays.sort(keys);
        for (int i = 0; i < count; i++) {
            order[from + i] = (int) keys[i];
        }
        int middle = from + (count / blockSize + 1) / 2 * blockSize; // whole blocks on the left
        split(from, middle);
        split(middle, to);
    }

    private int widestAxis(int from, int to) {
        int widest = 0;
        double most = -1;
        for (int a = 0; a < Math.min(SPLIT_AXES, axes); a++) {
            double sum = 0;
            double squares = 0;
            for (int i = from; i < to; i++) {
                double value = projected[order[i] * axes + a];
                sum += value;
                squares += value * value;
            }
            double spread = squares - sum * sum / (to - from);
            if (spread > most) {
                most = spread;
                widest = a;
            }
        }
        return widest;
    }
}
