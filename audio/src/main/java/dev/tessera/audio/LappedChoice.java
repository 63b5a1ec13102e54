package dev.tessera.audio;

/**
 * Rate-distortion optimised choice of coefficients: of the nearest value, the one below and zero the one with the least squared
 * error + lambda x bits, the bits being those of the adaptive model at that moment.
 *
 * @param coefficients of the blocks that {@code splits} says
 * @param scale 1 / step
 * @param lambda squared steps that a bit is worth
 */
record LappedChoice(double[] coefficients, double scale, double lambda, BlockTree splits)
        implements LappedCoding.Source {
    @Override
    public int split(int level, int from) {
        return splits.isSplit(level, from) ? 1 : 0;
    }

    @Override
    public int value(WaveformModel model, int at) {
        double x = coefficients[at] * scale;
        double size = Math.abs(x);
        int nearest = (int) Math.min(size + 0.5, WaveformModel.MAX_MAGNITUDE);
        if (nearest == 0) {
            return 0;
        }
        int best = 0;
        double least = size * size + lambda * model.costOfZero() / 65536;
        for (int m = nearest; m >= Math.max(1, nearest - 1); m--) {
            double score = (size - m) * (size - m) + lambda * model.cost(m) / 65536;
            if (score < least) {
                least = score;
                best = m;
            }
        }
        return x < 0 ? -best : best;
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
