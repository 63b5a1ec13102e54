package dev.tessera.cli;

import dev.tessera.audio.AudioModel;
import dev.tessera.audio.NeuralAudioModel;
import dev.tessera.image.ImageModel;
import dev.tessera.image.NeuralImageModel;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.ModelRegistry;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.WeightFormat;
import dev.tessera.vqmodels.nn.LayerObserver;
import dev.tessera.vqmodels.quantize.Calibration;
import dev.tessera.vqmodels.quantize.PlaneFile;
import dev.tessera.vqmodels.quantize.QuantizedTokenizer;
import dev.tessera.vqmodels.quantize.TokenizerQuantizer;
import dev.tessera.vqmodels.quantize.TrainingInputs;
import dev.tessera.vqmodels.quantize.WeightMethod;
import dev.tessera.vqmodels.training.NeuralTrainer;
import dev.tessera.vqmodels.training.WeightTraining;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tessera quantize}: a neural tokenizer with its weights in few bits. */
@Command(
        name = "quantize",
        description = {
            "Store the weights of a neural tokenizer in few bits, and say what that does to it.",
            "Norms, biases, codebooks and the entropy prior stay as they are; depthwise kernels take int8. Layers whose"
                    + " output changes by more than rounding noise explains are named."
        })
final class QuantizeCommand extends TesseraCommand {
    private static final int MOST_CALIBRATION_ITEMS = 32;
    private static final int MOST_TRAINING_ITEMS = 64;
    private static final int TRAINING_STEPS = 100;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A name that 'models' lists, or a path.")
    private String model;

    @Option(names = "-o", required = true, paramLabel = "MODEL", description = "Where the model goes (.safetensors).")
    private Path output;

    @Option(
            names = "--weights",
            required = true,
            paramLabel = "FORMAT",
            description = "int8, int4, int3, int2, nf4, fp4, mxfp4, nvfp4, fp6, fp8, ternary, binary, vq16, pq,"
                    + " pvq (pyramids, 2.5 bits) or planes (one file of which smaller ones are cut).")
    private String weights;

    @Option(
            names = "--method",
            paramLabel = "M",
            description = "rtn (round to nearest), clip (scales of least squared error), gptq, quantease, round"
                    + " (learned rounding) or qat (weights and steps trained, of int8 to int2 and ternary; the first"
                    + " time this fetches an engine of 110 MB); these four need --calibration; of vq16 and pq kmeans or vptq"
                    + " (which needs it too); of pvq rtn or gptq; of planes bitstack. Default: gptq, vptq with"
                    + " --calibration, else rtn, kmeans.")
    private String method;

    @Option(
            names = "--rotate",
            description =
                    "Rotate the inputs of a layer (signs and Hadamard transforms) before its weights are quantized,"
                            + " where that leaves less error; undone when the model is loaded. Without --calibration and"
                            + " --method the default.")
    private boolean rotate;

    @Option(
            names = "--group-size",
            paramLabel = "G",
            description = "int4, int3, int2, nf4, fp4: inputs that share a scale, a multiple of 16, 0 for all (default:"
                    + " 32; nf4 64).")
    private Integer groupSize;

    @Option(
            names = "--dim",
            paramLabel = "D",
            description =
                    "vq16, pq: weights of a code vector; of vq16 1, 2 or 4 (4, 2 and 1 bits a weight; default: 2),"
                            + " of pq up to 64 (8 bits for so many; default: 4).")
    private Integer dim;

    @Option(
            names = "--budget",
            paramLabel = "BYTES",
            description =
                    "Mixed precision: the layers that gain most take int4, int8 or stay, as long as the file has at"
                            + " most so many bytes (2MB is 2000000). Needs --calibration, but for planes: these are cut, also those"
                            + " of a MODEL that has them.")
    private String budget;

    @Option(
            names = "--calibration",
            paramLabel = "DATA",
            description = "A file, folder or @list.txt that the tokenizer works on to see what enters its layers; of"
                    + " more than " + MOST_CALIBRATION_ITEMS + " files so many are taken, evenly. Can be repeated.")
    private List<String> calibrationData = List.of();

