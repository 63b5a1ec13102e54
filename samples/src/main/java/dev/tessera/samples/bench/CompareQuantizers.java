package dev.tessera.samples.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.tessera.cli.Learner;
import dev.tessera.cli.LearnerSettings;
import dev.tessera.codebook.CodebookUsage;
import dev.tessera.codebook.Kernels;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.Tokens;
import dev.tessera.codebook.learn.KMeansStart;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Fits what {@code fit --quantizer} can learn to grey 8 x 8 patches of photos and prints, as Markdown tables of about equal
 * bits, what each is worth on patches of other photos: {@code images/train} to learn from, {@code images/valid} to measure.
 *
 * <p>Arguments: {@code DIR [PATCHES [THREADS [NAME...]]]}, DIR as {@code samples/data/fetch-data.sh} makes it; with names only
 * those quantizers.
 *
 * <ul>
 *   <li>Bits per vector: log2 of the product of the codebook sizes. Entropy: the sum over stages of the order-0 entropy of the
 *       held-out indices. It and the usage figures are left out where a stage has more indices than a tenth of the held-out
 *       vectors, because counting says nothing there.
 *   <li>Distortion: mean squared error per vector (64 values). SNR: the variance of the held-out vectors over it.
 *   <li>Fit: CPU seconds of the whole process. Assign: CPU time of one thread, the best of three after a warm-up.
 * </ul>
 */
public final class CompareQuantizers {
    private static final int SIDE = 8;
    private static final int ITERATIONS = 20;
    private static final int SLOW_EPOCHS = 4; // of the learners that take one vector at a time
    private static final int ASSIGN_RUNS = 3;
    private static final int BEAM = 8;

    /** A bit is worth this much squared distance: about 3 % of the distortion of k-means here. */
    private static final double LAMBDA = 300;

    private static final int[] LEVELS_10_BITS = {8, 5, 5, 5};
    private static final int[] LEVELS_31_BITS = {24, 14, 14, 8, 8, 6, 6, 5, 5, 4
    }; // by falling variance of the components
    private static final int[] FOUR_LEVELS = {4, 4, 4, 4, 4, 4, 4, 4};

    private final Latents training;
    private final Latents heldOut;
    private final double variance;
    private final int threads;
    private final List<String> only;

    private CompareQuantizers(Latents training, Latents heldOut, int threads, List<String> only) {
        this.training = training;
        this.heldOut = heldOut;
        this.variance = variance(heldOut);
        this.threads = threads;
        this.only = only;
    }

    public static void main(String[] args) throws IOException {
        if (args.length < 1) {
            System.err.println("usage: CompareQuantizers DIR [PATCHES [THREADS [NAME...]]]");
            System.exit(2);
        }
        Path images = Path.of(args[0]).resolve("images");
        int patches = args.length > 1 ? Integer.parseInt(args[1]) : 100_000;
        int threads = args.length > 2
                ? Integer.parseInt(args[2])
                : Runtime.getRuntime().availableProcessors();
        List<String> only = args.length > 3 ? Arrays.asList(args).subList(3, args.length) : List.of();
        Latents training = PhotoPatches.draw(images.resolve("train"), patches, SIDE, 1);
        Latents heldOut = PhotoPatches.draw(images.resolve("valid"), Math.max(1, patches / 4), SIDE, 2);
        new CompareQuantizers(training, heldOut, threads, only).print();
    }

    private void print() {
        System.out.printf(
                Locale.ROOT,
                "%,d grey %d x %d patches to learn from, %,d of other photos to measure (variance %.0f per vector); kernels %s,"
                        + " %d threads, Java %s%n",
                training.count(),
                SIDE,
                SIDE,
                heldOut.count(),
                variance,
                Kernels.active(),
                threads,
                Runtime.version());
        table("One book, 8 to 12 bits", oneBook());
        table("Composed books, about 32 bits", composed());
        table("A bit for every dimension, 64 to 72 bits", longCodes());
    }

    private record Entry(Learner learner, String settings, LearnerSettings values) {}

