package dev.tessera.codebook;

/** Smaller and larger versions of a grid of vectors, {@code [height x width x dim]}, in float and a fixed order. */
final class GridResampling {
    private GridResampling() {}

    /**
     * Means over areas: output row i takes the input rows floor(i h / outHeight) up to ceil((i + 1) h / outHeight), and
     * so the columns; neighbouring areas overlap where the extents do not divide.
     */
    static float[] area(float[] x, int height, int width, int dim, int outHeight, int outWidth) {
        float[] out = new float[outHeight * outWidth * dim];
        for (int r = 0; r < outHeight; r++) {
            int top = areaBegin(r, height, outHeight);
            int bottom = areaEnd(r, height, outHeight);
            for (int c = 0; c < outWidth; c++) {
                int left = areaBegin(c, width, outWidth);
                int right = areaEnd(c, width, outWidth);
                int to = (r * outWidth + c) * dim;
                for (int i = top; i < bottom; i++) {
                    for (int j = left; j < right; j++) {
                        int from = (i * width + j) * dim;
                        for (int k = 0; k < dim; k++) {
                            out[to + k] += x[from + k];
                        }
                    }
                }
                float cells = (bottom - top) * (right - left);
                for (int k = 0; k < dim; k++) {
                    out[to + k] /= cells;
                }
            }
        }
        return out;
    }

    private static int areaBegin(int i, int extent, int outExtent) {
        return (int) ((long) i * extent / outExtent);
    }

    private static int areaEnd(int i, int extent, int outExtent) {
        return (int) (((long) (i + 1) * extent + outExtent - 1) / outExtent);
    }

    /** Bilinear interpolation between cell centres; beyond the outermost centres the border repeats. */
    static float[] bilinear(float[] x, int height, int width, int dim, int outHeight, int outWidth) {
        float[] out = new float[outHeight * outWidth * dim];
        for (int r = 0; r < outHeight; r++) {
            double y = centre(r, height, outHeight);
            int top = (int) y;
            int bottom = Math.min(top + 1, height - 1);
            float down = (float) (y - top);
            for (int c = 0; c < outWidth; c++) {
                double z = centre(c, width, outWidth);
                int left = (int) z;
                int right = Math.min(left + 1, width - 1);
                float across = (float) (z - left);
                int to = (r * outWidth + c) * dim;
                for (int k = 0; k < dim; k++) {
                    float upper = (1 - across) * x[(top * width + left) * dim + k]
                            + across * x[(top * width + right) * dim + k];
                    float lower = (1 - across) * x[(bottom * width + left) * dim + k]
                            + across * x[(bottom * width + right) * dim + k];
                    out[to + k] = (1 - down) * upper + down * lower;
                }
            }
        }
        return out;
    }

    /** Where the centre of output cell {@code i} lies among the input cells' centres. */
    private static double centre(int i, int extent, int outExtent) {
        return Math.max(0, Math.min(extent - 1, (i + 0.5) * extent / outExtent - 0.5));
    }
}
