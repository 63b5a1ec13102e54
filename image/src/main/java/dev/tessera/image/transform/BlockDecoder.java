package dev.tessera.image.transform;

import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.image.Image;

/** What encoder and decoder do alike with the planes of a picture: prediction, reconstruction, walk over the blocks. */
class BlockDecoder {
    static final int SUPERBLOCK = 32;
    static final int MIN_BLOCK = 8;
    static final int STEPS = 96;

    static final int MAX_SINE = 16; // side of the largest luma block that may take the sine transform

    private static final IntegerTransform[] COSINES = new IntegerTransform[4]; // of 4, 8, 16, 32
    private static final IntegerTransform[] SINES = new IntegerTransform[3]; // of 4, 8, 16

    static {
        for (int i = 0; i < COSINES.length; i++) {
            COSINES[i] = IntegerTransform.cosine(4 << i);
        }
        for (int i = 0; i < SINES.length; i++) {
            SINES[i] = IntegerTransform.sine(4 << i);
        }
    }

    private static final double STEPS_PER_OCTAVE = 8;
    private static final double CHROMA_STEP = 0.6; // of the luma step: a chroma sample stands for four pixels

    final SamplePlane[] planes;
    final Cells cells;
    final TransformPrior models;
    final Inter inter; // null in pictures and first frames
    final IntraPrediction intra = new IntraPrediction();
    final BlockContext context = new BlockContext();
    final int[] scratch = new int[SUPERBLOCK * SUPERBLOCK];
    final int[] coefficients = new int[SUPERBLOCK * SUPERBLOCK];
    final int[] residual = new int[SUPERBLOCK * SUPERBLOCK];
    final int[] prediction = new int[SUPERBLOCK * SUPERBLOCK];
    private CoefficientModel levelModel; // of the block that was entered
    final int stepClass;
    final int lumaStep;
    final int chromaStep;

    /** Of a picture. */
    BlockDecoder(int width, int height, int components, int step, TransformPrior models) {
        this(width, height, components, step, models, null);
    }

    /**
     * @param step index of the quantization step, 0 to {@value #STEPS} - 1
     * @param components 3, or 1 for luma alone
     * @param inter what the frame may take from the frame before, or null
     */
    BlockDecoder(int width, int height, int components, int step, TransformPrior models, Inter inter) {
        int w = Math.ceilDiv(width, SUPERBLOCK) * SUPERBLOCK;
        int h = Math.ceilDiv(height, SUPERBLOCK) * SUPERBLOCK;
        this.planes = new SamplePlane[components];
        for (int c = 0; c < components; c++) {
            planes[c] = c == 0 ? new SamplePlane(w, h) : new SamplePlane(w / 2, h / 2);
        }
        this.cells = new Cells(w, h);
        this.models = models;
        this.inter = inter;
        this.levelModel = models.coefficients;
        this.lumaStep = stepSize(step, 1);
        this.chromaStep = stepSize(step, CHROMA_STEP);
        this.stepClass = step / 8;
    }

    /** In 1/16 of a level. */
    static int stepSize(int step, double factor) {
        return (int)
                StrictMath.round((2 << SamplePlane.UNIT_BITS) * factor * StrictMath.pow(2, step / STEPS_PER_OCTAVE));
    }

    /** @param kind 0 for the cosine, 1 for the sine transform */
    IntegerTransform transform(int size, int kind) {
        return (kind == 0 ? COSINES : SINES)[Integer.numberOfTrailingZeros(size) - 2];
    }

    int step(int component) {
        return component == 0 ? lumaStep : chromaStep;
    }

    /** Reads the whole picture. */
    void decode(BitCoder coder) {
        for (int y = 0; y < planes[0].height; y += SUPERBLOCK) {
            for (int x = 0; x < planes[0].width; x += SUPERBLOCK) {
                decode(coder, x, y, SUPERBLOCK);
            }
        }
    }

    private void decode(BitCoder coder, int x, int y, int size) {
        int log = Integer.numberOfTrailingZeros(size);
        if (inter != null && copied(coder, x, y, size, 0) == 1) {
            int[] modes = copiedModes(x, y, size);
            for (int c = 0; c < planes.length; c++) {
                int shift = c == 0 ? 0 : 1;
                predict(c, x, y, size, modes);
                planes[c].put(x >> shift, y >> shift, size >> shift, prediction);
            }
            finish(x, y, size, modes, new int[3][]);
            return;
        }
        if (size > MIN_BLOCK && models.modes.split(coder, cells, x, y, log, stepClass, 0) == 1) {
            int half = size / 2;
            decode(coder, x, y, half);
            decode(coder, x + half, y, half);
            decode(coder, x, y + half, half);
            decode(coder, x + half, y + half, half);
            return;
        }
        int[][] levels = new int[3][];
        int[] modes = leaf(coder, x, y, size, null, levels, null);
        for (int c = 0; c < planes.length; c++) {
            int s = c == 0 ? size : size / 2;
            predict(c, x, y, size, modes);
            addResidual(c, s, c == 0 ? modes[2] : 0, levels[c], residual);
            planes[c].put(c == 0 ? x : x / 2, c == 0 ? y : y / 2, s, residual);
        }
        finish(x, y, size, modes, levels);
    }

