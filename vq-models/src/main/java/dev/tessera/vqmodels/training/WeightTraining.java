package dev.tessera.vqmodels.training;

import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.nn.FeatureMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Networks whose weights are to be trained in the few bits that they are stored in.
 *
 * @param model with the networks {@code encoder} and {@code decoder} as they are, in floats
 * @param start the weights in few bits, by name; others stay
 * @param inputs what enters each of the two networks, by its name; the same items in the same order
 * @param steps for every block; as many follow for each network as a whole
 */
public record WeightTraining(
        ModelFile model,
        Map<String, QuantizedWeights> start,
        Map<String, List<FeatureMap>> inputs,
        int steps,
        long seed,
        int threads,
        Consumer<String> progress) {
    public WeightTraining {
        start = Map.copyOf(start);
        inputs = Map.copyOf(inputs);
        if (steps < 1) {
            throw new IllegalArgumentException("steps is " + steps + ", must be at least 1");
        }
        if (threads < 1) {
            throw new IllegalArgumentException("threads is " + threads + ", must be at least 1");
        }
    }

    /**
     * What stands in the place of the start.
     *
     * @param weights by name, in the formats of the start
     * @param vectors biases, factors and offsets of norms, factors of branches, by name
     */
    public record Trained(Map<String, QuantizedWeights> weights, Map<String, Tensor> vectors) {}
}
