package dev.tessera.image.transform;

import java.nio.ByteBuffer;

/**
 * Brings decoded luma nearer to the original after the edge filter, and doubles it where it was coded smaller: for each sample
 * one of a set of learnt linear filters, chosen by direction and strength of the details around it, as in the adaptive loop
 * filter of H.266 (Tsai et al. 2013) and in RAISR (Romano et al. 2017). Integers only; immutable.
 */
final class DetailFilter implements LumaRefiner {
    static final int TAP_BITS = 10;

    /** Products of samples and taps, summed up, stay below 2^31. */
    static final int MAX_TAP = 4096;

    static final int MARGIN = 4;
    static final int[] DX = new int[36];
    static final int[] DY = new int[36];
    static final int TAPS = DX.length;

    private static final int DIRECTIONS = 7;
    private static final int ACTIVITIES = 6;
    static final int CLASSES = DIRECTIONS * ACTIVITIES;
    private static final int GROUPS = 5; // of quantization steps, an octave each
    private static final int FIRST_GROUP = 3; // at full size
    private static final int TRANSPOSED = 1 << 8; // of the class of a sample: details run from left to right

    static {
        for (int i = 0; i < TAPS; i++) {
            DX[i] = i % 6 - 3;
            DY[i] = i / 6 - 3;
        }
    }

    private final short[] taps;

    /** @param taps {@code [kind][group][class][tap]} in 1/2^{@value #TAP_BITS}, cut to {@value #MAX_TAP} */
    DetailFilter(short[] taps) {
        if (taps.length != size()) {
            throw new IllegalArgumentException("there are " + taps.length + " taps, must be " + size());
        }
        this.taps = taps.clone();
        for (int i = 0; i < taps.length; i++) {
            this.taps[i] = (short) Math.clamp(taps[i], -MAX_TAP, MAX_TAP);
        }
    }

    /** One that changes nothing and doubles as {@link Resampling} does. */
    static DetailFilter neutral() {
        short[] taps = new short[size()];
        for (Kind kind : Kind.values()) {
            for (int i = 0; i < GROUPS * CLASSES; i++) {
                short[] base = base(kind);
                System.arraycopy(base, 0, taps, (kind.ordinal() * GROUPS * CLASSES + i) * TAPS, TAPS);
            }
        }
        return new DetailFilter(taps);
    }

    static short[] base(Kind kind) {
        short[] base = new short[TAPS];
        int[] up = Resampling.upTapsOf(TAP_BITS);
        int rest = 1 << TAP_BITS;
        for (int i = 0; i < TAPS; i++) {
            base[i] = kind == Kind.FULL ? 0 : (short) (up[i % 6] * up[i / 6] >> TAP_BITS);
            rest -= base[i];
        }
        base[21] += (short) rest; // at the sample itself
        return base;
    }

    static int size() {
        return Kind.values().length * GROUPS * CLASSES * TAPS;
    }

    static DetailFilter ofBytes(byte[] bytes) {
        short[] taps = new short[size()];
        ByteBuffer.wrap(bytes).asShortBuffer().get(taps);
        return new DetailFilter(taps);
    }

    byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(2 * taps.length);
        out.asShortBuffer().put(taps);
        return out.array();
    }

    short[] taps() {
        return taps.clone();
    }

    /** Index of the filters of a class, in units of {@link #TAPS}. */
    static int row(Kind kind, int step, int sampleClass) {
        int group = Math.clamp(step / 8 + kind.ordinal() - FIRST_GROUP, 0, GROUPS - 1);
        return (kind.ordinal() * GROUPS + group) * CLASSES + sampleClass;
    }

    /** A plane with {@value #MARGIN} samples more on each side, the outermost repeated. */
    static int[] padded(int[] in, int stride, int width, int height) {
        int w = width + 2 * MARGIN;
        int[] out = new int[w * (height + 2 * MARGIN)];
        for (int y = 0; y < height + 2 * MARGIN; y++) {
            int from = Math.clamp(y - MARGIN, 0, height - 1) * stride;
            for (int x = 0; x < w; x++) {
                out[y * w + x] = in[from + Math.clamp(x - MARGIN, 0, width - 1)];
            }
        }
        return out;
    }

    /**
     * The class of every sample; {@link #TRANSPOSED} is set where rows and columns are to be exchanged.
     *
     * @param padded as {@link #padded} makes it
     */
    static short[] classes(int[] padded, int width, int height, int stepSize) {
        int w = width + 2 * MARGIN;
        int h = height + 2 * MARGIN;
        int[][] sums = new int[4][];
        int[] offsets = {1, w, w + 1, w - 1};
        for (int k = 0; k < 4; k++) {
            int[] bends = new int[w * h];
            int o = offsets[k];
            for (int y = 1; y < h - 1; y++) {
                for (int i = y * w + 1; i < y * w + w - 1; i++) {
                    bends[i] = Math.abs(2 * padded[i] - padded[i - o] - padded[i + o]);
                }
            }
            sums[k] = boxed(bends, w, h);
        }
        short[] out = new short[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int i = (y + MARGIN) * w + x + MARGIN;
                out[y * width + x] = (short) sampleClass(sums[0][i], sums[1][i], sums[2][i], sums[3][i], stepSize);
            }
        }
        return out;
    }

    private static int sampleClass(int across, int down, int falling, int rising, int stepSize) {
        int activity = Math.min(
                ACTIVITIES - 1, 32 - Integer.numberOfLeadingZeros((int) ((across + down) * 64L / (25L * stepSize))));
        long straightMost = Math.max(across, down);
        long straightLeast = Math.min(across, down);
        long slantMost = Math.max(falling, rising);
        long slantLeast = Math.min(falling, rising);
        boolean straight = straightMost * slantLeast > slantMost * straightLeast;
        long most = straight ? straightMost : slantMost;
        long least = straight ? straightLeast : slantLeast;
        int strength = most <= 2 * least ? 0 : 2 * most <= 9 * least ? 1 : 2;
        if (strength == 0) {
            return activity;
        }
        int direction = straight ? 0 : falling > rising ? 2 : 4;
        return ((direction + strength) * ACTIVITIES + activity) | (straight && down > across ? TRANSPOSED : 0);
    }

    /** Sums over 5 x 5 samples. */
    private static int[] boxed(int[] in, int w, int h) {
        int[] rows = new int[in.length];
        for (int y = 0; y < h; y++) {
            for (int i = y * w + 2; i < y * w + w - 2; i++) {
                rows[i] = in[i - 2] + in[i - 1] + in[i] + in[i + 1] + in[i + 2];
            }
        }
        int[] out = new int[in.length];
        for (int i = 2 * w; i < (h - 2) * w; i++) {
            out[i] = rows[i - 2 * w] + rows[i - w] + rows[i] + rows[i + w] + rows[i + 2 * w];
        }
        return out;
    }

    /**
     * Offsets in a padded plane of the samples that the taps meet.
     *
     * @param flips bit 0: left and right are exchanged, bit 1: top and bottom, bit 2: rows and columns
     */
    static int[][] offsets(int paddedWidth) {
        int[][] out = new int[8][TAPS];
        for (int flips = 0; flips < 8; flips++) {
            for (int i = 0; i < TAPS; i++) {
                int dx = (flips & 4) == 0 ? DX[i] : DY[i];
                int dy = (flips & 4) == 0 ? DY[i] : DX[i];
                out[flips][i] = ((flips & 2) == 0 ? dy : -dy) * paddedWidth + ((flips & 1) == 0 ? dx : -dx);
            }
        }
        return out;
    }

    /** The class for a phase of a doubled sample: slants change their direction with one flip. */
    static int flipped(int sampleClass, int phase) {
        int c = sampleClass & TRANSPOSED - 1;
        int direction = c / ACTIVITIES;
        boolean once = phase == 1 || phase == 2;
        return once && direction >= 3 ? c + (direction >= 5 ? -2 : 2) * ACTIVITIES : c;
    }

    static int flips(int sampleClass, int phase) {
        return (sampleClass & TRANSPOSED) == 0 ? phase : phase | 4;
    }

    @Override
    public int[] apply(Kind kind, int[] in, int stride, int width, int height, int step) {
        int[] padded = padded(in, stride, width, height);
        int w = width + 2 * MARGIN;
        short[] classes = classes(padded, width, height, BlockDecoder.stepSize(step, 1));
        int[][] offsets = offsets(w);
        int phases = kind == Kind.FULL ? 1 : 4;
        int factor = kind == Kind.FULL ? 1 : 2;
        int[] out = new int[width * height * phases];
        int most = 255 << SamplePlane.UNIT_BITS;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int c = classes[y * width + x];
                int at = (y + MARGIN) * w + x + MARGIN;
                for (int phase = 0; phase < phases; phase++) {
                    int[] o = offsets[flips(c, phase)];
                    int from = row(kind, step, flipped(c, phase)) * TAPS;
                    int sum = 1 << TAP_BITS - 1;
                    for (int i = 0; i < TAPS; i++) {
                        sum += taps[from + i] * padded[at + o[i]];
                    }
                    out[(factor * y + (phase >> 1)) * factor * width + factor * x + (phase & 1)] =
                            Math.clamp(sum >> TAP_BITS, 0, most);
                }
            }
        }
        return out;
    }
}
