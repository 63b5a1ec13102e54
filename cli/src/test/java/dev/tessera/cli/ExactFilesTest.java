package dev.tessera.cli;

import static dev.tessera.cli.Run.run;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.tessera.codecs.dataset.NpyType;
import dev.tessera.codecs.dataset.NpyWriter;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Integers and lossless pictures through {@code compress} and {@code decompress}: nothing is lost. */
class ExactFilesTest {
    private static final Path MEDIA = Path.of("../samples/media");
    private static final String PHOTO = MEDIA.resolve("photo-astronaut.png").toString();

    @TempDir
    private Path folder;

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private void expect(int code, String message, String... args) {
        Run run = run(args);
        assertEquals(code, run.code(), run.err());
        assertTrue(run.err().contains(message), run.err());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "F.")
    void integersOfEveryTypeComeBackBitForBit(NpyType type) throws IOException {
        npy("t.npy", type, new Random(1).ints(60, 0, 100).toArray(), 5, 4, 3);
        Run compress = run("compress", path("t.npy"), "-o", path("t.tsr"), "--json", "--verify");
        assertEquals(0, compress.code(), compress.err());
        Map<String, Object> json = JSON.std.mapFrom(compress.out());
        assertEquals(type.name(), json.get("dtype"));
        assertEquals(60, json.get("tokens"));
        expect(0, "", "decompress", path("t.tsr"), "-o", path("back.npy"));
        assertArrayEquals(bytes("t.npy"), bytes("back.npy"));
        assertEquals("tokens", run("info", path("t.tsr"), "--json").json().get("media"));
    }

    @Test
    void indicesOfACodebookNeedItAgain() throws IOException {
        Random random = new Random(2);
        float[] vectors = new float[2000 * 4];
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = (i < 4 ? 0 : 0.9f * vectors[i - 4]) + (float) random.nextGaussian();
        }
        try (OutputStream out = Files.newOutputStream(folder.resolve("v.npy"));
                NpyWriter writer = new NpyWriter(out, NpyType.F4, 2000, 4)) {
            writer.writeFloats(vectors);
        }
        for (String quantizer : new String[] {"rvq", "pq"}) {
            String book = path(quantizer + ".safetensors");
            String stages = quantizer.equals("rvq") ? "--stages" : "--subspaces";
            expect(0, "", "fit", path("v.npy"), "-o", book, "--quantizer", quantizer, "--codes", "32", stages, "2");
            expect(0, "", "assign", path("v.npy"), "--codebook", book, "-o", path("i.npy"), "--overwrite");
            expect(0, "", "compress", path("i.npy"), "-o", path("plain.tsr"), "--overwrite");
            expect(
                    0,
                    "",
                    "compress",
                    path("i.npy"),
                    "-o",
                    path("book.tsr"),
                    "--codebook",
                    book,
                    "--verify",
                    "--overwrite");
            if (quantizer.equals("rvq")) {
                long plain = Files.size(folder.resolve("plain.tsr"));
                long known = Files.size(folder.resolve("book.tsr"));
                assertTrue(known < 0.95 * plain, known + " bytes, without the codebook " + plain);
            }
            expect(2, "--codebook", "decompress", path("book.tsr"), "-o", path("b.npy"), "--overwrite");
            expect(0, "", "decompress", path("book.tsr"), "-o", path("b.npy"), "--codebook", book, "--overwrite");
            assertArrayEquals(bytes("i.npy"), bytes("b.npy"));
        }
        expect(
                3,
                "not with",
                "decompress",
                path("book.tsr"),
                "-o",
                path("c.npy"),
                "--codebook",
                path("rvq.safetensors"));
    }

    @Test
    void whatWouldNotComeBackIsRefused() throws IOException {
        npy("wide.npy", NpyType.I4, new int[] {0, 70_000}, 2);
        expect(3, "must be in", "compress", path("wide.npy"), "-o", path("x.tsr"));
        npy("t.npy", NpyType.U1, new int[] {0, 1}, 2);
        byte[] bool = bytes("t.npy");
        int at = new String(bool, StandardCharsets.ISO_8859_1).indexOf("u1");
        bool[at] = 'b';
        Files.write(folder.resolve("bool.npy"), bool);
        expect(3, "bit for bit", "compress", path("bool.npy"), "-o", path("x.tsr"));
    }

    @Test
    void picturesComeBackPixelForPixel() throws IOException {
        Image photo = ImageFiles.read(Path.of(PHOTO)).crop(100, 60, 90, 70);
        Image grey = Image.ofGrey(90, 70, photo.plane(1).clone());
        for (Image image : new Image[] {photo, grey}) {
            try (OutputStream out = Files.newOutputStream(folder.resolve("p.png"))) {
                ImageFiles.write(image, out, "png");
            }
            expect(0, "", "compress", path("p.png"), "--lossless", "-o", path("p.tsr"), "--verify", "--overwrite");
            expect(0, "", "decompress", path("p.tsr"), "-o", path("back.png"), "--overwrite");
            assertEquals(ImageFiles.read(folder.resolve("p.png")), ImageFiles.read(folder.resolve("back.png")));
            assertTrue(Files.size(folder.resolve("p.tsr")) < 0.8 * Files.size(folder.resolve("p.png")));
            Map<String, Object> info = run("info", path("p.tsr"), "--json").json();
            assertEquals(true, info.get("lossless"));
        }
        try (OutputStream out = Files.newOutputStream(folder.resolve("alpha.png"))) {
            float[] alpha = new float[90 * 70];
            ImageFiles.write(photo.withAlpha(alpha), out, "png");
        }
        expect(3, "alpha", "compress", path("alpha.png"), "--lossless", "-o", path("x.tsr"));
        expect(2, "must be one of .png, .ppm", "decompress", path("p.tsr"), "-o", path("p.jpg"));
    }

    @Test
    void optionsThatMeanNothingThereAreUsageErrors() throws IOException {
        npy("t.npy", NpyType.U2, new int[] {1, 2, 3}, 3);
        try (OutputStream out = Files.newOutputStream(folder.resolve("f.npy"));
                NpyWriter writer = new NpyWriter(out, NpyType.F4, 2)) {
            writer.writeFloats(1, 2);
        }
        for (String input : new String[] {path("t.npy"), PHOTO}) {
            String exact = input.equals(PHOTO) ? "--lossless" : "--quiet";
            expect(2, "kept exactly", "compress", input, exact, "-o", path("x.tsr"), "-q", "50");
            expect(2, "kept exactly", "compress", input, exact, "-o", path("x.tsr"), "--size", "1kB");
            expect(2, "--layout", "compress", input, exact, "-o", path("x.tsr"), "--layout", "independent");
            expect(2, "--model", "compress", input, exact, "-o", path("x.tsr"), "--model", "any");
        }
        expect(2, "--lossless is for single pictures", "compress", path("t.npy"), "--lossless", "-o", path("x.tsr"));
        expect(2, "--lossless is for single pictures", "compress", path("f.npy"), "--lossless", "-o", path("x.tsr"));
        expect(2, "--codebook is for", "compress", path("f.npy"), "--codebook", "b", "-o", path("x.tsr"));
        expect(2, "--codebook is for", "compress", PHOTO, "--codebook", "b", "-o", path("x.tsr"));
    }

    private byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name));
    }

    private void npy(String name, NpyType type, int[] values, long... shape) throws IOException {
        try (OutputStream out = Files.newOutputStream(folder.resolve(name));
                NpyWriter writer = new NpyWriter(out, type, shape)) {
            writer.writeInts(values);
        }
    }
}
