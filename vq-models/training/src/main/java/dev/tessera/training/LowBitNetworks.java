package dev.tessera.training;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.DType;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.training.WeightTraining;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The parameters of networks in few bits, as far as they have been trained. */
final class LowBitNetworks {
    private final ModelFile model; // in floats
    private final Map<String, LowBitState> weights = new LinkedHashMap<>();
    private final Map<String, float[]> vectors = new LinkedHashMap<>(); // those that have been trained

    /** @param start the weights in few bits, by name */
    LowBitNetworks(ModelFile model, Map<String, QuantizedWeights> start) throws CorruptModelException {
        this.model = model;
        for (Map.Entry<String, QuantizedWeights> entry : start.entrySet()) {
            String name = entry.getKey();
            weights.put(
                    name,
                    LowBitState.of(name, entry.getValue(), model.tensor(name).toFloats()));
        }
    }

    /** Runs of the layers of {@code part}, each with one that has weights in few bits and what follows it; none when there are none. */
    List<List<ModelConfig>> blocks(String part) throws CorruptModelException {
        List<List<ModelConfig>> blocks = new ArrayList<>();
        List<ModelConfig> block = new ArrayList<>();
        for (ModelConfig layer : model.config().objects(part)) {
            if (isTrained(List.of(layer)) && isTrained(block)) {
                blocks.add(block);
                block = new ArrayList<>();
            }
            block.add(layer);
        }
        if (isTrained(block)) {
            blocks.add(block);
        }
        return blocks;
    }

    private boolean isTrained(List<ModelConfig> layers) throws CorruptModelException {
        return ModelNetwork.weights(layers).stream().anyMatch(weights::containsKey);
    }

    /** What has become of all. */
    WeightTraining.Trained result() {
        Map<String, QuantizedWeights> made = new LinkedHashMap<>();
        weights.forEach((name, state) -> made.put(name, state.weights()));
        Map<String, Tensor> learnt = new LinkedHashMap<>();
        vectors.forEach((name, values) -> learnt.put(name, Tensor.ofFloats(values, values.length)));
        return new WeightTraining.Trained(made, learnt);
    }

    /** Layers with the parameters that they have now, ready to be trained. */
    Block block(List<ModelConfig> layers) throws CorruptModelException {
        return new Block(layers);
    }

    /** Layers in training; nothing is changed before {@link #keep}. */
    final class Block implements ModelNetwork.Source {
        private final ParameterStore store = new ParameterStore();
        private final Map<String, LearnedSteps> steps = new HashMap<>();
        private final List<Parameter> learnt = new ArrayList<>();
        private final Network network;

        private Block(List<ModelConfig> layers) throws CorruptModelException {
            network = ModelNetwork.of(model, layers, this, store);
            store.seal();
        }

        ParameterStore store() {
            return store;
        }

        Network network() {
            return network;
        }

        @Override
        public Parameter parameter(String name, boolean isWeight, long[] shape, ParameterStore into)
                throws CorruptModelException {
            if (weights.containsKey(name)) {
                LearnedSteps learned = new LearnedSteps(name, weights.get(name), into, shape);
                steps.put(name, learned);
                return learned.latents();
            }
            if (vectors.containsKey(name)) {
                return learnt(into.plain(name, vectors.get(name), shape));
            }
            Parameter parameter = ModelNetwork.values(model).parameter(name, isWeight, shape, into);
            // a kernel that is not in few bits stays, and so does what the file has in something shorter than floats
            if (isWeight || !model.hasTensor(name) || model.tensor(name).type() != DType.F32) {
                parameter.freeze(parameter.elements());
                return parameter;
            }
            return learnt(parameter);
        }

        /** At a rate in units of the root of its mean square. */
        private Parameter learnt(Parameter parameter) {
            double sum = 0;
            for (float value : parameter.start) {
                sum += (double) value * value;
            }
            float[] rates = new float[parameter.start.length];
            Arrays.fill(rates, (float) Math.sqrt(sum / rates.length));
            learnt.add(parameter.learnAt(rates));
            return parameter;
        }

        /** Works the weights out anew; in every step, inside of its scope. */
        void refresh() {
            steps.values().forEach(LearnedSteps::refresh);
        }

        /** Puts the parameters in the place of those that the block was made with. */
        void keep() {
            steps.forEach((name, learned) -> weights.put(name, learned.state()));
            learnt.forEach(parameter -> vectors.put(parameter.name, Tensors.floats(parameter.tensor())));
        }
    }
}
