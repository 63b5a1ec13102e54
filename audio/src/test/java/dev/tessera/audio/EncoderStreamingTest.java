package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.codebook.Tokens;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** DESIGN law 2: what an encoder makes of a chunk with its margins is what it makes of the whole, exactly. */
class EncoderStreamingTest {
    private static final float[] SOUND = sound(16_000 * 2);
    private static final ClassicalAudioModel MODEL = model();

    private static float[] sound(int samples) {
        float[] x = new float[samples];
        for (int t = 0; t < samples; t++) {
            double s = t / 16000.0;
            double loudness = 0.05 + 0.3 * s; // grows, so that any statistic of the whole would show
            x[t] = (float) (loudness * Math.sin(2 * Math.PI * (150 * s + 700 * s * s)) + 0.01 * Math.sin(t * t * 0.37));
        }
        return x;
    }

    private static ClassicalAudioModel model() {
        try (InputStream in = EncoderStreamingTest.class.getResourceAsStream("/golden/audio/0/model.safetensors")) {
            return (ClassicalAudioModel) AudioModel.load(ModelFile.read(in));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Property(tries = 25)
    void envelopeTokensOfAChunkAreThoseOfTheWhole(
            @ForAll @IntRange(min = 2, max = 60) int first, @ForAll @IntRange(min = 1, max = 30) int count) {
        Tokenizer<AudioSignal> tokenizer = MODEL.tokenizer();
        Tokens whole = tokenizer.tokenize(AudioSignal.mono(16000, SOUND));
        int hop = MelEnvelope.HOP;
        int margin = 2; // frames of 320 on either side hold the 352 samples of receptive field
        int from = (first - margin) * hop;
        int to = Math.min(SOUND.length, (first + count + margin) * hop);
        Tokens chunk = tokenizer.tokenize(AudioSignal.mono(16000, Arrays.copyOfRange(SOUND, from, to)));
        for (int s = 0; s < whole.stages(); s++) {
            for (int t = 0; t < count; t++) {
                assertEquals(
                        whole.index(s, first + t), chunk.index(s, margin + t), "stage " + s + ", frame " + (first + t));
            }
        }
    }

    @Property(tries = 25)
    void waveformLatentsOfAChunkAreThoseOfTheWhole(
            @ForAll @IntRange(min = 1, max = 30) int first, @ForAll @IntRange(min = 1, max = 15) int count) {
        MdctCore core = new MdctCore(0.05);
        Latents whole = core.encode(AudioSignal.mono(16000, SOUND));
        int size = MdctCore.SIZE;
        int from = (first - 1) * size; // frame t sees 640 samples before and behind t x 640
        int to = Math.min(SOUND.length, (first + count) * size);
        Latents chunk = core.encode(AudioSignal.mono(16000, Arrays.copyOfRange(SOUND, from, to)));
        assertArrayEquals(
                Arrays.copyOfRange(whole.data(), first * size, (first + count) * size),
                Arrays.copyOfRange(chunk.data(), size, (1 + count) * size));
    }

    @Test
    void tokenGridsHaveTheirShapesAndComeBack() {
        AudioSignal signal = AudioSignal.of(24000, new float[][] {new float[12_001], new float[12_001]});
        Tokens envelope = MODEL.tokenizer().tokenize(signal);
        assertArrayEquals(new int[] {26}, envelope.shape()); // 8,001 samples at 16 kHz
        assertEquals(2, envelope.stages());
        assertEquals(50, MODEL.frameRate());
        assertEquals(26 * 320, MODEL.tokenizer().detokenize(envelope).length());
        Tokens core = MODEL.coreTokenizer(0.05).tokenize(signal);
        assertArrayEquals(new int[] {14, 160}, core.shape());
        assertEquals(13 * 640, MODEL.coreTokenizer(0.05).detokenize(core).length());
        assertThrows(IllegalArgumentException.class, () -> MODEL.coreTokenizer(0));
        assertThrows(IllegalArgumentException.class, () -> MODEL.coreTokenizer(Double.NaN));
    }

    @Test
    void waveformTokensHoldTheWaveform() {
        AudioSignal signal = AudioSignal.mono(16000, SOUND);
        Tokenizer<AudioSignal> tokenizer = MODEL.coreTokenizer(0.25);
        float[] back = tokenizer.detokenize(tokenizer.tokenize(signal)).channel(0);
        double energy = 0;
        double error = 0;
        for (int t = 0; t < SOUND.length; t++) {
            energy += SOUND[t] * SOUND[t];
            error += (SOUND[t] - back[t]) * (SOUND[t] - back[t]);
        }
        assertTrue(error < 0.2 * energy, error / energy + " of the energy is error");
    }
}
