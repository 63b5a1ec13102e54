package dev.tessera.image.transform;

import java.util.List;

/** Finds where a block of a frame was in the frame before, for encoders. */
final class MotionSearch {
    private static final int QUARTER_BITS = 2; // coarse planes are at a quarter of the size
    private static final int COARSE_RANGE = 12; // in samples of the coarse planes
    private static final int COARSE_BLOCK = BlockDecoder.SUPERBLOCK >> QUARTER_BITS;
    private static final int DIAMOND_ROUNDS = 16;
    private static final int WHOLE = 4; // a sample, in units of vectors
    private static final int GOOD = 1 << SamplePlane.UNIT_BITS; // mean difference below which quarters are not tried

    private final ReferenceFrame reference;
    private final int[] moved = new int[BlockDecoder.SUPERBLOCK * BlockDecoder.SUPERBLOCK];
    private final int[][] coarse; // vector of each superblock, in quarters of a sample
    private final int superblocks; // in a row

    private int[] original;
    private int x;
    private int y;
    private int size;
    private Price price;
    private double best;
    private final int[] vector = new int[2];

    /** What a vector costs, in units of absolute differences. */
    interface Price {
        double of(int vectorX, int vectorY);
    }

    MotionSearch(SamplePlane source, ReferenceFrame reference) {
        this.reference = reference;
        this.superblocks = source.width / BlockDecoder.SUPERBLOCK;
        this.coarse = coarse(quarter(source), quarter(reference.luma()));
    }

    /**
     * The vector with the least sum of absolute differences and price.
     *
     * @param block samples of luma, {@code [side x side]}
     * @param starts vectors to begin with
     */
    int[] find(int[] block, int blockX, int blockY, int side, List<int[]> starts, Price of) {
        original = block;
        x = blockX;
        y = blockY;
        size = side;
        price = of;
        best = Double.POSITIVE_INFINITY;
        for (int[] start : starts) {
            attempt(start[0], start[1]);
            attempt(whole(start[0]), whole(start[1]));
        }
        int[] around = coarse[y / BlockDecoder.SUPERBLOCK * superblocks + x / BlockDecoder.SUPERBLOCK];
        attempt(around[0], around[1]);
        boolean isQuarter = ((vector[0] | vector[1]) & WHOLE - 1) != 0;
        for (int i = 0; i < DIAMOND_ROUNDS && !isQuarter && diamond(); i++) {}
        for (int step = WHOLE / 2; step > 0 && best > (double) GOOD * size * size; step /= 2) {
            int fromX = vector[0];
            int fromY = vector[1];
            for (int i = 0; i < 9; i++) {
                if (i != 4) {
                    attempt(fromX + (i % 3 - 1) * step, fromY + (i / 3 - 1) * step);
                }
            }
        }
        return vector.clone();
    }

    /** Differences and price of the vector that was found last. */
    double score() {
        return best;
    }

    private boolean diamond() {
        double before = best;
        int fromX = vector[0];
        int fromY = vector[1];
        attempt(fromX - WHOLE, fromY);
        attempt(fromX + WHOLE, fromY);
        attempt(fromX, fromY - WHOLE);
        attempt(fromX, fromY + WHOLE);
        return best < before;
    }

    private static int whole(int component) {
        return component + WHOLE / 2 & -WHOLE;
    }

    private void attempt(int vectorX, int vectorY) {
        if (Math.abs(vectorX) > MotionModel.MAX_VECTOR || Math.abs(vectorY) > MotionModel.MAX_VECTOR) {
            return;
        }
        reference.predict(0, x, y, size, vectorX, vectorY, moved);
        double score = price.of(vectorX, vectorY);
        for (int i = 0; i < size * size && score < best; i += size) {
            int sum = 0;
            for (int j = i; j < i + size; j++) {
                sum += Math.abs(original[j] - moved[j]);
            }
            score += sum;
        }
        if (score < best) {
            best = score;
            vector[0] = vectorX;
            vector[1] = vectorY;
        }
    }

    /** The mean absolute difference of {@code source} from the best pieces of {@code before}, both at a quarter of the size. */
    static double difference(SamplePlane source, SamplePlane before) {
        double sum = 0;
        for (int by = 0; by + COARSE_BLOCK <= source.height; by += COARSE_BLOCK) {
            for (int bx = 0; bx + COARSE_BLOCK <= source.width; bx += COARSE_BLOCK) {
                sum += difference(source, before, bx, by, coarse(source, before, bx, by));
            }
        }
        return sum / source.samples.length;
    }

    private static int[][] coarse(SamplePlane source, SamplePlane before) {
        int columns = source.width / COARSE_BLOCK;
        int[][] out = new int[columns * (source.height / COARSE_BLOCK)][];
        for (int i = 0; i < out.length; i++) {
            int[] found = coarse(source, before, i % columns * COARSE_BLOCK, i / columns * COARSE_BLOCK);
            out[i] = new int[] {found[0] << QUARTER_BITS + 2, found[1] << QUARTER_BITS + 2};
        }
        return out;
    }

    /** The best vector of a block of the coarse planes, in their samples; the shortest of equal ones. */
    private static int[] coarse(SamplePlane source, SamplePlane before, int bx, int by) {
        int[] found = new int[2];
        long least = difference(source, before, bx, by, found);
        for (int vy = -COARSE_RANGE; vy <= COARSE_RANGE; vy++) {
            for (int vx = -COARSE_RANGE; vx <= COARSE_RANGE; vx++) {
                long sum = difference(source, before, bx, by, new int[] {vx, vy});
                if (sum < least) {
                    least = sum;
                    found = new int[] {vx, vy};
                }
            }
        }
        return found;
    }

    private static long difference(SamplePlane source, SamplePlane before, int bx, int by, int[] vector) {
        long sum = 0;
        for (int row = 0; row < COARSE_BLOCK; row++) {
            int from = Math.clamp(by + row + vector[1], 0, before.height - 1) * before.width;
            int at = (by + row) * source.width + bx;
            for (int column = 0; column < COARSE_BLOCK; column++) {
                int other = Math.clamp(bx + column + vector[0], 0, before.width - 1);
                sum += Math.abs(source.samples[at + column] - before.samples[from + other]);
            }
        }
        return sum;
    }

    /** Means of 4 x 4 samples. */
    static SamplePlane quarter(SamplePlane in) {
        int side = 1 << QUARTER_BITS;
        SamplePlane out = new SamplePlane(in.width / side, in.height / side);
        for (int i = 0; i < out.samples.length; i++) {
            int from = i / out.width * side * in.width + i % out.width * side;
            int sum = side * side / 2;
            for (int j = 0; j < side * side; j++) {
                sum += in.samples[from + j / side * in.width + j % side];
            }
            out.samples[i] = sum >> 2 * QUARTER_BITS;
        }
        return out;
    }
}
