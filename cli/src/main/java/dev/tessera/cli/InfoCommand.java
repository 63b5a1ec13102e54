package dev.tessera.cli;

import dev.tessera.codecs.circuit.LosslessImageCodec;
import dev.tessera.codecs.container.AudioGeometry;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.SequenceGeometry;
import dev.tessera.codecs.container.TensorGeometry;
import dev.tessera.codecs.container.TokenGeometry;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLimits;
import dev.tessera.codecs.dataset.NpyReader;
import dev.tessera.codecs.mixing.TokenArrayCodec;
import dev.tessera.codecs.tensor.TensorCodec;
import dev.tessera.features.FeatureCodec;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code tessera info}: what a file says of itself. */
@Command(name = "info", description = "Say what a .tsr, .dna, .safetensors or .npy file is.")
final class InfoCommand extends TesseraCommand {
    @Parameters(index = "0", paramLabel = "FILE", description = "The file.")
    private Path file;

    @Override
    int execute() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("input", file.toString());
        values.put("bytes", bytes.length);
        switch (MediaType.of(bytes)) {
            case TSR -> describeTsr(bytes, values);
            case DNA -> describeTsr(ArmourOptions.remove(bytes, values, this::say), values);
            case SAFETENSORS -> describeModel(bytes, values);
            case NPY -> describeNpy(values);
            default -> throw new IOException(file + ": not a file that 'info' knows (.tsr, .dna, .safetensors, .npy)");
        }
        List<String> lines = new ArrayList<>();
        values.forEach((name, value) -> lines.add(name + ": " + value));
        print(values, lines);
        return ExitCode.DONE;
    }

    private static void describeTsr(byte[] bytes, Map<String, Object> values) throws IOException {
        TsrFile tsr = TsrFile.read(bytes, new TsrLimits(Long.MAX_VALUE, Long.MAX_VALUE), Tolerance.CONCEAL);
        values.put("type", "tsr");
        values.put("version", TsrFile.FORMAT_VERSION);
        values.put("layout", CodecLibrary.layout(tsr));
        values.put("chunks", tsr.chunkCount());
        values.put("chunk_bytes", Arrays.stream(tsr.chunkBytes()).boxed().toList());
        values.put("missing_chunks", tsr.missingChunks().length);
        values.put("model_hash", tsr.header().model().toString());
        values.put("media", CodecLibrary.media(tsr.header()));
        values.put("header_bytes", tsr.overheadBytes());
        switch (tsr.header().geometry()) {
            case ImageGeometry image -> {
                values.put("width", image.width());
                values.put("height", image.height());
                values.put("bits_per_pixel", 8.0 * bytes.length / image.pixels());
                values.put("lossless", LosslessImageCodec.isLossless(tsr.header()));
            }
            case SequenceGeometry sequence -> {
                values.put("width", sequence.width());
                values.put("height", sequence.height());
                values.put("frames", sequence.frames());
                values.put("ticks_per_second", (double) sequence.ticks() / sequence.perSeconds());
                values.put("bits_per_pixel", 8.0 * bytes.length / sequence.pixels());
            }
            case AudioGeometry audio -> {
                values.put("num_samples", audio.samples());
                values.put("sample_rate", audio.sampleRate());
                values.put("channels", audio.channels());
                values.put("kbps", 8.0 * bytes.length / 1000 / audio.seconds());
            }
            case TensorGeometry tensor -> {
                values.put("shape", tensor.shape());
                values.put("dtype", tensor.type().name());
                values.put("lossless", !FeatureCodec.isOne(tsr.header()) && TensorCodec.isLossless(tsr.header()));
                values.put("bits_per_value", tensor.elements() == 0 ? null : 8.0 * bytes.length / tensor.elements());
            }
            case TokenGeometry tokens -> {
                values.put("shape", tokens.shape());
                values.put("dtype", tokens.type().name());
                values.put("codebook", TokenArrayCodec.needsBook(tsr.header()));
                values.put("bits_per_token", tokens.elements() == 0 ? null : 8.0 * bytes.length / tokens.elements());
            }
        }
    }

    private static void describeModel(byte[] bytes, Map<String, Object> values) throws IOException {
        ModelFile model = ModelFile.read(bytes);
        values.put("type", "safetensors");
        values.put("sha256", model.sha256());
        values.put("metadata", new TreeMap<>(model.metadata()));
        Map<String, Object> tensors = new TreeMap<>();
        for (String name : model.tensorNames()) {
            tensors.put(name, model.tensor(name).toString());
        }
        values.put("tensors", tensors);
    }

    private void describeNpy(Map<String, Object> values) throws IOException {
        try (NpyReader in = NpyReader.open(file)) {
            values.put("type", "npy");
            values.put("dtype", in.type().name());
            values.put("shape", Arrays.stream(in.shape()).boxed().toList());
        }
    }
}
