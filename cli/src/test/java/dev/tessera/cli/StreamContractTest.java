package dev.tessera.cli;

import static dev.tessera.cli.Run.run;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code compress --layout stream} and its way back, through pipes and files. */
class StreamContractTest {
    private static final Path MEDIA = Path.of("../samples/media");
    private static final Path SPEECH = MEDIA.resolve("speech-english.wav");
    private static final int WAV_HEADER = 44;

    @TempDir
    private Path folder;

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private static byte[] samples(byte[] wav) {
        return Arrays.copyOfRange(wav, WAV_HEADER, wav.length);
    }

    @Test
    void pipesAndFilesHoldTheSame() throws IOException {
        byte[] speech = Files.readAllBytes(SPEECH);
        Run packed = run(speech, "compress", "-", "-o", "-", "--layout", "stream", "--kbps", "2");
        assertEquals(0, packed.code(), packed.err());
        assertTrue(packed.bytes().length <= 1250 && packed.bytes().length > 1000, packed.bytes().length + " bytes");
        Run file = run(
                "compress",
                SPEECH.toString(),
                "-o",
                path("s.tsr"),
                "--layout",
                "stream",
                "--kbps",
                "2",
                "--json",
                "--verify");
        assertEquals(0, file.code(), file.err());
        assertArrayEquals(packed.bytes(), Files.readAllBytes(folder.resolve("s.tsr")));
        assertEquals("stream", file.json().get("layout"));
        assertEquals(packed.bytes().length, ((Number) file.json().get("bytes")).intValue());
        assertEquals(4, file.json().get("chunks"));
        assertTrue(((Number) file.json().get("latency_seconds")).doubleValue() < 1.6);

        Run piped = run(packed.bytes(), "decompress", "-", "-o", "-");
        assertEquals(0, piped.code(), piped.err());
        Run whole = run("decompress", path("s.tsr"), "-o", path("s.wav"), "--json");
        assertEquals(0, whole.code(), whole.err());
        assertEquals("stream", whole.json().get("layout"));
        assertArrayEquals(samples(Files.readAllBytes(folder.resolve("s.wav"))), samples(piped.bytes()));
        assertEquals(speech.length, piped.bytes().length);
        assertEquals("stream", run("info", path("s.tsr"), "--json").json().get("layout"));
    }

    /** A pipe whose reader notes how much had been written when more was asked for. */
    @Test
    void chunksComeBeforeTheEndOfTheInput() throws IOException {
        byte[] speech = Files.readAllBytes(SPEECH);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int[] before = new int[1];
        InputStream in = new InputStream() {
            private int at;

            @Override
            public int read() {
                before[0] = out.size();
                return at < speech.length ? speech[at++] & 0xFF : -1;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                before[0] = out.size();
                int n = Math.min(Math.min(length, 4800), speech.length - at);
                System.arraycopy(speech, at, buffer, offset, Math.max(0, n));
                at += n;
                return n > 0 || length == 0 ? n : -1;
            }
        };
        int code = Main.run(
                new String[] {"compress", "-", "-o", "-", "--layout", "stream", "--kbps", "2", "--chunk", "640"},
                in,
                new PrintStream(out, true),
                new PrintStream(new ByteArrayOutputStream(), true));
        assertEquals(0, code);
        assertTrue(before[0] > 0.7 * out.size(), before[0] + " of " + out.size() + " bytes before the input ended");
    }

    @Test
    void damageIsRefusedOrConcealed() throws IOException {
        byte[] packed = run(
                        Files.readAllBytes(SPEECH),
                        "compress",
                        "-",
                        "-o",
                        "-",
                        "--layout",
                        "stream",
                        "--kbps",
                        "1",
                        "--chunk",
                        "640")
                .bytes();
        byte[] damaged = packed.clone();
        damaged[packed.length / 2] ^= 1;
        assertEquals(3, run(damaged, "decompress", "-", "-o", "-").code());
        Run concealed = run(damaged, "decompress", "-", "-o", "-", "--conceal");
        assertEquals(0, concealed.code(), concealed.err());
        assertTrue(concealed.err().contains("1 chunks are missing or damaged"), concealed.err());
        byte[] cut = Arrays.copyOf(packed, packed.length / 2);
        assertEquals(3, run(cut, "decompress", "-", "-o", "-").code());
        Run partial = run(cut, "decompress", "-", "-o", "-", "--partial");
        assertEquals(0, partial.code(), partial.err());
        Files.write(folder.resolve("cut.tsr"), cut);
        Run whole = run("decompress", path("cut.tsr"), "-o", path("cut.wav"), "--partial");
        assertEquals(0, whole.code(), whole.err());
        assertArrayEquals(samples(Files.readAllBytes(folder.resolve("cut.wav"))), samples(partial.bytes()));
    }

    @Test
    void whatStreamsCannotDoIsAUsageError() {
        String speech = SPEECH.toString();
        String[][] wrong = {
            {"compress", speech, "-o", path("x.tsr"), "--layout", "stream"},
            {"compress", speech, "-o", path("x.tsr"), "--layout", "stream", "--size", "900"},
            {"compress", speech, "-o", path("x.tsr"), "--layout", "stream", "--kbps", "0.01"},
            {"compress", speech, "-o", path("x.tsr"), "--layout", "stream", "--kbps", "2", "--chunk", "100"},
            {"compress", speech, "-o", path("x.tsr"), "--kbps", "2", "--chunk", "640"},
            {"compress", speech, "-o", path("x.tsr"), "--layout", "stream", "--kbps", "2", "--armour", "dna"},
            {"compress", speech, "-o", path("x.tsr"), "--layout", "stream", "--kbps", "2", "--lossless"},
            {"compress", speech, "-o", path("x.tsr"), "--layout", "stream", "--kbps", "2", "--model", "audio-24k"}
        };
        for (String[] line : wrong) {
            Run run = run(line);
            assertEquals(2, run.code(), String.join(" ", line) + ": " + run.err());
            assertTrue(Files.notExists(folder.resolve("x.tsr")));
        }
        String photo = MEDIA.resolve("photo-coffee.jpg").toString();
        assertEquals(
                3,
                run("compress", photo, "-o", path("x.tsr"), "--layout", "stream", "--kbps", "2")
                        .code());
    }
}
