package dev.tessera.codecs.mixing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class CodeTreeTest {
    @Property(tries = 40)
    void ranksAreAPermutationAndVoidNodesAreKnown(
            @ForAll @IntRange(min = 1, max = 130) int size, @ForAll @IntRange(min = 0, max = 6) int dim) {
        Random random = new Random(size);
        int[][] points = new int[size][dim];
        for (int[] point : points) {
            for (int d = 0; d < dim; d++) {
                point[d] = random.nextInt(131071) - 65535;
            }
        }
        CodeTree tree = new CodeTree(size, points);
        boolean[] seen = new boolean[size];
        for (int i = 0; i < size; i++) {
            assertEquals(i, tree.index(tree.rank(i)));
            seen[tree.rank(i)] = true;
        }
        for (boolean s : seen) {
            assertTrue(s);
        }
        for (int depth = 0; depth < tree.bits; depth++) {
            for (int node = 1 << depth; node < 2 << depth; node++) {
                int firstRight = (node * 2 + 1) * (1 << tree.bits - depth - 1) - (1 << tree.bits);
                assertEquals(firstRight < size, tree.splits(node, depth));
            }
        }
    }

    @Test
    void leadingDigitSplitsAcrossTheLongAxis() {
        int[][] points = new int[64][];
        for (int i = 0; i < 64; i++) {
            int along = (i * 37 % 64 - 32) * 1000;
            points[i] = new int[] {along, along / 2 + i * 10, i};
        }
        CodeTree tree = new CodeTree(64, points);
        int sign = Integer.signum(points[tree.index(0)][0]);
        for (int r = 0; r < 32; r++) {
            assertTrue(points[tree.index(r)][0] * sign >= 0);
        }
    }

    @Test
    void firstAxisIsThatOfLargestVariance() {
        Random random = new Random(1);
        int[][] points = new int[500][3];
        for (int[] p : points) {
            int t = random.nextInt(60001) - 30000;
            p[0] = t * 3 / 5 + random.nextInt(500);
            p[1] = -t * 4 / 5 + random.nextInt(500);
            p[2] = random.nextInt(500);
        }
        int[][] axes = PrincipalAxes.of(points, 2);
        double cosine = (axes[0][0] * 0.6 - axes[0][1] * 0.8) / 32768;
        assertEquals(1, Math.abs(cosine), 1e-3);
        double between = 0;
        for (int d = 0; d < 3; d++) {
            between += axes[0][d] / 32768.0 * axes[1][d] / 32768.0;
        }
        assertEquals(0, between, 1e-2);
    }

    @Property(tries = 200)
    void rootIsTheIntegerPart(@ForAll @LongRange(min = 0) long square) {
        assertEquals(BigInteger.valueOf(square).sqrt().longValueExact(), PrincipalAxes.root(square));
    }
}
