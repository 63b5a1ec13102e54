package dev.tessera.image.transform;

import dev.tessera.image.Image;

/** What encoder and decoder do alike with the planes of a picture: prediction, reconstruction, walk over the blocks. */
class BlockDecoder {
    static final int SUPERBLOCK = 32;
    static final int MIN_BLOCK = 8;
    static final int STEPS = 96;

    private static final double STEPS_PER_OCTAVE = 8;
    private static final double CHROMA_STEP = 0.6; // of the luma step: a chroma sample stands for four pixels

    final SamplePlane[] planes;
    final Cells cells;
    final TransformPrior models;
    final IntraPrediction intra = new IntraPrediction();
    static final int MAX_SINE = 16; // side of the largest luma block that may take the sine transform

    final IntegerTransform[] cosines = new IntegerTransform[4]; // of 4, 8, 16, 32
    final IntegerTransform[] sines = new IntegerTransform[3]; // of 4, 8, 16
    final BlockContext context = new BlockContext();
    final int[] scratch = new int[SUPERBLOCK * SUPERBLOCK];
    final int[] coefficients = new int[SUPERBLOCK * SUPERBLOCK];
    final int[] residual = new int[SUPERBLOCK * SUPERBLOCK];
    final int[] prediction = new int[SUPERBLOCK * SUPERBLOCK];
    final int stepClass;
    final int lumaStep;
    final int chromaStep;

    /**
     * @param step index of the quantization step, 0 to {@value #STEPS} - 1
     * @param components 3, or 1 for luma alone
     */
    BlockDecoder(int width, int height, int components, int step, TransformPrior models) {
        int w = Math.ceilDiv(width, SUPERBLOCK) * SUPERBLOCK;
        int h = Math.ceilDiv(height, SUPERBLOCK) * SUPERBLOCK;
        this.planes = new SamplePlane[components];
        for (int c = 0; c < components; c++) {
            planes[c] = c == 0 ? new SamplePlane(w, h) : new SamplePlane(w / 2, h / 2);
        }
        this.cells = new Cells(w, h);
        for (int i = 0; i < cosines.length; i++) {
            cosines[i] = IntegerTransform.cosine(4 << i);
        }
        for (int i = 0; i < sines.length; i++) {
            sines[i] = IntegerTransform.sine(4 << i);
        }
        this.models = models;
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
        return (kind == 0 ? cosines : sines)[Integer.numberOfTrailingZeros(size) - 2];
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
            predict(c, x, y, size, modes[Math.min(c, 1)]);
            addResidual(c, s, c == 0 ? modes[2] : 0, levels[c], residual);
            planes[c].put(c == 0 ? x : x / 2, c == 0 ? y : y / 2, s, residual);
        }
        finish(x, y, size, modes, levels);
    }

    /**
     * Codes the modes and the levels of a block, {@code levels[component]} null where there are none.
     *
     * @param modes of luma and chroma and the transform of luma, of an encoder; null when decoding
     * @param last last diagonals of an encoder, -1 for none; null when decoding
     */
    int[] leaf(BitCoder coder, int x, int y, int size, int[] modes, int[][] levels, int[] last) {
        int log = Integer.numberOfTrailingZeros(size);
        int luma = models.modes.mode(coder, cells, x, y, log, stepClass, modes == null ? 0 : modes[0]);
        int chroma = luma;
        int transform = 0;
        for (int c = 0; c < planes.length; c++) {
            if (c == 1 && LumaToChroma.possible(cells, x, y)) {
                enter(1, x, y, size, luma, levels[0]);
                int wanted = modes != null && modes[1] == IntraPrediction.FROM_LUMA ? 1 : 0;
                if (models.modes.fromLuma(coder, cells, x, y, context, luma, wanted) == 1) {
                    chroma = IntraPrediction.FROM_LUMA;
                }
            }
            enter(c, x, y, size, c == 0 ? luma : chroma, levels[0]);
            int bit = models.coefficients.coded(coder, context, last == null || last[c] < 0 ? 0 : 1);
            if (bit == 1) {
                if (c == 0 && size <= MAX_SINE) {
                    transform = models.coefficients.transform(coder, context, modes == null ? 0 : modes[2]);
                }
                int s = c == 0 ? size : size / 2;
                int[] block = last == null ? new int[s * s] : levels[c];
                models.coefficients.block(coder, context, block, last == null ? 0 : last[c]);
                levels[c] = block;
            } else {
                levels[c] = null;
            }
        }
        return new int[] {luma, chroma, transform};
    }

    /** Sets the context of a component of a block. */
    void enter(int component, int x, int y, int size, int mode, int[] luma) {
        int left = cells.at(x - 1, y);
        int above = cells.at(x, y - 1);
        byte[] activity = component == 0 ? cells.lumaActivity : cells.chromaActivity;
        context.kind = component;
        context.sizeLog = Integer.numberOfTrailingZeros(component == 0 ? size : size / 2);
        context.mode = mode;
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

    /** Predicts a component of a block into {@link #prediction}. */
    void predict(int component, int x, int y, int size, int mode) {
        if (mode == IntraPrediction.FROM_LUMA) {
            LumaToChroma.predict(planes[0], planes[component], cells, x, y, size, prediction);
            return;
        }
        int shift = component == 0 ? 0 : 1;
        intra.collect(planes[component], cells, x >> shift, y >> shift, size >> shift, shift);
        intra.predict(mode, size >> shift, prediction);
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

    /** The picture of what has been coded, its edges smoothed; the planes stay as they are. */
    Image picture(Settings settings, int width, int height, DetailFilter details) {
        EdgeFilter filter = new EdgeFilter(cells, settings.edges());
        SamplePlane[] filtered = new SamplePlane[planes.length];
        for (int c = 0; c < planes.length; c++) {
            filtered[c] = planes[c].copy();
            filter.apply(filtered[c], step(c), c == 0 ? 0 : 1);
        }
        return PicturePlanes.toImage(filtered, width, height, settings, details);
    }
}
