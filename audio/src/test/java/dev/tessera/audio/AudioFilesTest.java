package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AudioFilesTest {
    private static final int RATE = 22050;

    private static byte[] media(String name) throws IOException {
        try (InputStream in = AudioFilesTest.class.getResourceAsStream("/media/" + name)) {
            return in.readAllBytes();
        }
    }

    private static AudioSignal read(byte[] file) throws IOException {
        return AudioFiles.read(file, "test", 100);
    }

    private static float chirp(int t) {
        double s = (double) t / RATE;
        return (float) (0.4 * Math.sin(2 * Math.PI * (200 * s + 900 * s * s)));
    }

    private static double signalToNoise(float[] wanted, float[] found) {
        double signal = 0;
        double noise = 1e-12;
        for (int t = 0; t < wanted.length; t++) {
            signal += wanted[t] * wanted[t];
            noise += (wanted[t] - found[t]) * (wanted[t] - found[t]);
        }
        return 10 * Math.log10(signal / noise);
    }

    @ParameterizedTest
    @CsvSource({
        "chirp-stereo.wav, 2, 5513, 75",
        "chirp-stereo.flac, 2, 5513, 75",
        "chirp-stereo.ogg, 2, 5513, 10",
        "chirp-stereo.mp3, 2, 5513, 15",
        "chirp-mono-24.wav, 1, 5513, 120",
        "chirp-mono-24.flac, 1, 5513, 120",
        "chirp-u8.wav, 1, 1103, 30",
        "chirp-s32le.wav, 1, 1103, 120",
        "chirp-f32le.wav, 1, 1103, 120",
        "chirp-f64le.wav, 1, 1103, 120"
    })
    void everyFormatIsRead(String name, int channels, int length, double decibels) throws IOException {
        AudioSignal signal = read(media(name));
        assertEquals(RATE, signal.sampleRate());
        assertEquals(channels, signal.channels());
        assertEquals(length, signal.length());
        float[] wanted = new float[length];
        for (int t = 0; t < length; t++) {
            wanted[t] = chirp(t);
        }
        double found = signalToNoise(wanted, signal.channel(0));
        assertTrue(found > decibels, found + " dB");
    }

    @Test
    void losslessFormatsHoldTheSameSamples() throws IOException {
        assertEquals(read(media("chirp-stereo.wav")), read(media("chirp-stereo.flac")));
        assertEquals(read(media("chirp-mono-24.wav")), read(media("chirp-mono-24.flac")));
    }

    /** Without the encoder's tag, its delay stays in the sound. */
    @Test
    void mp3WithoutTagIsRead() throws IOException {
        AudioSignal signal = read(media("chirp-untagged.mp3"));
        assertEquals(RATE, signal.sampleRate());
        assertTrue(signal.length() > 5513 && signal.length() % 576 == 0, signal + "");
    }

    @Test
    void tagsInFrontAreSkipped() throws IOException {
        byte[] tag = {'I', 'D', '3', 4, 0, 0, 0, 0, 1, 2};
        byte[] padded = Arrays.copyOf(tag, 10 + 130);
        assertEquals(read(media("chirp-stereo.flac")), read(join(padded, media("chirp-stereo.flac"))));
        assertEquals(read(media("chirp-untagged.mp3")), read(join(padded, media("chirp-untagged.mp3"))));
    }

    @Test
    void wavComesBackExactlyAndClips() throws IOException {
        AudioSignal signal = AudioSignal.of(44100, new float[][] {{0, 0.5f, -1, 1.5f}, {-2, 0.25f, 3 / 32768f, 1}});
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AudioFiles.writeWav(signal, out);
        AudioSignal back = read(out.toByteArray());
        float most = 32767 / 32768f;
        assertEquals(AudioSignal.of(44100, new float[][] {{0, 0.5f, -1, most}, {-1, 0.25f, 3 / 32768f, most}}), back);
        assertArrayEquals(media("chirp-stereo.wav"), written(read(media("chirp-stereo.wav"))));
    }

    private static byte[] written(AudioSignal signal) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AudioFiles.writeWav(signal, out);
        return out.toByteArray();
    }

    private static byte[] flac(AudioSignal signal) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AudioFiles.writeFlac(signal, out);
        return out.toByteArray();
    }

    @Test
    void flacComesBackExactly() throws IOException {
        SplittableRandom random = new SplittableRandom(4);
        for (int length : new int[] {1, 2, 3, 5, 4095, 4096, 4097, 9000}) {
            for (int channels : new int[] {1, 2, 8}) {
                float[][] x = new float[channels][length];
                for (int c = 0; c < channels; c++) {
                    for (int t = 0; t < length; t++) {
                        // noise, full-scale square, silence, chirp
                        int kind = (c + t / 2000) % 4;
                        int value =
                                kind == 0 ? random.nextInt(-32768, 32768) : kind == 1 ? (t / 9 % 2 * 2 - 1) * 32767 : 0;
                        x[c][t] = kind == 3 ? Math.round(chirp(t) * 32768) / 32768f : value / 32768f;
                    }
                }
                AudioSignal signal = AudioSignal.of(48000, x);
                assertEquals(signal, read(flac(signal)), length + " samples, " + channels + " channels");
            }
        }
    }

    /** The MD5 of the samples stands in both files; the other one was made by another encoder. */
    @Test
    void flacHasTheChecksumThatOthersWrite() throws IOException {
        byte[] ours = flac(read(media("chirp-stereo.wav")));
        byte[] theirs = media("chirp-stereo.flac");
        assertArrayEquals(Arrays.copyOfRange(theirs, 26, 42), Arrays.copyOfRange(ours, 26, 42));
        assertTrue(ours.length < 0.35 * media("chirp-stereo.wav").length, ours.length + " bytes");
        assertThrows(IllegalArgumentException.class, () -> flac(AudioSignal.of(8000, new float[9][1])));
    }

    @Test
    void wavOdditiesAreRead() throws IOException {
        byte[] samples = {1, 0, 2, 0, 3, 0};
        AudioSignal wanted = AudioSignal.mono(8000, new float[] {1 / 32768f, 2 / 32768f, 3 / 32768f});
        byte[] plain = chunk("fmt ", format(1, 1, 8000, 16));
        byte[] data = chunk("data", samples);
        assertEquals(wanted, read(riff(plain, data)));
        assertEquals(
                wanted,
                read(riff(
                        chunk("LIST", new byte[7]),
                        plain,
                        chunk("fact", new byte[4]),
                        data,
                        chunk("id3 ", new byte[3]))));
        ByteBuffer extensible =
                ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN).put(format(0xFFFE, 1, 8000, 16));
        extensible.putShort((short) 22).putShort((short) 16).putInt(4).putShort((short) 1);
        assertEquals(wanted, read(riff(chunk("fmt ", extensible.array()), data)));
        byte[] streamed = riff(plain, data);
        Arrays.fill(streamed, streamed.length - 10, streamed.length - 6, (byte) 0xFF);
        assertEquals(wanted, read(streamed), "a data chunk of unknown size ends with the file");
        assertEquals(0, read(riff(plain, chunk("data", new byte[0]))).length());
    }

    @Test
    void wavFaultsAreNamed() {
        byte[] data = chunk("data", new byte[6]);
        assertFault("no data chunk", riff(chunk("fmt ", format(1, 1, 8000, 16))));
        assertFault("before any fmt", riff(data));
        assertFault("is not read", riff(chunk("fmt ", format(7, 1, 8000, 8)), data));
        assertFault("is not read", riff(chunk("fmt ", format(1, 1, 8000, 12)), data));
        assertFault("0 channels", riff(chunk("fmt ", format(1, 0, 8000, 16)), data));
        assertFault("17 channels", riff(chunk("fmt ", format(1, 17, 8000, 16)), data));
        assertFault("sample rate is 0", riff(chunk("fmt ", format(1, 1, 0, 16)), data));
        assertFault("no multiple", riff(chunk("fmt ", format(1, 2, 8000, 16)), data));
        assertFault("at least 16", riff(chunk("fmt ", new byte[14]), data));
        byte[] notANumber = ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(Float.NaN)
                .array();
        assertFault("no finite number", riff(chunk("fmt ", format(3, 1, 8000, 32)), chunk("data", notANumber)));
        assertFault("neither WAV", new byte[0]);
        assertFault("neither WAV", "some text that is no sound at all".getBytes(StandardCharsets.US_ASCII));
    }

    private static void assertFault(String part, byte[] file) {
        UnreadableAudioException e = assertThrows(UnreadableAudioException.class, () -> read(file));
        assertTrue(e.getMessage().startsWith("test: ") && e.getMessage().contains(part), e.getMessage());
    }

    @Test
    void aPathIsReadAsItsBytes(@TempDir Path folder) throws IOException {
        Path path = Files.write(folder.resolve("sound.mp3"), media("chirp-stereo.flac"));
        assertEquals(read(media("chirp-stereo.flac")), AudioFiles.read(path), "the suffix does not matter");
        assertThrows(IllegalArgumentException.class, () -> AudioFiles.read(path, 0));
    }

    @Test
    void theLimitIsKeptToTheSample() throws IOException {
        byte[] plain = chunk("fmt ", format(1, 1, 100, 16));
        assertEquals(
                200,
                AudioFiles.read(riff(plain, chunk("data", new byte[400])), "test", 2)
                        .length());
        byte[] longer = riff(plain, chunk("data", new byte[402]));
        assertThrows(UnreadableAudioException.class, () -> AudioFiles.read(longer, "test", 2));
        byte[] flac = flac(AudioSignal.mono(100, new float[201]));
        assertThrows(UnreadableAudioException.class, () -> AudioFiles.read(flac, "test", 2));
        AudioFiles.read(flac, "test", 3);
        byte[] mp3 = media("chirp-untagged.mp3");
        byte[] many = new byte[0];
        byte[] frames = Arrays.copyOf(mp3, mp3.length / 104 * 104);
        for (int i = 0; i < 8; i++) {
            many = join(many, frames);
        }
        byte[] twoSeconds = many;
        UnreadableAudioException e =
                assertThrows(UnreadableAudioException.class, () -> AudioFiles.read(twoSeconds, "test", 1));
        assertTrue(e.getMessage().contains("limit"), e.getMessage());
    }

    /** Every truncation of a file that tells its length is noticed; of the others it gives less sound. */
    @ParameterizedTest
    @ValueSource(strings = {"chirp-stereo.wav", "chirp-stereo.flac", "chirp-stereo.ogg", "chirp-stereo.mp3"})
    void truncationIsNoticed(String name) throws IOException {
        byte[] file = media(name);
        int step = Math.max(1, file.length / 400);
        int missed = 0;
        for (int length = 0; length < file.length; length += step) {
            byte[] cut = Arrays.copyOf(file, length);
            try {
                read(cut);
                missed++;
            } catch (UnreadableAudioException e) {
                assertTrue(e.getMessage().startsWith("test: "), e.getMessage());
            }
        }
        assertTrue(
                missed <= (name.endsWith("mp3") || name.endsWith("ogg") ? 8 : 0),
                missed + " truncations were not noticed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chirp-stereo.wav",
                "chirp-stereo.flac",
                "chirp-stereo.ogg",
                "chirp-stereo.mp3",
                "chirp-untagged.mp3"
            })
    void damageGivesOurExceptionOrASound(String name) throws IOException {
        byte[] file = media(name);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = file.clone();
            int count = 1 + random.nextInt(8);
            for (int k = 0; k < count; k++) {
                int at = random.nextInt(i % 2 == 0 ? damaged.length : Math.min(200, damaged.length));
                damaged[at] = (byte) random.nextInt(256);
            }
            try {
                assertTrue(read(damaged).length() <= 100L * 768_000);
            } catch (UnreadableAudioException e) {
                assertTrue(e.getMessage().startsWith("test: "), e.getMessage());
            }
        }
    }

    @Test
    void garbageBehindAMarkIsRefused() {
        SplittableRandom random = new SplittableRandom(3);
        for (String mark : new String[] {"RIFF    WAVE", "fLaC", "OggS", "ID3", "\u00ff\u00fb\u0090d"}) {
            for (int i = 0; i < 50; i++) {
                byte[] garbage = new byte[random.nextInt(3000)];
                random.nextBytes(garbage);
                byte[] file = join(mark.getBytes(StandardCharsets.ISO_8859_1), garbage);
                assertThrows(UnreadableAudioException.class, () -> read(file));
            }
        }
    }

    private static byte[] format(int format, int channels, int rate, int bits) {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) format)
                .putShort((short) channels)
                .putInt(rate)
                .putInt(rate * channels * bits / 8)
                .putShort((short) (channels * bits / 8))
                .putShort((short) bits)
                .array();
    }

    private static byte[] chunk(String name, byte[] content) {
        return ByteBuffer.allocate(8 + content.length + content.length % 2)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(name.getBytes(StandardCharsets.US_ASCII))
                .putInt(content.length)
                .put(content)
                .array();
    }

    private static byte[] riff(byte[]... chunks) {
        byte[] body = "WAVE".getBytes(StandardCharsets.US_ASCII);
        for (byte[] chunk : chunks) {
            body = join(body, chunk);
        }
        return chunk("RIFF", body);
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
