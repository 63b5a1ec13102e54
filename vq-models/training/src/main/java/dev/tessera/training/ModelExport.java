package dev.tessera.training;

import dev.tessera.codebook.CodebookOrder;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.vqmodels.CodebookFile;
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
            Quantizer quantizer = ordered(bottleneck.export());
            int[] sizes = quantizer.codebookSizes();
            Map<String, Object> config = new LinkedHashMap<>();
            config.put("format_version", 1);
            String media = medium.media().name().toLowerCase(Locale.ROOT);
            config.put("model_type", "neural_" + media + "_tokenizer");
            config.put("name", recipe.name());
            config.put("kind", "neural");
            config.put("media", media);
            config.put("quantizer", recipe.string("quantizer"));
            config.put("codebook_size", Arrays.stream(sizes).max().orElseThrow());
            config.put("codebook_sizes", sizes);
            config.put("codebook_dim", quantizer.dim());
            config.put("num_stages", sizes.length);
            medium.describe(config);
            config.put("encoder", Layer.blocks("encoder", medium.encoder().layers()));
            config.put("encoder_channels", medium.channels());
            config.put("decoder", Layer.blocks("decoder", medium.decoder().layers()));
            config.put("decoder_channels", bottleneck.dim());
            config.put("training_steps", steps);
            config.put("training_" + medium.items(), medium.source().size());
            config.put("seed", recipe.seed());
            ModelFile.Builder builder = ModelFile.builder();
            CodebookFile.addTo(builder, config, CodebookFile.PREFIX, quantizer);
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

    /** Code vectors in the order of a tree, so that prefixes of an index mean something to an entropy model. */
    private static Quantizer ordered(Quantizer quantizer) {
        return quantizer instanceof VectorQuantizer vector
                ? new VectorQuantizer(CodebookOrder.tree(vector.codebook()))
                : quantizer;
    }
}
