package dev.tessera.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What token files of ours say about all their tokens, a JSON object. */
final class TokenFacts {
    private TokenFacts() {}

    /** The object, unless there is none or it is somebody else's text. */
    static Optional<Map<String, Object>> parse(Optional<String> json) {
        try {
            return json.isEmpty() ? Optional.empty() : Optional.of(JSON.std.mapFrom(json.get()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** K of each stage; empty when the facts do not say it. */
    static int[] codebookSizes(Map<String, Object> facts) {
        if (!(facts.get("codebook_sizes") instanceof List<?> sizes)) {
            return new int[0];
        }
        int[] k = new int[sizes.size()];
        for (int i = 0; i < k.length; i++) {
            if (!(sizes.get(i) instanceof Integer size) || size < 1) {
                return new int[0];
            }
            k[i] = size;
        }
        return k;
    }
}
