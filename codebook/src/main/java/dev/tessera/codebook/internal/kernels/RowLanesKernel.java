package dev.tessera.codebook.internal.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The same picks and scores as {@link VectorNearestKernel} where there are 32 vector registers, which 512-bit vectors come with: here a
 * lane holds a vector, and the code vectors pass by four at a time, broadcast. Then nothing has to be found across lanes at the end, which
 * takes {@link VectorNearestKernel} as long as the scores of 256 code vectors of 8 dimensions. Measured with 16 lanes: 1.5 times as fast
 * there, 1.15 times with 64 and more dimensions.
 */
final class RowLanesKernel implements NearestKernel {
    private static final VectorSpecies<Float> SPECIES = VectorNearestKernel.SPECIES;
    private static final int LANES = SPECIES.length();
    private static final int PAIR = 2 * LANES; // vectors that pass together
    private static final int QUAD = NearTies.LANES;
    private static final int ROWS = 8 * PAIR;
    private static final int PANEL_FLOATS = 1 << 16; // code values that stay in L2 while the rows pass

    private final VectorNearestKernel tiles;
    private final CentredCodes codes;
    private final int dim;
    private final int quads;
    private final int groupQuads; // quads of a group of NearTies
    private final int classes;
    private final float tolerance;
    private final float[] packed; // [quads x (1 + dim) x QUAD], bias first; past the last code vector it is -infinity

    private RowLanesKernel(VectorNearestKernel tiles, CentredCodes codes) {
        this.tiles = tiles;
        this.codes = codes;
        this.dim = codes.dim();
        int k = codes.codebookSize();
        this.quads = (k + QUAD - 1) / QUAD;
        this.groupQuads = NearTies.groupSize(k) / QUAD;
        this.classes = NearTies.groups(k) * QUAD;
        this.tolerance = NearTies.tolerance(dim);
        this.packed = new float[Math.multiplyExact(quads, (1 + dim) * QUAD)];
        for (int j = 0; j < quads * QUAD; j++) {
            int at = j / QUAD * (1 + dim) * QUAD + j % QUAD;
            packed[at] = j < k ? codes.bias()[j] : Float.NEGATIVE_INFINITY;
            for (int t = 0; t < dim && j < k; t++) {
                packed[at + (1 + t) * QUAD] = codes.codes()[j * dim + t];
            }
        }
    }

    /** The faster kernel of those that see all code vectors. */
    static NearestKernel of(CentredCodes codes) {
        VectorNearestKernel tiles = VectorNearestKernel.of(codes);
        return LANES == 16 ? new RowLanesKernel(tiles, codes) : tiles;
    }

    /** For tests: this kernel whatever the number of lanes. */
    static RowLanesKernel ofAnyWidth(CentredCodes codes) {
        return new RowLanesKernel(VectorNearestKernel.of(codes), codes);
    }

    @Override
    public NearestKernel suitedTo(float[] x, int offset, int count) {
        return PrunedNearestKernel.choose(this, 0.75, tiles, codes, x, offset, count);
    }

