package dev.tessera.cli;

import dev.tessera.audio.AudioCodec;
import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioSignal;
import dev.tessera.codebook.Kernels;
import dev.tessera.codecs.circuit.LosslessImageCodec;
import dev.tessera.codecs.container.AudioGeometry;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.SequenceGeometry;
import dev.tessera.codecs.container.TensorGeometry;
import dev.tessera.codecs.container.TokenGeometry;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.container.TsrStreamReader;
import dev.tessera.codecs.dataset.AtomicFile;
import dev.tessera.codecs.mixing.TokenArray;
import dev.tessera.codecs.mixing.TokenArrayCodec;
import dev.tessera.codecs.mixing.TokenBook;
import dev.tessera.codecs.tensor.FloatTensor;
import dev.tessera.codecs.tensor.TensorCodec;
import dev.tessera.features.FeatureCodec;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.ImageSequence;
import dev.tessera.image.PictureCodec;
import dev.tessera.image.SequenceFiles;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tessera decompress}: {@code .tsr} bitstreams back to pictures, sound, tensors and tokens. */
@Command(
        name = "decompress",
        description =
                "Decompress .tsr bitstreams, armoured or not, to pictures (png, ppm, jpg), sequences (png, y4m, folders of frames), sound (wav, flac), tensors and tokens (npy).")
final class DecompressCommand extends TesseraCommand {
    @Mixin
    private Inputs inputs;

    @Option(
            names = "-o",
            paramLabel = "OUT",
            description = "Output file, folder for several inputs, or - for stdout; the suffix decides the format.")
    private String output;

    @Option(names = "--model", paramLabel = "M", description = "Path of a model that is not shipped.")
    private String model;

    @Option(names = "--codebook", paramLabel = "F", description = "The codebook that tokens were compressed with.")
    private Path codebook;

    @Option(names = "--partial", description = "Decode the whole chunks before the first missing or damaged one.")
    private boolean partial;

    @Option(names = "--conceal", description = "Decode all whole chunks and restore the others from their neighbours.")
    private boolean conceal;

    @Option(names = "--frames", description = "Sequences: write a folder with a PNG file for each frame.")
    private boolean frames;

    @Mixin
    private LimitOptions limits;

    private CodecLibrary library;

    @Override
    int execute() throws IOException {
        List<Input> all = inputs.expand(console());
        OutputNaming naming = new OutputNaming(output, all, json);
        library = new CodecLibrary(model);
        Batch batch = new Batch(this, "decompress");
        int code = batch.run(
                all,
                input -> decompress(input, naming),
                r -> r.get("input") + " -> " + r.getOrDefault("output", "stdout"));
        batch.report();
        return code;
    }

