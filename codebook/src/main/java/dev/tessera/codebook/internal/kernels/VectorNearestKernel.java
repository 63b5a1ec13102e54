package dev.tessera.codebook.internal.kernels;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API twin of {@link ScalarNearestKernel}: a tile of 4 vectors against a block of 2 species of code vectors, one
 * code vector per lane, so that each score keeps the scalar order of additions for every lane width.
 *
 * <p>What was measured on C2 of JDK 25: 8 to 10 accumulators, 12 spill; the loop over dimensions must stay rolled;
 * {@code max()} is five instructions because of NaN and -0, compare and blend are two. So the running best is kept per lane,
 * without any horizontal step until the end.
 */
final class VectorNearestKernel implements NearestKernel {
    static final VectorSpecies<Float> SPECIES = species();
    private static final int LANES = SPECIES.length();
    static final int TILE = 4; // vectors
    static final int BLOCK = 2 * LANES; // code vectors
    private static final int PANEL_FLOATS = 1 << 15; // code values that stay in L2 while the tiles pass: 128 KB
    private static final int ROW_FLOATS = 1 << 16; // vectors and state that are worked on at a time: L2
    private static final int SMALL_ROW_FLOATS = 1 << 13; // the same when the codebook is one panel: L1
    private static final int MAX_ROWS = 2048;

    private final CentredCodes codes;
    private final int codebookSize;
    private final int dim;
    private final int blocks;
    private final int groupBlocks; // blocks of a group of NearTies
    private final int groups;
    private final float tolerance;
    private final float[] mean;
    private final float[] packed; // [blocks x dim x BLOCK]; code vectors past the last are 0 with bias -infinity
    private final float[] bias; // [blocks x BLOCK]
    private final float limit;
    private ClassCodes classCodes; // made when first needed

    private VectorNearestKernel(CentredCodes codes, int blocks) {
        this.codes = codes;
        this.codebookSize = codes.codebookSize();
        this.dim = codes.dim();
        this.blocks = blocks;
        this.groupBlocks = NearTies.groupSize(codebookSize) / BLOCK;
        this.groups = NearTies.groups(codebookSize);
        this.tolerance = NearTies.tolerance(dim);
        this.mean = codes.mean();
        this.limit = codes.limit();
        this.packed = new float[Math.multiplyExact(blocks, BLOCK * dim)];
        this.bias = new float[blocks * BLOCK];
        Arrays.fill(bias, Float.NEGATIVE_INFINITY);
        System.arraycopy(codes.bias(), 0, bias, 0, codebookSize);
        for (int j = 0; j < codebookSize; j++) {
            for (int k = 0; k < dim; k++) {
                packed[at(j, k)] = codes.codes()[j * dim + k];
            }
        }
    }

    static VectorNearestKernel of(CentredCodes codes) {
        return new VectorNearestKernel(codes, (codes.codebookSize() + BLOCK - 1) / BLOCK);
    }

    /** Floats in a vector. */
    static int lanes() {
        return LANES;
    }

    /** The widest species, or the width in bits that the system property {@code tessera.kernels.bits} asks for (tests). */
    private static VectorSpecies<Float> species() {
        return switch (Integer.getInteger("tessera.kernels.bits", 0)) {
            case 64 -> FloatVector.SPECIES_64;
            case 128 -> FloatVector.SPECIES_128;
            case 256 -> FloatVector.SPECIES_256;
            case 512 -> FloatVector.SPECIES_512;
            default -> FloatVector.SPECIES_PREFERRED;
        };
    }

    /** Place of dimension {@code k} of code vector {@code j} in {@link #packed}. */
    private int at(int j, int k) {
        return (j / BLOCK * dim + k) * BLOCK + j % BLOCK;
    }

    @Override
    public void assign(
            float[] x, int offset, int count, int[] indices, int indicesOffset, float[] scores, int scoresOffset) {
        search(x, offset, count, indices, indicesOffset, scores, scoresOffset, null);
    }

    @Override
    public void assignApart(float[] x, int offset, int count, int[] indices, int indicesOffset, float[] others) {
        search(x, offset, count, indices, indicesOffset, null, 0, others);
    }

