package dev.tessera.cli;

import dev.tessera.codebook.BootstrapUsage;
import dev.tessera.codebook.CodebookUsage;
import dev.tessera.codebook.Tokens;
import dev.tessera.codebook.UsageCounter;
import dev.tessera.codebook.UsageInterval;
import dev.tessera.codebook.UsageIntervals;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.dataset.ParquetTokenReader;
import dev.tessera.codecs.dataset.TokenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tessera usage}: how well a codebook is used. */
@Command(
        name = "usage",
        description = "Utilization of anybody's tokens, or of a model's on pictures, sound or series of vectors.")
final class UsageCommand extends TesseraCommand {
    @Parameters(
            paramLabel = "TOKENS",
            arity = "1..*",
            description =
                    "Folders that 'tokenize' wrote, .npy, .parquet or .bin (u16) files; with --model: pictures, sound or"
                            + " series.")
    private List<String> names = List.of();

    @Option(names = "--include", paramLabel = "GLOB", description = "Of folders take only files whose name fits.")
    private String include;

    @Option(
            names = "--codes",
            paramLabel = "K",
            description = "Codebook size of plain token files (default: largest index + 1).")
    private Integer codes;

    @Option(
            names = "--column",
            paramLabel = "C",
            description = "Column of the tokens in Parquet files (default: ${DEFAULT-VALUE}).")
    private String column = "tokens";

    @Option(
            names = "--model",
            paramLabel = "M",
            description = "Tokenize DATA with this model ('image', 'audio' and 'features' mean the defaults).")
    private String model;

    @Option(
            names = "--intervals",
            description = "Bootstrap intervals (95 %) of utilization, entropy and perplexity, for independent tokens.")
    private boolean intervals;

    @Mixin
    private LimitOptions limits;

    private final List<UsageCounter> stages = new ArrayList<>();
    private final List<UsageCounter> columns = new ArrayList<>();

    @Override
    int execute() throws IOException {
        if (codes != null && codes < 1) {
            throw new UsageException("--codes is " + codes + ", must be at least 1");
        }
        if (model != null) {
            countData();
        } else if (isIndexed()) {
            TokenIndex index = TokenIndex.read(Path.of(names.getFirst()).resolve(TokenIndex.NAME));
            for (TokenIndex.Item item : index.items()) {
                count(index.tokens(item));
            }
        } else {
            countFiles();
        }
        return report();
    }

    private boolean isIndexed() {
        return names.size() == 1
                && Files.isRegularFile(Path.of(names.getFirst()).resolve(TokenIndex.NAME));
    }

    private void countData() throws IOException {
        boolean byMedia = List.of("image", "audio", "features").contains(model);
        MediaTokenizer tokenizer = new MediaTokenizer(new CodecLibrary(byMedia ? null : model), limits, threads);
        for (Input input : Inputs.expand(names, include, console())) {
            count(tokenizer.tokenize(input).tokens());
        }
    }

    private void countFiles() throws IOException {
        PlainTokens plain = new PlainTokens();
        PlainColumns plainColumns = new PlainColumns();
        for (Input input : Inputs.expand(names, include, console())) {
            if (input.isStdin()) {
                throw new UsageException("tokens are read from files, not standard input");
            }
            try {
                int[] sizes = column.equals(ParquetTokenReader.TOKENS) && codes == null
                        ? TokenFacts.parse(TokenFiles.facts(input.path()))
                                .map(TokenFacts::codebookSizes)
                                .orElse(new int[0])
                        : new int[0];
                boolean array = input.name().endsWith(".npy");
                TokenFiles.read(input.path(), column, (shape, indices) -> {
                    if (sizes.length == 0) {
                        plain.add(indices);
                        plainColumns.add(array ? shape : new int[0], indices);
                    } else {
                        count(sizes, shape, indices);
                    }
                });
            } catch (CorruptBitstreamException e) {
                throw new IOException(input.name() + ": " + e.getMessage(), e);
            }
        }
        if (plain.isEmpty()) {
            return;
        }
        if (!stages.isEmpty()) {
            throw new UsageException("some files say what their tokens are and some do not: count them apart");
        }
        int size = codes == null ? plain.largest() + 1 : codes;
        if (plain.largest() >= size) {
            throw new UsageException("--codes is " + size + ", but the tokens go up to " + plain.largest());
        }
        if (codes == null) {
            say("K is taken as " + size + ", the largest index + 1; say --codes to be sure");
        }
        stages.add(plain.counter(size));
        for (PlainTokens stage : plainColumns.columns()) {
            columns.add(stage.counter(size));
        }
    }

    /** Tokens of a row of ours: {@code [stages, ...]}, or only a grid when there is one stage. */
    private void count(int[] sizes, int[] shape, int[] indices) throws CorruptBitstreamException {
        if (sizes.length > 1 && (shape.length < 2 || shape[0] != sizes.length)) {
            throw new CorruptBitstreamException(
                    0,
                    "a row has the shape " + Arrays.toString(shape) + ", must start with the " + sizes.length
                            + " stages");
        }
        try {
            count(Tokens.of(new int[] {indices.length / sizes.length}, sizes, indices));
        } catch (IllegalArgumentException e) {
            throw new CorruptBitstreamException(0, e.getMessage());
        }
    }

