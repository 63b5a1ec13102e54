package dev.tessera.evalgpl;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import smile.vq.SOM;

/**
 * Kohonen's self-organizing map (1982) by Smile: the code vectors sit on a lattice and those near each other there become
 * near each other in space, so a small change of the index is a small change of the vector. For that the distortion is
 * higher than that of k-means.
 *
 * <ul>
 *   <li>Code vector {@code row x cols + col} is the unit at (row, col).
 *   <li>The lattice starts in the plane of the two principal components, two standard deviations to either side.
 *   <li>The learning rate falls from 0.5 to 0.01, the radius (standard deviation) of the Gaussian neighbourhood from half of
 *       the longer side to 0.3 units.
 *   <li>Nothing is drawn from Smile's generators, and its threads work on a unit each: the same vectors and seed give the
 *       same codebook on every machine.
 * </ul>
 *
 * <p>O(epochs x vectors x K x D) time.
 */
public final class SelfOrganizingMap {
    private static final double FIRST_RATE = 0.5;
    private static final double LAST_RATE = 0.01;
    private static final double LAST_RADIUS = 0.3;

    private final int rows;
    private final int cols;
    private final int epochs;
    private final long seed;

    private SelfOrganizingMap(Builder builder) {
        this.rows = builder.rows;
        this.cols = builder.cols;
        this.epochs = builder.epochs;
        this.seed = builder.seed;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Learns a codebook of rows x cols code vectors.
     *
     * @throws IllegalArgumentException when there are no vectors, a value is not finite or epochs x vectors exceeds an int
     */
    public Codebook fit(Latents vectors) {
        Presentation presentation = new Presentation(vectors, epochs);
        double firstRadius = Math.max(LAST_RADIUS, Math.max(rows, cols) / 2.0);
        double[] falloff = new double[Math.max(rows, cols)]; // by distance along one axis of the lattice, at this step
        int[] step = {0};
        SOM map = new SOM(
                start(vectors),
                t -> presentation.decay(FIRST_RATE, LAST_RATE, t),
                (i, j, t) -> falloff[Math.abs(i)] * falloff[Math.abs(j)]);
        presentation.show(seed, vector -> {
            double radius = presentation.decay(firstRadius, LAST_RADIUS, step[0]++);
            for (int i = 0; i < falloff.length; i++) {
                falloff[i] = StrictMath.exp(-i * i / (2 * radius * radius));
            }
            map.update(vector);
        });
        float[] codes = new float[rows * cols * vectors.dim()];
        int at = 0;
        for (double[][] row : map.neurons()) {
            for (double[] unit : row) {
                for (double value : unit) {
                    codes[at++] = (float) value;
                }
            }
        }
        return Codebook.of(rows * cols, vectors.dim(), codes);
    }

    /** {@code [rows x cols x dim]}; the longer side of the lattice lies along the first component. */
    private double[][][] start(Latents vectors) {
        int components = Math.min(2, vectors.dim());
        Klt axes = Klt.fit(vectors, components);
        double[] variances = axes.eigenvalues();
        float[] coordinates = new float[rows * cols * components];
        int along = cols >= rows ? 1 : 0; // which of (row, col) goes with the first component
        for (int unit = 0; unit < rows * cols; unit++) {
            double[] place = {spread(unit / cols, rows), spread(unit % cols, cols)};
            for (int c = 0; c < components; c++) {
                coordinates[unit * components + c] =
                        (float) (place[c == 0 ? along : 1 - along] * Math.sqrt(variances[c]));
            }
        }
        float[] start =
                axes.inverse(Latents.of(rows * cols, components, coordinates)).data();
        double[][][] lattice = new double[rows][cols][vectors.dim()];
        for (int i = 0; i < start.length; i++) {
            int unit = i / vectors.dim();
            lattice[unit / cols][unit % cols][i % vectors.dim()] = start[i];
        }
        return lattice;
    }

    /** -2 to 2. */
    private static double spread(int i, int count) {
        return count == 1 ? 0 : 4.0 * i / (count - 1) - 2;
    }

    /** Settings; defaults: 16 rows, 16 columns, 10 epochs, seed 1. */
    public static final class Builder {
        private int rows = 16;
        private int cols = 16;
        private int epochs = 10;
        private long seed = 1;

        private Builder() {}

        /** Rows of the lattice, at least 1. */
        public Builder rows(int rows) {
            this.rows = Presentation.requireAtLeast(1, rows, "rows");
            return this;
        }

        /** Columns of the lattice, at least 1; rows x cols is the codebook size. */
        public Builder cols(int cols) {
            this.cols = Presentation.requireAtLeast(1, cols, "cols");
            return this;
        }

        /** How often every vector is shown, at least 1. */
        public Builder epochs(int epochs) {
            this.epochs = Presentation.requireAtLeast(1, epochs, "epochs");
            return this;
        }

        /** Of the order in which vectors are shown. */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        public SelfOrganizingMap build() {
            return new SelfOrganizingMap(this);
        }
    }
}
