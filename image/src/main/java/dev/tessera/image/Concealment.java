package dev.tessera.image;

/**
 * Fills lost blocks from what surrounds them. Every sample becomes a weighted mean of its neighbours, as heat flows in
 * from the rims of the decoded blocks (diffusion inpainting, after Weickert 1998 and Galic et al. 2008: an elliptic
 * equation with one diffusion tensor for each lost block). The tensor favours the direction in which edges around the
 * block run, which the structure tensor of its surroundings tells (Foerstner and Guelch 1987).
 *
 * <p>Solved by successive over-relaxation (Young 1954) in a fixed order and number of sweeps, so that it comes out the
 * same everywhere. O(lost samples x {@value #SWEEPS}).
 */
final class Concealment {
    /** Enough for holes of some blocks; in larger ones the middle keeps more of the mean that they start from. */
    private static final int SWEEPS = 80;

    private static final float RELAXATION = 1.75f; // about the best for holes of 16 to 32 samples

    /** How many samples around a lost block are asked for its direction; 5 and 8 do about the same. */
    private static final int SURROUNDINGS = 8;

    /**
     * How much weaker the flow across edges is. Above 2 / (1 + sqrt 2) = 0.828 a weight can become negative. On the
     * sample photos 0, the plain membrane, loses 0.1 to 0.3 dB; so does making it weaker where no direction stands out,
     * by less.
     */
    private static final double DIRECTEDNESS = 0.82;

    private final boolean[] lost; // [block rows x block columns]
    private final int columns;

    Concealment(boolean[] lost, int columns) {
        this.lost = lost;
        this.columns = columns;
    }

    /** Gives the lost blocks the mean of the others, plane by plane. */
    void fillWithMean(ColorPlanes planes) {
        forEachPlane(planes, this::fillWithMean);
    }

    /** Lets what surrounds lost blocks grow into them; {@link #fillWithMean} must have gone before. */
    void smooth(ColorPlanes planes) {
        Flow[] flows = new Flow[lost.length];
        for (int block = 0; block < lost.length; block++) {
            if (lost[block]) {
                flows[block] = flow(planes, block / columns, block % columns);
            }
        }
        forEachPlane(planes, (plane, width, height, side) -> {
            for (int sweep = 0; sweep < SWEEPS; sweep++) {
                for (int block = 0; block < lost.length; block++) {
                    if (lost[block]) {
                        relax(plane, width, height, block / columns * side, block % columns * side, side, flows[block]);
                    }
                }
            }
        });
    }

    /** What is done to one plane, whose blocks are squares of {@code side} samples. */
    @FunctionalInterface
    private interface PlaneTask {
        void run(float[] plane, int width, int height, int side);
    }

    private static void forEachPlane(ColorPlanes planes, PlaneTask task) {
        for (int channel = 0; channel < 3; channel++) {
            int half = channel == 0 ? 1 : 2;
            task.run(planes.plane(channel), planes.width() / half, planes.height() / half, BlockTransform.BLOCK / half);
        }
    }

    private void fillWithMean(float[] plane, int width, int height, int side) {
        double sum = 0;
        long count = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                if (!isLost(y, x, side)) {
                    sum += plane[y * width + x];
                    count++;
                }
            }
        }
        float mean = count == 0 ? 0 : (float) (sum / count);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                if (isLost(y, x, side)) {
                    plane[y * width + x] = mean;
                }
            }
        }
    }

    private boolean isLost(int y, int x, int side) {
        return lost[y / side * columns + x / side];
    }

    /** Weights of the two horizontal, the two vertical and the two diagonal neighbours; twice their sum is 1. */
    private record Flow(float horizontal, float vertical, float diagonal, boolean falling) {
        private static final Flow EVEN = new Flow(0.25f, 0.25f, 0, true);

        /**
         * The flow where gradients have these sums of products: div(D grad u) = 0 with D = 1 - directedness x n n', n
         * the unit vector across the edges.
         */
        static Flow of(double xx, double xy, double yy) {
            double difference = xx - yy;
            double length = Math.sqrt(difference * difference + 4 * xy * xy);
            if (length == 0) {
                return EVEN;
            }
            double horizontal = 1 - DIRECTEDNESS / 2 * (1 + difference / length);
            double vertical = 1 - DIRECTEDNESS / 2 * (1 - difference / length);
            double mixed = -DIRECTEDNESS * xy / length;
            double diagonal = Math.abs(mixed);
            double sum = 2 * (horizontal + vertical - diagonal);
            return new Flow(
                    (float) ((horizontal - diagonal) / sum),
                    (float) ((vertical - diagonal) / sum),
                    (float) (diagonal / sum),
                    mixed > 0);
        }
    }

    private Flow flow(ColorPlanes planes, int row, int column) {
        int side = BlockTransform.BLOCK;
        int width = planes.width();
        float[] luma = planes.luma();
        double xx = 0;
        double xy = 0;
        double yy = 0;
        int bottom = Math.min(planes.height() - 1, (row + 1) * side + SURROUNDINGS);
        int right = Math.min(width - 1, (column + 1) * side + SURROUNDINGS);
        for (int y = Math.max(1, row * side - SURROUNDINGS); y < bottom; y++) {
            for (int x = Math.max(1, column * side - SURROUNDINGS); x < right; x++) {
                if (isLost(y - 1, x, side)
                        || isLost(y + 1, x, side)
                        || isLost(y, x - 1, side)
                        || isLost(y, x + 1, side)) {
                    continue;
                }
                int at = y * width + x;
                double gx = luma[at + 1] - luma[at - 1];
                double gy = luma[at + width] - luma[at - width];
                xx += gx * gx;
                xy += gx * gy;
                yy += gy * gy;
            }
        }
        return Flow.of(xx, xy, yy);
    }

    private static void relax(float[] plane, int width, int height, int top, int left, int side, Flow flow) {
        for (int y = top; y < top + side; y++) {
            int above = y == 0 ? 0 : -width;
            int below = y == height - 1 ? 0 : width;
            for (int x = left; x < left + side; x++) {
                int at = y * width + x;
                int before = x == 0 ? 0 : -1;
                int behind = x == width - 1 ? 0 : 1;
                float diagonals = flow.falling
                        ? plane[at + above + before] + plane[at + below + behind]
                        : plane[at + above + behind] + plane[at + below + before];
                float mean = flow.horizontal * (plane[at + before] + plane[at + behind])
                        + flow.vertical * (plane[at + above] + plane[at + below])
                        + flow.diagonal * diagonals;
                plane[at] += RELAXATION * (mean - plane[at]);
            }
        }
    }
}