    private void search(
            float[] x,
            int offset,
            int count,
            int[] indices,
            int indicesOffset,
            float[] scores,
            int scoresOffset,
            float[] others) {
        int floats = packed.length <= PANEL_FLOATS ? SMALL_ROW_FLOATS : ROW_FLOATS;
        int rows = Math.clamp(floats / (dim + 2 * groups * LANES) / TILE * TILE, TILE, MAX_ROWS);
        Rows scratch = new Rows(Math.min(rows, (count + TILE - 1) / TILE * TILE), dim, groups, codes);
        int panel = Math.clamp(PANEL_FLOATS / (dim * BLOCK), 1, blocks);
        for (int from = 0; from < count; from += scratch.rows) {
            int n = Math.min(scratch.rows, count - from);
            scratch.pack(x, offset + from * dim, n, mean);
            for (int group = 0; group < groups; group++) {
                int groupEnd = Math.min((group + 1) * groupBlocks, blocks);
                for (int block = group * groupBlocks; block < groupEnd; block += panel) {
                    int end = Math.min(block + panel, groupEnd);
                    for (int tile = 0; tile < n; tile += TILE) {
                        scan(
                                scratch.x,
                                tile * dim,
                                packed,
                                bias,
                                dim,
                                block,
                                end,
                                scratch.best,
                                scratch.bestBlock,
                                (tile * groups + group) * LANES,
                                groups * LANES);
                    }
                }
            }
            for (int tile = 0; tile < n; tile += TILE) {
                pickWinners(scratch, tile, x, offset + (from + tile) * dim, Math.min(TILE, n - tile));
            }
            System.arraycopy(scratch.winner, 0, indices, indicesOffset + from, n);
            if (scores != null) {
                System.arraycopy(scratch.score, 0, scores, scoresOffset + from, n);
            }
            if (others != null) {
                ClassCodes classes = classCodes();
                for (int i = 0; i < n; i++) {
                    others[from + i] = apart(classes, scratch, i);
                }
            }
        }
    }

    private synchronized ClassCodes classCodes() {
        if (classCodes == null) {
            classCodes = new ClassCodes(codes, groupBlocks * BLOCK, groups);
        }
        return classCodes;
    }

    /** How near the code vectors but the winner may be: by the best of the other lanes, and the others of the winner's lane. */
    private float apart(ClassCodes classes, Rows rows, int i) {
        if (!(rows.norm[i] < limit)) {
            return 0;
        }
        int winner = rows.winner[i];
        int group = winner / BLOCK / groupBlocks;
        int lane = winner % LANES;
        int at = i * groups * LANES;
        int taken = at + group * LANES + lane;
        float before = rows.best[taken];
        rows.best[taken] = Float.NEGATIVE_INFINITY;
        FloatVector most = FloatVector.fromArray(SPECIES, rows.best, at);
        for (int g = 1; g < groups; g++) {
            FloatVector other = FloatVector.fromArray(SPECIES, rows.best, at + g * LANES);
            most = most.blend(other, other.compare(VectorOperators.GT, most));
        }
        rows.best[taken] = before;
        FloatVector same = classes.others(winner, rows.x, i / TILE * TILE * dim + i % TILE, TILE);
        float second = largest(most.blend(same, same.compare(VectorOperators.GT, most)));
        return NearestKernel.apart(second, rows.norm[i], dim);
    }

    @Override
    public void best(float[] x, int offset, int count, int width, int[] indices, float[] scores, float[] norms) {
        int most = Math.clamp(ROW_FLOATS / dim / TILE * TILE, TILE, MAX_ROWS);
        Rows scratch = new Rows(Math.min(most, (count + TILE - 1) / TILE * TILE), dim, 1, codes);
        float[] values = new float[TILE * BLOCK];
        int panel = Math.clamp(PANEL_FLOATS / (dim * BLOCK), 1, blocks);
        for (int from = 0; from < count; from += scratch.rows) {
            int n = Math.min(scratch.rows, count - from);
            scratch.pack(x, offset + from * dim, n, mean);
            System.arraycopy(scratch.norm, 0, norms, from, n);
            for (int i = from; i < from + n; i++) {
                BestList.clear(indices, scores, i * width, width);
            }
            for (int block = 0; block < blocks; block += panel) {
                int end = Math.min(block + panel, blocks);
                for (int tile = 0; tile < n; tile += TILE) {
                    int rows = Math.min(TILE, n - tile);
                    for (int b = block; b < end; b++) {
                        tileScores(scratch.x, tile * dim, packed, bias, dim, b, values);
                        collect(values, b, rows, (from + tile) * width, width, indices, scores);
                    }
                }
            }
        }
    }

