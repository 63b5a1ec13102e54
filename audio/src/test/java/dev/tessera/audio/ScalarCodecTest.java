package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.mixing.BitCoder;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScalarCodecTest extends SoundFileContract {
    private static final ScalarAudioModel MODEL = (ScalarAudioModel) shipped("audio-scalar-2");

    ScalarCodecTest() {
        super(MODEL, 120, 250, 500, 1000, 3000);
    }

    @Test
    void thereAreNoTokens() {
        assertFalse(MODEL.hasTokens());
        assertThrows(IllegalArgumentException.class, MODEL::tokenizer);
    }

    @Test
    void parametersOfNoFileAreRefused() throws IOException {
        AudioCodec codec = new AudioCodec(MODEL);
        AudioSignal sound = AudioSignal.mono(16000, tone(16000, 4000, 200));
        TsrFile file =
                TsrFile.read(codec.compress(sound, new RateTarget.Quality(50)).bytes());
        for (int parameters : new int[] {2, 3, 3 << 6 | 1, 1 << 20}) {
            TsrHeader header =
                    new TsrHeader(file.header().model(), file.header().geometry(), parameters);
            byte[] hostile = TsrFile.write(header, TsrLayout.SINGLE, List.of(file.payload()));
            IOException e = assertThrows(IOException.class, () -> codec.decompress(TsrFile.read(hostile)));
            assertTrue(e.getMessage().contains("audio parameters are " + parameters), e.getMessage());
        }
    }

    /** An independent way: DCT-II and KLT in floating point, by their definitions. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void coefficientsGoBackToTheEnvelope(int level) {
        EnvelopeBasis basis = MODEL.basis();
        Latents logMel = MelEnvelope.logMel(tone(16000, 16000, 200));
        double[][] components = basis.components(logMel);
        int n = EnvelopeBasis.frames(level);
        int[][] values = new int[n][basis.components()];
        double[] column = new double[n];
        for (int c = 0; c < basis.components(); c++) {
            for (int t = 0; t < n; t++) {
                column[t] = components[t][c];
            }
            for (int f = 0; f < n; f++) {
                double expected = 0;
                for (int t = 0; t < n; t++) {
                    expected += Math.sqrt((f == 0 ? 1.0 : 2.0) / n) * Math.cos(Math.PI * (t + 0.5) * f / n) * column[t];
                }
                assertEquals(expected, EnvelopeBasis.coefficient(column, level, f), 1e-3 * Math.abs(expected) + 3);
                values[f][c] = (int) Math.rint(expected);
            }
        }
        int[][] frames = new int[n][basis.components()];
        for (int c = 0; c < basis.components(); c++) {
            basis.restore(values, 1, level, c, 0, frames);
        }
        int[] bands = new int[MelEnvelope.BANDS];
        for (int t = 0; t < n; t++) {
            basis.bands(frames[t], bands);
            for (int b = 0; b < bands.length; b++) {
                double octaves = logMel.data()[t * bands.length + b] / Math.log10(2);
                assertEquals(octaves, (double) bands[b] / EnvelopeBasis.PER_OCTAVE, 0.05);
            }
        }
    }

    @Test
    void finerStepsAreNearerToTheEnvelope() {
        float[] x = tone(16000, 32000, 200);
        Latents logMel = MelEnvelope.logMel(x);
        double before = 0;
        for (int step : new int[] {10, 30, 50, 70}) {
            ScalarSettings settings = ScalarAim.envelopeOnly(step);
            double[] samples = LappedPlanes.filledUp(x);
            ScalarPlanes.Sources sources = ScalarWriter.sources(
                    MODEL.basis(), settings, MODEL.basis().components(logMel), samples, new BlockSearch(samples), step);
            EnvelopeCoding coding =
                    new EnvelopeCoding(MODEL.basis(), MODEL.start().envelope(), new BitCoder.Trainer(), 0, step);
            int[][] bands = new int[logMel.count()][MelEnvelope.BANDS];
            for (int from = 0; from < bands.length; from += EnvelopeBasis.LONGEST) {
                coding.span(sources.envelope(), bands, from);
            }
            double error = IntStream.range(0, logMel.data().length)
                    .mapToDouble(i -> Math.abs(logMel.data()[i] / Math.log10(2)
                            - (double) bands[i / MelEnvelope.BANDS][i % MelEnvelope.BANDS] / EnvelopeBasis.PER_OCTAVE))
                    .average()
                    .orElseThrow();
            assertTrue(error > 1.5 * before, "step " + step + ": " + error + " after " + before);
            before = error;
        }
    }

    /** Matching moves bands towards the envelope and never further from the waveform than its limit. */
    @Test
    void matchingFitsBandsWithinItsLimit() {
        float[] x = tone(16000, 16000, 200);
        double[][] mel = mel(x);
        SplittableRandom random = new SplittableRandom(1);
        float[] noisy = x.clone();
        for (int i = 0; i < noisy.length; i++) {
            noisy[i] += (float) (0.01 * random.nextDouble(-1, 1));
        }
        float[] matched = noisy.clone();
        EnvelopeMatching.apply(matched, new float[x.length], mel, _ -> Double.MAX_VALUE);
        assertTrue(distance(mel, mel(matched)) < 0.5 * distance(mel, mel(noisy)));
        float[] bound = noisy.clone();
        EnvelopeMatching.apply(bound, x, mel, _ -> 0);
        for (int i = 0; i < x.length; i++) {
            assertEquals(x[i], bound[i], 1e-4);
        }
    }

    private static double[][] mel(float[] x) {
        Latents logMel = MelEnvelope.logMel(x);
        double[][] mel = new double[logMel.count()][MelEnvelope.BANDS];
        for (int i = 0; i < logMel.data().length; i++) {
            mel[i / MelEnvelope.BANDS][i % MelEnvelope.BANDS] = Math.pow(10, logMel.data()[i]);
        }
        return mel;
    }

    private static double distance(double[][] a, double[][] b) {
        double sum = 0;
        for (int t = 0; t < a.length; t++) {
            for (int i = 0; i < a[t].length; i++) {
                sum += Math.abs(Math.log10(a[t][i] / b[t][i]));
            }
        }
        return sum;
    }

    @Test
    void stateOfTheModelComesBack() {
        EnvelopeModel learnt = new EnvelopeModel();
        SplittableRandom random = new SplittableRandom(2);
        int[] last = new int[MelEnvelope.BANDS];
        int[][] q = new int[8][MelEnvelope.BANDS];
        for (int f = 0; f < q.length; f++) {
            for (int c = 0; c < MelEnvelope.BANDS; c++) {
                learnt.look(f, c, 2, q, last, 3);
                q[f][c] = learnt.code(new BitCoder.Trainer(), random.nextInt(-9, 10));
            }
        }
        EnvelopeModel restored = EnvelopeModel.of(learnt.save());
        restored.look(0, 0, 2, q, last, 3);
        EnvelopeModel copy = restored.copy();
        copy.look(0, 0, 2, q, last, 3);
        assertEquals(restored.cost(8), copy.cost(8));
        assertArrayEquals(restored.save(), copy.save());
    }
}
