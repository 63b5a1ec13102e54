package dev.tessera.vqmodels.quantize;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.WeightFormat;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import dev.tessera.vqmodels.lowbit.WeightsFile;
import dev.tessera.vqmodels.lowbit.fit.Hessian;
import dev.tessera.vqmodels.nn.Conv;
import dev.tessera.vqmodels.nn.Network;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Stores the weights of the two networks of a tokenizer in few bits. Kernels with groups, a percent or two of the weights, take INT8
 * rounded to nearest, whatever the format; biases, norms, codebooks and the entropy prior stay as they are, and so do transposed
 * convolutions and what would not get smaller than in F16.
 *
 * <p>The same result for any number of threads.
 */
public final class TokenizerQuantizer {
    private static final int ENTRIES = 600; // bytes of the names and numbers that low-bit weights add to the header
    private static final List<String> PARTS = List.of("encoder", "decoder");

    private final WeightFormat format;
    private final Optional<ScalarFormat> scalar;
    private final WeightMethod method;
    private final Calibration calibration;
    private final int threads;

    private TokenizerQuantizer(
            WeightFormat format,
            Optional<ScalarFormat> scalar,
            WeightMethod method,
            Calibration calibration,
            int threads) {
        this.format = format;
        this.scalar = scalar;
        this.method = method;
        this.calibration = Objects.requireNonNull(calibration, "calibration");
        this.threads = threads;
        if (!method.fits(format)) {
            throw new IllegalArgumentException(
                    "method is " + method.methodName() + ", which makes no " + format.formatName());
        }
        if (method.needsCalibration() && calibration.isEmpty()) {
            throw new IllegalArgumentException("method is " + method.methodName() + ", which needs calibration data");
        }
    }

    /**
     * Weights with a code each.
     *
     * @param calibration what the layers of the model saw; without data it is empty
     * @param threads at least 1
     */
    public static TokenizerQuantizer scalar(
            ScalarFormat format, WeightMethod method, Calibration calibration, int threads) {
        return new TokenizerQuantizer(format.format(), Optional.of(format), method, calibration, threads);
    }

    /** Vectors of weights: {@link WeightFormat#VQ16} or {@link WeightFormat#PQ}. */
    public static TokenizerQuantizer vectors(WeightFormat format, Calibration calibration, int threads) {
        return new TokenizerQuantizer(format, Optional.empty(), WeightMethod.KMEANS, calibration, threads);
    }

    /**
     * @throws CorruptModelException when the model has no encoder and decoder that this build can read
     * @throws IllegalArgumentException when its weights are in few bits already
     */
    public QuantizedTokenizer quantize(ModelFile model) throws CorruptModelException {
        Map<String, Conv> convolutions = new LinkedHashMap<>();
        for (String part : PARTS) {
            for (Conv conv : Network.read(model, part).convolutions()) {
                if (!conv.name().isEmpty()) {
                    convolutions.putIfAbsent(conv.name(), conv);
                }
            }
        }
        ModelFile.Builder builder = ModelFile.builder();
        Map<String, Object> entries = new TreeMap<>();
        List<QuantizedLayer> layers = new ArrayList<>();
        for (Conv conv : convolutions.values()) {
            layers.add(quantize(model, conv, builder, entries));
        }
        copyOthers(model, layers, builder);
        ModelConfig config = model.config();
        for (Map.Entry<String, Object> entry : entries.entrySet()) {
            config = config.with(entry.getKey(), entry.getValue());
        }
        return new QuantizedTokenizer(builder.metadataOf(model).config(config).build(), layers);
    }

    private QuantizedLayer quantize(ModelFile model, Conv conv, ModelFile.Builder builder, Map<String, Object> entries)
            throws CorruptModelException {
        String name = conv.name();
        if (WeightsFile.has(model, name)) {
            throw new IllegalArgumentException("the weights '" + name + "' are in few bits already ("
                    + model.config().string(name + ".format") + "); take the model that this one was made of");
        }
        Tensor tensor = model.tensor(name);
        int rows = tensor.shape()[0];
        WeightMatrix weights = new WeightMatrix(rows, tensor.elements() / rows, tensor.toFloats());
        long before = (long) tensor.elements() * tensor.type().bytes();
        Optional<Hessian> hessian = calibration.hessian(name);
        QuantizedWeights quantized = conv.groups() == 1
                ? quantize(weights, hessian)
                : WeightMethod.RTN.quantize(weights, ScalarFormat.int8(), Optional.empty(), threads);
        if (quantized.bytes() + ENTRIES >= Math.min(before, 2L * tensor.elements())) {
            return new QuantizedLayer(name, rows, weights.cols(), Optional.empty(), before, before, Optional.empty());
        }
        WeightsFile.write(name, quantized, builder, entries);
        entries.put(WeightsFile.shapeKey(name), tensor.shape());
        return new QuantizedLayer(
                name,
                rows,
                weights.cols(),
                Optional.of(quantized.format()),
                before,
                quantized.bytes(),
                hessian.map(h -> OutputNoise.of(h, weights, quantized.dequantize())));
    }

    private QuantizedWeights quantize(WeightMatrix weights, Optional<Hessian> hessian) {
        return scalar.isPresent()
                ? method.quantize(weights, scalar.get(), hessian, threads)
                : WeightMethod.vectors(weights, format, hessian, threads);
    }

    private static void copyOthers(ModelFile model, List<QuantizedLayer> layers, ModelFile.Builder builder)
            throws CorruptModelException {
        List<String> replaced = layers.stream()
                .filter(layer -> layer.format().isPresent())
                .map(QuantizedLayer::name)
                .toList();
        for (String name : model.tensorNames()) {
            if (!replaced.contains(name)) {
                builder.tensor(name, model.tensor(name));
            }
        }
    }
}
