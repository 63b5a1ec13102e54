package dev.tessera.codecs.circuit;

import java.util.Arrays;

/**
 * The context variables of a sample, all known to the decoder before the sample: magnitudes of prediction errors
 * around it, in its own plane and in those coded before, and activity of the samples. Variable 0 is the query: the
 * magnitude of the sample's own error.
 */
final class CausalEvidence {
    static final int QUERY = 0;

    private static final int OWN = 11;
    private static final int PER_PLANE = 3;

    private final int channel;
    private final int[][] planes;
    private final int stride;
    private final short[][] errors; // [channels][3 rows x stride]: signed error in 1/8, of the last three rows

    CausalEvidence(int channel, PaddedPlanes planes, short[][] errors) {
        this.channel = channel;
        this.planes = planes.samples();
        this.stride = planes.stride();
        this.errors = errors;
    }

    static int variables(int channel) {
        return OWN + PER_PLANE * channel;
    }

    static int[] alphabetSizes(int channel) {
        int[] sizes = new int[variables(channel)];
        Arrays.fill(sizes, Magnitudes.COARSE.count());
        sizes[QUERY] = Magnitudes.FINE.count();
        sizes[10] = Magnitudes.FINE.count();
        for (int c = 0; c < channel; c++) {
            sizes[OWN + PER_PLANE * c + 1] = Magnitudes.FINE.count();
        }
        return sizes;
    }

    static short[][] errorRows(PaddedPlanes planes) {
        return new short[planes.channels()][3 * planes.stride()];
    }

    /** Signed error of the sample left of, or above ({@code up} rows), this one. */
    int error(int plane, int row, int at, int up, int shift) {
        return errors[plane][(row + 3 - up) % 3 * stride + at % stride + shift];
    }

    void fill(int[] evidence, int row, int at, int spread) {
        int s = stride;
        int column = at % s;
        int here = row % 3 * s + column;
        int above = (row + 2) % 3 * s + column;
        int top = (row + 1) % 3 * s + column;
        short[] e = errors[channel];
        int w = Math.abs(e[here - 1]);
        int ww = Math.abs(e[here - 2]);
        int n = Math.abs(e[above]);
        int nw = Math.abs(e[above - 1]);
        int ne = Math.abs(e[above + 1]);
        int nee = Math.abs(e[above + 2]);
        int nn = Math.abs(e[top]);
        Magnitudes coarse = Magnitudes.COARSE;
        Magnitudes fine = Magnitudes.FINE;
        evidence[QUERY] = HiddenChowLiuTree.MISSING;
        evidence[1] = coarse.bucket(w);
        evidence[2] = coarse.bucket(n);
        evidence[3] = coarse.bucket(nw);
        evidence[4] = coarse.bucket(ne);
        evidence[5] = coarse.bucket(ww);
        evidence[6] = coarse.bucket(nn);
        int[] p = planes[channel];
        int across = Math.abs(p[at - 1] - p[at - 2])
                + Math.abs(p[at - s] - p[at - s - 1])
                + Math.abs(p[at - s + 1] - p[at - s]);
        int down = Math.abs(p[at - 1] - p[at - s - 1])
                + Math.abs(p[at - s] - p[at - 2 * s])
                + Math.abs(p[at - s + 1] - p[at - 2 * s + 1]);
        evidence[7] = coarse.bucket(across * 3);
        evidence[8] = coarse.bucket(down * 3);
        evidence[9] = coarse.bucket(spread);
        evidence[10] = fine.bucket((w * 3
                        + n * 3
                        + nw
                        + ne * 2
                        + ww * 2
                        + nn
                        + nee
                        + Math.abs(e[top - 1])
                        + Math.abs(e[top + 1])
                        + Math.abs(e[above - 2]))
                / 12);
        int k = OWN;
        for (int c = 0; c < channel; c++) {
            short[] o = errors[c];
            int same = Math.abs(o[here]);
            int east = Math.abs(o[here + 1]);
            int around = same * 2 + east + Math.abs(o[here - 1]) + Math.abs(o[above]);
            evidence[k++] = coarse.bucket(same);
            evidence[k++] = fine.bucket(around / 4);
            evidence[k++] = coarse.bucket(east);
        }
    }

    void learn(int row, int at, int error) {
        errors[channel][row % 3 * stride + at % stride] = (short) error;
    }
}
