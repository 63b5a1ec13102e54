package dev.tessera.cli;

import dev.tessera.audio.AudioCodec;
import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioModel;
import dev.tessera.audio.AudioSignal;
import dev.tessera.codebook.Kernels;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.circuit.LosslessImageCodec;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.dataset.AtomicFile;
import dev.tessera.codecs.mixing.TokenArray;
import dev.tessera.codecs.mixing.TokenArrayCodec;
import dev.tessera.codecs.mixing.TokenBook;
import dev.tessera.codecs.tensor.FloatTensor;
import dev.tessera.codecs.tensor.TensorCodec;
import dev.tessera.codecs.tensor.TensorSettings;
import dev.tessera.codecs.tensor.TensorSettings.StepRule;
import dev.tessera.features.FeatureCodec;
import dev.tessera.features.FeatureFiles;
import dev.tessera.features.FeatureModel;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.ImageSequence;
import dev.tessera.image.PictureCodec;
import dev.tessera.image.SequenceFiles;
import dev.tessera.image.transform.SequenceCodec;
import dev.tessera.vqmodels.ModelFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code tessera compress}: pictures, sound, float tensors and arrays of tokens to {@code .tsr} bitstreams. */
@Command(
        name = "compress",
        description = "Compress pictures, sound, float tensors and arrays of integers (.npy) to .tsr bitstreams.")
final class CompressCommand extends TesseraCommand {
    private static final double USED_SHARE = 0.97; // of a budget; less is said
    private static final int USUAL_CHUNK_MILLIS = 1280;

    @Mixin
    private Inputs inputs;

    @Option(names = "-o", paramLabel = "OUT", description = "Output file, folder for several inputs, or - for stdout.")
    private String output;

    @Option(names = "--model", paramLabel = "M", description = "A name that 'models' lists, or a path.")
    private String model;

    @Mixin
    private RateOptions rate;