    @Override
    public void assign(
            float[] x, int offset, int count, int[] indices, int indicesOffset, float[] scores, int scoresOffset) {
        int panel = Math.max(1, PANEL_FLOATS / (dim * QUAD));
        Rows rows = new Rows(Math.min(ROWS, (count + PAIR - 1) / PAIR * PAIR));
        for (int from = 0; from < count; from += rows.capacity) {
            int n = Math.min(rows.capacity, count - from);
            rows.pack(x, offset + from * dim, n);
            for (int c = 0; c < classes; c += QUAD) {
                int first = c / QUAD * groupQuads;
                int end = Math.min(first + groupQuads, quads);
                for (int q = first; q < end; q += panel) {
                    for (int pair = 0; pair < n; pair += PAIR) {
                        int at = rows.state(c, pair);
                        int to = Math.min(q + panel, end);
                        if (q == first) {
                            scan(rows.x, pair * dim, dim, packed, q, to, rows.state, at);
                        } else {
                            scan(rows.x, pair * dim, dim, packed, q, to, rows.panel, 0);
                            merge(rows.panel, rows.state, at);
                        }
                    }
                }
            }
            for (int at = 0; at < n; at += LANES) {
                rows.pickWinners(at);
            }
            for (int i = 0; i < n; i++) {
                if (!(rows.norm[i] < codes.limit())) {
                    searchScalar(rows, i);
                } else if (rows.near[i] != 1) {
                    decide(rows, i, x, offset + (from + i) * dim);
                }
                indices[indicesOffset + from + i] = (int) rows.winner[i];
            }
            if (scores != null) {
                System.arraycopy(rows.score, 0, scores, scoresOffset + from, n);
            }
        }
    }

    @Override
    public void assignApart(float[] x, int offset, int count, int[] indices, int indicesOffset, float[] others) {
        tiles.assignApart(x, offset, count, indices, indicesOffset, others);
    }

    @Override
    public void best(float[] x, int offset, int count, int width, int[] indices, float[] scores, float[] norms) {
        tiles.best(x, offset, count, width, indices, scores, norms);
    }

    /**
     * Scores a pair against the quads {@code [from, to)} and writes, for each place in a quad, the best score and the quad it came from (as
     * a float, exact below 2^24 quads). It starts from constants: with loaded vectors C2 spills in the loop.
     */
    private static void scan(float[] x, int at, int dim, float[] packed, int from, int to, float[] state, int out) {
        FloatVector best00 = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        FloatVector best01 = best00;
        FloatVector best10 = best00;
        FloatVector best11 = best00;
        FloatVector best20 = best00;
        FloatVector best21 = best00;
        FloatVector best30 = best00;
        FloatVector best31 = best00;
        FloatVector quad00 = FloatVector.zero(SPECIES);
        FloatVector quad01 = quad00;
        FloatVector quad10 = quad00;
        FloatVector quad11 = quad00;
        FloatVector quad20 = quad00;
        FloatVector quad21 = quad00;
        FloatVector quad30 = quad00;
        FloatVector quad31 = quad00;
        for (int q = from; q < to; q++) {
            int c = q * (1 + dim) * QUAD;
            FloatVector a00 = FloatVector.broadcast(SPECIES, packed[c]);
            FloatVector a10 = FloatVector.broadcast(SPECIES, packed[c + 1]);
            FloatVector a20 = FloatVector.broadcast(SPECIES, packed[c + 2]);
            FloatVector a30 = FloatVector.broadcast(SPECIES, packed[c + 3]);
            FloatVector a01 = a00;
            FloatVector a11 = a10;
            FloatVector a21 = a20;
            FloatVector a31 = a30;
            for (int k = 0; k < dim; k++) {
                FloatVector x0 = FloatVector.fromArray(SPECIES, x, at + k * PAIR);
                FloatVector x1 = FloatVector.fromArray(SPECIES, x, at + k * PAIR + LANES);
                FloatVector c0 = FloatVector.broadcast(SPECIES, packed[c + k * QUAD + 4]);
                a00 = x0.fma(c0, a00);
                a01 = x1.fma(c0, a01);
                FloatVector c1 = FloatVector.broadcast(SPECIES, packed[c + k * QUAD + 5]);
                a10 = x0.fma(c1, a10);
                a11 = x1.fma(c1, a11);
                FloatVector c2 = FloatVector.broadcast(SPECIES, packed[c + k * QUAD + 6]);
                a20 = x0.fma(c2, a20);
                a21 = x1.fma(c2, a21);
                FloatVector c3 = FloatVector.broadcast(SPECIES, packed[c + k * QUAD + 7]);
                a30 = x0.fma(c3, a30);
                a31 = x1.fma(c3, a31);
            }
            FloatVector number = FloatVector.broadcast(SPECIES, (float) q);
            VectorMask<Float> won00 = a00.compare(VectorOperators.GT, best00);
            best00 = best00.blend(a00, won00);
            quad00 = quad00.blend(number, won00);
            VectorMask<Float> won01 = a01.compare(VectorOperators.GT, best01);
            best01 = best01.blend(a01, won01);
            quad01 = quad01.blend(number, won01);
            VectorMask<Float> won10 = a10.compare(VectorOperators.GT, best10);
            best10 = best10.blend(a10, won10);
            quad10 = quad10.blend(number, won10);
            VectorMask<Float> won11 = a11.compare(VectorOperators.GT, best11);
            best11 = best11.blend(a11, won11);
            quad11 = quad11.blend(number, won11);
            VectorMask<Float> won20 = a20.compare(VectorOperators.GT, best20);
            best20 = best20.blend(a20, won20);
            quad20 = quad20.blend(number, won20);
            VectorMask<Float> won21 = a21.compare(VectorOperators.GT, best21);
            best21 = best21.blend(a21, won21);
            quad21 = quad21.blend(number, won21);
            VectorMask<Float> won30 = a30.compare(VectorOperators.GT, best30);
            best30 = best30.blend(a30, won30);
            quad30 = quad30.blend(number, won30);
            VectorMask<Float> won31 = a31.compare(VectorOperators.GT, best31);
            best31 = best31.blend(a31, won31);
            quad31 = quad31.blend(number, won31);
        }
        best00.intoArray(state, out);
        best01.intoArray(state, out + LANES);
        best10.intoArray(state, out + 2 * LANES);
        best11.intoArray(state, out + 3 * LANES);
        best20.intoArray(state, out + 4 * LANES);
        best21.intoArray(state, out + 5 * LANES);
        best30.intoArray(state, out + 6 * LANES);
        best31.intoArray(state, out + 7 * LANES);
        quad00.intoArray(state, out + 8 * LANES);
        quad01.intoArray(state, out + 9 * LANES);
        quad10.intoArray(state, out + 10 * LANES);
        quad11.intoArray(state, out + 11 * LANES);
        quad20.intoArray(state, out + 12 * LANES);
        quad21.intoArray(state, out + 13 * LANES);
        quad30.intoArray(state, out + 14 * LANES);
        quad31.intoArray(state, out + 15 * LANES);
    }

