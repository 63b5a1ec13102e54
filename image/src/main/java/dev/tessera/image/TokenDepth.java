package dev.tessera.image;

import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.GridPrior;
import java.util.Arrays;

/**
 * How much of each token is in a file.
 *
 * @param prior of all stages of the model
 * @param stages number of first stages, at most those of {@code prior}
 * @param dropped binary digits that indices have lost at their end
 */
record TokenDepth(GridPrior prior, int stages, int dropped) {
    /** What codes the tokens of a grid. */
    GridModel model(int rows, int columns) {
        return new GridModel(prior, rows, columns, dropped);
    }

    /** K of each stage in the file. */
    int[] codebookSizes() {
        return Arrays.stream(prior.spec().codebookSizes())
                .limit(stages)
                .map(size -> GridModel.shortened(size, dropped))
                .toArray();
    }
}
