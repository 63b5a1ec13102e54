package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.AudioGeometry;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.container.TsrLimits;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is above 8 kHz: {@link HighBand}, {@link HighBandCoding} and the files that have it. */
class HighBandTest {
    private static final AudioCodec CODEC = new AudioCodec(SoundFileContract.shipped("audio-scalar"));

    /** White noise that swells and fades, over a tone. */
    private static float[] hiss(int rate, int samples) {
        SplittableRandom random = new SplittableRandom(rate);
        float[] x = SoundFileContract.tone(rate, samples, 200);
        for (int i = 0; i < samples; i++) {
            double t = (double) i / rate;
            x[i] += (float) (0.06 * (1.1 + Math.sin(2 * Math.PI * t)) * random.nextDouble(-1, 1));
        }
        return x;
    }

    private static byte[] compressed(AudioSignal signal, RateTarget target, TsrLayout layout) {
        return CODEC.compress(signal, target, layout).bytes();
    }

    /** Mean difference of levels above 8 kHz, in octaves. */
    private static double distance(int rate, float[] x, float[] y) {
        double[][] a = HighBand.of(rate).orElseThrow().levels(x);
        double[][] b = HighBand.of(rate).orElseThrow().levels(y);
        double sum = 0;
        for (int t = 0; t < a.length; t++) {
            for (int k = 0; k < a[t].length; k++) {
                sum += Math.abs(a[t][k] - b[t][k]) / a[t].length / a.length / EnvelopeBasis.PER_OCTAVE;
            }
        }
        return sum;
    }

    @ParameterizedTest
    @CsvSource({
        "8000, 0",
        "16000, 0",
        "17000, 1",
        "22050, 3",
        "24000, 4",
        "32000, 6",
        "44100, 8",
        "48000, 8",
        "48001, 0"
    })
    void bandsFollowFromTheRate(int rate, int bands) {
        assertEquals(bands, HighBand.of(rate).map(HighBand::bands).orElse(0));
    }

    /** Noise of a loudness has the levels that say it. */
    @ParameterizedTest
    @ValueSource(ints = {22_050, 24_000, 44_100, 48_000})
    void noiseHasItsLevels(int rate) {
        HighBand band = HighBand.of(rate).orElseThrow();
        int[][] levels = new int[40][band.bands()];
        for (int t = 0; t < 40; t++) {
            for (int b = 0; b < band.bands(); b++) {
                levels[t][b] = -1000 - 300 * b + (t < 20 ? 0 : 500);
            }
        }
        double[][] heard = band.levels(band.noise(levels, 0));
        for (int b = 0; b < band.bands(); b++) {
            double difference = 0;
            for (int t = 2; t < 38; t++) {
                difference += (heard[t][b] - levels[t][b]) / 36;
            }
            assertTrue(Math.abs(difference) < 40, "band " + b + ": " + difference + "/256 octave");
        }
    }

    @ParameterizedTest
    @CsvSource({"24000, 1, SINGLE", "24000, 1, INDEPENDENT", "44100, 2, SINGLE", "48000, 3, SINGLE"})
    void filesHaveTheLoudnessAbove8Khz(int rate, double kbps, TsrLayout layout) throws IOException {
        float[] x = hiss(rate, 3 * rate + 77);
        long budget = (long) (kbps * 125 * x.length / rate);
        byte[] file = compressed(AudioSignal.mono(rate, x), new RateTarget.Bytes(budget), layout);
        assertTrue(file.length <= budget && file.length >= 0.97 * budget, file.length + " of " + budget);
        float[] y = CODEC.decompress(TsrFile.read(file)).channel(0);
        assertEquals(x.length, y.length);
        double distance = distance(rate, x, y);
        assertTrue(distance < 0.45, distance + " octaves");
        assertArrayEquals(y, CODEC.decompress(TsrFile.read(file)).channel(0));
    }

    @Test
    void stereoComesBack() throws IOException {
        float[] x = hiss(24_000, 30_000);
        float[] quiet = x.clone();
        for (int i = 0; i < quiet.length; i++) {
            quiet[i] *= 0.1f;
        }
        AudioSignal back = CODEC.decompress(TsrFile.read(compressed(
                AudioSignal.of(24_000, new float[][] {x, quiet}), new RateTarget.Quality(60), TsrLayout.SINGLE)));
        double louder = distance(24_000, back.channel(0), new float[30_000]);
        double softer = distance(24_000, back.channel(1), new float[30_000]);
        assertTrue(louder > softer + 1, louder + " octaves above silence against " + softer);
    }

