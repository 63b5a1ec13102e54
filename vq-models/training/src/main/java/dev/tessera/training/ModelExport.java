package dev.tessera.training;

import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;

/** Writes what was trained, with averaged weights, as docs/formats/model.md says. */
final class ModelExport {
    private ModelExport() {}

    static ModelFile of(Recipe recipe, ParameterStore store, Medium medium, Bottleneck bottleneck, long steps) {
        return store.withAverage(() -> {
            Map<String, Object> config = new LinkedHashMap<>();
            config.put("format_version", 1);
            String media = medium.media().name().toLowerCase(Locale.ROOT);
            config.put("model_type", bottleneck.modelType(media));
            config.put("name", recipe.name());
            config.put("kind", "neural");
            config.put("media", media);
            config.put("quantizer", recipe.string("quantizer"));
            ModelFile.Builder builder = ModelFile.builder();
            bottleneck.addTo(config, builder);
            medium.describe(config);
            config.put("encoder", Layer.blocks("encoder", medium.encoder().layers()));
            config.put("encoder_channels", medium.channels());
            config.put("decoder", Layer.blocks("decoder", medium.decoder().layers()));
            config.put("decoder_channels", bottleneck.dim());
            config.put("training_steps", steps);
            config.put("training_" + medium.items(), medium.source().size());
            config.put("seed", recipe.seed());
            medium.addTensors(builder);
            try (PointerScope _ = new PointerScope()) {
                for (Parameter parameter : store.parameters()) {
                    if (parameter.name.startsWith("encoder.") || parameter.name.startsWith("decoder.")) {
                        int[] shape = Arrays.stream(parameter.shape)
                                .mapToInt(Math::toIntExact)
                                .toArray();
                        builder.tensor(parameter.name, Tensor.ofFloats(Tensors.floats(parameter.tensor()), shape));
                    }
                }
            }
            return builder.config(ModelConfig.of(config))
                    .metadata("recipe", recipe.text())
                    .build();
        });
    }
}
