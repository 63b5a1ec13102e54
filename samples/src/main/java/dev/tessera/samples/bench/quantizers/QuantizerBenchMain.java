package dev.tessera.samples.bench.quantizers;

import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.training.NeuralTrainer;
import dev.tessera.vqmodels.training.TrainingOrder;
import dev.tessera.vqmodels.training.TrainingResult;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Trains and evaluates every run of a set-up that has no result yet, each on one thread, several at a time; then writes
 * {@code table.md} and {@code plot.svg} beside the results. A run that was killed goes on from its checkpoint.
 *
 * <p>Arguments: {@code DIR OUT SETUP WORKERS}, DIR as {@code samples/data/fetch-data.sh} makes it. With {@code SETUP} and
 * {@code OUT} alone: {@code OUT SETUP}, only table and plot of what is there.
 */
public final class QuantizerBenchMain {
    private static final int TOKENS_PER_CODE = 16;

    private final BenchSetup setup;
    private final Path out;
    private final NeuralTrainer trainer;
    private final BenchPhotos training;
    private final BenchPhotos validation;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile boolean stopped;

    private QuantizerBenchMain(
            BenchSetup setup, Path out, NeuralTrainer trainer, BenchPhotos training, BenchPhotos validation) {
        this.setup = setup;
        this.out = out;
        this.trainer = trainer;
        this.training = training;
        this.validation = validation;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length == 2) {
            BenchReport.write(Path.of(args[0]), BenchSetup.read(Path.of(args[1])));
            return;
        }
        if (args.length != 4) {
            System.err.println("usage: QuantizerBenchMain DIR OUT SETUP WORKERS, or OUT SETUP");
            System.exit(2);
        }
        Path images = Path.of(args[0]).resolve("images");
        Path out = Path.of(args[1]);
        BenchSetup setup = BenchSetup.read(Path.of(args[2]));
        Files.createDirectories(out.resolve("models"));
        NeuralTrainer trainer = NeuralTrainer.find()
                .orElseThrow(() -> new IllegalStateException("the training module is not on the class path"));
        QuantizerBenchMain bench = new QuantizerBenchMain(
                setup,
                out,
                trainer,
                BenchPhotos.read(images.resolve("train"), Integer.MAX_VALUE, 1),
                BenchPhotos.read(images.resolve("valid"), setup.side(), setup.side() < 16 ? 1 : 16));
        boolean whole = bench.run(Integer.parseInt(args[3]));
        BenchReport.write(out, setup);
        System.exit(whole ? 0 : 1);
    }

    /** Whether every run has a result now. */
    private boolean run(int workers) throws InterruptedException, IOException {
        ConcurrentLinkedQueue<BenchSetup.Run> open = new ConcurrentLinkedQueue<>();
        for (BenchSetup.Run run : setup.runs()) {
            if (Files.exists(result(run))) {
                BenchResult.read(result(run), setup); // of this set-up?
            } else {
                open.add(run);
            }
        }
        say(open.size() + " of " + setup.runs().size() + " runs to make, " + training.size() + " photos to learn from, "
                + validation.size() + " to measure");
        try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
            for (int w = 0; w < workers; w++) {
                pool.execute(() -> {
                    for (BenchSetup.Run run = open.poll(); run != null && !stopped; run = open.poll()) {
                        tryRun(run);
                    }
                });
            }
            pool.shutdown();
            pool.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        }
        return failures.get() == 0 && !stopped;
    }

    private void tryRun(BenchSetup.Run run) {
        try {
            one(run);
        } catch (IOException | RuntimeException e) {
            failures.incrementAndGet();
            say(run.name() + " failed: " + e);
        }
    }

    private void one(BenchSetup.Run run) throws IOException {
        long before = threadCpuNanos();
        Path model = out.resolve("models").resolve(run.name() + ".safetensors");
        if (!Files.exists(model)) {
            TrainingResult result = trainer.trainImages(
                    new TrainingOrder(model, setup.recipe(), setup.changes(run), 0, true, 1, line -> {}), training);
            if (!result.finished()) {
                stopped = true;
                return;
            }
        }
        BenchEvaluation evaluation = BenchEvaluation.of(ModelFile.read(model), validation, 1);
        long wanted = (long) TOKENS_PER_CODE * evaluation.usage().codebookSize();
        if (evaluation.usage().tokens() < wanted) {
            throw new IllegalArgumentException(
                    "the photos have " + evaluation.usage().tokens() + " tokens, must have at least " + TOKENS_PER_CODE
                            + " for each code, " + wanted);
        }
        CurveTail tail = CurveTail.read(model.resolveSibling(model.getFileName() + ".curve.csv"));
        BenchResult result = BenchResult.of(run, evaluation, tail, (threadCpuNanos() - before) / 1e9);
        result.write(result(run), setup);
        say(String.format(
                Locale.ROOT,
                "%s: PSNR %.2f dB, SSIM %.4f, utilization %.1f %%, perplexity %.0f, %.0f CPU s",
                run.name(),
                result.psnr(),
                result.ssim(),
                100 * result.utilization(),
                result.perplexity(),
                result.cpuSeconds()));
    }

    private Path result(BenchSetup.Run run) {
        return out.resolve(run.name() + ".json");
    }

    static List<Path> results(Path out, BenchSetup setup) {
        return setup.runs().stream()
                .map(run -> out.resolve(run.name() + ".json"))
                .filter(Files::exists)
                .toList();
    }

    private static long threadCpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void say(String line) {
        System.err.println(LocalTime.now().truncatedTo(ChronoUnit.SECONDS) + " " + line);
    }
}