    private static void collect(float[] values, int block, int rows, int at, int width, int[] indices, float[] scores) {
        for (int m = 0; m < rows; m++) {
            int list = at + m * width;
            for (int v = 0; v < BLOCK; v += LANES) {
                long bits = FloatVector.fromArray(SPECIES, values, m * BLOCK + v)
                        .compare(VectorOperators.GT, scores[list + width - 1])
                        .toLong();
                for (; bits != 0; bits &= bits - 1) {
                    int lane = v + Long.numberOfTrailingZeros(bits);
                    float score = values[m * BLOCK + lane];
                    if (score > scores[list + width - 1]) {
                        BestList.insert(indices, scores, list, width, block * BLOCK + lane, score);
                    }
                }
            }
        }
    }

    /** The scores of a tile against a block, {@code [TILE x BLOCK]}. */
    static void tileScores(float[] x, int tile, float[] packed, float[] bias, int dim, int block, float[] out) {
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
        a00.intoArray(out, 0);
        a01.intoArray(out, LANES);
        a10.intoArray(out, BLOCK);
        a11.intoArray(out, BLOCK + LANES);
        a20.intoArray(out, 2 * BLOCK);
        a21.intoArray(out, 2 * BLOCK + LANES);
        a30.intoArray(out, 3 * BLOCK);
        a31.intoArray(out, 3 * BLOCK + LANES);
    }

    @Override
    public NearestKernel suitedTo(float[] x, int offset, int count) {
        return PrunedNearestKernel.choose(this, 0.9, this, codes, x, offset, count);
    }