    @Option(
            names = "--layout",
            paramLabel = "L",
            description = "Layout of the bitstream: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Layout layout = Layout.single;

    @Option(
            names = "--chunk",
            paramLabel = "MS",
            description =
                    "Sound with --layout stream, which is written while it arrives: milliseconds in a chunk, 160, 320,"
                            + " 640 or 1280 (default). Shorter ones arrive sooner and take more bits.")
    private Integer chunkMillis;

    @Mixin
    private ArmourOptions armour;

    @Option(names = "--verify", description = "Decode what was written and fail unless it decodes to the same twice.")
    private boolean verify;

    @Option(
            names = "--steps",
            paramLabel = "RULE",
            description =
                    "Tensors: what quantization steps follow, the spread of each 'channel' (default) or of the whole"
                            + " 'tensor', which makes the mean squared error smallest.",
            converter = StepRuleConverter.class)
    private StepRule steps = StepRule.CHANNEL;

    @Mixin
    private EncoderOptions encoder;

    @Mixin
    private SequenceOptions sequence;

    @Option(names = "--lossless", description = "Pictures: keep every pixel (8 bits, no alpha).")
    private boolean lossless;

    @Option(
            names = "--codebook",
            paramLabel = "F",
            description = "Arrays of integers: the codebook file whose indices they are; decompress needs it too.")
    private Path codebook;

    @Mixin
    private LimitOptions limits;

    private CodecLibrary library;

    /** Rules are lower case on the command line. */
    static final class StepRuleConverter implements ITypeConverter<StepRule> {
        @Override
        public StepRule convert(String value) {
            return switch (value) {
                case "channel" -> StepRule.CHANNEL;
                case "tensor" -> StepRule.TENSOR;
                default -> throw new TypeConversionException("'" + value + "' must be channel or tensor");
            };
        }
    }

    /** Layouts as the command line spells them. */
    enum Layout {
        single(TsrLayout.SINGLE),
        progressive(TsrLayout.PROGRESSIVE),
        independent(TsrLayout.INDEPENDENT),
        stream(TsrLayout.INDEPENDENT);

        private final TsrLayout tsr;

        Layout(TsrLayout tsr) {
            this.tsr = tsr;
        }
    }

    @Override
    int execute() throws IOException {
        List<Input> found = inputs.expand(console());
        List<Input> all = sequence.asked() ? List.of(inputs.together(found, output != null)) : found;
        OutputNaming naming = new OutputNaming(output, all, json);
        library = new CodecLibrary(model);
        Batch batch = new Batch(this, "compress");
        if (chunkMillis != null && layout != Layout.stream) {
            throw new UsageException("--chunk is for --layout stream");
        }
        Batch.Work work = sequence.asked()
                ? input -> compressFrames(found, input, naming)
                : layout == Layout.stream ? input -> compressStream(input, naming) : input -> compress(input, naming);
        int code = batch.run(all, work, CompressCommand::line);
        batch.total(
                "bytes",
                batch.results().stream()
                        .mapToLong(r -> r.get("bytes") instanceof Number n ? n.longValue() : 0)
                        .sum());
        batch.report();
        return code;
    }

    private Map<String, Object> compress(Input input, OutputNaming naming) throws IOException {
        byte[] source = input.bytes();
        Map<String, Object> report = new LinkedHashMap<>();
        MediaType media = MediaType.of(source);
        boolean tokens = media == MediaType.NPY && !TokenArrays.isFloat(source);
        boolean moving = SequenceFiles.isOne(source);
        if (lossless && (media != MediaType.IMAGE || moving)) {
            throw new UsageException(
                    "--lossless is for single pictures; tensors take -q 100, integers are always kept exactly");
        }
        if (codebook != null && !tokens) {
            throw new UsageException("--codebook is for arrays of integers");
        }
        if (media != MediaType.IMAGE && !moving || lossless) {
            encoder.refuse();
        }
        byte[] file = switch (media) {
            case Y4M -> compressMoving(source, input, report);
            case IMAGE ->
                moving
                        ? compressMoving(source, input, report)
                        : lossless ? compressLossless(source, input, report) : compressImage(source, input, report);
            case AUDIO -> compressAudio(source, input, report);
            case NPY -> compressArray(source, tokens, input, report);
            default -> throw new CorruptBitstreamException(0, "no picture, sound or tensor that this build reads");
        };
        write(file, input, naming, report);
        return report;
    }

    private Map<String, Object> compressStream(Input input, OutputNaming naming) throws IOException {
        armour.refuse("streams");
        encoder.refuse();
        if (lossless || codebook != null) {
            throw new UsageException("--lossless and --codebook are not for streams");
        }
        AudioModel audioModel = library.audioCodecModel(layout.tsr);
        AudioCodec codec = new AudioCodec(audioModel);
        if (!codec.hasStreams()) {
            throw new UsageException("--layout is stream, which the model "
                    + audioModel.file().config().string("name") + " does not have");
        }
        double kbps = rate.kbpsOfStream();
        Map<String, Object> report = new LinkedHashMap<>();
        long start = System.nanoTime();
        AtomicFile.Body body = out -> {
            try (InputStream in = input.open()) {
                SoundStreams.compress(
                        in,
                        input.name(),
                        limits.maxSeconds,
                        codec,
                        kbps,
                        chunkMillis == null ? USUAL_CHUNK_MILLIS : chunkMillis,
                        out,
                        report);
            }
        };
        if (verify) {
            body = verified(body, codec); // all of it, before any of it is written
        }
        if (naming.isStdout()) {
            body.writeTo(console().out());
            console().out().flush();
        } else {
            Path target = naming.target(input, armour.suffix());
            writeFile(target, body);
            report.put("output", target.toString());
        }
        report.put("encode_seconds", (System.nanoTime() - start) / 1e9);
        report.put("layout", layout.name());
        report.put("model", audioModel.file().config().string("name"));
        report.put("model_sha256", audioModel.file().sha256());
        report.put("verified", verify);
        return report;
    }

    private AtomicFile.Body verified(AtomicFile.Body body, AudioCodec codec) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        body.writeTo(whole);
        TsrFile file = TsrFile.read(whole.toByteArray(), limits.limits());
        checkVerified(codec.decompress(file).equals(codec.decompress(file)));
        return whole::writeTo;
    }

    private Map<String, Object> compressFrames(List<Input> frames, Input together, OutputNaming naming)
            throws IOException {
        if (lossless || codebook != null) {
            throw new UsageException("--lossless and --codebook are not for sequences");
        }
        Map<String, Object> report = new LinkedHashMap<>();
        byte[] file = compressSequence(sequence.read(frames, limits.maxPixels), together, report);
        write(file, together, naming, report);
        return report;
    }

    private void write(byte[] file, Input input, OutputNaming naming, Map<String, Object> report) throws IOException {
        byte[] written = armour.of(file, verify, report);
        if (naming.isStdout()) {
            console().out().write(written);
            console().out().flush();
        } else {
            Path target = naming.target(input, armour.suffix());
            writeFile(target, out -> out.write(written));
            report.put("output", target.toString());
        }
    }

