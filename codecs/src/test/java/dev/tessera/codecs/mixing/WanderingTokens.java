package dev.tessera.codecs.mixing;

import dev.tessera.codebook.Tokens;
import java.util.List;
import java.util.Random;

/** Two stages of 60 codes in the plane; a vector that wanders is quantized, so neighbours are near each other. */
final class WanderingTokens {
    static final int TABLE_BITS = 12;

    final int[] sizes = {60, 60};
    final TokenStreamSpec spec;
    final Tokens tokens;
    final int height;
    final int width;

    WanderingTokens(boolean grid) {
        this(grid, 5);
    }

    /** Other walks of the same codebooks have other seeds. */
    WanderingTokens(boolean grid, int seed) {
        height = grid ? 12 : 1;
        width = grid ? 16 : 300;
        Random random = new Random(5);
        short[][] books = new short[2][120];
        for (int i = 0; i < 120; i++) {
            books[0][i] = (short) (random.nextInt(40001) - 20000);
            books[1][i] = (short) (random.nextInt(8001) - 4000);
        }
        Random steps = seed == 5 ? random : new Random(seed);
        spec = new TokenStreamSpec(
                sizes, List.of(CodeVectors.of(60, 2, books[0]), CodeVectors.of(60, 2, books[1])), TABLE_BITS);
        int items = grid ? 2 : 1;
        int[] indices = new int[items * height * width * 2];
        int[] target = new int[2];
        for (int p = 0; p < indices.length / 2; p++) {
            int y = p / width % height;
            for (int d = 0; d < 2; d++) {
                int step = steps.nextInt(4001) - 2000;
                target[d] = p % width == 0 ? y * 2500 - 15000 + step : Math.clamp(target[d] + step, -18000, 18000);
            }
            int[] left = target.clone();
            for (int s = 0; s < 2; s++) {
                int nearest = nearest(books[s], left);
                indices[2 * p + s] = nearest;
                left[0] -= books[s][2 * nearest];
                left[1] -= books[s][2 * nearest + 1];
            }
        }
        tokens = Tokens.ofPositionMajor(grid ? new int[] {items, height, width} : new int[] {width}, sizes, indices);
    }

    private static int nearest(short[] book, int[] target) {
        int best = 0;
        long least = Long.MAX_VALUE;
        for (int k = 0; k < 60; k++) {
            long dx = target[0] - book[2 * k];
            long dy = target[1] - book[2 * k + 1];
            if (dx * dx + dy * dy < least) {
                least = dx * dx + dy * dy;
                best = k;
            }
        }
        return best;
    }
}
