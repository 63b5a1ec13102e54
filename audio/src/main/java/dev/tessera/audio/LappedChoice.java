package dev.tessera.audio;

/**
 * Chooses coefficients as {@link SignedModel#choose} says, the bits being those of the adaptive model at that moment.
 *
 * @param coefficients of the blocks that {@code splits} says
 * @param scale 1 / step
 * @param lambda squared steps that a bit is worth
 */
record LappedChoice(double[] coefficients, double scale, double lambda, BlockTree splits)
        implements LappedCoding.Source {
    /**
     * Chooses blocks, too.
     *
     * @param samples filled up to whole longest blocks
     */
    static LappedChoice of(double[] samples, BlockSearch search, int stepIndex, double lambda) {
        double step = Settings.step(stepIndex);
        return of(samples, search.choose(step), step, lambda);
    }

    /** The same with blocks that were chosen. */
    static LappedChoice of(double[] samples, byte[] blocks, double step, double lambda) {
        double[] coefficients = samples.clone();
        LappedTransform.forward(coefficients, blocks);
        return new LappedChoice(coefficients, 1 / step, lambda, BlockTree.of(blocks, coefficients.length));
    }

    @Override
    public int split(int level, int from) {
        return splits.isSplit(level, from) ? 1 : 0;
    }

    @Override
    public int value(WaveformModel model, int at) {
        return model.choose(coefficients[at] * scale, lambda, WaveformModel.MAX_MAGNITUDE);
    }

    /** Where blocks are split, looked up by where a block would begin. */
    record BlockTree(byte[] levelAt) {
        /** @param blocks levels of all blocks, which begin at 0 */
        static BlockTree of(byte[] blocks, int length) {
            int shortest = LappedTransform.size(LappedTransform.LEVELS - 1);
            byte[] levelAt = new byte[length / shortest];
            int from = 0;
            for (byte level : blocks) {
                levelAt[from / shortest] = level;
                from += LappedTransform.size(level);
            }
            return new BlockTree(levelAt);
        }

        /** The first block inside of a node is shorter than the node exactly when the node is split. */
        boolean isSplit(int level, int from) {
            return levelAt[from / LappedTransform.size(LappedTransform.LEVELS - 1)] > level;
        }
    }
}
