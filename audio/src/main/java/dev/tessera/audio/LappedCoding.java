package dev.tessera.audio;

import dev.tessera.codecs.mixing.BitCoder;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * The order in which the blocks and coefficients of one plane are coded; one walk serves encoder, decoder and training. For each
 * longest block its tree of splits, from the front, a block directly behind its place in the tree; the coefficients of a block
 * from low to high. Those of which the envelope says that they are far below the step are zero and not coded.
 */
final class LappedCoding {
    /** So many levels below the step nothing is coded: 3.5 octaves. */
    private static final int SILENT = -7 * EnvelopeLevels.PER_OCTAVE / 2;

    /** Index of the step 1. */
    private static final int UNIT_STEP = 15 * EnvelopeLevels.PER_OCTAVE;

    private final WaveformModel model;
    private final BitCoder coder;
    private final int[][] levels; // of the envelope
    private final int stepLevel;
    private final int[] envelope = new int[LappedTransform.LONGEST];
    private int[] last = new int[LappedTransform.LONGEST];
    private int[] secondLast = new int[LappedTransform.LONGEST];
    private int lastLevel;
    private int secondLastLevel;

    /** What a decoder passes: its coder knows. */
    static final Source NONE = new Source() {
        @Override
        public int split(int level, int from) {
            return 0;
        }

        @Override
        public int value(WaveformModel model, int at) {
            return 0;
        }
    };

    /** Says what is coded. */
    interface Source {
        /** Whether the block of {@code level} that begins at {@code from} is split, 0 or 1. */
        int split(int level, int from);

        /** The value of coefficient {@code at}, of which the model knows the contexts. */
        int value(WaveformModel model, int at);
    }

    /**
     * Blocks and coefficients of a plane.
     *
     * @param blocks levels of the blocks
     * @param values quantized coefficients, block after block
     */
    record Coded(byte[] blocks, int[] values) {
        /** Room for a plane of so many coefficients in the shortest blocks. */
        static Coded blank(int length) {
            return new Coded(new byte[length / LappedTransform.size(LappedTransform.LEVELS - 1)], new int[length]);
        }

        /** The samples. */
        float[] samples(double step, int length) {
            return samples(_ -> step, length);
        }

        /**
         * The same with steps that change.
         *
         * @param step by place of a coefficient
         */
        float[] samples(IntToDoubleFunction step, int length) {
            double[] x = new double[values.length];
            for (int i = 0; i < x.length; i++) {
                x[i] = values[i] * step.applyAsDouble(i);
            }
            LappedTransform.inverse(x, blocks);
            float[] out = new float[length];
            for (int t = 0; t < length; t++) {
                out[t] = (float) x[t];
            }
            return out;
        }
    }

    /**
     * @param model of the file so far, learns
     * @param levels of the envelope's frames
     * @param stepIndex see {@link Settings#step}
     */
    LappedCoding(WaveformModel model, BitCoder coder, int[][] levels, int stepIndex) {
        this.model = model;
        this.coder = coder;
        this.levels = levels;
        this.stepLevel = stepIndex - UNIT_STEP;
    }

    /** Codes a plane of so many coefficients, a multiple of the longest block. */
    Coded code(int length, Source source) {
        Coded coded = Coded.blank(length);
        int count = span(0, length, source, coded, 0);
        return new Coded(Arrays.copyOf(coded.blocks, count), coded.values);
    }

    /**
     * Codes the coefficients from {@code from} to {@code to}, which directly follow those coded before.
     *
     * @param out as long as the plane; what is coded is written
     * @param count blocks so far
     * @return blocks then
     */
    int span(int from, int to, Source source, Coded out, int count) {
        int blocks = count;
        for (int at = from; at < to; at += LappedTransform.LONGEST) {
            blocks = tree(0, at, source, out.blocks, blocks, out.values);
        }
        return blocks;
    }

    private int tree(int level, int from, Source source, byte[] blocks, int count, int[] values) {
        if (level + 1 < LappedTransform.LEVELS
                && model.split(coder, level, lastLevel, secondLastLevel, source.split(level, from)) == 1) {
            int middle = tree(level + 1, from, source, blocks, count, values);
            return tree(level + 1, from + LappedTransform.size(level + 1), source, blocks, middle, values);
        }
        blocks[count] = (byte) level;
        block(level, from, source, values);
        secondLastLevel = lastLevel;
        lastLevel = level;
        return count + 1;
    }

    private void block(int level, int from, Source source, int[] values) {
        int size = LappedTransform.size(level);
        int[] q = new int[size];
        EnvelopeLevels.ofBlock(levels, from, level, envelope);
        for (int k = 0; k < size; k++) {
            int ratio = envelope[k] - stepLevel;
            if (ratio >= SILENT) {
                model.look(ratio, k, level, q, last, secondLast);
                q[k] = model.code(coder, source.value(model, from + k));
            }
        }
        System.arraycopy(q, 0, values, from, size);
        int[] next = secondLast;
        secondLast = last;
        last = next;
        int cells = LappedTransform.LONGEST / size;
        for (int k = 0; k < size; k++) {
            Arrays.fill(last, k * cells, (k + 1) * cells, Math.abs(q[k]));
        }
    }
}
