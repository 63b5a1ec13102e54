package dev.tessera.image;

import dev.tessera.codebook.Latents;

/**
 * Latents for positions whose tokens are lost: the mean of the others, then each the mean of its neighbours (a membrane,
 * Laplace's equation, by over-relaxation in a fixed order and number of sweeps). The decoder, which sees the surroundings of every
 * position, makes pixels of it.
 */
final class LatentConcealment {
    private static final int SWEEPS =
            30; // holes are single positions, or runs of them where neighbouring chunks are lost
    private static final float RELAXATION = 1.5f;

    private LatentConcealment() {}

    /** @param smooth whether neighbours count, beside the mean */
    static Latents fill(Latents latents, boolean[] lost, boolean smooth) {
        int rows = latents.shape()[0];
        int columns = latents.shape()[1];
        int dim = latents.dim();
        float[] data = latents.data().clone();
        fillWithMean(data, dim, lost);
        for (int sweep = 0; smooth && sweep < SWEEPS; sweep++) {
            for (int position = 0; position < lost.length; position++) {
                if (lost[position]) {
                    relax(data, dim, rows, columns, position);
                }
            }
        }
        return Latents.of(latents.shape(), dim, data);
    }

    private static void fillWithMean(float[] data, int dim, boolean[] lost) {
        double[] sums = new double[dim];
        int count = 0;
        for (int position = 0; position < lost.length; position++) {
            if (!lost[position]) {
                count++;
                for (int d = 0; d < dim; d++) {
                    sums[d] += data[position * dim + d];
                }
            }
        }
        for (int position = 0; position < lost.length; position++) {
            for (int d = 0; lost[position] && d < dim; d++) {
                data[position * dim + d] = count == 0 ? 0 : (float) (sums[d] / count);
            }
        }
    }

    private static void relax(float[] data, int dim, int rows, int columns, int position) {
        int y = position / columns;
        int x = position % columns;
        int left = x == 0 ? position : position - 1;
        int right = x == columns - 1 ? position : position + 1;
        int above = y == 0 ? position : position - columns;
        int below = y == rows - 1 ? position : position + columns;
        for (int d = 0; d < dim; d++) {
            float sum = data[left * dim + d] + data[right * dim + d] + data[above * dim + d] + data[below * dim + d];
            data[position * dim + d] += RELAXATION * (sum / 4 - data[position * dim + d]);
        }
    }
}