    private Map<String, Object> decompress(Input input, OutputNaming naming) throws IOException {
        Map<String, Object> report = new LinkedHashMap<>();
        byte[] source;
        if (naming.isStdout()) {
            try (BufferedInputStream in = new BufferedInputStream(input.open())) {
                in.mark(2);
                boolean stream = TsrStreamReader.isStream(in.readNBytes(2));
                in.reset();
                if (stream) {
                    return decompressStream(in, input, report);
                }
                source = in.readAllBytes();
            }
        } else {
            source = input.bytes();
        }
        byte[] bytes = ArmourOptions.remove(source, report, this::say);
        TsrFile file = TsrFile.read(bytes, limits.limits(), tolerance());
        int[] missing = file.missingChunks();
        report.put("bytes", bytes.length);
        report.put("layout", CodecLibrary.layout(file));
        report.put("chunks", file.chunkCount());
        report.put("partial", missing.length > 0);
        report.put("missing_chunks", missing.length);
        long missingTokens = 0;
        long start = System.nanoTime();
        switch (file.header().geometry()) {
            case ImageGeometry _
            when LosslessImageCodec.isLossless(file.header()) -> {
                Image image = LosslessPictures.image(LosslessImageCodec.decompress(file));
                report.put("decode_seconds", (System.nanoTime() - start) / 1e9);
                report.put("width", image.width());
                report.put("height", image.height());
                report.put("bits_per_pixel", 8.0 * bytes.length / image.width() / image.height());
                report.put("lossless", true);
                String suffix = suffix(naming, ".png", List.of(".png", ".ppm"));
                write(input, naming, suffix, report, out -> ImageFiles.write(image, out, suffix.substring(1)));
            }
            case ImageGeometry _ -> {
                PictureCodec codec = library.imageCodec(file.header());
                Image image = codec.decompress(file, threads);
                missingTokens = missing.length == 0 ? 0 : codec.missingTokens(file);
                report.put("decode_seconds", (System.nanoTime() - start) / 1e9);
                report.put("width", image.width());
                report.put("height", image.height());
                report.put("bits_per_pixel", 8.0 * bytes.length / image.width() / image.height());
                String suffix = suffix(naming, ".png", List.of(".png", ".ppm", ".jpg", ".jpeg"));
                write(input, naming, suffix, report, out -> ImageFiles.write(image, out, suffix.substring(1)));
            }
            case SequenceGeometry _ -> {
                ImageSequence sequence = library.sequenceCodec(file.header()).decompress(file);
                report.put("decode_seconds", (System.nanoTime() - start) / 1e9);
                report.put("width", sequence.geometry().width());
                report.put("height", sequence.geometry().height());
                report.put("frames", sequence.size());
                report.put("duration_seconds", sequence.seconds());
                report.put(
                        "bits_per_pixel",
                        8.0 * bytes.length / sequence.geometry().pixels());
                writeSequence(sequence, input, naming, report);
            }
            case AudioGeometry _ -> {
                AudioCodec codec = library.audioCodec(file.header());
                AudioSignal signal = codec.decompress(file, threads);
                missingTokens = missing.length == 0 ? 0 : codec.missingTokens(file);
                report.put("decode_seconds", (System.nanoTime() - start) / 1e9);
                report.put("sample_rate", signal.sampleRate());
                report.put("channels", signal.channels());
                report.put("kbps", 8.0 * bytes.length / signal.seconds() / 1000);
                String suffix = suffix(naming, ".wav", List.of(".wav", ".flac"));
                write(input, naming, suffix, report, out -> {
                    if (suffix.equals(".flac")) {
                        AudioFiles.writeFlac(signal, out);
                    } else {
                        AudioFiles.writeWav(signal, out);
                    }
                });
            }
            case TensorGeometry geometry -> {
                FloatTensor tensor = FeatureCodec.isOne(file.header())
                        ? library.featureCodec(file.header()).decompress(file, threads)
                        : TensorCodec.decompress(file);
                report.put("decode_seconds", (System.nanoTime() - start) / 1e9);
                report.put("shape", geometry.shape());
                report.put("dtype", geometry.type().name());
                report.put(
                        "bits_per_value", geometry.elements() == 0 ? null : 8.0 * bytes.length / geometry.elements());
                String suffix = suffix(naming, ".npy", List.of(".npy"));
                write(input, naming, suffix, report, out -> TensorFiles.write(tensor, out));
            }
            case TokenGeometry geometry -> {
                TokenArray array = TokenArrayCodec.decompress(file, book(file.header()));
                report.put("decode_seconds", (System.nanoTime() - start) / 1e9);
                report.put("shape", geometry.shape());
                report.put("dtype", geometry.type().name());
                report.put("tokens", geometry.elements());
                report.put(
                        "bits_per_token", geometry.elements() == 0 ? null : 8.0 * bytes.length / geometry.elements());
                String suffix = suffix(naming, ".npy", List.of(".npy"));
                write(input, naming, suffix, report, out -> TokenArrays.write(array, out));
            }
        }
        if (usesModel(file.header())) {
            report.put("missing_tokens", missingTokens);
            if (missing.length > 0) {
                report.put("missing", Arrays.stream(missing).boxed().toList());
            }
            report.put("model", library.file(file.header()).config().string("name"));
            report.put("model_sha256", library.file(file.header()).sha256());
            report.put("kernels", Kernels.active());
        }
        if (missing.length > 0) {
            warn(input, file, missingTokens);
        }
        return report;
    }

