package dev.tessera.codecs.circuit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChowLiuTreeTest {
    @Test
    void findsTheTreeThatMadeTheSamples() {
        int[] parents = {1, 2, -1, 2, 3, 3, 0};
        int[][] samples = new int[4000][7];
        SplittableRandom random = new SplittableRandom(3);
        int[] order = ChowLiuTree.ofParents(parents).order();
        for (int[] sample : samples) {
            for (int v : order) {
                boolean copy = parents[v] >= 0 && random.nextInt(10) < 7;
                sample[v] = copy ? (sample[parents[v]] + 1) % 3 : random.nextInt(3);
            }
        }
        ChowLiuTree tree = ChowLiuTree.learn(samples, new int[] {3, 3, 3, 3, 3, 3, 3}, 2);
        assertArrayEquals(parents, tree.parents());
        assertEquals(2, tree.root());

        // another root: the same edges, turned round
        assertArrayEquals(
                new int[] {1, 2, 3, 4, -1, 3, 0},
                ChowLiuTree.learn(samples, new int[] {3, 3, 3, 3, 3, 3, 3}, 4).parents());
    }

    @Test
    void mutualInformationOfACopyIsItsEntropy() {
        int[][] samples = {{0, 0, 0}, {1, 1, 0}, {2, 2, 1}, {3, 3, 1}};
        assertEquals(Math.log(4), ChowLiuTree.mutualInformation(samples, 0, 4, 1, 4), 1e-12);
        assertEquals(Math.log(2), ChowLiuTree.mutualInformation(samples, 0, 4, 2, 2), 1e-12);
        int[][] independent = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
        assertEquals(0, ChowLiuTree.mutualInformation(independent, 0, 2, 1, 2), 1e-12);
    }

    @Test
    void ordersSubtreesContiguously() {
        assertArrayEquals(
                new int[] {2, 0, 4, 1, 3},
                ChowLiuTree.ofParents(new int[] {2, 2, -1, 1, 0}).order());
    }

    @Test
    void refusesWhatIsNoTree() {
        assertThrows(IllegalArgumentException.class, () -> ChowLiuTree.ofParents(new int[] {1, 0, -1}));
        assertThrows(IllegalArgumentException.class, () -> ChowLiuTree.ofParents(new int[] {-1, -1}));
        assertThrows(IllegalArgumentException.class, () -> ChowLiuTree.ofParents(new int[] {-1, 7}));
        assertThrows(
                IllegalArgumentException.class, () -> ChowLiuTree.learn(new int[][] {{0, 0}}, new int[] {1, 1}, 2));
        assertThrows(IllegalArgumentException.class, () -> new ChowLiuTree(new int[] {-1, 0}, new int[] {1, 0}));
    }
}