    private byte[] compressMoving(byte[] source, Input input, Map<String, Object> report) throws IOException {
        return compressSequence(SequenceFiles.read(source, input.name(), limits.maxPixels), input, report);
    }

    private byte[] compressSequence(ImageSequence frames, Input input, Map<String, Object> report) throws IOException {
        if (layout != Layout.single) {
            throw new UsageException("--layout is " + layout + ", must be single for sequences");
        }
        SequenceCodec codec = library.sequenceCodec(encoder.ofSequences(), encoder.effortOfSequences());
        long pixels = frames.geometry().pixels();
        long start = System.nanoTime();
        RateTarget target = rate.forSequence(pixels, frames.seconds());
        SequenceCodec.Packed packed = codec.compress(frames, target);
        report.put("encode_seconds", (System.nanoTime() - start) / 1e9);
        byte[] file = packed.bytes();
        explain(input, target, packed.finest(), file, codec.modelFile());
        report.put("width", frames.geometry().width());
        report.put("height", frames.geometry().height());
        report.put("frames", frames.size());
        report.put("duration_seconds", frames.seconds());
        report.put("bits_per_pixel", 8.0 * file.length / pixels);
        report.put("kbps", 8.0 * file.length / frames.seconds() / 1000);
        report.put("frame_bytes", Arrays.stream(packed.frameBytes()).boxed().toList());
        describe(report, file, codec.modelFile());
        if (verify) {
            ImageSequence first = codec.decompress(TsrFile.read(file, limits.limits()));
            ImageSequence second = codec.decompress(TsrFile.read(file, limits.limits()));
            checkVerified(first.geometry().equals(frames.geometry()) && first.equals(second));
        }
        return file;
    }

    private byte[] compressImage(byte[] source, Input input, Map<String, Object> report) throws IOException {
        Image image = ImageFiles.read(source, input.name(), limits.maxPixels);
        PictureCodec codec = encoder.of(library.imageCodec(layout.tsr));
        if (!codec.has(layout.tsr)) {
            throw new UsageException("--layout is " + layout + ", must be single with the model "
                    + codec.modelFile().config().string("name"));
        }
        long pixels = (long) image.width() * image.height();
        long start = System.nanoTime();
        RateTarget target = rate.forPixels(pixels);
        PictureCodec.Packed packed = codec.pack(image, target, layout.tsr, threads);
        report.put("encode_seconds", (System.nanoTime() - start) / 1e9);
        byte[] file = packed.bytes();
        explain(input, target, packed.finest(), file, codec.modelFile());
        report.put("width", image.width());
        report.put("height", image.height());
        report.put("bits_per_pixel", 8.0 * file.length / pixels);
        if (packed.tokens() > 0) {
            report.put("nominal_bits_per_pixel", packed.nominalBits() / pixels);
            report.put("tokens", packed.tokens());
            report.put("codebook_size", codec.modelFile().config().integer("codebook_size"));
        }
        describe(report, file, codec.modelFile());
        if (verify) {
            Image first = codec.decompress(TsrFile.read(file, limits.limits()), threads);
            Image second = codec.decompress(TsrFile.read(file, limits.limits()), threads);
            checkVerified(Arrays.equals(first.toRgb8(), second.toRgb8())
                    && first.width() == image.width()
                    && first.height() == image.height());
        }
        return file;
    }

    private byte[] compressLossless(byte[] source, Input input, Map<String, Object> report) throws IOException {
        checkExact("lossless pictures");
        Image image = ImageFiles.read(source, input.name(), limits.maxPixels);
        byte[] samples = LosslessPictures.samples(image);
        long start = System.nanoTime();
        byte[] file =
                LosslessImageCodec.compress(samples, image.height(), image.width(), LosslessPictures.channels(image));
        report.put("encode_seconds", (System.nanoTime() - start) / 1e9);
        report.put("width", image.width());
        report.put("height", image.height());
        report.put("bits_per_pixel", 8.0 * file.length / image.width() / image.height());
        report.put("lossless", true);
        report.put("bytes", file.length);
        report.put("layout", layout.name());
        report.put("verified", verify);
        if (verify) {
            checkVerified(Arrays.equals(
                    samples,
                    LosslessImageCodec.decompress(TsrFile.read(file, limits.limits()))
                            .samples()));
        }
        return file;
    }

