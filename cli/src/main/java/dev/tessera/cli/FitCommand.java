package dev.tessera.cli;

import dev.tessera.codebook.Kernels;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.learn.KMeansStart;
import dev.tessera.vqmodels.CodebookFile;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tessera fit}: learns a codebook from vectors. */
@Command(name = "fit", description = "Learn a codebook from float vectors, [N x D] in a .npy file.")
final class FitCommand extends TesseraCommand {
    @Parameters(index = "0", paramLabel = "VECTORS.npy", description = "The vectors, one a row.")
    private Path vectors;

    @Option(
            names = "-o",
            required = true,
            paramLabel = "CODEBOOK.safetensors",
            description = "Where the codebook goes.")
    private Path output;

    @Option(
            names = "--quantizer",
            required = true,
            paramLabel = "NAME",
            converter = Learner.Names.class,
            completionCandidates = Learner.Names.class,
            description = "One of ${COMPLETION-CANDIDATES}.")
    private Learner learner;

    @Option(
            names = "--codes",
            paramLabel = "K",
            description =
                    "Code vectors per stage or subspace; books that cannot have K take the next size down. scalar: levels of"
                            + " each dimension; rabitq: levels of the gain.")
    private Integer codes;

    @Option(
            names = "--stages",
            paramLabel = "S",
            description = "rvq, grouped, additive, rfsq: number of stages (default: ${DEFAULT-VALUE}).")
    private int stages = 4;

    @Option(
            names = "--subspaces",
            paramLabel = "M",
            description = "pq, opq, grouped: number of subspaces, a divisor of D (default: ${DEFAULT-VALUE}).")
    private int subspaces = 8;

    @Option(
            names = "--levels",
            paramLabel = "L",
            split = ",",
            description =
                    "fsq, rfsq, qlae: levels of each dimension, for instance 8,5,5,5 (default: those published for K).")
    private int[] levels;

    @Option(
            names = "--lambda",
            paramLabel = "W",
            description = "ecvq: squared distance that a bit is worth (default: ${DEFAULT-VALUE}).")
    private double lambda = 1;

    @Option(
            names = "--start",
            paramLabel = "NAME",
            converter = StartNames.class,
            completionCandidates = StartNames.class,
            description = "kmeans, rvq, pq: first code vectors, one of ${COMPLETION-CANDIDATES} (default: parallel).")
    private KMeansStart start;

    @Option(
            names = "--iterations",
            paramLabel = "N",
            description = "Passes over the vectors (default: ${DEFAULT-VALUE}).")
    private int iterations = 20;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of everything random (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Override
    int execute() throws IOException {
        checkFree(output);
        if (codes == null && levels == null) {
            throw new UsageException("say --codes, or --levels for fsq, rfsq and qlae");
        }
        if (codes != null && codes < 1) {
            throw new UsageException("--codes is " + codes + ", must be at least 1");
        }
        int size = codes == null ? product(levels) : codes;
        if (start != null && !learner.hasStart()) {
            throw new UsageException("--start is for kmeans, rvq and pq only");
        }
        Latents data = Vectors.read(vectors);
        if (learner.needsVectorsForCodes() && size > data.count()) {
            throw new UsageException("--codes is " + size + ", must be at most the number of vectors, " + data.count());
        }
        long begin = System.nanoTime();
        Quantizer quantizer = learner.fit(
                data,
                new LearnerSettings(
                        size,
                        stages,
                        subspaces,
                        levels,
                        lambda,
                        start == null ? KMeansStart.PARALLEL : start,
                        iterations,
                        seed,
                        threads));
        double seconds = (System.nanoTime() - begin) / 1e9;
        ModelFile file = CodebookFile.of(quantizer, learner.commandName(), seed);
        writeFile(output, file::write);
        double distortion = Vectors.meanSquaredError(data, quantizer, quantizer.quantize(data, threads));
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("output", output.toString());
        values.put("quantizer", learner.commandName());
        values.put("vectors", data.count());
        values.put("codebook_dim", data.dim());
        values.put(
                "codebook_size", Arrays.stream(quantizer.codebookSizes()).max().orElseThrow());
        values.put("stages", quantizer.stages());
        values.put("mean_squared_error", distortion);
        values.put("bytes", file.sizeBytes());
        values.put("sha256", file.sha256());
        values.put("seed", seed);
        values.put("seconds", seconds);
        values.put("kernels", Kernels.active());
        print(
                values,
                List.of(output + ": " + sizes(quantizer.codebookSizes()) + " code vectors of dimension " + data.dim()
                        + ", mean squared error " + distortion + " a vector"));
        return ExitCode.DONE;
    }

    private static int product(int[] levels) {
        long product = 1;
        for (int level : levels) {
            product *= level;
            if (level < 2 || product > Integer.MAX_VALUE) {
                throw new UsageException("--levels is " + Arrays.toString(levels)
                        + ", must be numbers of at least 2 whose product is below 2^31");
            }
        }
        return (int) product;
    }

    /** For people: {@code 4 x 256}, or all sizes when they differ. */
    private static String sizes(int[] sizes) {
        boolean equal = Arrays.stream(sizes).distinct().count() == 1;
        return equal ? sizes.length + " x " + sizes[0] : Arrays.toString(sizes);
    }
}
