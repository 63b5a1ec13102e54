package dev.tessera.vqmodels.quantize;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.WeightsFile;
import java.util.Map;
import java.util.TreeMap;

/** Models with other weights under the names of those that they have. */
final class ModelRewrite {
    private ModelRewrite() {}

    /**
     * {@code model} with {@code weights} in place of the tensor or the low-bit weights of the same name, and with {@code entries} in its
     * configuration.
     */
    static ModelFile replace(ModelFile model, Map<String, QuantizedWeights> weights, Map<String, Object> entries)
            throws CorruptModelException {
        ModelFile.Builder builder = ModelFile.builder();
        Map<String, Object> all = new TreeMap<>(entries);
        weights.forEach((name, values) -> WeightsFile.write(name, values, builder, all));
        for (String tensor : model.tensorNames()) {
            if (weights.keySet().stream().noneMatch(name -> tensor.equals(name) || tensor.startsWith(name + "."))) {
                builder.tensor(tensor, model.tensor(tensor));
            }
        }
        ModelConfig config = model.config();
        for (Map.Entry<String, Object> entry : all.entrySet()) {
            config = config.with(entry.getKey(), entry.getValue());
        }
        return builder.metadataOf(model).config(config).build();
    }

    /** {@code model} with {@code tensors} in place of those of the same names. */
    static ModelFile withTensors(ModelFile model, Map<String, Tensor> tensors) throws CorruptModelException {
        ModelFile.Builder builder = ModelFile.builder();
        for (String name : model.tensorNames()) {
            Tensor replaced = tensors.get(name);
            builder.tensor(name, replaced == null ? model.tensor(name) : replaced);
        }
        return builder.metadataOf(model).config(model.config()).build();
    }
}
