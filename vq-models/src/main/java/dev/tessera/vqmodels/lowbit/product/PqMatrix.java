package dev.tessera.vqmodels.lowbit.product;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.lowbit.PqWeights;
import java.util.Arrays;

/**
 * Multiplies {@link PqWeights} with a vector by tables of products (Jegou et al. 2011, asymmetric distances; Stock et al. 2020 for
 * weights): what each code vector makes of the inputs of its subspace is worked out once, and a row looks its codes up.
 *
 * <p>Error: products are rounded to 8 bits, one step for 128 subspaces, which adds 1 to 2 % relative to y for Gaussian inputs, small
 * beside what 2 bits a weight do to the weights (30 %).
 *
 * <p>Cost: 256 x cols multiplications, and 11 operations on vectors for 64 look-ups where vectors have 512 bits; where they have
 * fewer, codes are looked up one by one. Memory: the codes, rows rounded up to a multiple of 128, and the code vectors in floats.
 */
public final class PqMatrix extends LowBitMatrix {
    private static final int TILES_PER_TASK = 4;

    private final PqKernels kernels;
    private final PqWeights weights;
    private final float[]
            turned; // [codebooks][dim][256]; behind the last code vector the first again, which changes no range
    private final byte[] codes; // [tiles][subspaces][rows of a tile]

    private PqMatrix(PqKernels kernels, PqWeights weights) {
        super(weights);
        this.kernels = kernels;
        this.weights = weights;
        int dim = weights.dim();
        int size = weights.codebookSize();
        float[] codebooks = weights.codebooks();
        turned = new float[Math.multiplyExact(codebooks.length / size, PqKernels.ENTRIES)];
        for (int i = 0; i < turned.length; i++) {
            int entry = i % PqKernels.ENTRIES;
            int book = i / PqKernels.ENTRIES / dim;
            turned[i] = codebooks[(book * size + (entry < size ? entry : 0)) * dim + i / PqKernels.ENTRIES % dim];
        }
        int subspaces = weights.subspaces();
        int tiles = (weights.rows() - 1) / PqKernels.ROWS + 1;
        codes = new byte[Math.multiplyExact(Math.multiplyExact(tiles, subspaces), PqKernels.ROWS)];
        for (int row = 0; row < weights.rows(); row++) {
            int tile = row / PqKernels.ROWS * subspaces;
            int place = PqKernels.place(row % PqKernels.ROWS);
            for (int s = 0; s < subspaces; s++) {
                codes[(tile + s) * PqKernels.ROWS + place] = (byte) weights.code(row, s);
            }
        }
    }

    public static PqMatrix of(PqWeights weights) {
        return of(PqKernels.best(), weights);
    }

    static PqMatrix of(PqKernels kernels, PqWeights weights) {
        return new PqMatrix(kernels, weights);
    }

    @Override
    int tileRows() {
        return PqKernels.ROWS;
    }

    @Override
    void multiply(float[] x, float[] y, Workers workers) {
        int dim = weights.dim();
        PqTables tables = new PqTables(kernels, turned, dim, Arrays.copyOf(x, weights.subspaces() * dim));
        workers.runRows(
                y.length / PqKernels.ROWS, TILES_PER_TASK, (from, to) -> kernels.multiply(codes, tables, y, from, to));
        for (int row = 0; row < rows(); row++) {
            y[row] *= weights.scales().get(row, 0);
        }
    }

    @Override
    void panel(int row, int from, int to, int columns, float[] panel) {
        int dim = weights.dim();
        int count = Math.min(columns, rows() - row);
        float[] scales = new float[count];
        for (int r = 0; r < count; r++) {
            scales[r] = weights.scales().get(row + r, 0);
        }
        int[] found = new int[count];
        for (int subspace = from / dim; subspace * dim < to; subspace++) {
            for (int r = 0; r < count; r++) {
                found[r] = weights.code(row + r, subspace);
            }
            int book = weights.shared() ? 0 : subspace * dim;
            int first = subspace * dim;
            for (int col = Math.max(from, first); col < Math.min(to, first + dim); col++) {
                int entries = (book + col - first) * PqKernels.ENTRIES;
                int panelAt = (col - from) * columns;
                for (int r = 0; r < count; r++) {
                    panel[panelAt + r] = scales[r] * turned[entries + found[r]];
                }
            }
        }
    }
}
