package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CodebookOrderTest {
    @Property(tries = 100)
    void anOrderIsAPermutation(
            @ForAll @IntRange(min = 1, max = 70) int k,
            @ForAll @IntRange(min = 1, max = 5) int dim,
            @ForAll @IntRange(min = 1, max = 8) int centres) {
        Codebook codebook =
                Codebook.of(k, dim, TestVectors.mixture(k, k, dim, centres).data());
        int[] order = CodebookOrder.treeOrder(codebook);
        Codebook tree = CodebookOrder.tree(codebook);
        for (int i = 0; i < k; i++) {
            assertArrayEquals(codebook.codeVector(order[i]), tree.codeVector(i));
        }
        int[] sorted = order.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < k; i++) {
            assertEquals(i, sorted[i]);
        }
    }

    @Property(tries = 50)
    void aPermutedCodebookQuantizesToTheSameVectors(@ForAll @IntRange(min = 1, max = 70) int k) {
        Latents vectors = TestVectors.mixture(13, 100, 3, 5);
        Codebook codebook = Codebook.of(k, 3, TestVectors.mixture(k, k, 3, 5).data());
        VectorQuantizer plain = new VectorQuantizer(codebook);
        VectorQuantizer ordered = new VectorQuantizer(CodebookOrder.tree(codebook));
        assertArrayEquals(
                plain.toLatents(plain.toTokens(vectors)).data(),
                ordered.toLatents(ordered.toTokens(vectors)).data());
    }

    @Test
    void aLineIsSortedAndSplitAtPowersOfTwo() {
        float[] line = {5, 3, 9, 1, 7, 8, 2, 4, 6, 0, 10};
        float[] tree = CodebookOrder.tree(Codebook.of(11, 1, line)).toArray();
        Arrays.sort(line);
        assertArrayEquals(line, tree);
    }

    /** The vectors that share leading index bits must be closer together than any random set of that size. */
    @Test
    void prefixesAreClusters() {
        for (int k : new int[] {64, 100, 256}) {
            Codebook codebook =
                    Codebook.of(k, 4, TestVectors.mixture(k, k, 4, 20).data());
            assertTrue(spread(CodebookOrder.tree(codebook), 8) < 0.45 * spread(codebook, 8), "K " + k);
        }
    }

    /** Mean squared distance of code vectors to the mean of their group of consecutive indices. */
    private static double spread(Codebook codebook, int group) {
        double sum = 0;
        for (int from = 0; from < codebook.codebookSize(); from += group) {
            int to = Math.min(from + group, codebook.codebookSize());
            for (int d = 0; d < codebook.codeDim(); d++) {
                double mean = 0;
                for (int i = from; i < to; i++) {
                    mean += codebook.get(i, d) / (double) (to - from);
                }
                for (int i = from; i < to; i++) {
                    sum += Math.pow(codebook.get(i, d) - mean, 2);
                }
            }
        }
        return sum / codebook.codebookSize();
    }

    @Test
    void equalCodeVectorsAndBadPermutations() {
        Codebook same = Codebook.of(5, 2, new float[10]);
        assertEquals(same, CodebookOrder.tree(same));
        assertThrows(IllegalArgumentException.class, () -> CodebookOrder.permute(same, new int[] {0, 1, 2, 3, 3}));
        assertThrows(IllegalArgumentException.class, () -> CodebookOrder.permute(same, new int[] {0, 1, 2, 3}));
        assertThrows(IllegalArgumentException.class, () -> CodebookOrder.permute(same, new int[] {0, 1, 2, 3, 5}));
    }
}
