package dev.tessera.vqmodels.lowbit.product;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.lowbit.PqWeights;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Multiplies {@link PqWeights} with a vector by tables of products (Jegou et al. 2011, asymmetric distances; Stock et al. 2020 for
 * weights): what each code vector makes of the inputs of its subspace is worked out once, and a row looks its codes up.
 *
 * <p>Error: none but the rounding of floats; sums have one order, whatever the number of threads.
 *
 * <p>Cost: code vectors x cols multiplications, and rows x subspaces look-ups. The tables of 8 subspaces, 8 kB, stay in the first-level cache while
 * all rows of a task pass; a gather into vectors takes longer than reading them one by one. Memory: the weights as they are stored, and the code
 * vectors once more.
 */
public final class PqMatrix implements LowBitMatrix {
    private static final int ROWS_PER_TASK = 512;
    private static final int AT_ONCE = 8; // subspaces whose codes are one long
    private static final VarHandle CODES = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final PqWeights weights;
    private final float[] turned; // [codebooks][dim][code vectors]

    private PqMatrix(PqWeights weights) {
        this.weights = weights;
        int dim = weights.dim();
        int size = weights.codebookSize();
        float[] codebooks = weights.codebooks();
        turned = new float[codebooks.length];
        for (int i = 0; i < codebooks.length; i++) {
            int book = i / (size * dim);
            turned[(book * dim + i % dim) * size + i / dim % size] = codebooks[i];
        }
    }

    public static PqMatrix of(PqWeights weights) {
        return new PqMatrix(weights);
    }

    @Override
    public int rows() {
        return weights.rows();
    }

    @Override
    public int cols() {
        return weights.cols();
    }

    @Override
    public float[] multiply(float[] x, int threads) {
        if (x.length != cols()) {
            throw new IllegalArgumentException("x has " + x.length + " values, must have " + cols());
        }
        float[] tables = tables(x);
        float[] y = new float[rows()];
        try (Workers workers = new Workers(threads)) {
            workers.runRows(rows(), ROWS_PER_TASK, (from, to) -> addRows(tables, y, from, to));
        }
        return y;
    }

    /** {@code [subspaces, rounded up to 8][256]}: the products of all code vectors with the inputs of each subspace. */
    private float[] tables(float[] x) {
        int dim = weights.dim();
        int size = weights.codebookSize();
        int subspaces = weights.subspaces();
        float[] tables = new float[(subspaces + AT_ONCE - 1) / AT_ONCE * AT_ONCE * PqWeights.MOST_CODES];
        for (int col = 0; col < x.length; col++) {
            int subspace = col / dim;
            int from = ((weights.shared() ? 0 : subspace) * dim + col % dim) * size;
            int to = subspace * PqWeights.MOST_CODES;
            float input = x[col];
            for (int k = 0; k < size; k++) {
                tables[to + k] += turned[from + k] * input;
            }
        }
        return tables;
    }

    private void addRows(float[] tables, float[] y, int from, int to) {
        byte[] codes = weights.packed();
        int blocks = tables.length / (AT_ONCE * PqWeights.MOST_CODES);
        for (int block = 0; block < blocks; block++) {
            addBlock(tables, block * AT_ONCE * PqWeights.MOST_CODES, codes, block * rows(), y, from, to);
        }
        for (int row = from; row < to; row++) {
            y[row] *= weights.scales().get(row, 0);
        }
    }

    private static void addBlock(float[] tables, int table, byte[] codes, int first, float[] y, int from, int to) {
        for (int row = from; row < to; row++) {
            long eight = (long) CODES.get(codes, (first + row) * AT_ONCE);
            float a = tables[table + (int) (eight & 255)] + tables[table + 256 + (int) (eight >>> 8 & 255)];
            float b =
                    tables[table + 512 + (int) (eight >>> 16 & 255)] + tables[table + 768 + (int) (eight >>> 24 & 255)];
            float c = tables[table + 1024 + (int) (eight >>> 32 & 255)]
                    + tables[table + 1280 + (int) (eight >>> 40 & 255)];
            float d = tables[table + 1536 + (int) (eight >>> 48 & 255)] + tables[table + 1792 + (int) (eight >>> 56)];
            y[row] += a + b + (c + d);
        }
    }
}
