package dev.tessera.codecs.circuit;

/**
 * Predicts the samples of one plane from those before it in raster order and from the planes coded before it: a bank of
 * fixed predictors and a {@link LeastSquaresFilter}, blended by their recent errors nearby. Integers only.
 *
 * <p>Predictions are in 1/{@value #UNIT} of a sample step.
 */
final class SamplePredictor {
    /** Predictions and errors are in 1/8 steps. */
    static final int UNIT = 8;

    private static final int EXPERTS = 5;
    private static final int ERROR_LIMIT = 2047;
    private static final int[] RECIPROCAL = new int[1 << 12];

    static {
        for (int i = 0; i < RECIPROCAL.length; i++) {
            long e = i + 3L;
            RECIPROCAL[i] = (int) Math.max(1, (1L << 24) / (e * e));
        }
    }

    private final int channel;
    private final int stride;
    private final int[][] planes;
    private final int minimum;
    private final int maximum;
    private final LeastSquaresFilter filter;
    private final short[] errors; // [2 rows][stride][EXPERTS]
    private final int[] expert = new int[EXPERTS];
    private int fallback;

    /** The blend of all experts. */
    int blend;

    /** The least-squares expert alone. */
    int filtered;

    /** Largest minus smallest expert. */
    int spread;

    SamplePredictor(int channel, PaddedPlanes planes) {
        this.channel = channel;
        this.stride = planes.stride();
        this.planes = planes.samples();
        this.minimum = planes.minimum(channel);
        this.maximum = planes.maximum(channel);
        int[] start = new int[8 + 3 * channel];
        start[0] = 1 << 16; // N - W
        start[1] = -(1 << 16); // NW - W
        start[2] = 0;
        this.filter = new LeastSquaresFilter(7, start);
        this.errors = new short[2 * stride * EXPERTS];
    }

    void predict(int row, int at) {
        int[] p = planes[channel];
        int s = stride;
        int w = p[at - 1];
        int ww = p[at - 2];
        int n = p[at - s];
        int nw = p[at - s - 1];
        int ne = p[at - s + 1];
        int nn = p[at - 2 * s];
        int nne = p[at - 2 * s + 1];
        int nee = p[at - s + 2];
        int nww = p[at - s - 2];
        int[] x = filter.inputs;
        x[0] = n - w;
        x[1] = nw - w;
        x[2] = ne - w;
        x[3] = ww - w;
        x[4] = nn - w;
        x[5] = nne - w;
        x[6] = nee - w;
        x[7] = nww - w;
        int k = 8;
        for (int c = 0; c < channel; c++) {
            int[] q = planes[c];
            int base = q[at - 1];
            x[k++] = q[at] - base;
            x[k++] = q[at - s] - base;
            x[k++] = q[at + 1] - base; // its row is complete
        }
        fallback = w;
        int low = minimum * UNIT;
        int high = maximum * UNIT;
        filtered = clamp(w * UNIT + (int) (filter.predict() + (1 << 12) >> 13), low, high);
        int[] e = expert;
        e[0] = filtered;
        e[1] = clamp((w + n - nw) * UNIT, Math.min(w, n) * UNIT, Math.max(w, n) * UNIT);
        e[2] = clamp((w + ne - n) * UNIT, low, high);
        e[3] = clamp((n + w) * 4 + (ne - nw) * 2, low, high);
        e[4] = clamp((n * 2 - nn) * 4 + (w * 2 - ww) * 4, low, high);
        int here = (row & 1) * s;
        int above = (~row & 1) * s;
        int column = at % s;
        int ew = (here + column - 1) * EXPERTS;
        int eww = (here + column - 2) * EXPERTS;
        int en = (above + column) * EXPERTS;
        int enw = en - EXPERTS;
        int ene = en + EXPERTS;
        long sum = 0;
        long total = 0;
        int least = Integer.MAX_VALUE;
        int most = Integer.MIN_VALUE;
        for (int i = 0; i < EXPERTS; i++) {
            int error = errors[ew + i] * 2 + errors[en + i] * 2 + errors[enw + i] + errors[ene + i] + errors[eww + i];
            int weight = RECIPROCAL[error >> 3];
            weight = i == 0 ? weight * 3 : weight; // usually the best one
            sum += (long) weight * e[i];
            total += weight;
            least = Math.min(least, e[i]);
            most = Math.max(most, e[i]);
        }
        blend = (int) Math.floorDiv(sum + (total >> 1), total);
        spread = most - least;
    }

    void update(int row, int at, int value) {
        int column = at % stride;
        int slot = ((row & 1) * stride + column) * EXPERTS;
        int actual = value * UNIT;
        for (int i = 0; i < EXPERTS; i++) {
            errors[slot + i] = (short) Math.min(ERROR_LIMIT, Math.abs(actual - expert[i]));
        }
        filter.update(value - fallback);
    }

    private static int clamp(int value, int low, int high) {
        return Math.max(low, Math.min(high, value));
    }
}
