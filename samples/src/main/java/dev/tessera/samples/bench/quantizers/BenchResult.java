package dev.tessera.samples.bench.quantizers;

import dev.tessera.codebook.CodebookUsage;
import dev.tessera.vqmodels.ModelConfig;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The figures of one run, as its JSON file has them.
 *
 * @param codebookSize K as the quantizer has it, which is not always what was asked for
 * @param tokens N, of the validation photos
 * @param cpuSeconds of training and evaluation, without the part before a kill
 */
record BenchResult(
        String row,
        int codes,
        int seed,
        int codebookSize,
        double psnr,
        double ssim,
        long tokens,
        double utilization,
        double utilizationCeiling,
        double perplexity,
        double lossBefore,
        double lossLast,
        double lossError,
        boolean stillFalling,
        double cpuSeconds) {

    static BenchResult of(BenchSetup.Run run, BenchEvaluation evaluation, CurveTail tail, double cpuSeconds) {
        CodebookUsage usage = evaluation.usage();
        return new BenchResult(
                run.row().name(),
                run.codes(),
                run.seed(),
                usage.codebookSize(),
                evaluation.psnr(),
                evaluation.ssim(),
                usage.tokens(),
                usage.utilization(),
                usage.utilizationCeiling(),
                usage.perplexity(),
                tail.before(),
                tail.last(),
                tail.standardError(),
                tail.stillFalling(),
                cpuSeconds);
    }

    /** @throws IllegalArgumentException when the file belongs to another set-up */
    static BenchResult read(Path file, BenchSetup setup) throws IOException {
        ModelConfig json = ModelConfig.parse(Files.readString(file));
        if (!json.string("setup_sha256").equals(setup.sha256())) {
            throw new IllegalArgumentException(
                    file + " was made with another set-up; use an empty folder for this one");
        }
        return new BenchResult(
                json.string("row"),
                json.integer("codes"),
                json.integer("seed"),
                json.integer("codebook_size"),
                json.number("psnr"),
                json.number("ssim"),
                json.longInteger("tokens"),
                json.number("utilization"),
                json.number("utilization_ceiling"),
                json.number("perplexity"),
                json.number("loss_before"),
                json.number("loss_last"),
                json.number("loss_standard_error"),
                json.flag("still_falling"),
                json.number("cpu_seconds"));
    }

    /** Writes under another name first, to the disk, and renames. */
    void write(Path file, BenchSetup setup) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("setup_sha256", setup.sha256());
        json.put("row", row);
        json.put("codes", codes);
        json.put("seed", seed);
        json.put("codebook_size", codebookSize);
        json.put("psnr", psnr);
        json.put("ssim", ssim);
        json.put("tokens", tokens);
        json.put("utilization", utilization);
        json.put("utilization_ceiling", utilizationCeiling);
        json.put("perplexity", perplexity);
        json.put("loss_before", lossBefore);
        json.put("loss_last", lossLast);
        json.put("loss_standard_error", lossError);
        json.put("still_falling", stillFalling);
        json.put("cpu_seconds", cpuSeconds);
        Path next = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(next, ModelConfig.of(json).toJson() + "\n", StandardCharsets.UTF_8);
        try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
