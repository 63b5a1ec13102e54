package dev.tessera.image.learned;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.TokenizerFile;
import dev.tessera.vqmodels.integer.DiscreteLogistic;
import dev.tessera.vqmodels.integer.Dyadic;
import dev.tessera.vqmodels.integer.GridWindow;
import dev.tessera.vqmodels.integer.IntegerFormat;
import dev.tessera.vqmodels.integer.IntegerGraph;
import dev.tessera.vqmodels.integer.IntegerGraphFile;

/**
 * What the levels at a position are expected to be, from those above and to the left: a mean and a scale of a logistic distribution for each
 * channel (Minnen et al. 2018), by a graph of integers. Immutable, safe to share; a {@link Walk} is not.
 */
final class LevelPrior {
    /** Rows above and columns on either side that are looked at. */
    static final int REACH = 2;

    /** Planes beside the latents: the rate, and what is inside of the picture. */
    static final int PLANES = 2;

    static final String PREFIX = "prior.graph";

    /** The unit of latents. */
    static final Dyadic IN_UNIT = new Dyadic(1, 6);

    /** The unit of means, in latents, and of natural logarithms of scales. */
    static final Dyadic OUT_UNIT = new Dyadic(1, 8);

    private static final int MEAN_SHIFT = 8 - 6 + 16; // of a mean times levels in a latent, to 1/64 of a level
    private static final int LARGEST_INPUT = 2047; // times 127 and all that is seen it stays within 32 bits
    private static final int LARGEST_MEAN = 1 << 21;

    /** Steps of a scale in 1/256 of its natural logarithm, 6 / ln 2 / 256, in 1/65536. */
    private static final int SCALE_STEPS = 2216;

    private final int dim;
    private final IntegerGraph graph;

    LevelPrior(int dim, IntegerGraph graph) {
        this.dim = dim;
        this.graph = graph;
    }

    /** The window of the graph for {@code dim} channels. */
    static GridWindow window(int dim) {
        return new GridWindow(dim + PLANES, 2 * REACH + 1, 2 * REACH + 1, true);
    }

    static IntegerFormat input(int dim) {
        return new IntegerFormat(window(dim).size(), -LARGEST_INPUT, LARGEST_INPUT, IN_UNIT);
    }

    static LevelPrior read(ModelFile file, int dim) throws CorruptModelException {
        IntegerGraph graph = IntegerGraphFile.read(file, PREFIX);
        TokenizerFile.check(PREFIX + " input", graph.input().equals(input(dim)), graph.input(), input(dim));
        TokenizerFile.check(PREFIX + " outputs", graph.outputSize() == 2 * dim, graph.outputSize(), 2 * dim);
        for (String output : graph.outputs()) {
            Dyadic unit = graph.format(output).unit();
            TokenizerFile.check(PREFIX + " unit of " + output, unit.equals(OUT_UNIT), unit, OUT_UNIT);
        }
        return new LevelPrior(dim, graph);
    }

    IntegerGraph graph() {
        return graph;
    }

    /** Latents of a grid as the graph sees them, in {@link #IN_UNIT}, with a border of nothing. Not safe to share. */
    static final class Surroundings {
        private final GridWindow window;
        private final Gains.AtRate gains;
        private final int channels; // planes included
        private final int rows;
        private final int columns;
        private final int[] grid; // REACH rows more above, REACH columns more on either side
        private final int[] context;

        Surroundings(int dim, int rows, int columns, Gains.AtRate gains) {
            this.window = window(dim);
            this.gains = gains;
            this.channels = dim + PLANES;
            this.rows = rows + REACH;
            this.columns = columns + 2 * REACH;
            this.grid = new int[Math.multiplyExact(Math.multiplyExact(this.rows, this.columns), channels)];
            this.context = new int[window.size()];
            for (int y = 0; y < this.rows; y++) {
                for (int x = 0; x < this.columns; x++) {
                    int at = (y * this.columns + x) * channels + dim;
                    boolean inside = y >= REACH && x >= REACH && x < columns + REACH;
                    grid[at] = gains.place();
                    grid[at + 1] = inside ? Gains.LATENT_UNITS : 0;
                }
            }
        }

        /** What the graph sees at {@code (x, y)}, before which all levels are {@link #set}; valid until the next call. */
        int[] look(int y, int x) {
            window.gather(grid, rows, columns, y + REACH, x + REACH, context, 0);
            return context;
        }

        /** Says what the level of a channel at {@code (x, y)} is. */
        void set(int y, int x, int channel, int level) {
            grid[((y + REACH) * columns + x + REACH) * channels + channel] = gains.latent(channel, level);
        }
    }

    /** A walk over the positions of a grid in raster order. */
    final class Walk {
        private final Surroundings around;
        private final Gains.AtRate gains;
        private final int columns;
        private final IntegerGraph.Run run = graph.new Run();
        private final int[][] known; // what was expected at each position, for another walk; without one empty
        private int[] expected = new int[2 * dim];

        /** @param twice whether it will be walked again over the same levels, which then takes no run of the graph */
        Walk(int rows, int columns, Gains.AtRate gains, boolean twice) {
            this.around = new Surroundings(dim, rows, columns, gains);
            this.gains = gains;
            this.columns = columns;
            this.known = new int[twice ? rows * columns : 0][];
        }

        /** Looks around position {@code (x, y)}, before which all levels are {@link #set}. */
        void look(int y, int x) {
            int position = y * columns + x;
            if (position < known.length && known[position] != null) {
                expected = known[position];
                return;
            }
            run.evaluate(around.look(y, x), expected);
            if (position < known.length) {
                known[position] = expected.clone();
            }
        }

        /** The mean of a channel at the position that was looked at last, in 1/{@link DiscreteLogistic#MEAN_UNITS} of a level. */
        int mean(int channel) {
            long mean = expected[channel] * gains.levels()[channel] + (1L << MEAN_SHIFT - 1) >> MEAN_SHIFT;
            return (int) Math.clamp(mean, -LARGEST_MEAN, LARGEST_MEAN);
        }

        /** The index of the scale of a channel there. */
        int scale(int channel) {
            int log = expected[dim + channel] + gains.logLevels()[channel];
            int steps = (int) ((long) log * SCALE_STEPS + (1 << 15) >> 16);
            return Math.clamp(DiscreteLogistic.UNIT_SCALE + steps, 0, DiscreteLogistic.LARGEST_SCALE);
        }

        /** Says what the level of a channel at {@code (x, y)} is. */
        void set(int y, int x, int channel, int level) {
            around.set(y, x, channel, level);
        }
    }
}
