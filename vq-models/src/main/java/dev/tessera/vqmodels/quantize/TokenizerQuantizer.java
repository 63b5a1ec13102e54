package dev.tessera.vqmodels.quantize;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.RotatedWeights;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.WeightFormat;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import dev.tessera.vqmodels.lowbit.WeightsFile;
import dev.tessera.vqmodels.lowbit.fit.Hessian;
import dev.tessera.vqmodels.lowbit.fit.RotatedFit;
import dev.tessera.vqmodels.nn.Conv;
import dev.tessera.vqmodels.nn.Network;
import dev.tessera.vqmodels.training.WeightTraining;
import java.util.ArrayList;
import java.util.Comparator;
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
 * <p>With a budget every layer takes one of several formats: the one that was asked for, INT4 and INT8 where these have more bits, or
 * stays as it is, such that the file keeps the budget and the sum over the layers of (squared error of the output over the squared
 * output) is least, as {@link MixedPrecision} finds it.
 *
 * <p>The same result for any number of threads.
 */
public final class TokenizerQuantizer {
    static final int ENTRIES = 600; // bytes of the names and numbers that low-bit weights add to the header
    private static final long ROTATION = 1; // seed of the signs
    static final List<String> PARTS = List.of("encoder", "decoder");

    private final List<Choice> choices; // fewest bits first
    private final Calibration calibration;
    private final int threads;
    private final boolean rotated;
    private final Optional<Training> training;

    /** What trains weights after they were quantized. */
    @FunctionalInterface
    public interface Training {
        /** @param start the weights in few bits, by name; those of {@code model} are floats */
        WeightTraining.Trained train(ModelFile model, Map<String, QuantizedWeights> start) throws CorruptModelException;
    }

    /** A format and how its codes are chosen; {@code scalar} is empty for vectors, {@code dim} is theirs. */
    private record Choice(WeightFormat format, Optional<ScalarFormat> scalar, int dim, WeightMethod method) {
        static Choice of(ScalarFormat format, WeightMethod method) {
            return new Choice(format.format(), Optional.of(format), 1, method);
        }

        QuantizedWeights quantize(WeightMatrix weights, Optional<Hessian> hessian, int threads) {
            return scalar.isPresent()
                    ? method.quantize(weights, scalar.get(), hessian, threads)
                    : method.vectors(weights, format, dim, hessian, threads);
        }

        QuantizedWeights quantizeRotated(WeightMatrix weights, Optional<Hessian> hessian, int threads) {
            return RotatedFit.whereBetter(weights, hessian, ROTATION, (w, inputs) -> quantize(w, inputs, threads));
        }
    }

    /** What a layer can become; {@code weights} is empty where it stays. */
    private record Candidate(QuantizedLayer layer, Optional<QuantizedWeights> weights) {
        double cost() {
            return layer.noise()
                    .filter(noise -> noise.signal() > 0)
                    .map(noise -> noise.error() / noise.signal())
                    .orElse(0.0);
        }
    }