    /** From one pipe to another, each piece as soon as it is known. */
    private Map<String, Object> decompressStream(InputStream in, Input input, Map<String, Object> report)
            throws IOException {
        TsrStreamReader reader = new TsrStreamReader(in, limits.limits(), tolerance());
        SoundStreams.decompress(
                reader, library.audioCodec(reader.header()), console().out(), report);
        if (report.get("missing_chunks") instanceof Integer missing && missing > 0) {
            console()
                    .err()
                    .println(
                            "tessera: " + input.name() + ": " + missing
                                    + " chunks are missing or damaged; those before the end are restored from their neighbours");
        }
        return report;
    }

    private void writeSequence(ImageSequence sequence, Input input, OutputNaming naming, Map<String, Object> report)
            throws IOException {
        if (frames) {
            if (naming.isStdout()) {
                throw new UsageException("--frames writes a folder, -o is -");
            }
            Path target = output == null ? naming.target(input, "") : naming.folderFor(input);
            checkFree(target);
            FrameFolder.write(sequence, target);
            report.put("output", target.toString());
            return;
        }
        String suffix = suffix(naming, ".png", List.of(".png", ".apng", ".y4m"));
        if (suffix.equals(".y4m") && !sequence.isSteady()) {
            throw new UsageException("the frames are shown for different times, which Y4M cannot say; .png can");
        }
        write(input, naming, suffix, report, out -> {
            if (suffix.equals(".y4m")) {
                SequenceFiles.writeY4m(sequence, out);
            } else {
                SequenceFiles.writeApng(sequence, out);
            }
        });
    }

    /** The codebook that a file of tokens needs, if it needs one. */
    private Optional<TokenBook> book(TsrHeader header) throws IOException {
        if (!TokenArrayCodec.needsBook(header)) {
            return Optional.empty();
        }
        if (codebook == null) {
            throw new UsageException(
                    "the tokens need --codebook, the file whose SHA-256 begins with " + header.model());
        }
        return Optional.of(TokenArrays.book(codebook));
    }

    /** Arrays need no model of the library unless they are series of one, lossless pictures neither. */
    private static boolean usesModel(TsrHeader header) {
        return switch (header.geometry()) {
            case ImageGeometry _, SequenceGeometry _, AudioGeometry _ -> !LosslessImageCodec.isLossless(header);
            case TensorGeometry _ -> FeatureCodec.isOne(header);
            case TokenGeometry _ -> false;
        };
    }

    private Tolerance tolerance() {
        return conceal ? Tolerance.CONCEAL : partial ? Tolerance.PREFIX : Tolerance.NONE;
    }

    /** Says what the output lacks, also with {@code --quiet}: it is not what was compressed. */
    private void warn(Input input, TsrFile file, long tokens) {
        String made = file.layout() == TsrLayout.PROGRESSIVE
                ? "left out, the output is coarser"
                : conceal ? "restored from their neighbours" : "replaced by the mean";
        console()
                .err()
                .println("tessera: " + input.name() + ": " + file.missingChunks().length + " of " + file.chunkCount()
                        + " chunks are missing or damaged; " + tokens + " tokens " + made);
    }

    private static String suffix(OutputNaming naming, String usual, List<String> possible) {
        String asked = naming.suffix();
        if (asked == null) {
            return usual;
        }
        String suffix = asked.toLowerCase(Locale.ROOT);
        if (!possible.contains(suffix)) {
            throw new UsageException("cannot write '" + asked + "', must be one of " + String.join(", ", possible));
        }
        return suffix;
    }

    private void write(
            Input input, OutputNaming naming, String suffix, Map<String, Object> report, AtomicFile.Body body)
            throws IOException {
        if (naming.isStdout()) {
            body.writeTo(console().out());
            console().out().flush();
        } else {
            Path target = naming.target(input, suffix);
            writeFile(target, body);
            report.put("output", target.toString());
        }
    }
}
