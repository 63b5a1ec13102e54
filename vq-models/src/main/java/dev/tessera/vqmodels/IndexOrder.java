package dev.tessera.vqmodels;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.CodebookOrder;
import dev.tessera.codebook.Quantizer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The order in which the entropy coder numbers the indices of each stage: that of a tree, so that the leading binary digits of a
 * number mean something, whatever the quantizer's own numbering is. Stored with a prior as I32
 * {@code prior.<stage>.order} {@code [K]}, the index at each place. Immutable, safe to share.
 */
public final class IndexOrder {
    private final int[][] indices; // [stage][place]
    private final int[][] places; // [stage][index]

    private IndexOrder(int[][] indices) {
        this.indices = indices;
        this.places = new int[indices.length][];
        for (int s = 0; s < indices.length; s++) {
            places[s] = new int[indices[s].length];
            Arrays.fill(places[s], -1);
            for (int place = 0; place < indices[s].length; place++) {
                int index = indices[s][place];
                if (index < 0 || index >= places[s].length || places[s][index] >= 0) {
                    throw new IllegalArgumentException(name(s) + "[" + place + "] is " + index
                            + ", must be an index in [0, " + places[s].length + ") that did not come before");
                }
                places[s][index] = place;
            }
        }
    }

    /** The tree order of what each stage of {@code quantizer} adds. */
    public static IndexOrder of(Quantizer quantizer) {
        int[][] orders = new int[quantizer.stages()][];
        for (int s = 0; s < orders.length; s++) {
            orders[s] = CodebookOrder.treeOrder(codeVectors(quantizer, s));
        }
        return new IndexOrder(orders);
    }

    /** Each index at the place of its own number. */
    public static IndexOrder unchanged(int[] codebookSizes) {
        return new IndexOrder(Arrays.stream(codebookSizes)
                .mapToObj(size -> IntStream.range(0, size).toArray())
                .toArray(int[][]::new));
    }

    /** The order in {@code file}, which must have all indices of each stage. */
    public static IndexOrder read(ModelFile file, int[] codebookSizes) throws CorruptModelException {
        int[][] orders = new int[codebookSizes.length][];
        try {
            for (int s = 0; s < orders.length; s++) {
                orders[s] = file.tensor(name(s), codebookSizes[s]).toInts();
            }
            return new IndexOrder(orders);
        } catch (IllegalArgumentException e) {
            throw new CorruptModelException("the model's order of indices is none: " + e.getMessage(), e);
        }
    }

    /** Adds the tensors of all stages. */
    public void addTo(ModelFile.Builder builder) {
        for (int s = 0; s < indices.length; s++) {
            builder.tensor(name(s), Tensor.ofInts(indices[s], indices[s].length));
        }
    }

    /** Indices from their places, both {@code [positions x stages]}. */
    public int[] toIndices(int[] coded) {
        return mapped(coded, indices);
    }

    /** Places of indices, both {@code [positions x stages]}. */
    public int[] toPlaces(int[] original) {
        return mapped(original, places);
    }

    /** The code vectors of a quantizer of one stage in this order. */
    public Codebook ordered(Codebook codebook) {
        return CodebookOrder.permute(codebook, indices[0]);
    }

    /** What the indices of a stage stand for, up to a constant where other stages add something. */
    public static Codebook codeVectors(Quantizer quantizer, int stage) {
        int stages = quantizer.stages();
        int size = quantizer.codebookSizes()[stage];
        int[] all = new int[Math.multiplyExact(size, stages)];
        for (int k = 0; k < size; k++) {
            all[k * stages + stage] = k;
        }
        return Codebook.of(
                size, quantizer.dim(), quantizer.dequantize(all, size).data());
    }

    private static int[] mapped(int[] values, int[][] table) {
        int[] out = new int[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = table[i % table.length][values[i]];
        }
        return out;
    }

    private static String name(int stage) {
        return "prior." + stage + ".order";
    }
}
