package dev.tessera.vqmodels.quantize;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.vqmodels.lowbit.PlaneWeights;
import dev.tessera.vqmodels.lowbit.PqWeights;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.WeightFormat;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import dev.tessera.vqmodels.lowbit.fit.AlternatingRounding;
import dev.tessera.vqmodels.lowbit.fit.Gptq;
import dev.tessera.vqmodels.lowbit.fit.Hessian;
import dev.tessera.vqmodels.lowbit.fit.Importance;
import dev.tessera.vqmodels.lowbit.fit.PlaneFit;
import dev.tessera.vqmodels.lowbit.fit.PqFit;
import dev.tessera.vqmodels.lowbit.fit.PyramidFit;
import dev.tessera.vqmodels.lowbit.fit.QuantEase;
import dev.tessera.vqmodels.lowbit.fit.RoundToNearest;
import dev.tessera.vqmodels.lowbit.fit.ScaleRule;
import dev.tessera.vqmodels.lowbit.fit.Vq16Fit;
import java.util.Locale;
import java.util.Optional;

/** How codes of weights are chosen. The command line says {@link #methodName()}. */
public enum WeightMethod {
    /** Round to nearest, under the scale that is usual for the format. */
    RTN,
    /** Round to nearest, under the scale of least squared error; with calibration an input counts by its mean square. */
    CLIP,
    /** Error compensation (Frantar et al. 2022) under scales of least squared error. */
    GPTQ,
    /** Coordinate descent on the output error (Behdin et al. 2023), from what GPTQ finds. */
    QUANTEASE,
    /** Learned rounding: codes and scales in turn, by the output error (Nagel et al. 2020; Lee et al. 2023), from what GPTQ finds. */
    ROUND,
    /**
     * Training of the weights in few bits, block after block, with learned steps (Esser et al. 2020; Li et al. 2021), from what ROUND
     * finds; needs {@link TokenizerQuantizer#trained}.
     */
    QAT,
    /** k-means, with calibration weighted by what an input matters (Kim et al. 2024): of the formats with codebooks. */
    KMEANS,
    /** Vectors by k-means, error compensation and descent on the output error (Liu et al. 2024; Egiazarian et al. 2024), from k-means. */
    VPTQ,
    /** Planes of signs and magnitudes of what is left (Wang et al. 2024); with calibration an input counts by its mean square. */
    BITSTACK;

    private static final int SWEEPS = 20;
    private static final int ROUNDS = 10;
    private static final int VQ16_DIM = 2;
    private static final int VQ16_ROWS = 16;
    private static final int PQ_DIM = 4;
    private static final int MOST_PLANES = 8; // 8 to 12 bits a weight

    public String methodName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it looks at inputs of the layer. */
    public boolean needsCalibration() {
        return this == GPTQ || this == QUANTEASE || this == ROUND || this == QAT || this == VPTQ;
    }

    /** Whether it makes weights of {@code format}. */
    public boolean fits(WeightFormat format) {
        return switch (format) {
            case VQ16, PQ -> this == KMEANS || this == VPTQ;
            case PVQ -> this == RTN || this == GPTQ;
            case PLANES -> this == BITSTACK;
            case NF4, FP4, MXFP4, NVFP4, FP6, FP8, BINARY ->
                this != KMEANS && this != VPTQ && this != BITSTACK && this != QAT;
            default -> this != KMEANS && this != VPTQ && this != BITSTACK;
        };
    }

    /** What is best for {@code format} with what is known. */
    public static WeightMethod standard(WeightFormat format, boolean calibrated) {
        return switch (format) {
            case VQ16, PQ -> calibrated ? VPTQ : KMEANS;
            case PLANES -> BITSTACK;
            default -> calibrated ? GPTQ : RTN;
        };
    }

    /** @throws IllegalArgumentException when this needs the Hessian and it is not there */
    QuantizedWeights quantize(WeightMatrix weights, ScalarFormat format, Optional<Hessian> hessian, int threads) {
        return switch (this) {
            case RTN -> RoundToNearest.standard(threads).quantize(weights, format);
            case CLIP ->
                hessian.map(h -> RoundToNearest.leastError(h, threads))
                        .orElseGet(() -> RoundToNearest.of(ScaleRule.MIN_MSE, threads))
                        .quantize(weights, format);
            case GPTQ -> gptq(required(hessian), threads).quantize(weights, format);
            case QUANTEASE ->
                new QuantEase(required(hessian), gptq(required(hessian), threads), SWEEPS, threads)
                        .quantize(weights, format);
            case ROUND, QAT ->
                new AlternatingRounding(required(hessian), gptq(required(hessian), threads), ROUNDS, threads)
                        .quantize(weights, format);
            case KMEANS, VPTQ, BITSTACK ->
                throw new IllegalArgumentException(methodName() + " makes no weights with a code each");
        };
    }

    /** Weights of a code vector where nothing else is said. */
    static int standardDim(WeightFormat format) {
        return format == WeightFormat.PQ ? PQ_DIM : VQ16_DIM;
    }

    static void requireDim(WeightFormat format, int dim) {
        switch (format) {
            case VQ16 -> {
                if (dim != 1 && dim != 2 && dim != 4) {
                    throw new IllegalArgumentException("dim is " + dim + ", must be 1, 2 or 4 for vq16");
                }
            }
            case PQ -> Checks.requireIn(1, PqWeights.MOST_DIM, dim, "dim");
            default ->
                throw new IllegalArgumentException(
                        "dim is " + dim + ", which is of vq16 and pq, not of " + format.formatName());
        }
    }

    /**
     * Vectors of weights, and planes. {@code vq16}: a codebook for 16 rows; {@code pq}: one for all; {@code planes}: as many
     * up to 8 as are smaller than F16.
     *
     * @param dim of the vectors of {@code vq16} and {@code pq}
     */
    QuantizedWeights vectors(
            WeightMatrix weights, WeightFormat format, int dim, Optional<Hessian> hessian, int threads) {
        if (format == WeightFormat.PLANES) {
            int rows = weights.rows();
            int cols = weights.cols();
            long plane = PlaneWeights.planeBytes(rows, cols, PlaneFit.rank(rows, cols));
            return PlaneFit.quantize(weights, hessian, (int)
                    Math.clamp((2L * rows * cols - TokenizerQuantizer.ENTRIES - 1) / plane, 1, MOST_PLANES));
        }
        if (format == WeightFormat.PVQ) {
            return PyramidFit.quantize(
                    weights, this == GPTQ ? Optional.of(required(hessian)) : Optional.empty(), threads);
        }
        Importance importance = hessian.map(Importance::of).orElse(Importance.EQUAL);
        if (format == WeightFormat.VQ16) {
            Vq16Fit.Builder fit = Vq16Fit.builder()
                    .dim(dim)
                    .rowsPerCodebook(VQ16_ROWS)
                    .importance(importance)
                    .threads(threads);
            return (this == VPTQ ? fit.inputs(required(hessian)) : fit).build().quantize(weights);
        }
        PqFit.Builder fit =
                PqFit.builder().dim(dim).shared(true).importance(importance).threads(threads);
        return (this == VPTQ ? fit.inputs(required(hessian)) : fit).build().quantize(weights);
    }

    private static Gptq gptq(Hessian hessian, int threads) {
        return Gptq.builder(hessian)
                .scaleRule(ScaleRule.MIN_MSE)
                .threads(threads)
                .build();
    }

    private static Hessian required(Optional<Hessian> hessian) {
        return hessian.orElseThrow(() -> new IllegalArgumentException("the method needs calibration data"));
    }
}