    private List<Entry> oneBook() {
        List<Entry> entries = new ArrayList<>();
        for (Learner learner : List.of(
                Learner.KMEANS,
                Learner.MINIBATCH,
                Learner.EMA,
                Learner.ECVQ,
                Learner.SIMVQ,
                Learner.VQGANLC,
                Learner.SPHERICAL,
                Learner.RANDOM_PROJECTION)) {
            entries.add(new Entry(learner, "K = 1,024", settings(1024, 1, 1, null, ITERATIONS)));
        }
        for (Learner learner : List.of(Learner.SOM, Learner.NEURALGAS)) {
            entries.add(new Entry(learner, "K = 1,024", settings(1024, 1, 1, null, SLOW_EPOCHS)));
        }
        String levels = Arrays.toString(LEVELS_10_BITS);
        entries.add(new Entry(Learner.FSQ, levels, settings(1000, 1, 1, LEVELS_10_BITS, ITERATIONS)));
        entries.add(new Entry(Learner.QLAE, levels, settings(1000, 1, 1, LEVELS_10_BITS, ITERATIONS)));
        entries.add(new Entry(Learner.LFQ, "10 signs", settings(1024, 1, 1, null, ITERATIONS)));
        entries.add(new Entry(Learner.BSQ, "10 signs", settings(1024, 1, 1, null, ITERATIONS)));
        entries.add(new Entry(Learner.PVQ, "8 dimensions, 2 pulses, 16 gains", settings(128, 1, 1, null, ITERATIONS)));
        return entries;
    }

    private List<Entry> composed() {
        LearnerSettings four = settings(256, 4, 4, null, ITERATIONS);
        LearnerSettings thirtyBits = settings(1 << 30, 1, 1, null, ITERATIONS);
        String levels = Arrays.toString(LEVELS_31_BITS);
        return List.of(
                new Entry(Learner.RVQ, "4 x 256", four),
                new Entry(Learner.RVQ, "4 x 256, beam " + BEAM, four),
                new Entry(Learner.ADDITIVE, "4 x 256", four),
                new Entry(Learner.PQ, "4 x 256", four),
                new Entry(Learner.OPQ, "4 x 256", four),
                new Entry(Learner.GROUPED, "2 groups, 2 x 256", settings(256, 2, 2, null, ITERATIONS)),
                new Entry(Learner.FSQ, levels, settings(1 << 30, 1, 1, LEVELS_31_BITS, ITERATIONS)),
                new Entry(Learner.QLAE, levels, settings(1 << 30, 1, 1, LEVELS_31_BITS, ITERATIONS)),
                new Entry(
                        Learner.RFSQ,
                        "2 x " + Arrays.toString(FOUR_LEVELS),
                        settings(1, 2, 1, FOUR_LEVELS, ITERATIONS)),
                new Entry(Learner.LFQ, "30 signs", thirtyBits),
                new Entry(Learner.BSQ, "30 signs", thirtyBits),
                new Entry(Learner.PVQ, "8 dimensions, 16 gains", settings(1 << 28, 1, 1, null, ITERATIONS)));
    }

    private List<Entry> longCodes() {
        LearnerSettings eight = settings(256, 8, 8, null, ITERATIONS);
        return List.of(
                new Entry(Learner.RVQ, "8 x 256", eight),
                new Entry(Learner.OPQ, "8 x 256", eight),
                new Entry(Learner.PQ, "8 x 256", eight),
                new Entry(Learner.SCALAR, "1 bit", settings(2, 1, 1, null, ITERATIONS)),
                new Entry(Learner.RABITQ, "64 signs, 256 gains", settings(256, 1, 1, null, ITERATIONS)));
    }

    private LearnerSettings settings(int codes, int stages, int subspaces, int[] levels, int iterations) {
        return new LearnerSettings(
                codes, stages, subspaces, levels, LAMBDA, KMeansStart.PARALLEL, iterations, 1, threads);
    }

