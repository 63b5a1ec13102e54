package dev.tessera.codebook.internal.kernels;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The same picks and scores as {@link VectorNearestKernel}, with most code vectors ruled out by a bound. Along r orthonormal axes P
 * the score is known, and what lies outside of them has lengths p and q, so that
 * <pre>  x.c - |c|^2/2  &lt;=  Px.Pc + p q - |c|^2/2 ,</pre>
 * a product of r + 1 dimensions (Cauchy-Schwarz). A first pass finds the code vector with the largest bound, whose score is a lower limit
 * of the best; a second pass lists, for each unit of one vector register of code vectors, the rows that may find their winner
 * there; these are scored as ever, eight rows at a time, so that a unit is loaded once for all of them. All comparisons leave room
 * for rounding, so nothing is ruled out that {@link NearTies} would look at.
 *
 * <p>Whether that pays depends on the vectors: on image patches two to four times, on noise never. {@link #choose} counts on a
 * sample.
 */
final class PrunedNearestKernel implements NearestKernel {
    private static final VectorSpecies<Float> SPECIES = VectorNearestKernel.SPECIES;
    private static final int LANES = SPECIES.length();
    private static final int BLOCK = VectorNearestKernel.BLOCK;
    private static final int TILE = VectorNearestKernel.TILE;
    private static final int ROWS = 1024;
    private static final int GATHER = 8; // rows that are scored together
    private static final int PANEL_FLOATS = 1 << 15;
    private static final int[] AXES = {3, 7, 15, 31};
    private static final int SAMPLE = 128;
    private static final int SMALLEST_DIM = 32;
    private static final int SMALLEST_CODEBOOK = 512;

    private final VectorNearestKernel full;
    private final OrderedCodes ordered;
    private final CentredCodes codes;
    private final int dim;
    private final int axes;
    private final float[] basis; // [axisBlocks x dim x BLOCK]
    private final int axisBlocks;
    private final float[] reduced; // [blocks x (axes + 1) x BLOCK]
    private final float tolerance;

    private PrunedNearestKernel(VectorNearestKernel full, OrderedCodes ordered, int axes) {
        this.full = full;
        this.ordered = ordered;
        this.codes = ordered.codes;
        this.dim = codes.dim();
        this.axes = axes;
        this.axisBlocks = (axes + BLOCK - 1) / BLOCK;
        this.basis = new float[axisBlocks * dim * BLOCK];
        for (int a = 0; a < axes; a++) {
            for (int t = 0; t < dim; t++) {
                basis[(a / BLOCK * dim + t) * BLOCK + a % BLOCK] = ordered.basis[a * dim + t];
            }
        }
        this.reduced = new float[ordered.blocks * (axes + 1) * BLOCK];
        for (int place = 0; place < codes.codebookSize(); place++) {
            int to = place / BLOCK * (axes + 1) * BLOCK + place % BLOCK;
            int from = ordered.order[place] * ordered.axes;
            float inside = 0;
            for (int a = 0; a < axes; a++) {
                float y = ordered.projected[from + a];
                reduced[to + a * BLOCK] = y;
                inside = Math.fma(y, y, inside);
            }
            reduced[to + axes * BLOCK] = outside(-2 * ordered.bias[place], inside);
        }
        this.tolerance = NearTies.tolerance(dim);
    }

    static PrunedNearestKernel of(VectorNearestKernel full, OrderedCodes ordered, int axes) {
        return new PrunedNearestKernel(full, ordered, axes);
    }

    /**
     * A kernel with the same results: {@code plain}, or a pruned one where a sample says that it is faster for {@code x}.
     *
     * @param cost of {@code plain}, relative to two multiply-adds a cycle and register
     */
    static NearestKernel choose(
            NearestKernel plain,
            double cost,
            VectorNearestKernel full,
            CentredCodes codes,
            float[] x,
            int offset,
            int count) {
        int k = codes.codebookSize();
        int dim = codes.dim();
        if (dim < SMALLEST_DIM
                || k < SMALLEST_CODEBOOK
                || (long) count * k * dim < worthTrying(k, dim)
                || !(codes.limit() > 0)) {
            return plain;
        }
        float[] sample = new float[SAMPLE * dim];
        for (int i = 0; i < SAMPLE; i++) {
            System.arraycopy(x, offset + (int) ((long) i * count / SAMPLE) * dim, sample, i * dim, dim);
        }
        OrderedCodes ordered = new OrderedCodes(codes, BLOCK);
        // vector operations for one row; the constants as measured
        double units = 2.0 * ordered.blocks;
        double least = cost * units * (dim + 4);
        NearestKernel best = plain;
        for (int axes : AXES) {
            if (2 * axes > dim) {
                break;
            }
            PrunedNearestKernel pruned = new PrunedNearestKernel(full, ordered, axes);
            double survivors = (double) pruned.survivors(sample) / SAMPLE;
            double trial =
                    2 * units * (axes + 7) + survivors * (0.8 * dim + 40) + dim * (2.0 * pruned.axisBlocks + 4) + 100;
            if (trial < least) {
                least = trial;
                best = pruned;
            }
        }
        return best;
    }

    /** Multiply-adds from which on a trial that ends with no pruning costs little; measured on noise, where it always does. */
    private static long worthTrying(int codebookSize, int dim) {
        return 1L << (dim >= 256 ? 38 : dim >= 128 || codebookSize >= 4096 ? 35 : 33);
    }

    int axes() {
        return axes;
    }

    /** Length of what is outside of the axes, rounded up. */
    private float outside(float norm, float inside) {
        return (float) Math.sqrt(Math.max(0, norm - inside) + norm * (0x1p-22f * dim));
    }

    /** Units that the rows of {@code sample} would have to look at, all together. */
    long survivors(float[] sample) {
        Scratch scratch = new Scratch(SAMPLE);
        scratch.bound(sample, 0, SAMPLE);
        long sum = 0;
        for (int block = 0; block < ordered.blocks; block += scratch.panel) {
            int end = Math.min(block + scratch.panel, ordered.blocks);
            scratch.list(SAMPLE, block, end);
            for (int unit = 0; unit < 2 * (end - block); unit++) {
                sum += scratch.listed[unit];
            }
        }
        return sum;
    }

    @Override
    public void assign(
            float[] x, int offset, int count, int[] indices, int indicesOffset, float[] scores, int scoresOffset) {
        Scratch scratch = new Scratch(Math.min(ROWS, (count + TILE - 1) / TILE * TILE));
        for (int from = 0; from < count; from += scratch.capacity) {
            int n = Math.min(scratch.capacity, count - from);
            scratch.search(x, offset + from * dim, n);
            for (int i = 0; i < n; i++) {
                int row = offset + (from + i) * dim;
                if (scratch.rows.norm[i] < codes.limit()) {
                    scratch.decide(i, x, row);
                } else {
                    full.assign(x, row, 1, scratch.winner, 0, scratch.winnerScore, 0);
                }
                indices[indicesOffset + from + i] = scratch.winner[0];
                if (scores != null) {
                    scores[scoresOffset + from + i] = scratch.winnerScore[0];
                }
            }
        }
    }

    @Override
    public void best(float[] x, int offset, int count, int width, int[] indices, float[] scores, float[] norms) {
        full.best(x, offset, count, width, indices, scores, norms);
    }

    /** What one call works on. */
    private final class Scratch {
        final int capacity; // rows
        final int panel; // blocks that are filtered and scored together
        final VectorNearestKernel.Rows rows;
        final float[] centred; // [capacity x dim], row-major
        final float[] projected; // [tiles x (axes + 1) x TILE]
        final float[] products = new float[axisBlocks * TILE * BLOCK];
        final float[] best;
        final float[] bestBlock;
        final float[] known; // a score that the row reaches
        final float[] threshold; // scores from here on may win
        final float[] slack; // how much lower bounds may be
        final float[] limit; // threshold - slack: bounds below rule out
        final int[] lists; // [2 panel x capacity]
        final int[] listed; // [2 panel]
        final float[] values = new float[GATHER * LANES];
        final int[] gathered = new int[GATHER];
        final int[] lastFound; // of each row, -1 for none: a list through earlierFound
        int found;
        int[] earlierFound = new int[4096];
        int[] foundPlace = new int[4096];
        float[] foundScore = new float[4096];
        final int[] winner = new int[1];
        final float[] winnerScore = new float[1];
        final NearTies ties = new NearTies(codes);

        Scratch(int capacity) {
            this.capacity = capacity;
            this.panel = Math.clamp(PANEL_FLOATS / ((axes + 1) * BLOCK), 1, ordered.blocks);
            this.rows = new VectorNearestKernel.Rows(capacity, dim, 1, codes);
            this.centred = new float[capacity * dim];
            this.projected = new float[capacity * (axes + 1)];
            this.best = new float[capacity * LANES];
            this.bestBlock = new float[capacity * LANES];
            this.known = new float[capacity];
            this.threshold = new float[capacity];
            this.slack = new float[capacity];
            this.limit = new float[capacity];
            this.lists = new int[2 * panel * capacity];
            this.listed = new int[2 * panel];
            this.lastFound = new int[capacity];
        }

        void search(float[] x, int offset, int n) {
            bound(x, offset, n);
            Arrays.fill(lastFound, -1);
            found = 0;
            for (int block = 0; block < ordered.blocks; block += panel) {
                int end = Math.min(block + panel, ordered.blocks);
                list(n, block, end);
                for (int unit = 0; unit < 2 * (end - block); unit++) {
                    scoreUnit(unit, 2 * block + unit);
                }
            }
        }

        /** First pass: projects the rows and finds for each a score that it reaches. */
        void bound(float[] x, int offset, int n) {
            rows.pack(x, offset, n, codes.mean());
            int width = axes + 1;
            for (int tile = 0; tile < n; tile += TILE) {
                project(tile);
            }
            Arrays.fill(best, Float.NEGATIVE_INFINITY);
            Arrays.fill(bestBlock, 0);
            for (int block = 0; block < ordered.blocks; block += panel) {
                int end = Math.min(block + panel, ordered.blocks);
                for (int tile = 0; tile < n; tile += TILE) {
                    VectorNearestKernel.scan(
                            projected,
                            tile * width,
                            reduced,
                            ordered.bias,
                            width,
                            block,
                            end,
                            best,
                            bestBlock,
                            tile * LANES,
                            LANES);
                }
            }
            for (int tile = 0; tile < n; tile += TILE) {
                limits(tile, Math.min(TILE, n - tile));
            }
        }

        private void project(int tile) {
            for (int b = 0; b < axisBlocks; b++) {
                products(rows.x, tile * dim, basis, b * dim * BLOCK, dim, products, b * TILE * BLOCK);
            }
            int at = tile * (axes + 1);
            for (int m = 0; m < TILE; m++) {
                float inside = 0;
                for (int a = 0; a < axes; a++) {
                    float y = products[(a / BLOCK * TILE + m) * BLOCK + a % BLOCK];
                    projected[at + a * TILE + m] = y;
                    inside = Math.fma(y, y, inside);
                }
                projected[at + axes * TILE + m] = outside(rows.norm[tile + m], inside);
                int row = (tile + m) * dim;
                for (int t = 0; t < dim; t++) {
                    centred[row + t] = rows.x[tile * dim + t * TILE + m];
                }
            }
        }

        /** Scores the code vector of the largest bound, for the four rows side by side. */
        private void limits(int tile, int n) {
            int p0 = place(tile);
            int p1 = place(tile + 1);
            int p2 = place(tile + 2);
            int p3 = place(tile + 3);
            float s0 = ordered.bias[p0];
            float s1 = ordered.bias[p1];
            float s2 = ordered.bias[p2];
            float s3 = ordered.bias[p3];
            int c0 = at(p0);
            int c1 = at(p1);
            int c2 = at(p2);
            int c3 = at(p3);
            float[] x = rows.x;
            float[] packed = ordered.packed;
            int from = tile * dim;
            for (int t = 0; t < dim; t++) {
                s0 = Math.fma(x[from + t * TILE], packed[c0 + t * BLOCK], s0);
                s1 = Math.fma(x[from + t * TILE + 1], packed[c1 + t * BLOCK], s1);
                s2 = Math.fma(x[from + t * TILE + 2], packed[c2 + t * BLOCK], s2);
                s3 = Math.fma(x[from + t * TILE + 3], packed[c3 + t * BLOCK], s3);
            }
            known[tile] = s0;
            known[tile + 1] = s1;
            known[tile + 2] = s2;
            known[tile + 3] = s3;
            for (int i = tile; i < tile + TILE; i++) {
                if (i >= tile + n || !(rows.norm[i] < codes.limit())) {
                    limit[i] = Float.POSITIVE_INFINITY; // nothing to look for
                    continue;
                }
                // |c| <= |x| + |x - c| for whatever can still win; every sum has at most 2 dim + 2 axes + 64 roundings
                double length = Math.sqrt(rows.norm[i]);
                double code = length + Math.sqrt(Math.max(0, rows.norm[i] - 2.0 * known[i]));
                slack[i] = (float) (0x1p-23 * (2 * dim + 2 * axes + 64) * (code * code + length * code));
                threshold[i] = NearTies.threshold(known[i], rows.norm[i], tolerance);
                limit[i] = threshold[i] - slack[i];
            }
        }

        /** The place of the largest bound, in the first of the two units of its block: any place is good for a limit. */
        private int place(int i) {
            int lane = 0;
            for (int l = 1; l < LANES; l++) {
                lane = best[i * LANES + l] > best[i * LANES + lane] ? l : lane;
            }
            return (int) bestBlock[i * LANES + lane] * BLOCK + lane;
        }

        private int at(int place) {
            return place / BLOCK * dim * BLOCK + place % BLOCK;
        }

        /** Second pass over some blocks: lists the rows that have to look at each unit. */
        void list(int n, int block, int end) {
            Arrays.fill(listed, 0);
            int width = axes + 1;
            for (int tile = 0; tile < n; tile += TILE) {
                filter(
                        projected,
                        tile * width,
                        reduced,
                        ordered.bias,
                        width,
                        block,
                        end,
                        limit,
                        tile,
                        lists,
                        listed,
                        capacity);
            }
        }

        private void scoreUnit(int listIndex, int unit) {
            int count = listed[listIndex];
            int from = listIndex * capacity;
            int packed = unit / 2 * dim * BLOCK + unit % 2 * LANES;
            for (int e = 0; e < count; e += GATHER) {
                int n = Math.min(GATHER, count - e);
                for (int m = 0; m < GATHER; m++) {
                    gathered[m] = lists[from + e + Math.min(m, n - 1)] * dim;
                }
                eightRows(centred, gathered, ordered.packed, packed, ordered.bias, unit * LANES, dim, values);
                for (int m = 0; m < n; m++) {
                    int row = lists[from + e + m];
                    long bits = FloatVector.fromArray(SPECIES, values, m * LANES)
                            .compare(VectorOperators.GE, threshold[row])
                            .toLong();
                    for (; bits != 0; bits &= bits - 1) {
                        int lane = Long.numberOfTrailingZeros(bits);
                        keep(row, unit * LANES + lane, values[m * LANES + lane]);
                    }
                }
            }
        }

        private void keep(int row, int place, float value) {
            if (found == foundPlace.length) {
                earlierFound = Arrays.copyOf(earlierFound, 2 * found);
                foundPlace = Arrays.copyOf(foundPlace, 2 * found);
                foundScore = Arrays.copyOf(foundScore, 2 * found);
            }
            foundPlace[found] = place;
            foundScore[found] = value;
            earlierFound[found] = lastFound[row];
            lastFound[row] = found++;
            if (value > known[row]) {
                known[row] = value;
                threshold[row] = NearTies.threshold(value, rows.norm[row], tolerance);
                limit[row] = threshold[row] - slack[row];
            }
        }

        void decide(int row, float[] x, int offset) {
            int near = 0;
            for (int f = lastFound[row]; f >= 0; f = earlierFound[f]) {
                if (foundScore[f] >= threshold[row]) {
                    winner[0] = ordered.order[foundPlace[f]];
                    winnerScore[0] = foundScore[f];
                    near++;
                }
            }
            if (near > 1) {
                ties.clear();
                for (int f = lastFound[row]; f >= 0; f = earlierFound[f]) {
                    if (foundScore[f] >= threshold[row]) {
                        ties.add(ordered.order[foundPlace[f]], foundScore[f]);
                    }
                }
                int nearest = ties.nearest(x, offset, threshold[row]);
                winner[0] = ties.index(nearest);
                winnerScore[0] = ties.score(nearest);
            }
        }
    }

    /** Products of a tile of vectors with a block of axes, {@code [TILE x BLOCK]}. */
    private static void products(float[] x, int tile, float[] packed, int codes, int dim, float[] out, int at) {
        FloatVector a00 = FloatVector.zero(SPECIES);
        FloatVector a01 = a00;
        FloatVector a10 = a00;
        FloatVector a11 = a00;
        FloatVector a20 = a00;
        FloatVector a21 = a00;
        FloatVector a30 = a00;
        FloatVector a31 = a00;
        for (int k = 0; k < dim; k++) {
            FloatVector c0 = FloatVector.fromArray(SPECIES, packed, codes + k * BLOCK);
            FloatVector c1 = FloatVector.fromArray(SPECIES, packed, codes + k * BLOCK + LANES);
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[tile + k * TILE]);
            a00 = x0.fma(c0, a00);
            a01 = x0.fma(c1, a01);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[tile + k * TILE + 1]);
            a10 = x1.fma(c0, a10);
            a11 = x1.fma(c1, a11);
            FloatVector x2 = FloatVector.broadcast(SPECIES, x[tile + k * TILE + 2]);
            a20 = x2.fma(c0, a20);
            a21 = x2.fma(c1, a21);
            FloatVector x3 = FloatVector.broadcast(SPECIES, x[tile + k * TILE + 3]);
            a30 = x3.fma(c0, a30);
            a31 = x3.fma(c1, a31);
        }
        a00.intoArray(out, at);
        a01.intoArray(out, at + LANES);
        a10.intoArray(out, at + BLOCK);
        a11.intoArray(out, at + BLOCK + LANES);
        a20.intoArray(out, at + 2 * BLOCK);
        a21.intoArray(out, at + 2 * BLOCK + LANES);
        a30.intoArray(out, at + 3 * BLOCK);
        a31.intoArray(out, at + 3 * BLOCK + LANES);
    }

    /** Lists, for each unit of the blocks {@code [from, to)}, the vectors of a tile whose bound reaches their limit. */
    private static void filter(
            float[] x,
            int tile,
            float[] packed,
            float[] bias,
            int dim,
            int from,
            int to,
            float[] limits,
            int row,
            int[] lists,
            int[] listed,
            int capacity) {
        FloatVector limit0 = FloatVector.broadcast(SPECIES, limits[row]);
        FloatVector limit1 = FloatVector.broadcast(SPECIES, limits[row + 1]);
        FloatVector limit2 = FloatVector.broadcast(SPECIES, limits[row + 2]);
        FloatVector limit3 = FloatVector.broadcast(SPECIES, limits[row + 3]);
        for (int block = from; block < to; block++) {
            FloatVector a00 = FloatVector.fromArray(SPECIES, bias, block * BLOCK);
            FloatVector a01 = FloatVector.fromArray(SPECIES, bias, block * BLOCK + LANES);
            FloatVector a10 = a00;
            FloatVector a11 = a01;
            FloatVector a20 = a00;
            FloatVector a21 = a01;
            FloatVector a30 = a00;
            FloatVector a31 = a01;
            int codes = block * dim * BLOCK;
            for (int k = 0; k < dim; k++) {
                FloatVector c0 = FloatVector.fromArray(SPECIES, packed, codes + k * BLOCK);
                FloatVector c1 = FloatVector.fromArray(SPECIES, packed, codes + k * BLOCK + LANES);
                FloatVector x0 = FloatVector.broadcast(SPECIES, x[tile + k * TILE]);
                a00 = x0.fma(c0, a00);
                a01 = x0.fma(c1, a01);
                FloatVector x1 = FloatVector.broadcast(SPECIES, x[tile + k * TILE + 1]);
                a10 = x1.fma(c0, a10);
                a11 = x1.fma(c1, a11);
                FloatVector x2 = FloatVector.broadcast(SPECIES, x[tile + k * TILE + 2]);
                a20 = x2.fma(c0, a20);
                a21 = x2.fma(c1, a21);
                FloatVector x3 = FloatVector.broadcast(SPECIES, x[tile + k * TILE + 3]);
                a30 = x3.fma(c0, a30);
                a31 = x3.fma(c1, a31);
            }
            VectorMask<Float> m00 = a00.compare(VectorOperators.GE, limit0);
            VectorMask<Float> m01 = a01.compare(VectorOperators.GE, limit0);
            VectorMask<Float> m10 = a10.compare(VectorOperators.GE, limit1);
            VectorMask<Float> m11 = a11.compare(VectorOperators.GE, limit1);
            VectorMask<Float> m20 = a20.compare(VectorOperators.GE, limit2);
            VectorMask<Float> m21 = a21.compare(VectorOperators.GE, limit2);
            VectorMask<Float> m30 = a30.compare(VectorOperators.GE, limit3);
            VectorMask<Float> m31 = a31.compare(VectorOperators.GE, limit3);
            if (m00.or(m10).or(m20.or(m30)).anyTrue()) {
                int unit = 2 * (block - from);
                listed[unit] = append(lists, unit * capacity, listed[unit], row, m00, m10, m20, m30);
            }
            if (m01.or(m11).or(m21.or(m31)).anyTrue()) {
                int unit = 2 * (block - from) + 1;
                listed[unit] = append(lists, unit * capacity, listed[unit], row, m01, m11, m21, m31);
            }
        }
    }

    private static int append(
            int[] lists,
            int at,
            int count,
            int row,
            VectorMask<Float> m0,
            VectorMask<Float> m1,
            VectorMask<Float> m2,
            VectorMask<Float> m3) {
        int n = count;
        if (m0.anyTrue()) {
            lists[at + n++] = row;
        }
        if (m1.anyTrue()) {
            lists[at + n++] = row + 1;
        }
        if (m2.anyTrue()) {
            lists[at + n++] = row + 2;
        }
        if (m3.anyTrue()) {
            lists[at + n++] = row + 3;
        }
        return n;
    }

    /** Scores of eight rows against one unit, {@code [8 x LANES]}, each in the order of additions of all kernels. */
    private static void eightRows(
            float[] x, int[] rows, float[] packed, int codes, float[] bias, int first, int dim, float[] out) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, bias, first);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector a4 = a0;
        FloatVector a5 = a0;
        FloatVector a6 = a0;
        FloatVector a7 = a0;
        int r0 = rows[0];
        int r1 = rows[1];
        int r2 = rows[2];
        int r3 = rows[3];
        int r4 = rows[4];
        int r5 = rows[5];
        int r6 = rows[6];
        int r7 = rows[7];
        for (int k = 0; k < dim; k++) {
            FloatVector c = FloatVector.fromArray(SPECIES, packed, codes + k * BLOCK);
            a0 = c.fma(FloatVector.broadcast(SPECIES, x[r0 + k]), a0);
            a1 = c.fma(FloatVector.broadcast(SPECIES, x[r1 + k]), a1);
            a2 = c.fma(FloatVector.broadcast(SPECIES, x[r2 + k]), a2);
            a3 = c.fma(FloatVector.broadcast(SPECIES, x[r3 + k]), a3);
            a4 = c.fma(FloatVector.broadcast(SPECIES, x[r4 + k]), a4);
            a5 = c.fma(FloatVector.broadcast(SPECIES, x[r5 + k]), a5);
            a6 = c.fma(FloatVector.broadcast(SPECIES, x[r6 + k]), a6);
            a7 = c.fma(FloatVector.broadcast(SPECIES, x[r7 + k]), a7);
        }
        a0.intoArray(out, 0);
        a1.intoArray(out, LANES);
        a2.intoArray(out, 2 * LANES);
        a3.intoArray(out, 3 * LANES);
        a4.intoArray(out, 4 * LANES);
        a5.intoArray(out, 5 * LANES);
        a6.intoArray(out, 6 * LANES);
        a7.intoArray(out, 7 * LANES);
    }
}
