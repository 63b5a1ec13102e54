package dev.tessera.image.transform;

/**
 * Smooths the edges of blocks after decoding, as the deblocking filter of H.265 does (Norkin et al. 2012), with the longer
 * filters of H.266 between large blocks. Integers only.
 */
final class EdgeFilter {
    /** Strengths that a file can ask for; 0 filters nothing. */
    static final int STRENGTHS = 4;

    private final Cells cells;
    private final MotionField field;
    private final int strength;

    EdgeFilter(Cells cells, int strength) {
        this(cells, null, strength);
    }

    /** @param field of a frame that may hold pieces of the frame before, or null */
    EdgeFilter(Cells cells, MotionField field, int strength) {
        this.cells = cells;
        this.field = field;
        this.strength = strength;
    }

    /**
     * Filters a plane.
     *
     * @param step quantization step of the plane in 1/16
     * @param shift log2 of luma samples per sample of the plane
     */
    void apply(SamplePlane plane, int step, int shift) {
        if (strength == 0) {
            return;
        }
        int limit = step * strength >> 4;
        int flatness = step * strength >> 2;
        int cell = Cells.CELL >> shift;
        for (int y = 0; y < plane.height; y++) {
            for (int x = cell; x < plane.width; x += cell) {
                int length = reach(x << shift, y << shift, x - 1 << shift, y << shift, x << shift, shift);
                if (length > 0) {
                    filter(plane.samples, y * plane.width + x, 1, length, limit, flatness);
                }
            }
        }
        for (int y = cell; y < plane.height; y += cell) {
            for (int x = 0; x < plane.width; x++) {
                int length = reach(x << shift, y << shift, x << shift, y - 1 << shift, y << shift, shift);
                if (length > 0) {
                    filter(plane.samples, y * plane.width + x, plane.width, length, limit, flatness);
                }
            }
        }
    }

    /** Samples on either side that may change; 0 where no edge of a block is. */
    private int reach(int x, int y, int beforeX, int beforeY, int along, int shift) {
        int here = cells.at(x, y);
        int before = cells.at(beforeX, beforeY);
        if (here < 0 || before < 0 || along % (1 << cells.sizeLog[here]) != 0) {
            return 0;
        }
        if (field != null && field.isOnePiece(x, y, beforeX, beforeY)) {
            return 0; // its edges were smoothed in the frame before
        }
        int smaller = 1 << Math.min(cells.sizeLog[here], cells.sizeLog[before]) - shift;
        return smaller >= 32 ? 7 : smaller >= 16 ? 5 : smaller >= 8 ? 3 : 1;
    }

    /** @param at first sample behind the edge */
    private static void filter(int[] s, int at, int stride, int length, int limit, int flatness) {
        int p0 = s[at - stride];
        int q0 = s[at];
        int p1 = s[at - 2 * stride];
        int q1 = s[at + stride];
        if (length == 1) {
            int delta = Math.clamp((4 * (q0 - p0) + p1 - q1 + 4) >> 3, -limit, limit);
            s[at - stride] = p0 + delta;
            s[at] = q0 - delta;
            return;
        }
        int p2 = s[at - 3 * stride];
        int q2 = s[at + 2 * stride];
        int bend = Math.abs(p2 - 2 * p1 + p0) + Math.abs(q2 - 2 * q1 + q0);
        if (bend >= flatness) {
            return;
        }
        int pEnd = s[at - (length + 1) * stride];
        int qEnd = s[at + length * stride];
        boolean even = bend < flatness >> 2
                && Math.abs(pEnd - p0) + Math.abs(qEnd - q0) < flatness >> 1
                && Math.abs(p0 - q0) < 3 * limit;
        if (even) {
            ramp(s, at, stride, length, limit, pEnd, qEnd);
            return;
        }
        int delta = (9 * (q0 - p0) - 3 * (q1 - p1) + 8) >> 4;
        if (Math.abs(delta) < 10 * limit) {
            delta = Math.clamp(delta, -limit, limit);
            s[at - stride] = p0 + delta;
            s[at] = q0 - delta;
        }
    }

    /** A straight line from the samples that stay to the mean of those between. */
    private static void ramp(int[] s, int at, int stride, int length, int limit, int pEnd, int qEnd) {
        int sum = length;
        for (int i = 0; i < length; i++) {
            sum += s[at - (i + 1) * stride] + s[at + i * stride];
        }
        int middle = sum / (2 * length);
        for (int i = 0; i < length; i++) {
            int end = 2 * i + 1;
            int most = 2 * limit * (length - i) / length + limit / 2;
            int p = s[at - (i + 1) * stride];
            int q = s[at + i * stride];
            int newP = (middle * (2 * length - end) + pEnd * end + length) / (2 * length);
            int newQ = (middle * (2 * length - end) + qEnd * end + length) / (2 * length);
            s[at - (i + 1) * stride] = Math.clamp(newP, p - most, p + most);
            s[at + i * stride] = Math.clamp(newQ, q - most, q + most);
        }
    }
}
