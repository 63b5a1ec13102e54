package dev.tessera.cli;

import static dev.tessera.cli.Run.run;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.ImageSequence;
import dev.tessera.image.SequenceFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sequences through {@code compress} and {@code decompress}. */
class SequenceContractTest {
    private static final int FRAMES = 4;

    @TempDir
    private Path folder;

    private ImageSequence clip;

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    /** A window that moves over a photo, as Y4M, as APNG and as a folder of frames. */
    @BeforeEach
    void makeClips() throws IOException {
        Image photo = ImageFiles.read(Path.of("../samples/media/photo-coffee.jpg"));
        ImageSequence.Builder frames = ImageSequence.builder(64, 48, 12, 1);
        Files.createDirectories(folder.resolve("frames"));
        for (int i = 0; i < FRAMES; i++) {
            Image frame = photo.crop(150 + 3 * i, 200 + i, 64, 48);
            frames.add(frame, 1);
            ImageFiles.write(frame, folder.resolve("frames/f" + i + ".png"));
        }
        clip = frames.build();
        try (OutputStream out = Files.newOutputStream(folder.resolve("clip.y4m"))) {
            SequenceFiles.writeY4m(clip, out);
        }
        try (OutputStream out = Files.newOutputStream(folder.resolve("clip.png"))) {
            SequenceFiles.writeApng(clip, out);
        }
    }

    private void expect(int code, String message, String... args) {
        Run run = run(args);
        assertEquals(code, run.code(), run.err());
        assertTrue(run.err().contains(message), run.err());
    }

    @Test
    void y4mGoesThereAndBackWithinABudget() throws IOException {
        Run compress = run("compress", path("clip.y4m"), "-o", path("c.tsr"), "--size", "600", "--json", "--verify");
        assertEquals(0, compress.code(), compress.err());
        Map<String, Object> json = compress.json();
        int bytes = (Integer) json.get("bytes");
        assertTrue(bytes <= 600 && bytes >= .97 * 600, bytes + " bytes");
        assertEquals(FRAMES, json.get("frames"));
        List<?> frameBytes = (List<?>) json.get("frame_bytes");
        assertEquals(FRAMES, frameBytes.size());
        assertEquals(8.0 * bytes / (64 * 48 * FRAMES), (Double) json.get("bits_per_pixel"), 1e-9);
        assertEquals(8.0 * bytes / (FRAMES / 12.0) / 1000, (Double) json.get("kbps"), 1e-9);
        assertEquals("sequence", run("info", path("c.tsr"), "--json").json().get("media"));
        expect(0, "", "decompress", path("c.tsr"), "-o", path("back.y4m"));
        expect(0, "", "decompress", path("c.tsr"));
        expect(0, "", "decompress", path("c.tsr"), "--frames", "-o", path("out"));
        expect(2, "must be one of .png, .apng, .y4m", "decompress", path("c.tsr"), "-o", path("back.jpg"));
        ImageSequence back = SequenceFiles.read(Files.readAllBytes(folder.resolve("c.png")), "c.png", 1 << 20);
        assertEquals(clip.geometry(), back.geometry());
        assertEquals(
                clip.geometry(),
                SequenceFiles.read(Files.readAllBytes(folder.resolve("back.y4m")), "back", 1 << 20)
                        .geometry());
        for (int i = 0; i < FRAMES; i++) {
            assertEquals(back.frame(i), ImageFiles.read(folder.resolve("out/frame-0000" + (i + 1) + ".png")));
        }
        expect(2, "exists", "decompress", path("c.tsr"), "--frames", "-o", path("out"));
    }

    @Test
    void aFolderOfFramesIsTheSameAsItsAnimation() throws IOException {
        expect(0, "", "compress", path("frames"), "--sequence", "12", "--kbps", "15");
        expect(0, "", "compress", path("clip.png"), "-o", path("clip.tsr"), "--kbps", "15");
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("clip.tsr")), Files.readAllBytes(folder.resolve("frames.tsr")));
    }

    @Test
    void whatMeansNothingIsRefused() {
        String y4m = path("clip.y4m");
        expect(2, "must be single for sequences", "compress", y4m, "--layout", "progressive");
        expect(2, "for single pictures", "compress", y4m, "--lossless");
        expect(2, "image-linear-2", "compress", y4m, "--model", "image-pq16");
        expect(2, "must be frames a second", "compress", path("frames"), "--sequence", "0");
        expect(2, "-o must name", "compress", path("frames/f0.png"), path("frames/f1.png"), "--sequence", "9");
        expect(2, "below the smallest possible file", "compress", y4m, "--size", "9");
        expect(3, "above the limit", "compress", y4m, "--max-pixels", "9000");
    }
}
