package dev.tessera.vqmodels.quantize;

import dev.tessera.vqmodels.ModelFile;
import java.util.List;

/**
 * A tokenizer whose networks are stored in few bits.
 *
 * @param layers in the order in which they work, encoder first
 */
public record QuantizedTokenizer(ModelFile model, List<QuantizedLayer> layers) {
    public QuantizedTokenizer {
        layers = List.copyOf(layers);
    }
}
