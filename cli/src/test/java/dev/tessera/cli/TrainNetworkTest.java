package dev.tessera.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioSignal;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train --quantizer} up to the trainer, which is a service: here one that only records. */
class TrainNetworkTest {
    @TempDir
    private Path folder;

    private String picture;
    private Path model;
    private String out;
    private String err;

    @BeforeEach
    void writePicture() throws IOException {
        byte[] ppm = "P6 2 1 255\n______".getBytes(StandardCharsets.US_ASCII);
        byte[] pixels = {1, 2, 3, (byte) 250, 0, 9};
        System.arraycopy(pixels, 0, ppm, ppm.length - 6, 6);
        picture = Files.write(folder.resolve("a.ppm"), ppm).toString();
        model = folder.resolve("m.safetensors");
        RecordingTrainer.order = null;
    }

    private int train(String... more) {
        String[] args = new String[more.length + 5];
        String[] first = {"train", "image", picture, "-o", model.toString()};
        System.arraycopy(first, 0, args, 0, 5);
        System.arraycopy(more, 0, args, 5, more.length);
        return run(args);
    }

    private int run(String... args) {
        Run run = Run.run(args);
        out = run.out();
        err = run.err();
        return run.code();
    }

    @Test
    void optionsReachTheTrainer() {
        assertEquals(
                0,
                train(
                        "--quantizer",
                        "simvq",
                        "--codes",
                        "512",
                        "--stages",
                        "2",
                        "--minutes",
                        "1.5",
                        "--seed",
                        "9",
                        "--threads",
                        "1",
                        "--json"));
        assertEquals(
                Map.of("quantizer", "simvq", "codes", "512", "stages", "2", "seed", "9"),
                RecordingTrainer.order.changes());
        assertEquals(1.5, RecordingTrainer.order.minutes());
        assertEquals("standard", RecordingTrainer.order.recipe());
        assertEquals(1, RecordingTrainer.order.threads());
        assertEquals(2, RecordingTrainer.first.width());
        assertArrayEquals(new byte[] {1, 2, 3, (byte) 250, 0, 9}, RecordingTrainer.first.rgb());
        assertTrue(out.contains("\"steps\":7") && out.contains("\"utilization_ceiling\":0.95"), out);
    }

    @Test
    void soundsReachTheTrainerAtTheRateItAsksFor() throws IOException {
        Path speech = Files.createDirectory(folder.resolve("speech"));
        float[][] stereo = {new float[1600], new float[1600]};
        java.util.Arrays.fill(stereo[0], 0.5f);
        try (OutputStream file = Files.newOutputStream(speech.resolve("a.wav"))) {
            AudioFiles.writeWav(AudioSignal.of(16_000, stereo), file);
        }
        assertEquals(
                0, run("train", "audio", speech.toString(), "-o", model.toString(), "--quantizer", "simvq", "--json"));
        assertEquals("standard-audio", RecordingTrainer.order.recipe());
        assertEquals("speech", RecordingTrainer.kind);
        assertEquals(800, RecordingTrainer.sound.length);
        assertEquals(0.25, RecordingTrainer.sound[400], 1e-3, "the mean of the channels");
        assertTrue(out.contains("\"log_mel_distance\":0.25"), out);
    }

    @Test
    void whatCannotBeIsAUsageError() {
        assertEquals(2, train("--minutes", "3"));
        assertTrue(err.contains("--quantizer"), err);
        assertEquals(2, train("--quantizer", "nonsense"));
        assertTrue(err.contains("must be one of simvq"), err);
        assertEquals(2, train("--quantizer", "simvq", "--minutes", "-1"));
        assertEquals(1, train("--quantizer", "broken"));
        assertTrue(err.contains("the loss is not finite"), err);
    }

    @Test
    void checkpointsAreNeitherOverwrittenNorForgotten() throws IOException {
        Path checkpoint = folder.resolve("m.safetensors.checkpoint");
        Files.writeString(checkpoint, "");
        assertEquals(2, train("--quantizer", "simvq"));
        assertTrue(err.contains("--resume"), err);
        assertEquals(0, train("--quantizer", "simvq", "--resume"));
        assertTrue(RecordingTrainer.order.resume());
        Files.delete(checkpoint);
        RecordingTrainer.order = null;
        assertEquals(0, train("--quantizer", "simvq", "--resume"));
        assertEquals(null, RecordingTrainer.order, "a finished training is not repeated");
        assertEquals(2, train("--quantizer", "simvq"), "and not overwritten");
    }
}
