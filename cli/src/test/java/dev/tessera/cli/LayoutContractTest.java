package dev.tessera.cli;

import static dev.tessera.cli.Run.run;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --layout}, {@code --partial} and {@code --conceal} as scripts see them. */
class LayoutContractTest {
    private static final Path MEDIA = Path.of("../samples/media");
    private static final String PHOTO = MEDIA.resolve("photo-coffee.jpg").toString();
    private static final String SPEECH = MEDIA.resolve("speech-english.wav").toString();

    @TempDir
    private Path folder;

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void everyLayoutKeepsItsBudgetAndComesBack() throws IOException {
        for (String layout : List.of("single", "progressive", "independent")) {
            Run photo = run(
                    "compress",
                    PHOTO,
                    "-o",
                    path(layout + ".tsr"),
                    "--layout",
                    layout,
                    "--size",
                    "1500",
                    "--json",
                    "--verify");
            assertEquals(0, photo.code(), photo.err());
            assertEquals(layout, photo.json().get("layout"));
            long bytes = Files.size(folder.resolve(layout + ".tsr"));
            assertTrue(bytes <= 1500 && bytes >= 0.97 * 1500, layout + ": " + bytes + " bytes");
            Run sound = run(
                    "compress",
                    SPEECH,
                    "-o",
                    path(layout + "-s.tsr"),
                    "--layout",
                    layout,
                    "--kbps",
                    "2",
                    "--json",
                    "--verify");
            assertEquals(0, sound.code(), sound.err());
            assertTrue(Files.size(folder.resolve(layout + "-s.tsr")) <= 1250);
            for (String name : List.of(layout, layout + "-s")) {
                Run back = run("decompress", path(name + ".tsr"), "-o", path("back-" + name + "/"), "--json");
                assertEquals(0, back.code(), back.err());
                assertEquals(layout, back.json().get("layout"));
                assertEquals(false, back.json().get("partial"));
                assertEquals(0, back.json().get("missing_chunks"));
            }
            Run info = run("info", path(layout + ".tsr"), "--json");
            assertEquals(layout, info.json().get("layout"));
            assertEquals(
                    layout.equals("single") ? 1 : layout.equals("progressive") ? 7 : 5,
                    info.json().get("chunks"));
        }
        assertEquals(
                2,
                run("compress", PHOTO, "-o", path("no.tsr"), "--layout", "sideways")
                        .code());
    }

    @Test
    void threadsDoNotChangeTheFile() throws IOException {
        for (String threads : List.of("1", "2", "7")) {
            Run run = run(
                    "compress",
                    PHOTO,
                    "-o",
                    path(threads + ".tsr"),
                    "--layout",
                    "independent",
                    "-q",
                    "40",
                    "--threads",
                    threads);
            assertEquals(0, run.code(), run.err());
        }
        byte[] one = Files.readAllBytes(folder.resolve("1.tsr"));
        assertArrayEquals(one, Files.readAllBytes(folder.resolve("2.tsr")));
        assertArrayEquals(one, Files.readAllBytes(folder.resolve("7.tsr")));
    }

    @Test
    void missingChunksAreThreeUnlessAskedFor() throws IOException {
        for (String media : List.of(PHOTO, SPEECH)) {
            String suffix = media.equals(PHOTO) ? ".png" : ".wav";
            for (String layout : List.of("progressive", "independent")) {
                String name = layout + suffix;
                assertEquals(
                        0,
                        run("compress", media, "-o", path(name + ".tsr"), "--layout", layout, "--size", "1500")
                                .code());
                byte[] whole = Files.readAllBytes(folder.resolve(name + ".tsr"));
                Files.write(folder.resolve("cut.tsr"), Arrays.copyOf(whole, whole.length - 300));
                Path output = folder.resolve("out-" + name);
                Run refused = run("decompress", path("cut.tsr"), "-o", output.toString());
                assertEquals(3, refused.code());
                assertEquals(1, refused.err().lines().count(), refused.err());
                assertFalse(Files.exists(output));
                for (String flag : List.of("--partial", "--conceal")) {
                    Run run = run(
                            "decompress",
                            path("cut.tsr"),
                            "-o",
                            output.toString(),
                            flag,
                            "--json",
                            "--quiet",
                            "--overwrite");
                    assertEquals(0, run.code(), run.err());
                    assertTrue(Files.size(output) > 1000);
                    assertEquals(true, run.json().get("partial"));
                    int missing = ((Number) run.json().get("missing_chunks")).intValue();
                    assertTrue(missing >= 1 && missing <= 6, missing + " chunks");
                    assertTrue(((Number) run.json().get("missing_tokens")).longValue() > 0);
                    assertEquals(1, run.err().lines().count(), run.err());
                    assertTrue(run.err().contains("chunks are missing or damaged"), run.err());
                }
                assertTrue(
                        ((Number) run("info", path("cut.tsr"), "--json").json().get("missing_chunks")).intValue() > 0);
                Files.write(folder.resolve("cut.tsr"), Arrays.copyOf(whole, 15));
                assertEquals(
                        3,
                        run("decompress", path("cut.tsr"), "-o", path("no" + suffix), "--conceal")
                                .code());
                assertFalse(Files.exists(folder.resolve("no" + suffix)));
            }
        }
        assertEquals(
                0, run("compress", PHOTO, "-o", path("s.tsr"), "--size", "700").code());
        Files.write(folder.resolve("s.tsr"), Arrays.copyOf(Files.readAllBytes(folder.resolve("s.tsr")), 600));
        assertEquals(
                3,
                run("decompress", path("s.tsr"), "-o", path("s.png"), "--partial")
                        .code());
    }
}
