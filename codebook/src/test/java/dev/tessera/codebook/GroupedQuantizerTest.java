package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tessera.codebook.internal.Columns;
import dev.tessera.codebook.learn.GroupedResidualKMeans;
import dev.tessera.codebook.learn.KMeans;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupedQuantizerTest {
    private static final Latents VECTORS = TestVectors.mixture(5, 3000, 7, 30);

    @Test
    void groupsOfAnyKindStandSideBySide() {
        Latents left = Columns.slice(VECTORS, 0, 2);
        Latents right = Columns.slice(VECTORS, 2, 5);
        Codebook first = KMeans.builder().codebookSize(10).build().fit(left);
        Codebook second = KMeans.builder().codebookSize(20).build().fit(right);
        VectorQuantizer plain = new VectorQuantizer(first);
        ResidualQuantizer residual = new ResidualQuantizer(List.of(second, second));
        GroupedQuantizer quantizer = new GroupedQuantizer(List.of(plain, residual));
        assertEquals(7, quantizer.dim());
        assertArrayEquals(new int[] {10, 20, 20}, quantizer.codebookSizes());
        int[] indices = quantizer.quantize(VECTORS, 2);
        int[] leftIndices = plain.quantize(left);
        int[] rightIndices = residual.quantize(right);
        float[] back = quantizer.dequantize(indices, 30, 100).data();
        float[] leftBack = plain.dequantize(leftIndices, 3000).data();
        float[] rightBack = residual.dequantize(rightIndices, 3000).data();
        for (int i = 0; i < 3000; i++) {
            assertEquals(leftIndices[i], indices[i * 3]);
            assertEquals(rightIndices[i * 2], indices[i * 3 + 1]);
            assertEquals(rightIndices[i * 2 + 1], indices[i * 3 + 2]);
            for (int k = 0; k < 7; k++) {
                assertEquals(k < 2 ? leftBack[i * 2 + k] : rightBack[i * 5 + k - 2], back[i * 7 + k]);
            }
        }
    }

    @Test
    void plainGroupsAreAProductQuantizer() {
        Codebook first = KMeans.builder().codebookSize(9).build().fit(Columns.slice(VECTORS, 0, 4));
        Codebook second = KMeans.builder().codebookSize(9).build().fit(Columns.slice(VECTORS, 4, 3));
        GroupedQuantizer grouped =
                new GroupedQuantizer(List.of(new VectorQuantizer(first), new VectorQuantizer(second)));
        assertArrayEquals(new ProductQuantizer(List.of(first, second)).quantize(VECTORS), grouped.quantize(VECTORS));
    }

    @Test
    void learnsResidualStagesForEachGroupWhateverTheThreads() {
        GroupedResidualKMeans.Builder builder =
                GroupedResidualKMeans.builder().dims(3, 4).stages(2).codebookSize(12);
        GroupedQuantizer one = builder.threads(1).build().fit(VECTORS);
        assertArrayEquals(new int[] {12, 12, 12, 12}, one.codebookSizes());
        for (int threads : new int[] {2, 7}) {
            GroupedQuantizer other = builder.threads(threads).build().fit(VECTORS);
            for (int g = 0; g < 2; g++) {
                assertEquals(
                        ((ResidualQuantizer) one.groups().get(g)).codebooks(),
                        ((ResidualQuantizer) other.groups().get(g)).codebooks());
            }
        }
        GroupedQuantizer even = GroupedResidualKMeans.builder()
                .groups(2)
                .codebookSize(4)
                .build()
                .fit(VECTORS);
        assertEquals(4, even.groups().get(0).dim());
        assertEquals(3, even.groups().get(1).dim());
    }

    @Test
    void badArgumentsAreNamed() {
        assertThrows(IllegalArgumentException.class, () -> new GroupedQuantizer(List.of()));
        GroupedQuantizer quantizer =
                new GroupedQuantizer(List.of(new VectorQuantizer(Codebook.of(2, 1, new float[] {0, 1}))));
        assertThrows(IllegalArgumentException.class, () -> quantizer.quantize(VECTORS));
        assertThrows(IllegalArgumentException.class, () -> quantizer.dequantize(new int[] {2}, 1));
        GroupedResidualKMeans.Builder builder = GroupedResidualKMeans.builder();
        assertThrows(IllegalArgumentException.class, () -> builder.groups(0));
        assertThrows(IllegalArgumentException.class, () -> builder.dims());
        assertThrows(IllegalArgumentException.class, () -> builder.dims(3, 0));
        assertThrows(
                IllegalArgumentException.class, () -> builder.dims(3, 3).build().fit(VECTORS));
        assertThrows(
                IllegalArgumentException.class, () -> builder.groups(8).build().fit(VECTORS));
    }
}