    /**
     * Scores one tile against the blocks {@code [from, to)} and keeps, for each of its vectors and lanes, the best score so
     * far and the block it came from (as a float, exact below 2^24 blocks).
     */
    static void scan(
            float[] x,
            int tile,
            float[] packed,
            float[] bias,
            int dim,
            int from,
            int to,
            float[] best,
            float[] bestBlock,
            int at,
            int stride) {
        FloatVector best0 = FloatVector.fromArray(SPECIES, best, at);
        FloatVector best1 = FloatVector.fromArray(SPECIES, best, at + stride);
        FloatVector best2 = FloatVector.fromArray(SPECIES, best, at + 2 * stride);
        FloatVector best3 = FloatVector.fromArray(SPECIES, best, at + 3 * stride);
        FloatVector block0 = FloatVector.fromArray(SPECIES, bestBlock, at);
        FloatVector block1 = FloatVector.fromArray(SPECIES, bestBlock, at + stride);
        FloatVector block2 = FloatVector.fromArray(SPECIES, bestBlock, at + 2 * stride);
        FloatVector block3 = FloatVector.fromArray(SPECIES, bestBlock, at + 3 * stride);
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
            FloatVector number = FloatVector.broadcast(SPECIES, (float) block);
            FloatVector t0 = a00.blend(a01, a01.compare(VectorOperators.GT, a00));
            VectorMask<Float> won0 = t0.compare(VectorOperators.GT, best0);
            best0 = best0.blend(t0, won0);
            block0 = block0.blend(number, won0);
            FloatVector t1 = a10.blend(a11, a11.compare(VectorOperators.GT, a10));
            VectorMask<Float> won1 = t1.compare(VectorOperators.GT, best1);
            best1 = best1.blend(t1, won1);
            block1 = block1.blend(number, won1);
            FloatVector t2 = a20.blend(a21, a21.compare(VectorOperators.GT, a20));
            VectorMask<Float> won2 = t2.compare(VectorOperators.GT, best2);
            best2 = best2.blend(t2, won2);
            block2 = block2.blend(number, won2);
            FloatVector t3 = a30.blend(a31, a31.compare(VectorOperators.GT, a30));
            VectorMask<Float> won3 = t3.compare(VectorOperators.GT, best3);
            best3 = best3.blend(t3, won3);
            block3 = block3.blend(number, won3);
        }
        best0.intoArray(best, at);
        best1.intoArray(best, at + stride);
        best2.intoArray(best, at + 2 * stride);
        best3.intoArray(best, at + 3 * stride);
        block0.intoArray(bestBlock, at);
        block1.intoArray(bestBlock, at + stride);
        block2.intoArray(bestBlock, at + 2 * stride);
        block3.intoArray(bestBlock, at + 3 * stride);
    }

    /** Index and score of the winners of one tile, {@code n} vectors of {@code x}. */
    private void pickWinners(Rows rows, int tile, float[] x, int offset, int n) {
        int near = 0; // bit m: vector m has a near tie
        for (int m = 0; m < n; m++) {
            if (!pickWinner(rows, tile + m)) {
                near |= 1 << m;
            }
        }
        for (int m = n; m < TILE; m++) {
            rows.winner[tile + m] = rows.winner[tile];
        }
        rescore(rows, tile);
        for (int m = 0; m < n; m++) {
            int i = tile + m;
            if (!(rows.norm[i] < limit)) {
                searchScalar(rows, i);
            } else if ((near & 1 << m) != 0) {
                decide(rows, i, x, offset + m * dim);
            }
        }
    }

    /** The first of the two code vectors of the best lane; false when more than one lane reaches the threshold. */
    private boolean pickWinner(Rows rows, int i) {
        int at = i * groups * LANES;
        FloatVector most = FloatVector.fromArray(SPECIES, rows.best, at);
        for (int g = 1; g < groups; g++) {
            FloatVector other = FloatVector.fromArray(SPECIES, rows.best, at + g * LANES);
            most = most.blend(other, other.compare(VectorOperators.GT, most));
        }
        float best = largest(most);
        rows.score[i] = best;
        float threshold = NearTies.threshold(best, rows.norm[i], tolerance);
        long low =
                0; // bit l: lane l of all groups reaches the threshold; without a branch, which nothing could predict
        long high = 0;
        for (int g = 0; g < groups; g++) {
            long bits = FloatVector.fromArray(SPECIES, rows.best, at + g * LANES)
                    .compare(VectorOperators.GE, threshold)
                    .toLong();
            if (g * LANES < Long.SIZE) {
                low |= bits << g * LANES;
            } else {
                high |= bits << g * LANES - Long.SIZE;
            }
        }
        int found = Long.bitCount(low) + Long.bitCount(high);
        int lane = low != 0
                ? Long.numberOfTrailingZeros(low)
                : high != 0 ? Long.SIZE + Long.numberOfTrailingZeros(high) : 0; // none: NaN, settled by searchScalar
        rows.winner[i] = (int) rows.bestBlock[at + lane] * BLOCK + lane % LANES;
        return found == 1;
    }

    /** The largest lane, none of which is NaN: as integers of the same order, which C2 reduces without branches. */
    private static float largest(FloatVector v) {
        IntVector bits = v.reinterpretAsInts();
        int most = bits.lanewise(
                        VectorOperators.XOR,
                        bits.lanewise(VectorOperators.ASHR, 31).and(Integer.MAX_VALUE))
                .reduceLanes(VectorOperators.MAX);
        return Float.intBitsToFloat(most ^ most >> 31 & Integer.MAX_VALUE);
    }

    /** Settles a near tie among the lanes. */
    private void decide(Rows rows, int i, float[] x, int offset) {
        float threshold = NearTies.threshold(rows.score[i], rows.norm[i], tolerance);
        NearTies ties = rows.ties;
        ties.clear();
        int at = i * groups * LANES;
        for (int l = 0; l < groups * LANES; l++) {
            float value = rows.best[at + l];
            if (value >= threshold) {
                int first = (int) rows.bestBlock[at + l] * BLOCK + l % LANES;
                ties.add(score(rows, i, first) == value ? first : first + LANES, value);
            }
        }
        int nearest = ties.nearest(x, offset, threshold);
        rows.winner[i] = ties.index(nearest);
        rows.score[i] = ties.score(nearest);
    }

    /**
     * A lane stands for 2 code vectors of its block: moves the winner to the second one if the first does not have the
     * winning score. The 4 chains of additions run side by side.
     */
    private void rescore(Rows rows, int tile) {
        int[] winner = rows.winner;
        int c0 = at(winner[tile], 0);
        int c1 = at(winner[tile + 1], 0);
        int c2 = at(winner[tile + 2], 0);
        int c3 = at(winner[tile + 3], 0);
        float s0 = bias[winner[tile]];
        float s1 = bias[winner[tile + 1]];
        float s2 = bias[winner[tile + 2]];
        float s3 = bias[winner[tile + 3]];
        float[] x = rows.x;
        int at = tile * dim;
        for (int k = 0; k < dim; k++) {
            int row = k * BLOCK;
            s0 = Math.fma(x[at + k * TILE], packed[c0 + row], s0);
            s1 = Math.fma(x[at + k * TILE + 1], packed[c1 + row], s1);
            s2 = Math.fma(x[at + k * TILE + 2], packed[c2 + row], s2);
            s3 = Math.fma(x[at + k * TILE + 3], packed[c3 + row], s3);
        }
        winner[tile] += s0 == rows.score[tile] ? 0 : LANES;
        winner[tile + 1] += s1 == rows.score[tile + 1] ? 0 : LANES;
        winner[tile + 2] += s2 == rows.score[tile + 2] ? 0 : LANES;
        winner[tile + 3] += s3 == rows.score[tile + 3] ? 0 : LANES;
    }

    /** For vectors with NaN, infinities or values so large that scores may overflow: the lanes' tournament is no good there. */
    private void searchScalar(Rows rows, int i) {
        rows.winner[i] = 0;
        rows.score[i] = Float.NEGATIVE_INFINITY;
        for (int j = 0; j < codebookSize; j++) {
            float score = score(rows, i, j);
            if (score > rows.score[i]) {
                rows.score[i] = score;
                rows.winner[i] = j;
            }
        }
    }

    private float score(Rows rows, int i, int j) {
        int from = i / TILE * TILE * dim + i % TILE;
        int code = at(j, 0);
        float score = bias[j];
        for (int k = 0; k < dim; k++) {
            score = Math.fma(rows.x[from + k * TILE], packed[code + k * BLOCK], score);
        }
        return score;
    }

    /** Some vectors packed in tiles, and the state of their search. */
    static final class Rows {
        final int rows; // a multiple of TILE
        final int dim;
        final float[] x; // [rows / TILE x dim x TILE], centred
        final float[] norm; // [rows], sum of x^2
        final float[] best; // [rows x groups x LANES]
        final float[] bestBlock; // [rows x groups x LANES]
        final float[] lanes = new float[LANES];
        final NearTies ties;
        final int[] winner; // [rows]
        final float[] score; // [rows], of the winner

        Rows(int rows, int dim, int groups, CentredCodes codes) {
            this.rows = rows;
            this.dim = dim;
            this.x = new float[rows * dim];
            this.norm = new float[rows];
            this.best = new float[rows * groups * LANES];
            this.bestBlock = new float[rows * groups * LANES];
            this.ties = new NearTies(codes);
            this.winner = new int[rows];
            this.score = new float[rows];
        }

        /** Takes {@code n} vectors; the last tile is filled up with the last vector. */
        void pack(float[] from, int offset, int n, float[] mean) {
            for (int tile = 0; tile < n; tile += TILE) {
                int last = n - 1;
                packTile(
                        from,
                        offset + tile * dim,
                        offset + Math.min(tile + 1, last) * dim,
                        offset + Math.min(tile + 2, last) * dim,
                        offset + Math.min(tile + 3, last) * dim,
                        mean,
                        tile);
            }
            Arrays.fill(best, Float.NEGATIVE_INFINITY);
            Arrays.fill(bestBlock, 0);
        }

        private void packTile(float[] from, int row0, int row1, int row2, int row3, float[] mean, int tile) {
            float sum0 = 0;
            float sum1 = 0;
            float sum2 = 0;
            float sum3 = 0;
            int at = tile * dim;
            for (int k = 0; k < mean.length; k++) {
                float x0 = from[row0 + k] - mean[k];
                float x1 = from[row1 + k] - mean[k];
                float x2 = from[row2 + k] - mean[k];
                float x3 = from[row3 + k] - mean[k];
                x[at + k * TILE] = x0;
                x[at + k * TILE + 1] = x1;
                x[at + k * TILE + 2] = x2;
                x[at + k * TILE + 3] = x3;
                sum0 = Math.fma(x0, x0, sum0);
                sum1 = Math.fma(x1, x1, sum1);
                sum2 = Math.fma(x2, x2, sum2);
                sum3 = Math.fma(x3, x3, sum3);
            }
            norm[tile] = sum0;
            norm[tile + 1] = sum1;
            norm[tile + 2] = sum2;
            norm[tile + 3] = sum3;
        }
    }
}