    @Option(
            names = "--eval",
            paramLabel = "DATA",
            description = "A file, folder or @list.txt, held out, on which the model is compared with what it was. Can"
                    + " be repeated.")
    private List<String> evalData = List.of();

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "--method qat: training steps for each block, and again for each network (default: "
                    + TRAINING_STEPS + ").")
    private Integer steps;

    @Option(names = "--seed", paramLabel = "N", description = "--method qat: seed of the training (default: 1).")
    private Long seed;

    @Option(names = "--include", paramLabel = "GLOB", description = "Of folders take only files whose name fits.")
    private String include;

    @Mixin
    private LimitOptions limits;

    @Override
    int execute() throws IOException {
        WeightFormat format = WeightFormat.ofName(weights)
                .orElseThrow(() -> new UsageException("--weights is '" + weights + "', must be one of "
                        + names(Arrays.stream(WeightFormat.values()).map(WeightFormat::formatName))));
        WeightMethod chosen = method(format);
        boolean planes = format == WeightFormat.PLANES;
        if (budget != null && calibrationData.isEmpty() && !planes) {
            throw new UsageException("--budget needs --calibration");
        }
        checkFree(output);
        ModelFile original = ModelRegistry.load().find(model);
        Subject before = subject(original);
        if (planes && PlaneFile.hasPlanes(original)) {
            if (budget == null) {
                throw new UsageException("MODEL is planes already: --budget says what to cut it to");
            }
            QuantizedTokenizer cut = PlaneFile.cut(original, RateOptions.parseSize("--budget", budget));
            return report(original, before, cut, format, chosen);
        }
        TokenizerQuantizer quantizer = quantizer(original, before, format, chosen);
        QuantizedTokenizer made = budget == null
                ? quantizer.quantize(original)
                : quantizer.quantize(original, RateOptions.parseSize("--budget", budget));
        return report(original, before, made, format, chosen);
    }

    private int report(
            ModelFile original, Subject before, QuantizedTokenizer made, WeightFormat format, WeightMethod chosen)
            throws IOException {
        writeFile(output, made.model()::write);
        QuantizeReport report = new QuantizeReport(original, made, format, chosen, output);
        Batch batch = new Batch(this, "eval");
        int code = ExitCode.DONE;
        if (!evalData.isEmpty()) {
            SubjectComparison comparison = new SubjectComparison(before, subject(made.model()));
            code = batch.run(Inputs.expand(evalData, include, console()), comparison::add, QuantizeReport::line);
            report.add(comparison);
        }
        report.values().forEach(batch::total);
        batch.report();
        if (!json) {
            report.lines().forEach(console().out()::println);
        }
        return code;
    }

    private WeightMethod method(WeightFormat format) {
        WeightMethod chosen = WeightMethod.standard(format, !calibrationData.isEmpty());
        if (method != null) {
            chosen = Arrays.stream(WeightMethod.values())
                    .filter(m -> m.methodName().equals(method) && m.fits(format))
                    .findFirst()
                    .orElseThrow(() -> new UsageException("--method is '" + method + "', must be one of "
                            + names(Arrays.stream(WeightMethod.values())
                                    .filter(m -> m.fits(format))
                                    .map(WeightMethod::methodName))
                            + " for " + weights));
        }
        if (chosen.needsCalibration() && calibrationData.isEmpty()) {
            throw new UsageException("--method " + method + " needs --calibration");
        }
        if (chosen != WeightMethod.QAT && (steps != null || seed != null)) {
            throw new UsageException("--steps and --seed are for --method qat");
        }
        if (steps != null && steps < 1) {
            throw new UsageException("--steps is " + steps + ", must be at least 1");
        }
        return chosen;
    }

    private static String names(java.util.stream.Stream<String> names) {
        return names.collect(Collectors.joining(", "));
    }

    private Subject subject(ModelFile file) throws IOException {
        boolean sound =
                file.config().has("media") && file.config().string("media").equals("audio");
        boolean neural =
                file.config().has("kind") && file.config().string("kind").equals("neural");
        if (neural && sound && AudioModel.load(file) instanceof NeuralAudioModel audio) {
            return new SoundSubject(audio, limits, threads);
        }
        if (neural && !sound && ImageModel.load(file) instanceof NeuralImageModel image) {
            return new PictureSubject(image, limits, threads);
        }
        throw new UsageException("MODEL is " + model + ", must be a neural tokenizer, which 'models' calls neural");
    }

    private TokenizerQuantizer quantizer(ModelFile original, Subject subject, WeightFormat format, WeightMethod chosen)
            throws IOException {
        Calibration calibration = new Calibration(threads);
        if (chosen != WeightMethod.QAT) {
            calibrate(subject, calibration, MOST_CALIBRATION_ITEMS);
            return rotatedOrNot(quantizer(format, chosen, calibration), format);
        }
        NeuralTrainer trainer = TrainCommand.engine();
        TrainingInputs inputs = new TrainingInputs(original);
        calibrate(subject, inputs.and(calibration), MOST_TRAINING_ITEMS);
        return rotatedOrNot(quantizer(format, chosen, calibration), format)
                .trained((model, start) -> trainer.trainWeights(new WeightTraining(
                        model,
                        start,
                        inputs.byPart(),
                        steps == null ? TRAINING_STEPS : steps,
                        seed == null ? 1 : seed,
                        threads,
                        this::say)));
    }

    /** Without calibration and method rounding is by the weights alone, and a weight that stands out spoils the scale of its output. */
    private TokenizerQuantizer rotatedOrNot(TokenizerQuantizer plain, WeightFormat format) {
        boolean alone = method == null && calibrationData.isEmpty() && format.isScalar();
        return rotate || alone ? plain.rotated() : plain;
    }

    private void calibrate(Subject subject, LayerObserver observer, int most) throws IOException {
        int seen = 0;
        for (String data : calibrationData) {
            List<Input> inputs = Inputs.expand(List.of(data), include, console());
            int count = Math.min(inputs.size(), most);
            for (int i = 0; i < count; i++) {
                subject.observe(inputs.get((int) ((long) i * inputs.size() / count)), observer);
            }
            seen += count;
        }
        if (seen > 0) {
            say("calibrated on " + seen + " files");
        }
    }

    private TokenizerQuantizer quantizer(WeightFormat format, WeightMethod chosen, Calibration calibration) {
        if (!format.isScalar()) {
            if (groupSize != null) {
                throw new UsageException(
                        "--group-size is for formats with scales, " + weights + " has none for groups");
            }
            TokenizerQuantizer vectors = TokenizerQuantizer.vectors(format, chosen, calibration, threads);
            return dim == null ? vectors : vectors.dim(dim);
        }
        if (dim != null) {
            throw new UsageException("--dim is for code vectors, of which " + weights + " has none");
        }
        ScalarFormat standard = ScalarFormat.standard(format);
        ScalarFormat grouped = groupSize == null
                ? standard
                : new ScalarFormat(format, groupSize, standard.affine(), standard.scaleType());
        return TokenizerQuantizer.scalar(grouped, chosen, calibration, threads);
    }
}
