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
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;

/** Writes what was trained, with averaged weights, as docs/formats/model.md says. */
final class ImageModelExport {
    private ImageModelExport() {}

    static ModelFile of(
            Recipe recipe,
            ParameterStore store,
            ImageNetworks networks,
            Bottleneck bottleneck,
            long steps,
            int pictures) {
        return store.withAverage(() -> {
            Quantizer quantizer = ordered(bottleneck.export());
            int[] sizes = quantizer.codebookSizes();
            Map<String, Object> config = new LinkedHashMap<>();
            config.put("format_version", 1);
            config.put("model_type", "neural_image_tokenizer");
            config.put("name", recipe.name());
            config.put("kind", "neural");
            config.put("media", "image");
            config.put("quantizer", recipe.string("quantizer"));
            config.put("codebook_size", Arrays.stream(sizes).max().orElseThrow());
            config.put("codebook_sizes", sizes);
            config.put("codebook_dim", quantizer.dim());
            config.put("num_stages", sizes.length);
            config.put("factor", networks.factor());
            config.put("input_scale", 1 / 127.5); // of samples in 0..255
            config.put("input_offset", -1.0);
            config.put("encoder", Layer.blocks("encoder", networks.encoder.layers()));
            config.put("encoder_channels", 3);
            config.put("decoder", Layer.blocks("decoder", networks.decoder.layers()));
            config.put("decoder_channels", bottleneck.dim());
            config.put("training_steps", steps);
            config.put("training_pictures", pictures);
            config.put("seed", recipe.seed());
            ModelFile.Builder builder = ModelFile.builder();
            CodebookFile.addTo(builder, config, CodebookFile.PREFIX, quantizer);
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
