package dev.tessera.samples.bench.quantizers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchReportTest {
    private static final String SETUP = """
            # two rows
            recipe image-bench
            side 64
            change steps=3 crop=32
            size 16 seeds 1
            size 64 seeds 1 2 3
            row vq | VQ | quantizer=vq
            row dim8 | VQ, dim 8 | quantizer=vq dim=8
            """;

    @TempDir
    Path folder;

    private BenchSetup setup(String text) throws IOException {
        Path file = folder.resolve("bench.setup");
        Files.writeString(file, text);
        return BenchSetup.read(file);
    }

    @Test
    void everyRowRunsAtEverySizeWithItsSeedsFirstSeedsFirst() throws IOException {
        BenchSetup setup = setup(SETUP);
        List<String> names = setup.runs().stream().map(BenchSetup.Run::name).toList();
        assertEquals(
                List.of("vq-16-1", "dim8-16-1", "vq-64-1", "dim8-64-1", "vq-64-2", "dim8-64-2", "vq-64-3", "dim8-64-3"),
                names);
        assertEquals(
                "{steps=3, crop=32, codes=64, seed=3, quantizer=vq, dim=8}",
                setup.changes(setup.runs().getLast()).toString());
    }

    @Test
    void mistakesInASetUpAreNamed() {
        for (String line : List.of("size 16 seed 1", "size 0 seeds 1", "colour red", "row vq | VQ", "change steps")) {
            IllegalArgumentException error =
                    assertThrows(IllegalArgumentException.class, () -> setup(SETUP + line + "\n"));
            assertTrue(error.getMessage().contains(line), error.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> setup(SETUP + "row vq | again | quantizer=vq\n"));
        assertThrows(IllegalArgumentException.class, () -> setup("recipe image-bench\n"));
    }

    /** The committed bench: what the issue names, three seeds at the largest size. */
    @Test
    void theCommittedSetUpIsReadable() throws IOException {
        BenchSetup setup = BenchSetup.read(Path.of("bench/quantizer-bench.setup"));
        assertEquals(12, setup.rows().size());
        assertEquals(12 * 5, setup.runs().size());
    }

    @Test
    void tableHasMeansIntervalsAndMarksAndPlotEveryRow() throws IOException {
        BenchSetup setup = setup(SETUP);
        for (BenchSetup.Run run : setup.runs()) {
            new BenchResult(
                            run.row().name(),
                            run.codes(),
                            run.seed(),
                            run.codes(),
                            20 + run.seed(),
                            0.5,
                            4096,
                            0.25,
                            1,
                            12,
                            2,
                            1.5,
                            0.1,
                            run.seed() == 2,
                            360)
                    .write(folder.resolve(run.name() + ".json"), setup);
        }
        BenchReport.write(folder, setup);
        List<String> lines = Files.readAllLines(folder.resolve("table.md"));
        assertEquals("| VQ | 16 | 1 | 21.00 | 0.5000 | 25.0 | 100.00 | 12 | -25.0 % |", lines.get(2));
        // 4.303 / sqrt(3)
        assertEquals("| VQ, dim 8 | 64 | 3 | 22.00 ± 2.48 | 0.5000 | 25.0 | 100.00 | 12 | ↓ -25.0 % |", lines.get(5));
        assertEquals("8 of 8 runs, 0.80 core-hours of training and evaluation.", lines.getLast());
        String plot = Files.readString(folder.resolve("plot.svg"));
        assertEquals(
                2 * 2 + 2, plot.split("<path d=\"M[0-9. L]+( h34)?\" fill=\"none\" stroke-w", -1).length - 1, plot);

        BenchSetup other = setup(SETUP.replace("steps=3", "steps=4"));
        assertThrows(IllegalArgumentException.class, () -> BenchReport.write(folder, other));
    }

    @Test
    void aLossFallsWhenTheLastFifthIsBelowTheOneBeforeByTwoErrors() {
        SplittableRandom random = new SplittableRandom(1);
        double[] flat = random.doubles(1000).toArray();
        assertFalse(CurveTail.of(flat).stillFalling());
        assertEquals(0.5, CurveTail.of(flat).last(), 0.06);
        double[] falling = flat.clone();
        for (int i = 0; i < falling.length; i++) {
            falling[i] -= 0.001 * i; // 0.2 from fifth to fifth, errors of 0.29 / sqrt(100)
        }
        assertTrue(CurveTail.of(falling).stillFalling());
        assertFalse(CurveTail.of(new double[] {1}).stillFalling());
    }
}