    /** Takes over what a later panel found better. */
    private static void merge(float[] panel, float[] state, int at) {
        for (int i = 0; i < QUAD * PAIR; i += LANES) {
            FloatVector best = FloatVector.fromArray(SPECIES, panel, i);
            FloatVector known = FloatVector.fromArray(SPECIES, state, at + i);
            VectorMask<Float> won = best.compare(VectorOperators.GT, known);
            known.blend(best, won).intoArray(state, at + i);
            FloatVector.fromArray(SPECIES, state, at + i + QUAD * PAIR)
                    .blend(FloatVector.fromArray(SPECIES, panel, i + QUAD * PAIR), won)
                    .intoArray(state, at + i + QUAD * PAIR);
        }
    }

    /** Settles a near tie among the classes. */
    private void decide(Rows rows, int i, float[] x, int offset) {
        float threshold = NearTies.threshold(rows.score[i], rows.norm[i], tolerance);
        NearTies ties = rows.ties;
        ties.clear();
        for (int c = 0; c < classes; c++) {
            int at = rows.state(c, i);
            float value = rows.state[at];
            int index = (int) rows.state[at + 8 * LANES] * QUAD + c % QUAD;
            if (value >= threshold && index < codes.codebookSize()) {
                ties.add(index, value);
            }
        }
        int nearest = ties.nearest(x, offset, threshold);
        rows.winner[i] = ties.index(nearest);
        rows.score[i] = ties.score(nearest);
    }

