package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.ScalarWeights;
import dev.tessera.vqmodels.lowbit.WeightMatrix;

/** Chooses scales and codes of a scalar format for a matrix. */
public sealed interface ScalarMethod permits RoundToNearest, Gptq, QuantEase, AlternatingRounding {
    /** The same result for any number of threads. */
    ScalarWeights quantize(WeightMatrix weights, ScalarFormat format);
}
