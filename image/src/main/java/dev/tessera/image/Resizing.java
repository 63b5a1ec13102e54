package dev.tessera.image;

/**
 * Planes of another size by Keys' cubic (Keys 1981, a = -0.5), widened where they shrink; at the borders the weights of what is there sum
 * up to one. In doubles, sums in ascending order: the same bits everywhere.
 */
public final class Resizing {
    private static final int RADIUS = 2;

    private Resizing() {}

    /** All planes of {@code image}, alpha too, as {@code width x height}; the image itself when it has that size. */
    public static Image resize(Image image, int width, int height) {
        if (image.width() == width && image.height() == height) {
            return image;
        }
        float[][] planes = new float[image.isGrey() ? 1 : 3][];
        for (int c = 0; c < planes.length; c++) {
            planes[c] = resize(image.plane(c), image.width(), image.height(), width, height);
        }
        Image colours = planes.length == 1
                ? Image.ofGrey(width, height, planes[0])
                : Image.ofRgb(width, height, planes[0], planes[1], planes[2]);
        return image.alpha() == null
                ? colours
                : colours.withAlpha(resize(image.alpha(), image.width(), image.height(), width, height));
    }

    private static float[] resize(float[] plane, int width, int height, int toWidth, int toHeight) {
        double[] lines = new double[Math.multiplyExact(toWidth, height)];
        Taps across = Taps.of(width, toWidth);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < toWidth; x++) {
                double sum = 0;
                for (int j = 0; j < across.weights[x].length; j++) {
                    sum += across.weights[x][j] * plane[y * width + across.first[x] + j];
                }
                lines[y * toWidth + x] = sum;
            }
        }
        float[] out = new float[Math.multiplyExact(toWidth, toHeight)];
        Taps down = Taps.of(height, toHeight);
        for (int y = 0; y < toHeight; y++) {
            for (int x = 0; x < toWidth; x++) {
                double sum = 0;
                for (int j = 0; j < down.weights[y].length; j++) {
                    sum += down.weights[y][j] * lines[(down.first[y] + j) * toWidth + x];
                }
                out[y * toWidth + x] = SampleRange.clamp((float) sum);
            }
        }
        return out;
    }

    /** What each sample of a line is made of: samples from {@code first} on. */
    private record Taps(int[] first, double[][] weights) {
        static Taps of(int from, int to) {
            int[] first = new int[to];
            double[][] weights = new double[to][];
            double ratio = (double) from / to;
            double stretch = Math.max(1, ratio);
            for (int k = 0; k < to; k++) {
                double centre = (k + .5) * ratio - .5;
                first[k] = Math.max(0, (int) Math.ceil(centre - RADIUS * stretch));
                int last = Math.min(from - 1, (int) Math.floor(centre + RADIUS * stretch));
                weights[k] = new double[last - first[k] + 1];
                double sum = 0;
                for (int j = first[k]; j <= last; j++) {
                    weights[k][j - first[k]] = keys(Math.abs(j - centre) / stretch);
                    sum += weights[k][j - first[k]];
                }
                for (int j = 0; j < weights[k].length; j++) {
                    weights[k][j] /= sum;
                }
            }
            return new Taps(first, weights);
        }
    }

    private static double keys(double t) {
        if (t < 1) {
            return (1.5 * t - 2.5) * t * t + 1;
        }
        return t < 2 ? ((-.5 * t + 2.5) * t - 4) * t + 2 : 0;
    }
}
