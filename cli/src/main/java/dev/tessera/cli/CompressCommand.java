package dev.tessera.cli;

import dev.tessera.audio.AudioCodec;
import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioModel;
import dev.tessera.audio.AudioSignal;
import dev.tessera.codebook.Kernels;
import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.image.Image;
import dev.tessera.image.ImageCodec;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.ImageModel;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tessera compress}: pictures and sound to {@code .tsr} bitstreams. */
@Command(name = "compress", description = "Compress pictures and sound to .tsr bitstreams.")
final class CompressCommand extends TesseraCommand {
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

    @Mixin
    private ArmourOptions armour;

    @Option(names = "--verify", description = "Decode what was written and fail unless it decodes to the same twice.")
    private boolean verify;

    @Mixin
    private LimitOptions limits;

    private CodecLibrary library;

    /** Layouts that this build writes. */
    enum Layout {
        single
    }

    @Override
    int execute() throws IOException {
        List<Input> all = inputs.expand(console());
        OutputNaming naming = new OutputNaming(output, all, json);
        library = new CodecLibrary(model);
        Batch batch = new Batch(this, "compress");
        int code = batch.run(all, input -> compress(input, naming), CompressCommand::line);
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
        byte[] file = switch (MediaType.of(source)) {
            case IMAGE -> compressImage(source, input, report);
            case AUDIO -> compressAudio(source, input, report);
            default -> throw new CorruptBitstreamException(0, "neither a picture nor a sound that this build reads");
        };
        byte[] written = armour.of(file, verify, report);
        if (naming.isStdout()) {
            console().out().write(written);
            console().out().flush();
        } else {
            Path target = naming.target(input, armour.suffix());
            writeFile(target, out -> out.write(written));
            report.put("output", target.toString());
        }
        return report;
    }

    private byte[] compressImage(byte[] source, Input input, Map<String, Object> report) throws IOException {
        Image image = ImageFiles.read(source, input.name(), limits.maxPixels);
        ImageModel imageModel = library.imageModel();
        ImageCodec codec = new ImageCodec(imageModel);
        long pixels = (long) image.width() * image.height();
        long start = System.nanoTime();
        ImageCodec.Compressed compressed = codec.compress(image, rate.forPixels(pixels));
        report.put("encode_seconds", (System.nanoTime() - start) / 1e9);
        byte[] file = compressed.bytes();
        report.put("width", image.width());
        report.put("height", image.height());
        report.put("bits_per_pixel", 8.0 * file.length / pixels);
        report.put("nominal_bits_per_pixel", nominalBits(compressed.tokens()) / pixels);
        describe(report, file, compressed.tokens(), imageModel.file());
        if (verify) {
            Image first = codec.decompress(TsrFile.read(file, limits.limits()));
            Image second = codec.decompress(TsrFile.read(file, limits.limits()));
            checkVerified(Arrays.equals(first.toRgb8(), second.toRgb8())
                    && first.width() == image.width()
                    && first.height() == image.height());
        }
        return file;
    }

    private byte[] compressAudio(byte[] source, Input input, Map<String, Object> report) throws IOException {
        AudioSignal signal = AudioFiles.read(source, input.name(), limits.maxSeconds);
        AudioModel audioModel = library.audioModel();
        AudioCodec codec = new AudioCodec(audioModel);
        double seconds = signal.seconds();
        long start = System.nanoTime();
        AudioCodec.Compressed compressed = codec.compress(signal, rate.forSeconds(seconds));
        report.put("encode_seconds", (System.nanoTime() - start) / 1e9);
        byte[] file = compressed.bytes();
        report.put("sample_rate", signal.sampleRate());
        report.put("channels", signal.channels());
        report.put("duration_seconds", seconds);
        report.put("kbps", 8.0 * file.length / seconds / 1000);
        report.put("mode", compressed.mode());
        report.put("nominal_kbps", compressed.nominalBits() / seconds / 1000);
        report.put("tokens", compressed.tokens());
        describe(report, file, audioModel.file());
        if (verify) {
            AudioSignal first = codec.decompress(TsrFile.read(file, limits.limits()));
            AudioSignal second = codec.decompress(TsrFile.read(file, limits.limits()));
            boolean same = first.length() == signal.length() && first.channels() == signal.channels();
            for (int c = 0; same && c < first.channels(); c++) {
                same = Arrays.equals(first.channel(c), second.channel(c));
            }
            checkVerified(same);
        }
        return file;
    }

    private void describe(Map<String, Object> report, byte[] file, Tokens tokens, ModelFile modelFile)
            throws IOException {
        report.put("tokens", tokens.stages() * tokens.positions());
        report.put("codebook_size", Arrays.stream(tokens.codebookSizes()).max().orElseThrow());
        describe(report, file, modelFile);
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

    private static double nominalBits(Tokens tokens) {
        double bits = 0;
        for (int size : tokens.codebookSizes()) {
            bits += tokens.positions() * Math.log(size) / Math.log(2);
        }
        return bits;
    }

    private static String line(Map<String, Object> r) {
        String rate = r.containsKey("bits_per_pixel")
                ? String.format("%.4f bits per pixel", (Double) r.get("bits_per_pixel"))
                : String.format("%.3f kbps", (Double) r.get("kbps"));
        return r.get("input") + " -> " + r.getOrDefault("output", "stdout") + ": " + r.get("bytes") + " bytes, " + rate;
    }
}