    /** Codes whether a block is copied from the frame before. */
    int copied(BitCoder coder, int x, int y, int size, int bit) {
        enter(0, x, y, size, IntraPrediction.FROM_REFERENCE, null);
        inter.model().enter(inter.field(), inter.before(), x, y, size);
        return inter.model().copied(coder, context.leftActivity, context.aboveActivity, bit);
    }

    /** Modes of a block that is copied. */
    int[] copiedModes(int x, int y, int size) {
        int[] vector = inter.field().predicted(x, y, size);
        return new int[] {IntraPrediction.FROM_REFERENCE, IntraPrediction.FROM_REFERENCE, 0, vector[0], vector[1]};
    }

    /** Codes whether a block is moved from the frame before, and by which vector; returns the vector, null when not. */
    int[] moved(BitCoder coder, int x, int y, int size, int[] modes) {
        boolean wanted = modes != null && modes[0] == IntraPrediction.FROM_REFERENCE;
        inter.model().enter(inter.field(), inter.before(), x, y, size);
        if (inter.model().moved(coder, wanted ? 1 : 0) == 0) {
            return null;
        }
        int[] vector = inter.field().predicted(x, y, size).clone();
        for (int i = 0; i < 2; i++) {
            vector[i] = inter.model().vector(coder, i, vector[i], wanted ? modes[3 + i] : 0);
        }
        return vector;
    }

    /**
     * Codes the modes and the levels of a block, {@code levels[component]} null where there are none.
     *
     * @param modes of luma and chroma, transform of luma, vector, of an encoder; null when decoding
     * @param last last diagonals of an encoder, -1 for none; null when decoding
     */
    int[] leaf(BitCoder coder, int x, int y, int size, int[] modes, int[][] levels, int[] last) {
        int log = Integer.numberOfTrailingZeros(size);
        int[] vector = inter == null ? null : moved(coder, x, y, size, modes);
        boolean moved = vector != null;
        int luma = moved
                ? IntraPrediction.FROM_REFERENCE
                : models.modes.mode(coder, cells, x, y, log, stepClass, modes == null ? 0 : modes[0]);
        int chroma = luma;
        int transform = 0;
        for (int c = 0; c < planes.length; c++) {
            if (c == 1 && !moved && LumaToChroma.possible(cells, x, y)) {
                enter(1, x, y, size, luma, levels[0]);
                int wanted = modes != null && modes[1] == IntraPrediction.FROM_LUMA ? 1 : 0;
                if (models.modes.fromLuma(coder, cells, x, y, context, luma, wanted) == 1) {
                    chroma = IntraPrediction.FROM_LUMA;
                }
            }
            enter(c, x, y, size, c == 0 ? luma : chroma, levels[0]);
            int bit = levelModel.coded(coder, context, last == null || last[c] < 0 ? 0 : 1);
            if (bit == 1) {
                if (c == 0 && size <= MAX_SINE) {
                    transform = levelModel.transform(coder, context, modes == null ? 0 : modes[2]);
                }
                int s = c == 0 ? size : size / 2;
                int[] block = last == null ? new int[s * s] : levels[c];
                levelModel.block(coder, context, block, last == null ? 0 : last[c]);
                levels[c] = block;
            } else {
                levels[c] = null;
            }
        }
        return new int[] {luma, chroma, transform, moved ? vector[0] : 0, moved ? vector[1] : 0};
    }

    /** Sets the context of a component of a block. */
    void enter(int component, int x, int y, int size, int mode, int[] luma) {
        int left = cells.at(x - 1, y);
        int above = cells.at(x, y - 1);
        byte[] activity = component == 0 ? cells.lumaActivity : cells.chromaActivity;
        context.kind = component;
        context.sizeLog = Integer.numberOfTrailingZeros(component == 0 ? size : size / 2);
        boolean moved = mode == IntraPrediction.FROM_REFERENCE;
        levelModel = moved ? inter.coefficients() : models.coefficients;
        context.mode = moved ? IntraPrediction.MEAN : mode;
        context.stepClass = stepClass;
        context.leftActivity = left < 0 ? 0 : activity[left];
        context.aboveActivity = above < 0 ? 0 : activity[above];
        context.luma = component == 0 ? null : luma;
        context.lumaSize = size;
        context.lumaLog = Integer.numberOfTrailingZeros(size);
        context.lumaActivity = component == 0 ? 0 : activity(luma);
    }

