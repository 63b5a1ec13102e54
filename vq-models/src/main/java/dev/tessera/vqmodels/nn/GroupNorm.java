package dev.tessera.vqmodels.nn;

/**
 * Group norm (Wu and He 2018) within segments: a series falls into pieces of {@code segment} positions, a picture into squares
 * of that side, from its start; the last ones may be smaller. Mean and variance are those of a group of channels in one
 * segment, so that tiles and streams can equal the whole. Sums run in double precision over channel, row, column.
 */
public final class GroupNorm extends Layer {
    private static final int MAX_SEGMENT = 1 << 16;

    private final int groups;
    private final int segment;
    private final float[] weight;
    private final float[] bias;
    private final float epsilon;

    /**
     * @param groups number of groups, a divisor of the channels
     * @param segment 1 to 65536
     * @param weight {@code [channels]}
     * @param bias {@code [channels]}
     * @param epsilon what is added to the variance, above 0
     */
    public GroupNorm(int groups, int segment, float[] weight, float[] bias, float epsilon) {
        super(weight.length, weight.length);
        this.groups = in("groups", groups, 1, weight.length);
        if (weight.length % groups != 0) {
            throw new IllegalArgumentException("groups is " + groups + ", must divide " + weight.length);
        }
        this.segment = in("segment", segment, 1, MAX_SEGMENT);
        this.weight = parameters("weight", weight, weight.length);
        this.bias = parameters("bias", bias, weight.length);
        this.epsilon = LayerNorm.epsilon(epsilon);
    }

    @Override
    public int segment() {
        return segment;
    }

    @Override
    public Window inWindow(Window out, Extent in) {
        return Window.clipped(
                floor(out.top()),
                floor(out.left()),
                floor(out.bottom() - 1L) + segment,
                floor(out.right() - 1L) + segment,
                in);
    }

    private long floor(long position) {
        return Math.floorDiv(position, segment) * (long) segment;
    }

    @Override
    FeatureMap apply(Region in, Window out, Pass pass) {
        Window needed = inWindow(out, in.extent());
        FeatureMap from = in.crop(needed);
        int rows = (needed.height() + segment - 1) / segment;
        int columns = (needed.width() + segment - 1) / segment;
        pass.workers().run(Math.multiplyExact(groups, Math.multiplyExact(rows, columns)), task -> {
            int top = task / columns % rows * segment;
            int left = task % columns * segment;
            normalize(
                    from,
                    task / columns / rows,
                    top,
                    left,
                    Math.min(top + segment, needed.height()),
                    Math.min(left + segment, needed.width()));
        });
        return needed.equals(out) ? from : new Region(from, needed, in.extent()).crop(out);
    }

    private void normalize(FeatureMap map, int group, int top, int left, int bottom, int right) {
        float[] x = map.data();
        int channels = weight.length / groups;
        long count = (long) channels * (bottom - top) * (right - left);
        double sum = 0;
        for (int c = group * channels; c < (group + 1) * channels; c++) {
            for (int y = top; y < bottom; y++) {
                int row = (c * map.height() + y) * map.width();
                for (int i = row + left; i < row + right; i++) {
                    sum += x[i];
                }
            }
        }
        double mean = sum / count;
        double squares = 0;
        for (int c = group * channels; c < (group + 1) * channels; c++) {
            for (int y = top; y < bottom; y++) {
                int row = (c * map.height() + y) * map.width();
                for (int i = row + left; i < row + right; i++) {
                    double d = x[i] - mean;
                    squares += d * d;
                }
            }
        }
        float scale = (float) (1 / Math.sqrt(squares / count + epsilon));
        float centre = (float) mean;
        for (int c = group * channels; c < (group + 1) * channels; c++) {
            for (int y = top; y < bottom; y++) {
                int row = (c * map.height() + y) * map.width();
                for (int i = row + left; i < row + right; i++) {
                    x[i] = Math.fma((x[i] - centre) * scale, weight[c], bias[c]);
                }
            }
        }
    }
}
