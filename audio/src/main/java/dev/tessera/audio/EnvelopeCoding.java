package dev.tessera.audio;

import dev.tessera.codecs.mixing.BitCoder;

/**
 * The order in which the coefficients of the envelope of one plane are coded, span by span: from slow to fast changes, and of each
 * from the first component to the last. One walk serves encoder, decoder and training.
 */
final class EnvelopeCoding {
    /** Number of steps. */
    static final int STEPS = 80;

    private static final int STEPS_PER_OCTAVE = 8;
    private static final int FINEST = 16; // in 1/256 octave
    private static final int STEPS_PER_CLASS = STEPS / 8;

    private final EnvelopeBasis basis;
    private final EnvelopeModel model;
    private final BitCoder coder;
    private final int level;
    private final int step;
    private final int stepClass;
    private int[] last; // components of the frame before the span
    private int[] activity;

    /** Says what is coded. */
    interface Source {
        /** Called before a span, with the {@code components} of the frame before it. */
        void begin(int[] last);

        /** The value of a coefficient, of which the model knows the contexts. */
        int value(EnvelopeModel model, int f, int c);
    }

    /** What a decoder passes: its coder knows. */
    static final Source NONE = new Source() {
        @Override
        public void begin(int[] last) {}

        @Override
        public int value(EnvelopeModel model, int f, int c) {
            return 0;
        }
    };

    /**
     * @param model of the file so far, learns
     * @param level of the spans, see {@link EnvelopeBasis#frames(int)}
     * @param stepIndex see {@link #step}
     */
    EnvelopeCoding(EnvelopeBasis basis, EnvelopeModel model, BitCoder coder, int level, int stepIndex) {
        this.basis = basis;
        this.model = model;
        this.coder = coder;
        this.level = level;
        this.step = step(stepIndex);
        this.stepClass = stepIndex / STEPS_PER_CLASS;
        this.last = new int[basis.components()];
        this.activity = new int[basis.components()];
    }

    /** Steps are 16 x 2^(index / 8), rounded, in 1/256 octave. */
    static int step(int index) {
        return (int) StrictMath.rint(FINEST * StrictMath.pow(2, (double) index / STEPS_PER_OCTAVE));
    }

    /** The index of a step in decades, not rounded, limited to the range of indices. */
    static double indexOf(double decades) {
        double octaves =
                StrictMath.log(decades * StrictMath.log(10) / StrictMath.log(2) * EnvelopeBasis.PER_OCTAVE / FINEST)
                        / StrictMath.log(2);
        return Math.clamp(STEPS_PER_OCTAVE * octaves, 0, STEPS - 1);
    }

    /**
     * Codes the next span.
     *
     * @param bands logarithms of mel magnitudes, {@code [frames of the sound][bands]}; those of the span that exist are written
     * @param from first frame of the span
     */
    void span(Source source, int[][] bands, int from) {
        int n = EnvelopeBasis.frames(level);
        int[][] q = new int[n][basis.components()];
        source.begin(last);
        for (int f = 0; f < n; f++) {
            for (int c = 0; c < q[f].length; c++) {
                model.look(f, c, level, q, activity, stepClass);
                q[f][c] = model.code(coder, source.value(model, f, c));
            }
        }
        int[][] frames = new int[n][basis.components()];
        for (int c = 0; c < last.length; c++) {
            basis.restore(q, step, level, c, last[c], frames);
        }
        for (int t = 0; t < n && from + t < bands.length; t++) {
            basis.bands(frames[t], bands[from + t]);
        }
        last = frames[n - 1];
        activity = EnvelopeModel.activity(q);
    }
}
