package dev.tessera.cli;

import dev.tessera.codebook.Kernels;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.vqmodels.CodebookFile;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.nio.file.Path;
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
            description = "One of ${COMPLETION-CANDIDATES}.")
    private Learner learner;

    @Option(names = "--codes", required = true, paramLabel = "K", description = "Code vectors per stage or subspace.")
    private int codes;

    @Option(names = "--stages", paramLabel = "S", description = "rvq: number of stages (default: ${DEFAULT-VALUE}).")
    private int stages = 4;

    @Option(
            names = "--subspaces",
            paramLabel = "M",
            description = "pq: number of subspaces, a divisor of D (default: ${DEFAULT-VALUE}).")
    private int subspaces = 8;

    @Option(names = "--iterations", paramLabel = "N", description = "Passes of k-means (default: ${DEFAULT-VALUE}).")
    private int iterations = 20;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of everything random (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Override
    int execute() throws IOException {
        checkFree(output);
        Latents data = Vectors.read(vectors);
        long start = System.nanoTime();
        Quantizer quantizer =
                learner.fit(data, new Learner.Settings(codes, stages, subspaces, iterations, seed, threads));
        double seconds = (System.nanoTime() - start) / 1e9;
        ModelFile file = CodebookFile.of(quantizer, learner.name(), seed);
        writeFile(output, file::write);
        double distortion = Vectors.meanSquaredError(data, quantizer);
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("output", output.toString());
        values.put("quantizer", learner.name());
        values.put("vectors", data.count());
        values.put("codebook_dim", data.dim());
        values.put("codebook_size", quantizer.codebookSizes()[0]);
        values.put("stages", quantizer.stages());
        values.put("mean_squared_error", distortion);
        values.put("bytes", file.sizeBytes());
        values.put("sha256", file.sha256());
        values.put("seed", seed);
        values.put("seconds", seconds);
        values.put("kernels", Kernels.active());
        print(
                values,
                List.of(output + ": " + quantizer.stages() + " x " + quantizer.codebookSizes()[0]
                        + " code vectors of dimension " + data.dim() + ", mean squared error " + distortion
                        + " a vector"));
        return ExitCode.DONE;
    }
}
