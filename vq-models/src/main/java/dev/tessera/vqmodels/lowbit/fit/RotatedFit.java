package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.RotatedWeights;
import dev.tessera.vqmodels.lowbit.Rotation;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Optional;

/**
 * Rotates the inputs of a layer before its weights are quantized, by random signs and Hadamard transforms (QuIP#, Tseng et al. 2024;
 * QuaRot, Ashkboos et al. 2024). Inputs of very different size then matter alike, which is what rounding with error compensation is
 * best at, and a scale fits all weights of its group.
 */
public final class RotatedFit {
    private RotatedFit() {}

    /** Any way to quantize weights, with the Hessian of their inputs if there is one. */
    @FunctionalInterface
    public interface Fit {
        QuantizedWeights quantize(WeightMatrix weights, Optional<Hessian> hessian);
    }

    /** After the rotation of {@code seed}. */
    public static RotatedWeights quantize(WeightMatrix weights, Optional<Hessian> hessian, long seed, Fit fit) {
        Rotation rotation = Rotation.random(weights.cols(), seed);
        return RotatedWeights.of(
                fit.quantize(rotation.rotate(weights), hessian.map(h -> h.rotated(rotation))), rotation);
    }

    /** With or without: what leaves less squared error in the output, without a Hessian in the weights. */
    public static QuantizedWeights whereBetter(WeightMatrix weights, Optional<Hessian> hessian, long seed, Fit fit) {
        QuantizedWeights plain = fit.quantize(weights, hessian);
        QuantizedWeights rotated = quantize(weights, hessian, seed, fit);
        return error(weights, hessian, rotated.dequantize()) < error(weights, hessian, plain.dequantize())
                ? rotated
                : plain;
    }

    /** The squared error of the output, without a Hessian of the weights. */
    public static double error(WeightMatrix weights, Optional<Hessian> hessian, float[] values) {
        if (hessian.isPresent()) {
            return hessian.get().outputError(weights, values);
        }
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            double difference = (double) values[i] - weights.values()[i];
            sum += difference * difference;
        }
        return sum;
    }
}
