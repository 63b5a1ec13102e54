package dev.tessera.vqmodels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.ResidualQuantizer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads a codebook file with numpy, step by step as the safetensors format describes it. */
class PythonReadsModelsTest {
    private static final String PYTHON = "/usr/bin/python3";
    private static final String SCRIPT = """
            import json, struct, sys
            import numpy as np
            data = open(sys.argv[1], 'rb').read()
            n = struct.unpack('<Q', data[:8])[0]
            header = json.loads(data[8:8 + n])
            config = json.loads(header.pop('__metadata__')['config'])
            print(config['model_type'], config['quantizer'], config['codebook_sizes'], config['seed'])
            end = 0
            for name, entry in header.items():
                begin, after = entry['data_offsets']
                assert begin == end and (8 + n + begin) % 4 == 0
                end = after
                values = np.frombuffer(data[8 + n + begin:8 + n + after], '<f4').reshape(entry['shape'])
                print(name, entry['dtype'], values.tolist())
            assert 8 + n + end == len(data)
            """;

    @TempDir
    Path folder;

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? output : "exit " + process.exitValue() + ": " + output;
    }

    @Test
    void numpyReadsCodebooks() throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of(PYTHON))
                        && run(PYTHON, "-c", "import numpy").isEmpty(),
                "numpy is not installed");
        ResidualQuantizer quantizer = new ResidualQuantizer(
                List.of(Codebook.of(2, 2, new float[] {0.5f, -1, 2, 3}), Codebook.of(1, 2, new float[] {0, 0.25f})));
        Path path = folder.resolve("rvq.safetensors");
        try (OutputStream out = Files.newOutputStream(path)) {
            CodebookFile.of(quantizer, "rvq", 9).write(out);
        }
        assertEquals("""
                residual_quantizer rvq [2, 1] 9
                quantizer.0.codebook F32 [[0.5, -1.0], [2.0, 3.0]]
                quantizer.1.codebook F32 [[0.0, 0.25]]
                """, run(PYTHON, "-c", SCRIPT, path.toString()));
    }
}
