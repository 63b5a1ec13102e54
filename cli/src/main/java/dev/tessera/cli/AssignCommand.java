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

/** {@code tessera assign}: vectors to indices. */
@Command(name = "assign", description = "Give every vector the index of its nearest code vector, [N] or [N, stages].")
final class AssignCommand extends TesseraCommand {
    @Parameters(index = "0", paramLabel = "VECTORS.npy", description = "The vectors, one a row.")
    private Path vectors;

    @Option(names = "--codebook", required = true, paramLabel = "F", description = "A codebook that 'fit' wrote.")
    private Path codebook;

    @Option(names = "-o", required = true, paramLabel = "INDICES.npy", description = "Where the indices go.")
    private Path output;

    @Option(
            names = "--beam",
            paramLabel = "B",
            description =
                    "rvq, grouped, additive: sequences of indices that the search keeps (default: rvq and grouped 1,"
                            + " which is greedy, additive as in the file).")
    private Integer beam;

    @Override
    int execute() throws IOException {
        checkFree(output);
        Quantizer read = CodebookFile.quantizer(ModelFile.read(codebook));
        Quantizer quantizer = beam == null ? read : BeamWidth.apply(read, beam);
        Latents data = Vectors.read(vectors);
        long start = System.nanoTime();
        int[] indices = quantizer.quantize(data, threads);
        double seconds = (System.nanoTime() - start) / 1e9;
        writeFile(output, out -> Vectors.writeIndices(indices, quantizer, data.count(), out));
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("output", output.toString());
        values.put("vectors", data.count());
        values.put("stages", quantizer.stages());
        values.put("codebook_size", quantizer.codebookSizes()[0]);
        BeamWidth.of(quantizer).ifPresent(width -> values.put("beam", width));
        values.put("mean_squared_error", Vectors.meanSquaredError(data, quantizer, indices));
        values.put("assign_seconds", seconds);
        values.put("kernels", Kernels.active());
        print(values, List.of(output + ": indices of " + data.count() + " vectors"));
        return ExitCode.DONE;
    }
}