    /** Integers, a series for the model that was named, or any tensor without one. */
    private byte[] compressArray(byte[] source, boolean tokens, Input input, Map<String, Object> report)
            throws IOException {
        if (tokens) {
            return compressTokens(source, report);
        }
        return model == null ? compressTensor(source, report) : compressSeries(source, input, report);
    }

    private byte[] compressTokens(byte[] source, Map<String, Object> report) throws IOException {
        checkExact("integers");
        TokenArray array = TokenArrays.read(source, limits.maxPixels);
        Optional<TokenBook> book = codebook == null ? Optional.empty() : Optional.of(TokenArrays.book(codebook));
        int tokens = array.geometry().elements();
        long start = System.nanoTime();
        byte[] file;
        try {
            file = TokenArrayCodec.compress(array, book);
        } catch (IllegalArgumentException e) { // what the array holds
            throw new CorruptBitstreamException(0, e.getMessage());
        }
        report.put("encode_seconds", (System.nanoTime() - start) / 1e9);
        report.put("shape", array.geometry().shape());
        report.put("dtype", array.geometry().type().name());
        report.put("tokens", tokens);
        report.put("bits_per_token", tokens == 0 ? null : 8.0 * file.length / tokens);
        report.put("lossless", true);
        report.put("bytes", file.length);
        report.put("layout", layout.name());
        report.put("verified", verify);
        if (verify) {
            checkVerified(array.equals(TokenArrayCodec.decompress(TsrFile.read(file, limits.limits()), book)));
        }
        return file;
    }

    /** Refuses options that mean nothing where every bit is kept. */
    private void checkExact(String what) {
        rate.refuse(what);
        if (layout != Layout.single) {
            throw new UsageException("--layout is " + layout + ", must be single for " + what);
        }
        if (model != null) {
            throw new UsageException("--model is for lossy pictures, sound and series, not for " + what);
        }
    }

    /** Says why a file is clearly smaller than it may be. */
    private void explain(Input input, RateTarget target, boolean finest, byte[] file, ModelFile modelFile)
            throws IOException {
        if (!(target instanceof RateTarget.Bytes budget)) {
            return;
        }
        if (finest && file.length < budget.budget()) {
            say("tessera: " + input.name() + ": the best quality of "
                    + modelFile.config().string("name") + " needs " + file.length + " of " + budget.budget()
                    + " bytes");
        } else if (file.length < USED_SHARE * budget.budget()) {
            say("tessera: " + input.name() + ": " + file.length + " of " + budget.budget()
                    + " bytes are used; no steps were found that come nearer");
        }
    }

    private byte[] compressAudio(byte[] source, Input input, Map<String, Object> report) throws IOException {
        AudioSignal signal = AudioFiles.read(source, input.name(), limits.maxSeconds);
        AudioModel audioModel = library.audioCodecModel(layout.tsr);
        AudioCodec codec = new AudioCodec(audioModel);
        if (!codec.has(layout.tsr)) {
            throw new UsageException("--layout is " + layout + ", must be single with the model "
                    + audioModel.file().config().string("name"));
        }
        double seconds = signal.seconds();
        long start = System.nanoTime();
        RateTarget target = rate.forSeconds(seconds);
        AudioCodec.Compressed compressed = codec.compress(signal, target, layout.tsr, threads);
        report.put("encode_seconds", (System.nanoTime() - start) / 1e9);
        byte[] file = compressed.bytes();
        explain(input, target, compressed.finest(), file, audioModel.file());
        report.put("sample_rate", signal.sampleRate());
        report.put("channels", signal.channels());
        report.put("duration_seconds", seconds);
        report.put("kbps", 8.0 * file.length / seconds / 1000);
        report.put("mode", compressed.mode());
        report.put("nominal_kbps", compressed.nominalBits() / seconds / 1000);
        report.put("tokens", compressed.tokens());
        describe(report, file, audioModel.file());
        if (verify) {
            AudioSignal first = codec.decompress(TsrFile.read(file, limits.limits()), threads);
            AudioSignal second = codec.decompress(TsrFile.read(file, limits.limits()), threads);
            boolean same = first.length() == signal.length() && first.channels() == signal.channels();
            for (int c = 0; same && c < first.channels(); c++) {
                same = Arrays.equals(first.channel(c), second.channel(c));
            }
            checkVerified(same);
        }
        return file;
    }

