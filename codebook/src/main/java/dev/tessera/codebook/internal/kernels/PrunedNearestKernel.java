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
 * of the best; a second pass lists the blocks that may reach it; these are scored as ever. All comparisons leave room for
 * rounding, so nothing is ruled out that {@link NearTies} would look at.
 *
 * <p>Whether that pays depends on the vectors: on image patches two to four times, on noise never. {@link #choose} counts on a
 * sample.
 */
final class PrunedNearestKernel implements NearestKernel {
    private static final VectorSpecies<Float> SPECIES = VectorNearestKernel.SPECIES;
    private static final int LANES = SPECIES.length();
    private static final int BLOCK = VectorNearestKernel.BLOCK;
    private static final int TILE = VectorNearestKernel.TILE;
    private static final int ROWS = 256;
    private static final int PANEL_FLOATS = 1 << 15;
    private static final int[] AXES = {7, 15, 31};
    private static final int SAMPLE = 128;
    private static final long WORTH_TRYING = 1L << 31; // multiply-adds: some tenths of a second
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

    /** A kernel with the same results: {@code full}, or a pruned one where a sample says that it is faster for {@code x}. */
    static NearestKernel choose(VectorNearestKernel full, CentredCodes codes, float[] x, int offset, int count) {
        int k = codes.codebookSize();
        int dim = codes.dim();
        if (dim < SMALLEST_DIM || k < SMALLEST_CODEBOOK || (long) count * k * dim < WORTH_TRYING || !(codes.limit() > 0)) {
            return full;
        }
        float[] sample = new float[SAMPLE * dim];
        for (int i = 0; i < SAMPLE; i++) {
            System.arraycopy(x, offset + (int) ((long) i * count / SAMPLE) * dim, sample, i * dim, dim);
        }
        OrderedCodes ordered = new OrderedCodes(codes, BLOCK);
        // vector operations for one row and one block, the constants as measured
        double least = 0.85 * ordered.blocks * (2.0 * dim + 8);
        NearestKernel best = full;
        for (int axes : AXES) {
            if (2 * axes > dim) {
                break;
            }
            PrunedNearestKernel pruned = new PrunedNearestKernel(full, ordered, axes);
            double survivors = (double) pruned.survivors(sample) / SAMPLE;
            double cost = 2.0 * ordered.blocks * (2.0 * (axes + 1) + 9) + survivors * (3.0 * dim + 60) + 4.0 * dim * pruned.axisBlocks;
            if (cost < least) {
                least = cost;
                best = pruned;
            }
        }
        return best;
    }

    int axes() {
        return axes;
    }

    /** Length of what is outside of the axes, rounded up. */
    private float outside(float norm, float inside) {
        return (float) Math.sqrt(Math.max(0, norm - inside) + norm * (0x1p-22f * dim));
    }

    long survivors(float[] sample) {
        Scratch scratch = new Scratch();
        long sum = 0;
        scratch.rows.pack(sample, 0, SAMPLE, codes.mean());
        bound(scratch, SAMPLE);
        for (int i = 0; i < SAMPLE; i++) {
            scratch.list(i);
            sum += scratch.survivorCount[i % TILE];
        }
        return sum;
    }

    @Override
    public void assign(
            float[] x, int offset, int count, int[] indices, int indicesOffset, float[] scores, int scoresOffset) {
        Scratch scratch = new Scratch();
        for (int from = 0; from < count; from += ROWS) {
            int n = Math.min(ROWS, count - from);
            scratch.rows.pack(x, offset + from * dim, n, codes.mean());
            bound(scratch, n);
            for (int i = 0; i < n; i++) {
                int row = offset + (from + i) * dim;
                scratch.list(i);
                if (scratch.rows.norm[i] < codes.limit()) {
                    scratch.score(i, x, row);
                } else {
                    full.assign(x, row, 1, scratch.winner, 0, scratch.score, 0);
                }
                indices[indicesOffset + from + i] = scratch.winner[0];
                if (scores != null) {
                    scores[scoresOffset + from + i] = scratch.score[0];
                }
            }
        }
    }

    /** First pass: projects the rows, and finds for each a score that the best reaches at least. */
    private void bound(Scratch s, int n) {
        for (int tile = 0; tile < n; tile += TILE) {
            s.project(tile);
        }
        int width = axes + 1;
        int panel = Math.clamp(PANEL_FLOATS / (width * BLOCK), 1, ordered.blocks);
        Arrays.fill(s.best, Float.NEGATIVE_INFINITY);
        Arrays.fill(s.bestBlock, 0);
        for (int block = 0; block < ordered.blocks; block += panel) {
            int end = Math.min(block + panel, ordered.blocks);
            for (int tile = 0; tile < n; tile += TILE) {
                VectorNearestKernel.scan(
                        s.reduced, tile * width, reduced, ordered.bias, width, block, end, s.best, s.bestBlock, tile * LANES, LANES);
            }
        }
        for (int i = 0; i < n; i++) {
            s.limit(i);
        }
    }

    /** What one call of {@link #assign} works on. */
    private final class Scratch {
        final VectorNearestKernel.Rows rows = new VectorNearestKernel.Rows(ROWS, dim, 1, codes);
        final float[] reduced = new float[ROWS * (axes + 1)]; // [tiles x (axes + 1) x TILE]
        final float[] products = new float[axisBlocks * TILE * BLOCK];
        final float[] best = new float[ROWS * LANES];
        final float[] bestBlock = new float[ROWS * LANES];
        final float[] limit = new float[ROWS]; // bounds below this rule out
        final float[] known = new float[ROWS]; // a score that is reached
        final int[][] survivors = new int[TILE][ordered.blocks + TILE];
        final int[] survivorCount = new int[TILE];
        final float[] row = new float[dim];
        final float[] values = new float[TILE * BLOCK];
        final int[] winner = new int[1];
        final float[] score = new float[1];
        final NearTies ties = new NearTies(codes);
        int[] foundPlace = new int[64];
        float[] foundScore = new float[64];

        void project(int tile) {
            for (int b = 0; b < axisBlocks; b++) {
                products(rows.x, tile * dim, PrunedNearestKernel.this.basis, b * dim * BLOCK, dim, products, b * TILE * BLOCK);
            }
            int at = tile * (axes + 1);
            for (int m = 0; m < TILE; m++) {
                float inside = 0;
                for (int a = 0; a < axes; a++) {
                    float y = products[(a / BLOCK * TILE + m) * BLOCK + a % BLOCK];
                    reduced[at + a * TILE + m] = y;
                    inside = Math.fma(y, y, inside);
                }
                reduced[at + axes * TILE + m] = outside(rows.norm[tile + m], inside);
            }
        }

        void limit(int i) {
            int lane = 0;
            for (int l = 1; l < LANES; l++) {
                lane = best[i * LANES + l] > best[i * LANES + lane] ? l : lane;
            }
            int place = (int) bestBlock[i * LANES + lane] * BLOCK + lane;
            float first = fullScore(i, place);
            float second = fullScore(i, place + LANES);
            float norm = rows.norm[i];
            known[i] = Math.max(first, second);
            // |c| <= |x| + |x - c| for whatever can still win; every sum has at most 2 dim + 2 axes + 64 roundings
            double length = Math.sqrt(norm);
            double code = length + Math.sqrt(Math.max(0, norm - 2.0 * known[i]));
            double rounding = 0x1p-24 * (2 * dim + 2 * axes + 64) * (code * code + length * code);
            limit[i] = (float) (NearTies.threshold(known[i], norm, tolerance) - 2 * rounding);
        }

        private float fullScore(int i, int place) {
            int x = i / TILE * TILE * dim + i % TILE;
            int c = place / BLOCK * dim * BLOCK + place % BLOCK;
            float sum = ordered.bias[place];
            for (int t = 0; t < dim; t++) {
                sum = Math.fma(rows.x[x + t * TILE], ordered.packed[c + t * BLOCK], sum);
            }
            return sum;
        }

        /** Second pass: lists the blocks that row {@code i} has to look at; done for the four rows of a tile at once. */
        void list(int i) {
            if (i % TILE == 0) {
                int width = axes + 1;
                Arrays.fill(survivorCount, 0);
                filter(reduced, i * width, PrunedNearestKernel.this.reduced, ordered.bias, width, ordered.blocks, limit, i, survivors, survivorCount);
            }
        }

        void score(int i, float[] x, int offset) {
            int from = i / TILE * TILE * dim + i % TILE;
            for (int t = 0; t < dim; t++) {
                row[t] = rows.x[from + t * TILE];
            }
            int[] list = survivors[i % TILE];
            int count = survivorCount[i % TILE];
            for (int e = count; e % TILE != 0; e++) {
                list[e] = list[count - 1];
            }
            float norm = rows.norm[i];
            float best = known[i];
            float threshold = NearTies.threshold(best, norm, tolerance);
            int found = 0;
            for (int e = 0; e < count; e += TILE) {
                fourBlocks(row, ordered.packed, ordered.bias, dim, list[e], list[e + 1], list[e + 2], list[e + 3], values);
                int last = Math.min(TILE, count - e) * BLOCK;
                for (int v = 0; v < last; v += LANES) {
                    long bits = FloatVector.fromArray(SPECIES, values, v)
                            .compare(VectorOperators.GE, threshold)
                            .toLong();
                    for (; bits != 0; bits &= bits - 1) {
                        int at = v + Long.numberOfTrailingZeros(bits);
                        found = keep(found, list[e + at / BLOCK] * BLOCK + at % BLOCK, values[at]);
                        if (values[at] > best) {
                            best = values[at];
                            threshold = NearTies.threshold(best, norm, tolerance);
                        }
                    }
                }
            }
            decide(found, threshold, x, offset);
        }

        private int keep(int found, int place, float value) {
            if (found == foundPlace.length) {
                foundPlace = Arrays.copyOf(foundPlace, 2 * found);
                foundScore = Arrays.copyOf(foundScore, 2 * found);
            }
            foundPlace[found] = place;
            foundScore[found] = value;
            return found + 1;
        }

        private void decide(int found, float threshold, float[] x, int offset) {
            int near = 0;
            for (int f = 0; f < found; f++) {
                if (foundScore[f] >= threshold) {
                    winner[0] = ordered.order[foundPlace[f]];
                    score[0] = foundScore[f];
                    near++;
                }
            }
            if (near > 1) {
                ties.clear();
                for (int f = 0; f < found; f++) {
                    if (foundScore[f] >= threshold) {
                        ties.add(ordered.order[foundPlace[f]], foundScore[f]);
                    }
                }
                int nearest = ties.nearest(x, offset, threshold);
                winner[0] = ties.index(nearest);
                score[0] = ties.score(nearest);
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

    /** Lists, for each vector of a tile, the blocks in which a bound reaches its limit. */
    private static void filter(
            float[] x,
            int tile,
            float[] packed,
            float[] bias,
            int dim,
            int blocks,
            float[] limits,
            int row,
            int[][] lists,
            int[] counts) {
        FloatVector limit0 = FloatVector.broadcast(SPECIES, limits[row]);
        FloatVector limit1 = FloatVector.broadcast(SPECIES, limits[row + 1]);
        FloatVector limit2 = FloatVector.broadcast(SPECIES, limits[row + 2]);
        FloatVector limit3 = FloatVector.broadcast(SPECIES, limits[row + 3]);
        int n0 = 0;
        int n1 = 0;
        int n2 = 0;
        int n3 = 0;
        for (int block = 0; block < blocks; block++) {
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
            VectorMask<Float> m0 = a00.blend(a01, a01.compare(VectorOperators.GT, a00)).compare(VectorOperators.GE, limit0);
            VectorMask<Float> m1 = a10.blend(a11, a11.compare(VectorOperators.GT, a10)).compare(VectorOperators.GE, limit1);
            VectorMask<Float> m2 = a20.blend(a21, a21.compare(VectorOperators.GT, a20)).compare(VectorOperators.GE, limit2);
            VectorMask<Float> m3 = a30.blend(a31, a31.compare(VectorOperators.GT, a30)).compare(VectorOperators.GE, limit3);
            if (m0.or(m1).or(m2.or(m3)).anyTrue()) {
                lists[0][n0] = block;
                n0 += m0.anyTrue() ? 1 : 0;
                lists[1][n1] = block;
                n1 += m1.anyTrue() ? 1 : 0;
                lists[2][n2] = block;
                n2 += m2.anyTrue() ? 1 : 0;
                lists[3][n3] = block;
                n3 += m3.anyTrue() ? 1 : 0;
            }
        }
        counts[0] = n0;
        counts[1] = n1;
        counts[2] = n2;
        counts[3] = n3;
    }

    /** Scores of one vector against four blocks, {@code [4 x BLOCK]}, each in the order of additions of all kernels. */
    private static void fourBlocks(
            float[] x, float[] packed, float[] bias, int dim, int b0, int b1, int b2, int b3, float[] out) {
        FloatVector a00 = FloatVector.fromArray(SPECIES, bias, b0 * BLOCK);
        FloatVector a01 = FloatVector.fromArray(SPECIES, bias, b0 * BLOCK + LANES);
        FloatVector a10 = FloatVector.fromArray(SPECIES, bias, b1 * BLOCK);
        FloatVector a11 = FloatVector.fromArray(SPECIES, bias, b1 * BLOCK + LANES);
        FloatVector a20 = FloatVector.fromArray(SPECIES, bias, b2 * BLOCK);
        FloatVector a21 = FloatVector.fromArray(SPECIES, bias, b2 * BLOCK + LANES);
        FloatVector a30 = FloatVector.fromArray(SPECIES, bias, b3 * BLOCK);
        FloatVector a31 = FloatVector.fromArray(SPECIES, bias, b3 * BLOCK + LANES);
        int c0 = b0 * dim * BLOCK;
        int c1 = b1 * dim * BLOCK;
        int c2 = b2 * dim * BLOCK;
        int c3 = b3 * dim * BLOCK;
        for (int k = 0; k < dim; k++) {
            FloatVector v = FloatVector.broadcast(SPECIES, x[k]);
            int at = k * BLOCK;
            a00 = v.fma(FloatVector.fromArray(SPECIES, packed, c0 + at), a00);
            a01 = v.fma(FloatVector.fromArray(SPECIES, packed, c0 + at + LANES), a01);
            a10 = v.fma(FloatVector.fromArray(SPECIES, packed, c1 + at), a10);
            a11 = v.fma(FloatVector.fromArray(SPECIES, packed, c1 + at + LANES), a11);
            a20 = v.fma(FloatVector.fromArray(SPECIES, packed, c2 + at), a20);
            a21 = v.fma(FloatVector.fromArray(SPECIES, packed, c2 + at + LANES), a21);
            a30 = v.fma(FloatVector.fromArray(SPECIES, packed, c3 + at), a30);
            a31 = v.fma(FloatVector.fromArray(SPECIES, packed, c3 + at + LANES), a31);
        }
        a00.intoArray(out, 0);
        a01.intoArray(out, LANES);
        a10.intoArray(out, BLOCK);
        a11.intoArray(out, BLOCK + LANES);
        a20.intoArray(out, 2 * BLOCK);
        a21.intoArray(out, 2 * BLOCK + LANES);
        a30.intoArray(out, 3 * BLOCK);
        a31.intoArray(out, 3 * BLOCK + LANES);
    }
}
