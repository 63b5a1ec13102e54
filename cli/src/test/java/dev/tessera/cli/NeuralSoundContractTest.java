package dev.tessera.cli;

import static dev.tessera.cli.Run.run;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A neural sound tokenizer wherever the classical one can be: the commands as scripts see them. */
class NeuralSoundContractTest {
    private static final String MODEL = RecordingTrainer.SOUND_MODEL.toString();
    private static final int TOKENS = 200; // of a second, three stages each

    @TempDir
    private Path folder;

    private String speech;

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    @BeforeEach
    void cutASecond() throws IOException {
        speech = path("second.wav");
        AudioSignal whole = AudioFiles.read(Path.of("../samples/media/speech-english.wav"));
        float[] second = Arrays.copyOfRange(whole.toMono().channel(0), whole.sampleRate(), 2 * whole.sampleRate());
        try (var out = Files.newOutputStream(Path.of(speech))) {
            AudioFiles.writeWav(AudioSignal.mono(whole.sampleRate(), second), out);
        }
    }

    @Test
    void tokensOfEveryFormatComeBackAsTheSameSound() throws IOException {
        for (String format : List.of("npy", "parquet")) {
            Run tokens = run("tokenize", speech, "-o", path(format), "--format", format, "--model", MODEL, "--json");
            assertEquals(0, tokens.code(), tokens.err());
            assertEquals(3 * TOKENS, tokens.json().get("tokens"));
            assertEquals(12, tokens.json().get("codebook_size"));
            assertEquals("neural-sound-test", tokens.json().get("model"));
            Run back = run("detokenize", path(format), "-o", path(format + "-back"), "--model", MODEL, "--json");
            assertEquals(0, back.code(), back.err());
        }
        AudioSignal a = AudioFiles.read(folder.resolve("npy-back/second.wav"));
        assertEquals(8000, a.sampleRate());
        assertEquals(8000, a.length());
        assertEquals(a, AudioFiles.read(folder.resolve("parquet-back/second.wav")));
    }

    @Test
    void budgetsAreKeptOrExplained() throws IOException {
        Run best = run("compress", speech, "-o", path("best.tsr"), "--model", MODEL, "--kbps", "64", "--json");
        assertEquals(0, best.code(), best.err());
        assertTrue(best.err().contains("the best quality of neural-sound-test needs"), best.err());
        int bytes = (Integer) best.json().get("bytes");
        assertEquals("neural", best.json().get("mode"));
        assertEquals(3 * TOKENS, best.json().get("tokens"));
        for (String layout : List.of("single", "progressive", "independent")) {
            Run less = run(
                    "compress",
                    speech,
                    "-o",
                    path(layout + ".tsr"),
                    "--model",
                    MODEL,
                    "--layout",
                    layout,
                    "--size",
                    String.valueOf(bytes - 1),
                    "--json",
                    "--verify");
            assertEquals(0, less.code(), less.err());
            assertTrue((Integer) less.json().get("bytes") < bytes);
            assertTrue((Integer) less.json().get("tokens") < 3 * TOKENS);
            Run back = run("decompress", path(layout + ".tsr"), "-o", path(layout + ".wav"), "--model", MODEL);
            assertEquals(0, back.code(), back.err());
            assertEquals(
                    AudioFiles.read(Path.of(speech)).length(),
                    AudioFiles.read(Path.of(path(layout + ".wav"))).length());
        }
        Run tooSmall = run("compress", speech, "-o", path("no.tsr"), "--model", MODEL, "--size", "12");
        assertEquals(2, tooSmall.code(), tooSmall.err());
        assertTrue(tooSmall.err().matches("(?s).*smallest possible file, \\d+ bytes.*"), tooSmall.err());
        assertEquals("audio", run("info", path("best.tsr"), "--json").json().get("media"));
    }

    @Test
    void usageCountsTheTokensOfTheModel() {
        Run usage = run("usage", "--model", MODEL, speech, "--json");
        assertEquals(0, usage.code(), usage.err());
        assertTrue(usage.out().contains("\"codebook_size\":12"), usage.out());
        assertTrue(usage.out().contains("\"tokens\":" + TOKENS), usage.out());
    }

    @Test
    void aPriorOfOtherSoundsIsAnotherModel() throws IOException {
        Run trained = run("train", "prior", speech, "--model", MODEL, "-o", path("own.safetensors"), "--json");
        assertEquals(0, trained.code(), trained.err());
        assertNotEquals(
                run("info", MODEL, "--json").json().get("sha256"),
                trained.json().get("sha256"));
        Run own = run(
                "compress", speech, "-o", path("own.tsr"), "--model", path("own.safetensors"), "-q", "100", "--json");
        Run other = run("compress", speech, "-o", path("other.tsr"), "--model", MODEL, "-q", "100", "--json");
        assertArrayEquals(new int[] {0, 0}, new int[] {own.code(), other.code()});
        assertTrue(
                (Integer) own.json().get("bytes") < (Integer) other.json().get("bytes"), "the prior is of this sound");
    }
}
