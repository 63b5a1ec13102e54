package dev.tessera.cli;

import static dev.tessera.cli.Run.run;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A neural tokenizer wherever the classical one can be: the commands as scripts see them. */
class NeuralContractTest {
    private static final String MODEL = RecordingTrainer.MODEL.toString();
    private static final int WIDTH = 180;
    private static final int HEIGHT = 130;

    @TempDir
    private Path folder;

    private String photo;

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    @BeforeEach
    void cropAPhoto() throws IOException {
        photo = Photos.crop(folder, WIDTH, HEIGHT).toString();
    }

    @Test
    void tokensOfEveryFormatComeBackAsTheSamePicture() throws IOException {
        for (String format : List.of("npy", "parquet")) {
            Run tokens = run("tokenize", photo, "-o", path(format), "--format", format, "--model", MODEL, "--json");
            assertEquals(0, tokens.code(), tokens.err());
            assertEquals(23 * 17, tokens.json().get("tokens"));
            assertEquals(48, tokens.json().get("codebook_size"));
            assertEquals("neural-test", tokens.json().get("model"));
            Run back = run("detokenize", path(format), "-o", path(format + "-back"), "--model", MODEL, "--json");
            assertEquals(0, back.code(), back.err());
        }
        Image a = ImageFiles.read(folder.resolve("npy-back/crop.png"));
        assertEquals(WIDTH, a.width());
        assertEquals(HEIGHT, a.height());
        assertEquals(a, ImageFiles.read(folder.resolve("parquet-back/crop.png")));

        Run compressed = run("compress", photo, "-o", path("q.tsr"), "--model", MODEL, "-q", "100", "--verify");
        assertEquals(0, compressed.code(), compressed.err());
        assertEquals(
                0,
                run("decompress", path("q.tsr"), "-o", path("q.png"), "--model", MODEL)
                        .code());
        assertEquals(a, ImageFiles.read(Path.of(path("q.png"))));
    }

    @Test
    void budgetsAreKeptOrExplained() throws IOException {
        Run best = run("compress", photo, "-o", path("best.tsr"), "--model", MODEL, "--size", "9kB", "--json");
        assertEquals(0, best.code(), best.err());
        assertTrue(best.err().contains("the best quality of neural-test needs"), best.err());
        int bytes = (Integer) best.json().get("bytes");
        assertEquals(23 * 17, best.json().get("tokens"));
        for (String layout : List.of("single", "progressive", "independent")) {
            Run less = run(
                    "compress",
                    photo,
                    "-o",
                    path(layout + ".tsr"),
                    "--model",
                    MODEL,
                    "--layout",
                    layout,
                    "--size",
                    String.valueOf(bytes * 3 / 4),
                    "--json");
            assertEquals(0, less.code(), less.err());
            assertTrue((Integer) less.json().get("bytes") <= bytes * 3 / 4);
            assertEquals(
                    0,
                    run("decompress", path(layout + ".tsr"), "-o", path(layout + ".png"), "--model", MODEL)
                            .code());
        }
        Run tooSmall = run("compress", photo, "-o", path("no.tsr"), "--model", MODEL, "--size", "12");
        assertEquals(2, tooSmall.code(), tooSmall.err());
        assertTrue(tooSmall.err().matches("(?s).*smallest possible file, \\d+ bytes.*"), tooSmall.err());
        Run info = run("info", path("best.tsr"), "--json");
        assertEquals("image", info.json().get("media"));
    }

    @Test
    void usageCountsTheTokensOfTheModel() throws IOException {
        Run usage = run("usage", "--model", MODEL, photo, "--json");
        assertEquals(0, usage.code(), usage.err());
        assertTrue(usage.out().contains("\"codebook_size\":48"), usage.out());
        assertTrue(usage.out().contains("\"tokens\":" + 23 * 17), usage.out());
    }

    @Test
    void aPriorOfOtherPicturesIsAnotherModel() throws IOException {
        Run trained = run("train", "prior", photo, "--model", MODEL, "-o", path("own.safetensors"), "--json");
        assertEquals(0, trained.code(), trained.err());
        assertNotEquals(
                run("info", MODEL, "--json").json().get("sha256"),
                trained.json().get("sha256"));
        Run own = run(
                "compress", photo, "-o", path("own.tsr"), "--model", path("own.safetensors"), "-q", "100", "--json");
        Run other = run("compress", photo, "-o", path("other.tsr"), "--model", MODEL, "-q", "100", "--json");
        assertEquals(0, own.code(), own.err());
        assertTrue(
                (Integer) own.json().get("bytes") < (Integer) other.json().get("bytes"),
                "the prior is of this picture");
        assertArrayEquals(new int[] {2, 2, 2, 3}, new int[] {
            run("train", "prior", photo, "-o", path("x.safetensors")).code(),
            run("train", "image", photo, "-o", path("x.safetensors"), "--model", MODEL)
                    .code(),
            run("train", "prior", photo, "--model", MODEL, "-o", path("x.safetensors"), "--codes", "3")
                    .code(),
            run("train", "prior", photo, "--model", "nothing-of-this-name", "-o", path("x.safetensors"))
                    .code()
        });
    }

    @Test
    void restorationIsAnAdditionThatKeepsTokens() throws IOException {
        Run trained =
                run("train", "restoration", photo, "--model", MODEL, "-o", path("restoring.safetensors"), "--json");
        assertEquals(0, trained.code(), trained.err());
        String[] names = {"restoring", "plain"};
        int[] bytes = new int[2];
        for (int i = 0; i < 2; i++) {
            String model = i == 0 ? path("restoring.safetensors") : MODEL;
            Run packed = run(
                    "compress",
                    photo,
                    "-o",
                    path(names[i] + ".tsr"),
                    "--model",
                    model,
                    "-q",
                    "100",
                    "--layout",
                    "independent",
                    "--json");
            bytes[i] = (Integer) packed.json().get("bytes");
            byte[] file = Files.readAllBytes(folder.resolve(names[i] + ".tsr"));
            file[file.length - 6] ^= 1;
            Files.write(folder.resolve(names[i] + ".tsr"), file);
            Run back = run(
                    "decompress",
                    path(names[i] + ".tsr"),
                    "-o",
                    path(names[i] + ".png"),
                    "--model",
                    model,
                    "--conceal",
                    "--json");
            assertEquals(0, back.code(), back.err());
        }
        assertEquals(bytes[1], bytes[0]);
        assertNotEquals(
                -1, Files.mismatch(folder.resolve("restoring.png"), folder.resolve("plain.png")), "what was lost");
        assertArrayEquals(new int[] {2, 2}, new int[] {
            run("train", "restoration", photo, "-o", path("x.safetensors")).code(),
            run("train", "restoration", photo, "--model", MODEL, "-o", path("x.safetensors"), "--quantizer", "vq")
                    .code()
        });
    }
}
