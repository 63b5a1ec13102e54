package dev.tessera.codecs.mixing;

import dev.tessera.codebook.Tokens;
import java.util.ArrayList;
import java.util.List;

/** Which axis of an array of tokens counts the stages; the order is that of the numbers in the file. */
enum StageAxis {
    NONE,
    LAST,
    FIRST;

    /** Whether an array of this shape can have its stages there: 1 to {@link TokenStreamSpec#MAX_STAGES} of them. */
    boolean fits(List<Integer> shape) {
        return this == NONE || shape.size() > 1 && stages(shape) >= 1 && stages(shape) <= TokenStreamSpec.MAX_STAGES;
    }

    int stages(List<Integer> shape) {
        return switch (this) {
            case NONE -> 1;
            case LAST -> shape.getLast();
            case FIRST -> shape.getFirst();
        };
    }

    /** The other extents. */
    int[] positions(List<Integer> shape) {
        List<Integer> rest = new ArrayList<>(shape);
        switch (this) {
            case NONE -> {}
            case LAST -> rest.removeLast();
            case FIRST -> rest.removeFirst();
        }
        return rest.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Tokens of indices that stand as in the array. */
    Tokens tokens(List<Integer> shape, int[] codebookSizes, int[] indices) {
        return this == FIRST
                ? Tokens.of(positions(shape), codebookSizes, indices)
                : Tokens.ofPositionMajor(positions(shape), codebookSizes, indices);
    }

    /** The stage of element {@code i} of the array. */
    int stageOf(int i, List<Integer> shape, int elements) {
        return switch (this) {
            case NONE -> 0;
            case LAST -> i % shape.getLast();
            case FIRST -> (int) ((long) i * shape.getFirst() / elements);
        };
    }
}