    private byte[] compressSeries(byte[] source, Input input, Map<String, Object> report) throws IOException {
        if (layout != Layout.single) {
            throw new UsageException("--layout is " + layout + ", must be single for series");
        }
        FloatTensor series = FeatureFiles.read(source, limits.maxPixels);
        FeatureModel featureModel =
                library.featureModel(series.geometry().shape().get(1));
        FeatureCodec codec = new FeatureCodec(featureModel);
        int values = series.geometry().elements();
        long start = System.nanoTime();
        RateTarget target = rate.forValues(values);
        FeatureCodec.Compressed compressed = codec.compress(series, target, threads);
        report.put("encode_seconds", (System.nanoTime() - start) / 1e9);
        byte[] file = compressed.bytes();
        explain(input, target, compressed.finest(), file, featureModel.file());
        report.put("shape", series.geometry().shape());
        report.put("dtype", series.geometry().type().name());
        report.put("values", values);
        report.put("bits_per_value", values == 0 ? null : 8.0 * file.length / values);
        report.put("nominal_bits_per_value", values == 0 ? null : compressed.nominalBits() / values);
        report.put("tokens", compressed.tokens());
        report.put("mean_squared_error", compressed.meanSquaredError());
        describe(report, file, featureModel.file());
        if (verify) {
            FloatTensor first = codec.decompress(TsrFile.read(file, limits.limits()), threads);
            FloatTensor second = codec.decompress(TsrFile.read(file, limits.limits()), threads);
            checkVerified(first.geometry().equals(series.geometry()) && Arrays.equals(first.values(), second.values()));
        }
        return file;
    }

    private byte[] compressTensor(byte[] source, Map<String, Object> report) throws IOException {
        if (layout != Layout.single) {
            throw new UsageException("--layout is " + layout + ", must be single for tensors");
        }
        FloatTensor tensor = TensorFiles.read(source, limits.maxPixels);
        TensorCodec codec = new TensorCodec(TensorSettings.DEFAULT.withStepRule(steps));
        int values = tensor.geometry().elements();
        long start = System.nanoTime();
        TensorCodec.Compressed compressed = codec.compress(tensor, rate.forValues(values));
        report.put("encode_seconds", (System.nanoTime() - start) / 1e9);
        byte[] file = compressed.bytes();
        report.put("shape", tensor.geometry().shape());
        report.put("dtype", tensor.geometry().type().name());
        report.put("values", values);
        report.put("bits_per_value", values == 0 ? null : 8.0 * file.length / values);
        report.put("lossless", compressed.lossless());
        report.put("mean_squared_error", compressed.meanSquaredError());
        report.put("largest_error", compressed.largestError());
        report.put("bytes", file.length);
        report.put("layout", layout.name());
        report.put("verified", verify);
        if (verify) {
            float[] first =
                    TensorCodec.decompress(TsrFile.read(file, limits.limits())).values();
            float[] second =
                    TensorCodec.decompress(TsrFile.read(file, limits.limits())).values();
            checkVerified(
                    Arrays.equals(first, second) && (!compressed.lossless() || Arrays.equals(first, tensor.values())));
        }
        return file;
    }

    private void describe(Map<String, Object> report, byte[] file, ModelFile modelFile) throws IOException {
        report.put("bytes", file.length);
        report.put("layout", layout.name());
        report.put("model", modelFile.config().string("name"));
        report.put("model_sha256", modelFile.sha256());
        report.put("kernels", Kernels.active());
        report.put("verified", verify);
    }

    private static void checkVerified(boolean same) throws IOException {
        if (!same) {
            throw new IOException("verification failed: the file does not decode to the same twice");
        }
    }

    private static String line(Map<String, Object> r) {
        String rate;
        if (r.get("bits_per_token") instanceof Double bits) {
            rate = String.format("%.4f bits per token", bits);
        } else if (r.get("bits_per_value") instanceof Double bits) {
            rate = String.format("%.4f bits per value", bits);
        } else if (r.get("bits_per_pixel") instanceof Double bits) {
            rate = String.format("%.4f bits per pixel", bits);
        } else if (r.get("kbps") instanceof Double kbps) {
            rate = String.format("%.3f kbps", kbps);
        } else {
            rate = "nothing in it";
        }
        return r.get("input") + " -> " + r.getOrDefault("output", "stdout") + ": " + r.get("bytes") + " bytes, " + rate;
    }
}
