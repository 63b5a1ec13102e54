package dev.tessera.cli;

import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.dataset.NpyType;
import dev.tessera.codecs.dataset.NpyWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tessera tokenize}: pictures, sound or series of vectors to a token data set. */
@Command(
        name = "tokenize",
        description =
                "Tokenize pictures, sound or series of vectors (.npy, frames x channels) into a data set that training code"
                        + " reads.")
final class TokenizeCommand extends TesseraCommand {
    @Mixin
    private Inputs inputs;

    @Option(names = "-o", required = true, paramLabel = "DIR", description = "Folder of the data set.")
    private Path output;

    @Option(names = "--model", paramLabel = "M", description = "A name that 'models' lists, or a path.")
    private String model;

    @Option(
            names = "--format",
            paramLabel = "F",
            description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Format format = Format.npy;

    @Option(
            names = "--shard-bytes",
            paramLabel = "N",
            description = "parquet: size at which a new file is begun (default: ${DEFAULT-VALUE}).")
    private long shardBytes = 256L << 20;

    @Mixin
    private LimitOptions limits;

    private ParquetShards shards;
    private final List<TokenIndex.Item> items = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private MediaTokenizer.Tokenized first;
    private long tokens;

    /** Data-set formats that this build writes. */
    enum Format {
        npy,
        parquet
    }

    @Override
    int execute() throws IOException {
        if (shardBytes < 1) {
            throw new UsageException("--shard-bytes is " + shardBytes + ", must be at least 1");
        }
        checkFree(format == Format.npy ? output.resolve(TokenIndex.NAME) : output.resolve(ParquetShards.FOLDER));
        MediaTokenizer tokenizer = new MediaTokenizer(new CodecLibrary(model), limits, threads);
        Batch batch = new Batch(this, "tokenize");
        int code = batch.run(
                inputs.expand(console()),
                input -> tokenize(input, tokenizer),
                r -> r.get("input") + " -> " + r.get("output") + ": " + r.get("tokens") + " tokens");
        if (first != null) {
            if (format == Format.npy) {
                writeIndex();
            } else {
                batch.total(
                        "outputs",
                        shards.finish(overwrite).stream().map(Path::toString).toList());
            }
            batch.total("tokens", tokens);
            batch.total(
                    "codebook_size",
                    Arrays.stream(first.tokens().codebookSizes()).max().orElseThrow());
            batch.total("model", first.model().config().string("name"));
            batch.total("model_sha256", first.model().sha256());
        }
        batch.report();
        return code;
    }

    private void writeIndex() throws IOException {
        String json = new TokenIndex(
                        output,
                        first.media().name().toLowerCase(java.util.Locale.ROOT),
                        first.model().sha256(),
                        first.tokens().codebookSizes(),
                        items)
                .toJson(first.model().config().string("name"));
        writeFile(output.resolve(TokenIndex.NAME), out -> out.write(json.getBytes(StandardCharsets.UTF_8)));
    }

    private Map<String, Object> tokenize(Input input, MediaTokenizer tokenizer) throws IOException {
        MediaTokenizer.Tokenized result = tokenizer.tokenize(input);
        if (first == null) {
            first = result;
        } else if (first.media() != result.media()) {
            throw new IOException("a data set holds pictures, sound or series, not several of them");
        }
        String name = uniqueName(input);
        Path target = format == Format.npy ? output.resolve(name) : output.resolve(ParquetShards.FOLDER);
        if (format == Format.npy) {
            writeFile(target, out -> writeNpy(result.tokens(), out));
            items.add(new TokenIndex.Item(name, input.name(), result.fields()));
        } else {
            if (shards == null) {
                shards = new ParquetShards(output, result, shardBytes);
            }
            shards.write(name.substring(0, name.length() - ".npy".length()), result);
        }
        long count = (long) result.tokens().stages() * result.tokens().positions();
        tokens += count;
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("output", target.toString());
        report.put("tokens", count);
        report.put("shape", shape(result.tokens()));
        report.putAll(result.fields());
        return report;
    }

    private String uniqueName(Input input) {
        String base = input.renamed(".npy").toString().replace('/', '_').replace('\\', '_');
        String name = base;
        for (int i = 2; !names.add(name); i++) {
            name = base.substring(0, base.length() - 4) + "-" + i + ".npy";
        }
        return name;
    }

    private static List<Integer> shape(Tokens tokens) {
        List<Integer> shape = new ArrayList<>(List.of(tokens.stages()));
        for (int extent : tokens.shape()) {
            shape.add(extent);
        }
        return shape;
    }

    private static void writeNpy(Tokens tokens, OutputStream out) throws IOException {
        int largest = Arrays.stream(tokens.codebookSizes()).max().orElseThrow();
        long[] shape = shape(tokens).stream().mapToLong(Integer::longValue).toArray();
        NpyWriter writer = new NpyWriter(out, NpyType.forIndices(largest), shape);
        writer.writeInts(tokens.toArray());
        writer.close();
    }
}
