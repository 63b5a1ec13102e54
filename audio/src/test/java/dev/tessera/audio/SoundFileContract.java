package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What every codec of sound files with a waveform keeps to, with the shipped models. */
abstract class SoundFileContract {
    private final AudioCodec codec;
    private final int[] budgets;

    /** @param budgets in bytes, of which 3 s of a tone make use */
    SoundFileContract(AudioModel model, int... budgets) {
        this.codec = new AudioCodec(model);
        this.budgets = budgets;
    }

    static AudioModel shipped(String name) {
        try (InputStream in = AudioModel.class.getResourceAsStream("models/" + name + ".safetensors")) {
            return AudioModel.load(ModelFile.read(in));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** A gliding harmonic tone with pauses and a little noise. */
    static float[] tone(int rate, int samples, double pitch) {
        SplittableRandom random = new SplittableRandom(samples);
        float[] x = new float[samples];
        for (int i = 0; i < samples; i++) {
            double t = (double) i / rate;
            double phase = 2 * Math.PI * (pitch * t + 20 * t * t);
            double gate = Math.sin(2 * Math.PI * 1.5 * t) > -0.3 ? 1 : 0;
            double tones = 0.2 * Math.sin(phase) + 0.1 * Math.sin(2 * phase) + 0.05 * Math.sin(3 * phase);
            x[i] = (float) (gate * tones + 0.003 * random.nextDouble(-1, 1));
        }
        return x;
    }

    /** Tones of other pitches in the channels. */
    static AudioSignal sound(int rate, int samples, int channels) {
        float[][] out = new float[channels][];
        for (int c = 0; c < channels; c++) {
            out[c] = tone(rate, samples, 140 + 60 * c);
        }
        return AudioSignal.of(rate, out);
    }

    private byte[] compressed(AudioSignal signal, RateTarget target) {
        return codec.compress(signal, target).bytes();
    }

    private AudioSignal decoded(byte[] file) throws IOException {
        return codec.decompress(TsrFile.read(file));
    }

    static double snr(float[] x, float[] y) {
        double error = 1e-12;
        double energy = 0;
        for (int i = 0; i < x.length; i++) {
            error += (x[i] - y[i]) * (x[i] - y[i]);
            energy += x[i] * x[i];
        }
        return 10 * Math.log10(energy / error);
    }

    @Test
    void everyLengthRateAndChannelCountComesBack() throws IOException {
        int[][] shapes = {
            {16000, 0, 1},
            {16000, 1, 1},
            {16000, 319, 1},
            {16000, 320, 1},
            {16000, 321, 1},
            {16000, 2559, 1},
            {16000, 2560, 1},
            {16000, 2561, 2},
            {24000, 5000, 2},
            {44100, 5000, 2},
            {8000, 3000, 1},
            {48000, 9601, 3}
        };
        for (int[] s : shapes) {
            AudioSignal signal = sound(s[0], s[1], s[2]);
            for (int quality : new int[] {10, 60, 100}) {
                AudioSignal back = decoded(compressed(signal, new RateTarget.Quality(quality)));
                assertEquals(s[0], back.sampleRate());
                assertEquals(s[1], back.length());
                assertEquals(s[2], back.channels());
            }
        }
    }

    @Test
    void budgetsAreKeptAndUsedAndMoreBytesAreNearerToTheWaveform() throws IOException {
        float[] x = tone(16000, 48000, 140);
        AudioSignal signal = AudioSignal.mono(16000, x);
        double before = -100;
        for (int budget : budgets) {
            byte[] file = compressed(signal, new RateTarget.Bytes(budget));
            assertTrue(file.length <= budget && file.length >= 0.97 * budget, file.length + " of " + budget);
            double snr = snr(x, decoded(file).channel(0));
            if (budget >= 500) {
                assertTrue(snr > before + 1, budget + " bytes: " + snr + " dB after " + before);
                before = snr;
            }
        }
        assertTrue(before > 15, before + " dB");
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> compressed(signal, new RateTarget.Bytes(8)));
        assertTrue(e.getMessage().contains("smallest possible file"), e.getMessage());
    }

    @Test
    void channelsOfStereoStayApart() throws IOException {
        float[] left = tone(16000, 32000, 140);
        float[] right = tone(16000, 32000, 411);
        byte[] file = compressed(AudioSignal.of(16000, new float[][] {left, right}), new RateTarget.Bytes(4000));
        AudioSignal back = decoded(file);
        assertTrue(snr(left, back.channel(0)) > 8, "left " + snr(left, back.channel(0)));
        assertTrue(snr(right, back.channel(1)) > 8, "right " + snr(right, back.channel(1)));
    }

    /** Level of full scale and far beyond it, and a silence. */
    @Test
    void extremesAreSafe() throws IOException {
        float[] square = new float[8000];
        for (int i = 0; i < square.length; i++) {
            square[i] = i / 40 % 2 == 0 ? 1 : -1;
        }
        for (float gain : new float[] {0, 1, 1e6f}) {
            float[] x = square.clone();
            for (int i = 0; i < x.length; i++) {
                x[i] *= gain;
            }
            for (float v : decoded(compressed(AudioSignal.mono(16000, x), new RateTarget.Quality(100)))
                    .channel(0)) {
                assertTrue(Float.isFinite(v) && (gain > 0 || Math.abs(v) < 0.01), "sample " + v + " of gain " + gain);
            }
        }
    }

    @Test
    void everyDamageIsOurException() throws IOException {
        byte[] file = compressed(AudioSignal.mono(16000, tone(16000, 8000, 200)), new RateTarget.Bytes(200));
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThrows(IOException.class, () -> decoded(cut));
        }
        for (int bit = 0; bit < 8 * file.length; bit += 5) {
            byte[] flipped = file.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThrows(IOException.class, () -> decoded(flipped));
        }
    }

    /** Payloads of random bytes whose check sums are right: samples or our exception. */
    @Test
    void randomPayloadsAreSafe() throws IOException {
        byte[] file = compressed(AudioSignal.mono(16000, tone(16000, 8000, 200)), new RateTarget.Bytes(200));
        TsrFile whole = TsrFile.read(file);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 40; i++) {
            byte[] payload = new byte[1 + random.nextInt(400)];
            random.nextBytes(payload);
            byte[] hostile = TsrFile.write(whole.header(), TsrLayout.SINGLE, List.of(payload));
            try {
                assertEquals(8000, decoded(hostile).length());
            } catch (IOException expected) {
                assertFalse(expected.getMessage().isEmpty());
            }
        }
    }
}