    /** For vectors with NaN, infinities or values so large that scores may overflow. */
    private void searchScalar(Rows rows, int i) {
        rows.winner[i] = 0;
        rows.score[i] = Float.NEGATIVE_INFINITY;
        int from = i / PAIR * PAIR * dim + i % PAIR;
        for (int j = 0; j < codes.codebookSize(); j++) {
            float score = codes.bias()[j];
            for (int k = 0; k < dim; k++) {
                score = Math.fma(rows.x[from + k * PAIR], codes.codes()[j * dim + k], score);
            }
            if (score > rows.score[i]) {
                rows.score[i] = score;
                rows.winner[i] = j;
            }
        }
    }

    /** Some vectors packed in pairs of registers, and the state of their search. */
    private final class Rows {
        final int capacity; // a multiple of PAIR
        final float[] x; // [capacity / PAIR x dim x PAIR], centred
        final float[] norm; // [capacity], sum of x^2
        final float[] state; // [classes / QUAD x capacity / PAIR x 2 x QUAD x PAIR]: best scores, then their quads
        final float[] panel = new float[2 * QUAD * PAIR]; // the same of one pair and some quads
        final float[] winner; // [capacity], an index as a float
        final float[] score; // [capacity]
        final float[] near; // [capacity], classes that reach the threshold
        final NearTies ties = new NearTies(codes);

        Rows(int capacity) {
            this.capacity = capacity;
            this.x = new float[capacity * dim];
            this.norm = new float[capacity];
            this.state = new float[2 * classes * capacity];
            this.winner = new float[capacity];
            this.score = new float[capacity];
            this.near = new float[capacity];
        }

        /** Where the best score of a class and a vector stands; 8 registers on stands its quad. */
        int state(int c, int i) {
            return ((c / QUAD * (capacity / PAIR) + i / PAIR) * 2 * QUAD + c % QUAD) * PAIR + i % PAIR;
        }

        /** Takes {@code n} vectors; the last pair is filled up with the last vector. */
        void pack(float[] from, int offset, int n) {
            float[] mean = codes.mean();
            for (int i = 0; i < (n + PAIR - 1) / PAIR * PAIR; i++) {
                int row = offset + Math.min(i, n - 1) * dim;
                int to = i / PAIR * PAIR * dim + i % PAIR;
                float sum = 0;
                for (int k = 0; k < dim; k++) {
                    float v = from[row + k] - mean[k];
                    x[to + k * PAIR] = v;
                    sum = Math.fma(v, v, sum);
                }
                norm[i] = sum;
            }
        }

        /** Index and score of the winners of one register of vectors, and how many classes come near. */
        void pickWinners(int at) {
            FloatVector most = FloatVector.fromArray(SPECIES, state, state(0, at));
            FloatVector index = FloatVector.fromArray(SPECIES, state, state(0, at) + 8 * LANES)
                    .mul(QUAD);
            for (int c = 1; c < classes; c++) {
                int from = state(c, at);
                FloatVector other = FloatVector.fromArray(SPECIES, state, from);
                VectorMask<Float> won = other.compare(VectorOperators.GT, most);
                most = most.blend(other, won);
                index = index.blend(
                        FloatVector.fromArray(SPECIES, state, from + 8 * LANES)
                                .mul(QUAD)
                                .add(c % QUAD),
                        won);
            }
            FloatVector threshold = most.sub(
                    FloatVector.fromArray(SPECIES, norm, at).add(most.abs()).mul(tolerance));
            FloatVector count = FloatVector.zero(SPECIES);
            for (int c = 0; c < classes; c++) {
                VectorMask<Float> reached =
                        FloatVector.fromArray(SPECIES, state, state(c, at)).compare(VectorOperators.GE, threshold);
                count = count.add(1, reached);
            }
            most.intoArray(score, at);
            index.intoArray(winner, at);
            count.intoArray(near, at);
        }
    }
}
