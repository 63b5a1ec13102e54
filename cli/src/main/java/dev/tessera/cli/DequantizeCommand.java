package dev.tessera.cli;

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

/** {@code tessera dequantize}: indices back to vectors. */
@Command(name = "dequantize", description = "Turn indices, [N] or [N, stages], back into vectors, [N x D].")
final class DequantizeCommand extends TesseraCommand {
    @Parameters(index = "0", paramLabel = "INDICES.npy", description = "The indices, as 'assign' writes them.")
    private Path indices;

    @Option(names = "--codebook", required = true, paramLabel = "F", description = "The codebook that they belong to.")
    private Path codebook;

    @Option(names = "-o", required = true, paramLabel = "VECTORS.npy", description = "Where the vectors go.")
    private Path output;

    @Override
    int execute() throws IOException {
        checkFree(output);
        Quantizer quantizer = CodebookFile.quantizer(ModelFile.read(codebook));
        int[] values = Vectors.readIndices(indices, quantizer);
        int count = values.length / quantizer.stages();
        Latents vectors = quantizer.dequantize(values, count);
        writeFile(output, out -> Vectors.write(vectors, out));
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("output", output.toString());
        report.put("vectors", count);
        report.put("codebook_dim", vectors.dim());
        print(report, List.of(output + ": " + count + " vectors of dimension " + vectors.dim()));
        return ExitCode.DONE;
    }
}