    void finish(int x, int y, int size, int[] modes, int[][] levels) {
        boolean fromLuma = modes[1] == IntraPrediction.FROM_LUMA;
        cells.set(
                x,
                y,
                size,
                modes[0],
                fromLuma,
                activity(levels[0]),
                Math.max(activity(levels[1]), activity(levels[2])));
        if (inter != null) {
            boolean coded = levels[0] != null || levels[1] != null || levels[2] != null;
            int kind = modes[0] != IntraPrediction.FROM_REFERENCE
                    ? MotionField.INTRA
                    : coded ? MotionField.MOVED : MotionField.COPIED;
            inter.field().set(x, y, size, kind, modes[3], modes[4]);
        }
    }

    /** Forgets a block, so that prediction does not look at it. */
    void forget(int x, int y, int size) {
        cells.clear(x, y, size);
        if (inter != null) {
            inter.field().clear(x, y, size);
        }
    }

    /** 0 for nothing, then by the logarithm of the sum of the levels, up to 7. */
    static int activity(int[] levels) {
        if (levels == null) {
            return 0;
        }
        long sum = 0;
        for (int level : levels) {
            sum += Math.abs(level);
        }
        return Math.min(7, 64 - Long.numberOfLeadingZeros(sum));
    }

    /** Predicts a component of a block into {@link #prediction} by its modes and vector. */
    void predict(int component, int x, int y, int size, int[] modes) {
        if (modes[0] == IntraPrediction.FROM_REFERENCE) {
            int shift = component == 0 ? 0 : 1;
            inter.reference().predict(component, x >> shift, y >> shift, size >> shift, modes[3], modes[4], prediction);
            return;
        }
        predict(component, x, y, size, modes[Math.min(component, 1)]);
    }

    /** Predicts a component of a block into {@link #prediction} from the same frame. */
    void predict(int component, int x, int y, int size, int mode) {
        if (mode == IntraPrediction.FROM_LUMA) {
            LumaToChroma.predict(planes[0], planes[component], cells, x, y, size, prediction);
            return;
        }
        int shift = component == 0 ? 0 : 1;
        intra.collect(planes[component], cells, x >> shift, y >> shift, size >> shift, shift);
        intra.predict(mode, size >> shift, prediction);
    }

    /** The model of levels of the block that was entered last. */
    CoefficientModel levelModel() {
        return levelModel;
    }

    /** {@link #prediction} and residual of a component of a block, {@code [size x size]} of its plane, into {@code out}. */
    void addResidual(int component, int size, int transform, int[] levels, int[] out) {
        int count = size * size;
        if (levels == null) {
            System.arraycopy(prediction, 0, out, 0, count);
            return;
        }
        int step = step(component);
        int extent = 0;
        for (int i = 0; i < count; i++) {
            coefficients[i] = levels[i] * step;
            if (levels[i] != 0) {
                extent = Math.max(extent, Math.max(i / size, i % size) + 1);
            }
        }
        transform(size, transform).inverse(coefficients, extent, out, scratch);
        int most = 255 << SamplePlane.UNIT_BITS;
        for (int i = 0; i < count; i++) {
            out[i] = Math.clamp(out[i] + prediction[i], 0, most);
        }
    }

    /** Smooths the edges of the blocks, in the planes themselves. */
    void smooth(int edges) {
        EdgeFilter filter = new EdgeFilter(cells, inter == null ? null : inter.field(), edges);
        for (int c = 0; c < planes.length; c++) {
            filter.apply(planes[c], step(c), c == 0 ? 0 : 1);
        }
    }

    /** The picture of what has been coded, its edges smoothed; the planes stay as they are. */
    Image picture(Settings settings, int width, int height, Refiners refiners) {
        EdgeFilter filter = new EdgeFilter(cells, settings.edges());
        SamplePlane[] filtered = new SamplePlane[planes.length];
        for (int c = 0; c < planes.length; c++) {
            filtered[c] = planes[c].copy();
            filter.apply(filtered[c], step(c), c == 0 ? 0 : 1);
        }
        return PicturePlanes.toImage(filtered, width, height, settings, refiners);
    }
}
