package dev.tessera.codecs.mixing;

import dev.tessera.codecs.container.ModelHash;
import java.util.List;

/**
 * A codebook whose indices an array holds, known to both sides.
 *
 * @param hash of the codebook's file
 * @param codebookSizes K of each stage
 * @param geometry the code vectors as in {@link TokenStreamSpec}, or empty when they say nothing of neighbours
 */
public record TokenBook(ModelHash hash, List<Integer> codebookSizes, List<CodeVectors> geometry) {
    public TokenBook {
        codebookSizes = List.copyOf(codebookSizes);
        geometry = List.copyOf(geometry);
    }

    int stages() {
        return codebookSizes.size();
    }
}
