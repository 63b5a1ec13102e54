package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.codebook.learn.KMeans;
import dev.tessera.vqmodels.lowbit.GroupScales;
import dev.tessera.vqmodels.lowbit.ScaleGrid;
import dev.tessera.vqmodels.lowbit.ScaleType;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Arrays;

/** The rows of a matrix, each over its scale, cut into vectors; and codebooks of such vectors. */
final class WeightVectors {
    private static final int POINTS_PER_CODE = 4096;

    private final int vectors; // of a row
    private final int dim;
    private final GroupScales scales;
    private final float[] values; // [rows x vectors x dim], 0 beyond the last column
    private final float[] weights; // of the squared error of each value; 0 beyond the last column

    WeightVectors(WeightMatrix matrix, int dim, Importance importance) {
        importance.requireFits(matrix);
        int rows = matrix.rows();
        this.dim = dim;
        this.vectors = (matrix.cols() - 1) / dim + 1;
        this.scales = rootMeanSquares(matrix);
        int width = vectors * dim;
        this.values = new float[Math.multiplyExact(rows, width)];
        this.weights = new float[values.length];
        double largest = 0;
        for (int row = 0; row < rows; row++) {
            largest = Math.max(largest, Math.abs(scales.get(row, 0)));
        }
        for (int row = 0; row < rows; row++) {
            float scale = scales.get(row, 0);
            if (scale == 0) {
                continue;
            }
            double share = scale / largest;
            for (int col = 0; col < matrix.cols(); col++) {
                values[row * width + col] = matrix.get(row, col) / scale;
                weights[row * width + col] = (float) (share * share * importance.get(matrix, row, col));
            }
        }
    }

    private static GroupScales rootMeanSquares(WeightMatrix matrix) {
        double[] means = new double[matrix.rows()];
        for (int row = 0; row < means.length; row++) {
            double sum = 0;
            for (int col = 0; col < matrix.cols(); col++) {
                sum += (double) matrix.get(row, col) * matrix.get(row, col);
            }
            means[row] = Math.sqrt(sum / matrix.cols());
        }
        ScaleGrid grid = ScaleGrid.of(ScaleType.HALF, Arrays.stream(means).max().orElse(0));
        float[] scales = new float[means.length];
        for (int row = 0; row < scales.length; row++) {
            scales[row] = grid.snap(means[row]);
        }
        return GroupScales.encode(grid, scales.length, 1, scales);
    }

    /** One scale a row: its root mean square. */
    GroupScales scales() {
        return scales;
    }

    /** Vectors of a row. */
    int vectors() {
        return vectors;
    }

    /**
     * A codebook of the vectors in some rows and positions, exactly F16; fewer than {@code codes} code vectors where
     * there are fewer
     * distinct vectors.
     *
     * @return {@code [found x dim]}
     */
    float[] codebook(
            int fromRow, int toRow, int fromVector, int toVector, int codes, int iterations, long seed, int threads) {
        int positions = toVector - fromVector;
        int count = Math.multiplyExact(toRow - fromRow, positions);
        float[] vectors = new float[count * dim];
        float[] weight = new float[count];
        double sum = 0;
        for (int i = 0; i < count; i++) {
            int from = at(fromRow + i / positions, fromVector + i % positions);
            System.arraycopy(values, from, vectors, i * dim, dim);
            for (int d = 0; d < dim; d++) {
                weight[i] += weights[from + d];
            }
            sum += weight[i];
        }
        if (sum == 0) {
            Arrays.fill(weight, 1);
        }
        Codebook codebook = KMeans.builder()
                .codebookSize(codes)
                .iterations(iterations)
                .seed(seed)
                .threads(threads)
                .maxPointsPerCode(POINTS_PER_CODE)
                .build()
                .run(Latents.of(count, dim, vectors), weight)
                .codebook();
        float[] table = codebook.toArray();
        for (int i = 0; i < table.length; i++) {
            table[i] = Float.float16ToFloat(Float.floatToFloat16(table[i]));
        }
        return table;
    }

    /** {@code table} with its last code vector repeated up to {@code codes}. */
    static float[] fill(float[] table, int codes, int dim) {
        float[] full = Arrays.copyOf(table, codes * dim);
        for (int i = table.length; i < full.length; i++) {
            full[i] = full[i - dim];
        }
        return full;
    }

    /**
     * The codes of all vectors: those of the least weighted squared error, of equal ones the first. O(values x codebook
     * size).
     *
     * @param books which of the {@code codebooks} a row and vector uses
     * @param codebooks {@code [books][size][dim]}
     * @return {@code [rows x vectors]}
     */
    byte[] assign(BookChoice books, float[] codebooks, int size, Workers workers) {
        int rows = values.length / (vectors * dim);
        byte[] codes = new byte[rows * vectors];
        workers.runRows(rows, 8, (from, to) -> {
            for (int i = from * vectors; i < to * vectors; i++) {
                int book = books.of(i / vectors, i % vectors);
                codes[i] = (byte) nearest(i * dim, codebooks, book * size * dim, size);
            }
        });
        return codes;
    }

    /** Which codebook a vector uses. */
    @FunctionalInterface
    interface BookChoice {
        int of(int row, int vector);
    }

    private int nearest(int from, float[] codebooks, int book, int size) {
        int best = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int c = 0; c < size; c++) {
            double distance = 0;
            for (int d = 0; d < dim; d++) {
                double difference = (double) values[from + d] - codebooks[book + c * dim + d];
                distance += weights[from + d] * difference * difference;
            }
            if (distance < least) {
                least = distance;
                best = c;
            }
        }
        return best;
    }

    private int at(int row, int vector) {
        return (row * vectors + vector) * dim;
    }
}