    @Test
    void lostChunksAreBridged() throws IOException {
        float[] x = hiss(24_000, 4 * 30_720);
        byte[] file = compressed(AudioSignal.mono(24_000, x), new RateTarget.Bytes(1500), TsrLayout.INDEPENDENT);
        file[file.length - 600] ^= 1;
        TsrFile read = TsrFile.read(file, TsrLimits.DEFAULT, Tolerance.CONCEAL);
        assertEquals(1, read.missingChunks().length);
        double distance = distance(24_000, x, CODEC.decompress(read).channel(0));
        assertTrue(distance < 0.8, distance + " octaves");
    }

    /** Sounds without anything there, and of low rates, have the files that they had. */
    @Test
    void whatHasNothingThereIsAsBefore() throws IOException {
        AudioSignal low =
                Resampler.resample(AudioSignal.mono(16_000, SoundFileContract.tone(16_000, 20_000, 150)), 48_000);
        float[] x = low.channel(0);
        byte[] file = compressed(AudioSignal.mono(48_000, x), new RateTarget.Quality(60), TsrLayout.SINGLE);
        assertTrue(TsrFile.read(file).header().parameters() < 256);
        byte[] loud = compressed(
                AudioSignal.mono(48_000, hiss(48_000, 60_000)), new RateTarget.Quality(60), TsrLayout.SINGLE);
        assertTrue(TsrFile.read(loud).header().parameters() >= 256);
        assertTrue(TsrFile.read(compressed(
                                AudioSignal.mono(16_000, hiss(16_000, 9000)),
                                new RateTarget.Quality(60),
                                TsrLayout.SINGLE))
                        .header()
                        .parameters()
                < 256);
    }

    @Test
    void everyLengthComesBack() throws IOException {
        for (int rate : new int[] {22_050, 24_000, 44_100, 48_000}) {
            for (int samples : new int[] {1, rate / 50, rate / 50 + 1, rate / 3}) {
                byte[] file = compressed(
                        AudioSignal.mono(rate, hiss(rate, samples)), new RateTarget.Quality(50), TsrLayout.SINGLE);
                assertEquals(samples, CODEC.decompress(TsrFile.read(file)).length());
            }
        }
    }

    @Test
    void headersOfNoFileAreRefused() throws IOException {
        byte[] file =
                compressed(AudioSignal.mono(24_000, hiss(24_000, 9000)), new RateTarget.Quality(50), TsrLayout.SINGLE);
        TsrFile read = TsrFile.read(file);
        int good = read.header().parameters();
        for (int parameters : new int[] {good | 16 << 8, good | 3 << 6}) {
            TsrHeader header =
                    new TsrHeader(read.header().model(), read.header().geometry(), parameters);
            byte[] hostile = TsrFile.write(header, read.payload());
            assertThrows(CorruptBitstreamException.class, () -> CODEC.decompress(TsrFile.read(hostile)));
        }
        TsrHeader rate = new TsrHeader(read.header().model(), new AudioGeometry(9000, 16_000, 1), good);
        byte[] hostile = TsrFile.write(rate, read.payload());
        CorruptBitstreamException e =
                assertThrows(CorruptBitstreamException.class, () -> CODEC.decompress(TsrFile.read(hostile)));
        assertTrue(e.getMessage().contains("no mode at 16000 Hz"), e.getMessage());
    }

    /** Payloads of random bytes: a sound of finite samples or our exception. */
    @Test
    void nonsenseIsOurExceptionOrASound() throws IOException {
        TsrFile read = TsrFile.read(
                compressed(AudioSignal.mono(24_000, hiss(24_000, 9000)), new RateTarget.Quality(20), TsrLayout.SINGLE));
        SplittableRandom random = new SplittableRandom(2);
        int sounds = 0;
        for (int i = 0; i < 20; i++) {
            byte[] payload = Arrays.copyOf(read.payload(), read.payload().length);
            payload[random.nextInt(payload.length)] ^= (byte) (1 + random.nextInt(255));
            try {
                for (float v : CODEC.decompress(TsrFile.read(TsrFile.write(read.header(), payload)))
                        .channel(0)) {
                    assertTrue(Float.isFinite(v));
                }
                sounds++;
            } catch (CorruptBitstreamException expected) {
                assertTrue(expected.getMessage().length() > 0);
            }
        }
        assertTrue(sounds > 0);
    }
}