    private void table(String title, List<Entry> entries) {
        System.out.printf(
                "%n%s%n%n| quantizer | settings | bits | entropy, bits | distortion | SNR, dB | utilization | perplexity"
                        + " | fit, CPU s | assign, us |%n|---|---|---|---|---|---|---|---|---|---|%n",
                title);
        for (Entry entry : entries) {
            if (only.isEmpty() || only.contains(entry.learner.commandName())) {
                System.out.println(row(entry));
                System.out.flush();
            }
        }
    }

    private String row(Entry entry) {
        long start = processCpuNanos();
        Quantizer quantizer = entry.learner.fit(training, entry.values);
        double fitSeconds = (processCpuNanos() - start) / 1e9;
        if (entry.settings.contains("beam") && quantizer instanceof ResidualQuantizer residual) {
            quantizer = residual.withBeam(BEAM);
        }
        quantizer.quantize(heldOut);
        double least = Double.POSITIVE_INFINITY;
        int[] indices = new int[0];
        for (int run = 0; run < ASSIGN_RUNS; run++) {
            long before = threadCpuNanos();
            indices = quantizer.quantize(heldOut);
            least = Math.min(least, (threadCpuNanos() - before) / 1e3 / heldOut.count());
        }
        double distortion = distortion(quantizer.dequantize(indices, heldOut.count()));
        return String.format(
                Locale.ROOT,
                "| %s | %s | %.1f | %s | %.0f | %.2f | %s | %.1f | %.2f |",
                entry.learner.commandName(),
                entry.settings,
                bits(quantizer),
                entropy(quantizer, indices),
                distortion,
                10 * Math.log10(variance / distortion),
                usage(quantizer, indices),
                fitSeconds,
                least);
    }

    private static double bits(Quantizer quantizer) {
        return Arrays.stream(quantizer.codebookSizes())
                .mapToDouble(k -> Math.log(k) / Math.log(2))
                .sum();
    }

    private boolean countable(Quantizer quantizer) {
        return Arrays.stream(quantizer.codebookSizes()).allMatch(k -> k <= heldOut.count() / 10);
    }

    private List<CodebookUsage> usages(Quantizer quantizer, int[] indices) {
        return CodebookUsage.ofStages(
                Tokens.ofPositionMajor(new int[] {heldOut.count()}, quantizer.codebookSizes(), indices));
    }

    private String entropy(Quantizer quantizer, int[] indices) {
        if (!countable(quantizer)) {
            return "-";
        }
        double sum = usages(quantizer, indices).stream()
                .mapToDouble(CodebookUsage::entropyBits)
                .sum();
        return String.format(Locale.ROOT, "%.2f", sum);
    }

    /** Utilization and perplexity, means over the stages. */
    private String usage(Quantizer quantizer, int[] indices) {
        if (!countable(quantizer)) {
            return "- | -";
        }
        List<CodebookUsage> usages = usages(quantizer, indices);
        return String.format(
                Locale.ROOT,
                "%.3f | %.0f",
                usages.stream()
                        .mapToDouble(CodebookUsage::utilization)
                        .average()
                        .orElseThrow(),
                usages.stream().mapToDouble(CodebookUsage::perplexity).average().orElseThrow());
    }

    private double distortion(Latents quantized) {
        double sum = 0;
        for (int i = 0; i < quantized.data().length; i++) {
            double difference = (double) heldOut.data()[i] - quantized.data()[i];
            sum += difference * difference;
        }
        return sum / heldOut.count();
    }

    /** Mean squared distance from the mean. */
    private static double variance(Latents vectors) {
        int dim = vectors.dim();
        double[] sums = new double[dim];
        double squares = 0;
        for (int i = 0; i < vectors.data().length; i++) {
            sums[i % dim] += vectors.data()[i];
            squares += (double) vectors.data()[i] * vectors.data()[i];
        }
        double ofMean = Arrays.stream(sums)
                .map(sum -> sum / vectors.count() * (sum / vectors.count()))
                .sum();
        return squares / vectors.count() - ofMean;
    }

    private static long processCpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    private static long threadCpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
