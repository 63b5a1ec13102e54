package dev.tessera.vqmodels.lowbit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Reads the golden files with numpy, as docs/formats/weights.md describes it; the script compares every value. */
class PythonReadsWeightsTest {
    private static final String PYTHON = "/usr/bin/python3";

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? output : "exit " + process.exitValue() + ": " + output;
    }

    private static String resource(String name) throws URISyntaxException {
        return Path.of(PythonReadsWeightsTest.class.getResource(name).toURI()).toString();
    }

    @Test
    void numpyReadsEveryFormat() throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of(PYTHON))
                        && run(PYTHON, "-c", "import numpy").isEmpty(),
                "numpy is not installed");
        assertEquals(
                "20 layers\n",
                run(PYTHON, resource("/python/read_weights.py"), resource("/golden/weights/1/formats.safetensors")));
        assertEquals(
                "2 layers\n",
                run(PYTHON, resource("/python/read_weights.py"), resource("/golden/weights/1/rotated.safetensors")));
        assertEquals(
                "2 layers\n",
                run(
                        PYTHON,
                        resource("/python/read_weights.py"),
                        resource("/golden/weights/1/pyramid-and-planes.safetensors")));
    }
}
