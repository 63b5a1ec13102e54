package dev.tessera.image.learned;

import dev.tessera.codecs.mixing.BitCoder;

/** The walk over the levels of a grid, one for encoder, decoder and training: position by position in raster order, channel by channel. */
final class LevelCoding {
    private final int dim;
    private final int rows;
    private final int columns;
    private final int[] levels; // [rows x columns x dim]

    /** Says which level is coded at a place; the model knows by then what each would cost. */
    @FunctionalInterface
    interface Choice {
        int level(int position, int channel, LevelModel model);
    }

    LevelCoding(int dim, int rows, int columns) {
        this.dim = dim;
        this.rows = rows;
        this.columns = columns;
        this.levels = new int[Math.multiplyExact(Math.multiplyExact(rows, columns), dim)];
    }

    /** {@code [rows x columns x dim]}, live. */
    int[] levels() {
        return levels;
    }

    /**
     * Codes all levels.
     *
     * @param channels number of first channels that are coded; the others are zeros
     * @param rate class of the rate, see {@link LevelModel#rateClass}
     * @param choice asked by an encoder; a decoder's coder does not look at the answer
     */
    void code(BitCoder coder, LevelModel model, LevelPrior.Walk prior, int channels, int rate, Choice choice) {
        for (int y = 0; y < rows; y++) {
            for (int x = 0; x < columns; x++) {
                if (channels > 0) {
                    prior.look(y, x);
                }
                position(coder, model, prior, channels, rate, choice, y, x);
            }
        }
    }

    private void position(
            BitCoder coder,
            LevelModel model,
            LevelPrior.Walk prior,
            int channels,
            int rate,
            Choice choice,
            int y,
            int x) {
        int position = y * columns + x;
        int nonzero = 0;
        for (int c = 0; c < channels; c++) {
            model.look(
                    c,
                    prior.mean(c),
                    prior.scale(c),
                    rate,
                    new LevelModel.Neighbours(
                            at(y, x - 1, c),
                            at(y - 1, x, c),
                            at(y - 1, x - 1, c),
                            at(y - 1, x + 1, c),
                            c < 1 ? 0 : levels[position * dim + c - 1],
                            c < 2 ? 0 : levels[position * dim + c - 2],
                            nonzero));
            int level = model.code(coder, choice.level(position, c, model));
            levels[position * dim + c] = level;
            if (level != 0) {
                nonzero++;
                prior.set(y, x, c, level);
            }
        }
    }

    private int at(int y, int x, int channel) {
        return y < 0 || x < 0 || x >= columns ? 0 : levels[(y * columns + x) * dim + channel];
    }
}