    private TokenizerQuantizer(
            List<Choice> choices, Calibration calibration, int threads, boolean rotated, Optional<Training> training) {
        this.choices = choices;
        this.calibration = Objects.requireNonNull(calibration, "calibration");
        this.threads = threads;
        this.rotated = rotated;
        this.training = training;
        Choice first = choices.getFirst();
        if (!first.method.fits(first.format)) {
            throw new IllegalArgumentException(
                    "method is " + first.method.methodName() + ", which makes no " + first.format.formatName());
        }
        if (first.method.needsCalibration() && calibration.isEmpty()) {
            throw new IllegalArgumentException(
                    "method is " + first.method.methodName() + ", which needs calibration data");
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
        return new TokenizerQuantizer(
                List.of(Choice.of(format, method)), calibration, threads, false, Optional.empty());
    }

    /** Vectors of weights or planes: the formats that are not scalar. */
    public static TokenizerQuantizer vectors(
            WeightFormat format, WeightMethod method, Calibration calibration, int threads) {
        return new TokenizerQuantizer(
                List.of(new Choice(format, Optional.empty(), WeightMethod.standardDim(format), method)),
                calibration,
                threads,
                false,
                Optional.empty());
    }

    /**
     * One whose code vectors have {@code dim} weights: fewer bits for more of them.
     *
     * @param dim 1, 2 or 4 for {@code vq16}, up to 64 for {@code pq}
     * @throws IllegalArgumentException when the format has no such vectors
     */
    public TokenizerQuantizer dim(int dim) {
        Choice first = choices.getFirst();
        WeightMethod.requireDim(first.format, dim);
        return new TokenizerQuantizer(
                List.of(new Choice(first.format, first.scalar, dim, first.method)),
                calibration,
                threads,
                rotated,
                training);
    }

    /** One that rotates the inputs of a layer where that leaves less error, as {@link RotatedFit} says. */
    public TokenizerQuantizer rotated() {
        return new TokenizerQuantizer(choices, calibration, threads, true, training);
    }

    /** One that trains what {@link WeightMethod#QAT} starts from. */
    public TokenizerQuantizer trained(Training value) {
        if (choices.getFirst().method != WeightMethod.QAT) {
            throw new IllegalArgumentException("method is "
                    + choices.getFirst().method.methodName() + ", must be qat for weights that are trained");
        }
        return new TokenizerQuantizer(choices, calibration, threads, rotated, Optional.of(value));
    }

    /**
     * @throws CorruptModelException when the model has no encoder and decoder that this build can read
     * @throws IllegalArgumentException when its weights are in few bits already
     */
    public QuantizedTokenizer quantize(ModelFile model) throws CorruptModelException {
        List<Candidate> made = new ArrayList<>();
        for (Conv conv : convolutions(model)) {
            made.add(candidates(model, conv, choices).getLast());
        }
        return trained(model, assemble(model, made));
    }

    /**
     * The same in at most {@code budget} bytes, with more bits where they gain most; planes are cut, as {@link PlaneFile} says.
     *
     * @throws IllegalArgumentException when there are no calibration data, or the file cannot be so small
     */
    public QuantizedTokenizer quantize(ModelFile model, long budget) throws CorruptModelException {
        if (choices.getFirst().format == WeightFormat.PLANES) {
            return cutPlanes(model, budget);
        }
        if (calibration.isEmpty()) {
            throw new IllegalArgumentException("a budget needs calibration data");
        }
        List<List<Candidate>> layers = new ArrayList<>();
        for (Conv conv : convolutions(model)) {
            layers.add(candidates(model, conv, ladder()));
        }
        List<Candidate> smallest = layers.stream()
                .map(all -> all.stream()
                        .min(Comparator.comparingLong(c -> c.layer().bytes()))
                        .orElseThrow())
                .toList();
        QuantizedTokenizer made = assemble(model, smallest);
        if (made.model().sizeBytes() > budget) {
            throw new IllegalArgumentException("budget is " + budget + " bytes, must be at least "
                    + made.model().sizeBytes());
        }
        // the header grows with what is chosen: what it took too much goes off the bytes of the weights
        long least = bytes(made);
        long most = least + budget - made.model().sizeBytes();
        while (most >= least) {
            List<Candidate> chosen = choose(layers, most);
            QuantizedTokenizer next = assemble(model, chosen);
            if (next.model().sizeBytes() <= budget) {
                return trained(model, next);
            }
            most -= next.model().sizeBytes() - budget;
        }
        return trained(model, made);
    }

    /**
     * What the training makes of {@code start}. What a layer adds to its own output is no longer said: blocks are trained such that
     * errors of their layers make up for each other.
     */
    private QuantizedTokenizer trained(ModelFile model, QuantizedTokenizer start) throws CorruptModelException {
        if (choices.getFirst().method != WeightMethod.QAT) {
            return start;
        }
        Training chosen = training.orElseThrow(
                () -> new IllegalArgumentException("method is qat, which needs something that trains"));
        Map<String, QuantizedWeights> weights = new LinkedHashMap<>();
        for (QuantizedLayer layer : start.layers()) {
            if (layer.format().isPresent()) {
                weights.put(layer.name(), WeightsFile.read(start.model(), layer.name()));
            }
        }
        WeightTraining.Trained made = chosen.train(model, weights);
        ModelFile file =
                ModelRewrite.withTensors(ModelRewrite.replace(start.model(), made.weights(), Map.of()), made.vectors());
        return new QuantizedTokenizer(
                file, start.layers().stream().map(QuantizedLayer::withoutNoise).toList());
    }

    private static List<Candidate> choose(List<List<Candidate>> layers, long most) {
        long[][] bytes = new long[layers.size()][];
        double[][] costs = new double[layers.size()][];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = layers.get(i).stream().mapToLong(c -> c.layer().bytes()).toArray();
            costs[i] = layers.get(i).stream().mapToDouble(Candidate::cost).toArray();
        }
        int[] places = MixedPrecision.choose(bytes, costs, most);
        List<Candidate> chosen = new ArrayList<>();
        for (int i = 0; i < places.length; i++) {
            chosen.add(layers.get(i).get(places[i]));
        }
        return chosen;
    }

    private static long bytes(QuantizedTokenizer made) {
        return made.layers().stream().mapToLong(QuantizedLayer::bytes).sum();
    }

    /** What was asked for and what has more bits. */
    private List<Choice> ladder() {
        List<Choice> ladder = new ArrayList<>(choices);
        Choice first = choices.getFirst();
        double bits = first.scalar.isPresent() ? first.format.codeBits() : 2; // of vectors as they are made here
        WeightMethod method = !first.format.isScalar() ? WeightMethod.GPTQ : first.method;
        for (WeightFormat format : List.of(WeightFormat.INT4, WeightFormat.INT8)) {
            if (format.codeBits() > bits) {
                ladder.add(Choice.of(ScalarFormat.standard(format), method));
            }
        }
        return ladder;
    }