    private void count(Tokens tokens) {
        for (int s = 0; s < tokens.stages(); s++) {
            if (stages.size() == s) {
                stages.add(new UsageCounter(tokens.codebookSize(s)));
            }
            if (stages.get(s).codebookSize() != tokens.codebookSize(s)) {
                throw new UsageException("stage " + s + " has " + tokens.codebookSize(s) + " codes here and "
                        + stages.get(s).codebookSize() + " before: count such tokens apart");
            }
            stages.get(s).add(tokens, s);
        }
    }

    private int report() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                "%8s %10s %7s %7s %11s %9s %8s %9s %10s %10s %6s %9s %8s %6s",
                "stage",
                "N",
                "K",
                "used",
                "utilization",
                "ceiling",
                "entropy",
                "corrected",
                "to recover",
                "perplexity",
                "dead",
                "top share",
                "top 1 %",
                "gini"));
        List<Map<String, Object>> perStage = new ArrayList<>();
        for (int s = 0; s < stages.size(); s++) {
            perStage.add(describe(columns.isEmpty() ? "" + s : "all", stages.get(s), lines));
        }
        List<Map<String, Object>> slices = new ArrayList<>();
        for (int s = 0; s < columns.size(); s++) {
            Map<String, Object> slice = new LinkedHashMap<>();
            slice.put("slice", "stage " + s);
            slice.putAll(describe("" + s, columns.get(s), lines));
            slices.add(slice);
        }
        lines.add("ceiling: what N independent uniform tokens would be expected to reach, 1 - (1 - 1/K)^N");
        lines.add("corrected: entropy by Miller and Madow; to recover: log2 K - entropy, bits a token");
        Map<String, Object> values = new LinkedHashMap<>();
        if (!perStage.isEmpty()) {
            values.putAll(perStage.getFirst());
        }
        values.put("stages", perStage);
        if (!slices.isEmpty()) {
            values.put("slices", slices);
        }
        print(values, lines);
        return ExitCode.DONE;
    }

    /** The figures of one counter; its lines of the table go to {@code lines}. */
    private Map<String, Object> describe(String name, UsageCounter counter, List<String> lines) {
        CodebookUsage u = counter.usage();
        lines.add(String.format(
                "%8s %10d %7d %7d %10.2f%% %8.2f%% %8.3f %9.3f %10.3f %10.1f %6d %8.2f%% %7.2f%% %6.3f",
                name,
                u.tokens(),
                u.codebookSize(),
                u.used(),
                100 * u.utilization(),
                100 * u.utilizationCeiling(),
                u.entropyBits(),
                u.entropyBitsMillerMadow(),
                u.bitsRecoverable(),
                u.perplexity(),
                u.deadCodes(),
                100 * u.topShare(),
                100 * u.top1PercentShare(),
                u.giniCoefficient()));
        Map<String, Object> fields = fields(u);
        if (intervals && u.tokens() > 0) {
            UsageIntervals found =
                    BootstrapUsage.builder().threads(threads).build().run(counter.counts());
            fields.put("utilization_interval", interval(found.utilization()));
            fields.put("entropy_bits_interval", interval(found.entropyBits()));
            fields.put("perplexity_interval", interval(found.perplexity()));
            lines.add(String.format(
                    "%8s   95 %%: utilization %.2f%% to %.2f%%, entropy %.3f to %.3f, perplexity %.1f to %.1f",
                    "",
                    100 * found.utilization().low(),
                    100 * found.utilization().high(),
                    found.entropyBits().low(),
                    found.entropyBits().high(),
                    found.perplexity().low(),
                    found.perplexity().high()));
        }
        return fields;
    }

    private static List<Double> interval(UsageInterval interval) {
        return List.of(interval.low(), interval.high());
    }

    private static Map<String, Object> fields(CodebookUsage u) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("tokens", u.tokens());
        fields.put("codebook_size", u.codebookSize());
        fields.put("used", u.used());
        fields.put("utilization", u.utilization());
        fields.put("utilization_ceiling", u.utilizationCeiling());
        fields.put("utilization_maximum", u.utilizationMaximum());
        fields.put("entropy_bits", u.entropyBits());
        fields.put("perplexity", u.perplexity());
        fields.put("dead_codes", u.deadCodes());
        fields.put("top_share", u.topShare());
        fields.put("top_1_percent_share", u.top1PercentShare());
        fields.put("gini", u.giniCoefficient());
        fields.put("entropy_bits_miller_madow", u.entropyBitsMillerMadow());
        fields.put("bits_recoverable", u.bitsRecoverable());
        return fields;
    }
}
