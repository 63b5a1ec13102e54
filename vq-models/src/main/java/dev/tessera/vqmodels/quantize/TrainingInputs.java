package dev.tessera.vqmodels.quantize;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.nn.Conv;
import dev.tessera.vqmodels.nn.FeatureMap;
import dev.tessera.vqmodels.nn.LayerObserver;
import dev.tessera.vqmodels.nn.Network;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps what enters encoder and decoder of a tokenizer while they work on training data. Not safe for several threads. */
public final class TrainingInputs implements LayerObserver {
    private final Map<String, String> parts = new LinkedHashMap<>(); // by the name of the weights of the first layer
    private final Map<String, List<FeatureMap>> inputs = new LinkedHashMap<>();
    private FeatureMap entered;

    /** @throws CorruptModelException when the model has no encoder and decoder that this build can read */
    public TrainingInputs(ModelFile model) throws CorruptModelException {
        for (String part : TokenizerQuantizer.PARTS) {
            Network.read(model, part).convolutions().stream()
                    .findFirst()
                    .ifPresent(first -> parts.put(first.name(), part));
            inputs.put(part, new ArrayList<>());
        }
    }

    @Override
    public void begin(FeatureMap in) {
        entered = in;
    }

    @Override
    public void observe(Conv layer, FeatureMap in) {
        String part = parts.get(layer.name());
        if (part != null) {
            inputs.get(part).add(entered);
        }
    }

    /** An observer that tells {@code other} the same. */
    public LayerObserver and(LayerObserver other) {
        return new LayerObserver() {
            @Override
            public void begin(FeatureMap in) {
                TrainingInputs.this.begin(in);
                other.begin(in);
            }

            @Override
            public void observe(Conv layer, FeatureMap in) {
                TrainingInputs.this.observe(layer, in);
                other.observe(layer, in);
            }
        };
    }

    /** The inputs of {@code encoder} and {@code decoder}, in the order in which they came. */
    public Map<String, List<FeatureMap>> byPart() {
        return inputs;
    }
}
