package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AudioCodecTest {
    private static AudioCodec codec;

    @BeforeAll
    static void loadModel() throws IOException {
        try (InputStream in = AudioModel.class.getResourceAsStream("models/audio-mel-mdct.safetensors")) {
            codec = new AudioCodec(AudioModel.load(ModelFile.read(in)));
        }
    }

    /** A gliding harmonic tone with pauses. */
    private static float[] tone(int rate, int samples, double pitch) {
        float[] x = new float[samples];
        for (int i = 0; i < samples; i++) {
            double t = (double) i / rate;
            double phase = 2 * Math.PI * (pitch * t + 20 * t * t);
            double gate = Math.sin(2 * Math.PI * 1.5 * t) > -0.3 ? 1 : 0;
            x[i] = (float) (gate * (0.2 * Math.sin(phase) + 0.1 * Math.sin(2 * phase) + 0.05 * Math.sin(3 * phase)));
        }
        return x;
    }

    private static AudioSignal decoded(byte[] file) throws IOException {
        return codec.decompress(TsrFile.read(file));
    }

    @Test
    void everyLengthRateAndChannelCountComesBack() throws IOException {
        int[][] shapes = {
            {16000, 0, 1},
            {16000, 1, 1},
            {16000, 319, 1},
            {16000, 320, 1},
            {16000, 321, 1},
            {16000, 641, 2},
            {44100, 5000, 2},
            {8000, 3000, 1},
            {48000, 9601, 3}
        };
        for (int[] s : shapes) {
            float[][] channels = new float[s[2]][];
            for (int c = 0; c < s[2]; c++) {
                channels[c] = tone(s[0], s[1], 150 + 40 * c);
            }
            AudioSignal signal = AudioSignal.of(s[0], channels);
            for (int quality : new int[] {10, 60, 95}) {
                AudioSignal back = decoded(
                        codec.compress(signal, new RateTarget.Quality(quality)).bytes());
                assertEquals(s[0], back.sampleRate());
                assertEquals(s[1], back.length());
                assertEquals(s[2], back.channels());
            }
        }
    }

    @Test
    void budgetsAreKeptAndUsed() {
        AudioSignal signal = AudioSignal.mono(16000, tone(16000, 48000, 140));
        for (int budget : new int[] {120, 250, 500, 800}) {
            int bytes = codec.compress(signal, new RateTarget.Bytes(budget)).bytes().length;
            assertTrue(bytes <= budget && bytes >= 0.97 * budget, bytes + " of " + budget);
        }
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> codec.compress(signal, new RateTarget.Bytes(8)));
        assertTrue(e.getMessage().contains("smallest possible file"), e.getMessage());
    }

    @Test
    void moreBytesAreNearerToTheWaveform() throws IOException {
        float[] x = tone(16000, 32000, 140);
        double before = -100;
        for (int budget : new int[] {250, 450, 900}) {
            byte[] file = codec.compress(AudioSignal.mono(16000, x), new RateTarget.Bytes(budget))
                    .bytes();
            float[] y = decoded(file).channel(0);
            double error = 1e-12;
            double energy = 0;
            for (int i = 0; i < x.length; i++) {
                error += (x[i] - y[i]) * (x[i] - y[i]);
                energy += x[i] * x[i];
            }
            double snr = 10 * Math.log10(energy / error);
            assertTrue(snr > before + 1, budget + " bytes: " + snr + " dB after " + before);
            before = snr;
        }
        assertTrue(before > 10, before + " dB");
    }

    @Test
    void silenceStaysSilentAndFullScaleIsSafe() throws IOException {
        AudioSignal silence = AudioSignal.mono(16000, new float[16000]);
        float peak = 0;
        for (float v : decoded(
                        codec.compress(silence, new RateTarget.Quality(60)).bytes())
                .channel(0)) {
            peak = Math.max(peak, Math.abs(v));
        }
        assertTrue(peak < 0.01, "peak of decoded silence is " + peak);
        float[] square = new float[16000];
        for (int i = 0; i < square.length; i++) {
            square[i] = i / 40 % 2 == 0 ? 1 : -1;
        }
        AudioSignal back = decoded(codec.compress(AudioSignal.mono(16000, square), new RateTarget.Quality(70))
                .bytes());
        for (float v : back.channel(0)) {
            assertTrue(Float.isFinite(v) && Math.abs(v) < 4);
        }
    }

    @Test
    void everyDamageIsOurException() throws IOException {
        byte[] file = codec.compress(AudioSignal.mono(16000, tone(16000, 8000, 200)), new RateTarget.Bytes(150))
                .bytes();
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThrows(IOException.class, () -> decoded(cut));
        }
        for (int bit = 0; bit < 8 * file.length; bit += 3) {
            byte[] flipped = file.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThrows(IOException.class, () -> decoded(flipped));
        }
        TsrFile good = TsrFile.read(file);
        SplittableRandom random = new SplittableRandom(2);
        int decoded = 0;
        for (int i = 0; i < 60; i++) {
            byte[] payload = new byte[random.nextInt(150)];
            random.nextBytes(payload);
            try {
                assertEquals(
                        8000, decoded(TsrFile.write(good.header(), payload)).length());
                decoded++;
            } catch (IOException expected) {
                assertTrue(expected.getMessage() != null);
            }
        }
        assertTrue(decoded < 60);
    }

    /** A budget leaves its mode to the rate. */
    @Test
    void lowRatesHoldEnvelopesOnly() {
        AudioSignal signal = AudioSignal.mono(16000, tone(16000, 80_000, 140));
        assertEquals(
                "envelope", codec.compress(signal, new RateTarget.Bytes(150)).mode());
        assertEquals("hybrid", codec.compress(signal, new RateTarget.Bytes(900)).mode());
    }

    @Test
    void stereoStaysStereo() throws IOException {
        float[] left = tone(16000, 32_000, 140);
        float[] right = new float[left.length];
        byte[] file = codec.compress(AudioSignal.of(16000, new float[][] {left, right}), new RateTarget.Bytes(3000))
                .bytes();
        float[] backLeft = decoded(file).channel(0);
        float[] backRight = decoded(file).channel(1);
        double leftEnergy = 0;
        double rightEnergy = 0;
        for (int t = 0; t < left.length; t++) {
            leftEnergy += backLeft[t] * backLeft[t];
            rightEnergy += backRight[t] * backRight[t];
        }
        assertTrue(rightEnergy < 0.1 * leftEnergy, rightEnergy + " of " + leftEnergy);
    }

    @Test
    void severalThreadsMakeTheBytesOfOne() throws Exception {
        AudioSignal signal = AudioSignal.mono(24000, tone(24000, 24000, 170));
        byte[] alone = codec.compress(signal, new RateTarget.Bytes(400)).bytes();
        AudioSignal soundAlone = decoded(alone);
        try (ExecutorService threads = Executors.newFixedThreadPool(7)) {
            List<Future<byte[]>> files = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                files.add(threads.submit(
                        () -> codec.compress(signal, new RateTarget.Bytes(400)).bytes()));
            }
            for (Future<byte[]> file : files) {
                assertArrayEquals(alone, file.get());
                assertEquals(
                        soundAlone, threads.submit(() -> decoded(file.get())).get());
            }
        }
    }

    @Test
    void theSameBytesTwice() throws IOException {
        AudioSignal signal = AudioSignal.mono(24000, tone(24000, 24000, 170));
        byte[] a = codec.compress(signal, new RateTarget.Bytes(400)).bytes();
        byte[] b = codec.compress(signal, new RateTarget.Bytes(400)).bytes();
        assertArrayEquals(a, b);
        assertArrayEquals(decoded(a).channel(0), decoded(b).channel(0));
    }
}