    private static List<Conv> convolutions(ModelFile model) throws CorruptModelException {
        Map<String, Conv> convolutions = new LinkedHashMap<>();
        for (String part : PARTS) {
            for (Conv conv : Network.read(model, part).convolutions()) {
                if (!conv.name().isEmpty()) {
                    convolutions.putIfAbsent(conv.name(), conv);
                }
            }
        }
        return List.copyOf(convolutions.values());
    }

    /** The layer as it is, and in each format that makes it smaller than in F16. */
    private List<Candidate> candidates(ModelFile model, Conv conv, List<Choice> formats) throws CorruptModelException {
        String name = conv.name();
        if (WeightsFile.has(model, name)) {
            throw new IllegalArgumentException("the weights '" + name + "' are in few bits already ("
                    + model.config().string(name + ".format") + "); take the model that this one was made of");
        }
        Tensor tensor = model.tensor(name);
        WeightMatrix weights = matrix(model, name);
        long before = (long) tensor.elements() * tensor.type().bytes();
        Optional<Hessian> hessian = calibration.hessian(name);
        List<Candidate> candidates = new ArrayList<>();
        candidates.add(new Candidate(
                new QuantizedLayer(
                        name,
                        weights.rows(),
                        weights.cols(),
                        Optional.empty(),
                        false,
                        before,
                        before,
                        Optional.empty()),
                Optional.empty()));
        List<QuantizedWeights> made = new ArrayList<>();
        if (conv.groups() == 1) {
            formats.forEach(choice -> made.add(
                    rotated
                            ? choice.quantizeRotated(weights, hessian, threads)
                            : choice.quantize(weights, hessian, threads)));
        } else {
            made.add(WeightMethod.RTN.quantize(weights, ScalarFormat.int8(), Optional.empty(), threads));
        }
        for (QuantizedWeights quantized : made) {
            if (quantized.bytes() + ENTRIES < Math.min(before, 2L * tensor.elements())) {
                candidates.add(new Candidate(layer(weights, before, name, quantized), Optional.of(quantized)));
            }
        }
        return candidates;
    }

    private QuantizedTokenizer assemble(ModelFile model, List<Candidate> chosen) throws CorruptModelException {
        Map<String, QuantizedWeights> weights = new LinkedHashMap<>();
        Map<String, Object> entries = new TreeMap<>();
        for (Candidate candidate : chosen) {
            String name = candidate.layer().name();
            if (candidate.weights().isPresent()) {
                weights.put(name, candidate.weights().get());
                entries.put(WeightsFile.shapeKey(name), model.tensor(name).shape());
            }
        }
        entries.putAll(PlaneOrder.entries(model, weights, calibration));
        return new QuantizedTokenizer(
                ModelRewrite.replace(model, weights, entries),
                chosen.stream().map(Candidate::layer).toList());
    }

    /** The first planes of all, with what they do to the outputs. */
    private QuantizedTokenizer cutPlanes(ModelFile model, long budget) throws CorruptModelException {
        QuantizedTokenizer whole = quantize(model);
        if (!PlaneFile.hasPlanes(whole.model())) {
            if (whole.model().sizeBytes() > budget) {
                throw new IllegalArgumentException("budget is " + budget + " bytes, must be at least "
                        + whole.model().sizeBytes());
            }
            return whole;
        }
        ModelFile cut = PlaneFile.cut(whole.model(), budget).model();
        List<QuantizedLayer> layers = new ArrayList<>();
        for (QuantizedLayer layer : whole.layers()) {
            boolean planes = layer.format().equals(Optional.of(WeightFormat.PLANES));
            layers.add(
                    planes
                            ? layer(
                                    matrix(model, layer.name()),
                                    layer.bytesBefore(),
                                    layer.name(),
                                    WeightsFile.read(cut, layer.name()))
                            : layer);
        }
        return new QuantizedTokenizer(cut, layers);
    }

    static WeightMatrix matrix(ModelFile model, String name) throws CorruptModelException {
        Tensor tensor = model.tensor(name);
        int rows = tensor.shape()[0];
        return new WeightMatrix(rows, tensor.elements() / rows, tensor.toFloats());
    }

    private QuantizedLayer layer(WeightMatrix weights, long before, String name, QuantizedWeights quantized) {
        return new QuantizedLayer(
                name,
                weights.rows(),
                weights.cols(),
                Optional.of(quantized.format()),
                quantized instanceof RotatedWeights,
                before,
                quantized.bytes(),
                calibration.hessian(name).map(h -> OutputNoise.of(h, weights, quantized.dequantize())));
    }
}
