package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tessera.codebook.Tokenizer;
import dev.tessera.codebook.Tokens;
import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.ModelRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The default tokenizer of sounds, whose weights are in 8 bits: its tokens and samples are those of the day it was shipped. */
class ShippedNeuralModelTest {
    private static final int RATE = 24_000;

    /** A tone that glides from 100 to 1,500 Hz under noise of a linear congruential generator. */
    private static AudioSignal glide() {
        float[] samples = new float[RATE / 2];
        int noise = 1;
        for (int i = 0; i < samples.length; i++) {
            noise = noise * 1_664_525 + 1_013_904_223;
            double phase = 2 * StrictMath.PI * (100 + 1400.0 * i / RATE) * i / RATE;
            samples[i] = (float) (0.4 * StrictMath.sin(phase) + 0.01 * (noise >> 16) / 32_768.0);
        }
        return AudioSignal.mono(RATE, samples);
    }

    private static String sha256(ByteBuffer bytes) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
    }

    @Test
    void tokensAndSamplesAreThoseOfTheFirstDay() throws IOException, NoSuchAlgorithmException {
        AudioModel model = AudioModel.load(ModelRegistry.load().defaultModel(Media.AUDIO));
        assertEquals("audio-24k", model.file().config().string("name"));
        Tokenizer<AudioSignal> tokenizer = model.tokenizer(2);
        Tokens tokens = tokenizer.tokenize(glide());
        assertArrayEquals(new int[] {25}, tokens.shape());
        assertEquals(8, tokens.stages());
        int[] indices = tokens.toArray();
        ByteBuffer tokenBytes = ByteBuffer.allocate(4 * indices.length);
        tokenBytes.asIntBuffer().put(indices);
        assertEquals("56ff440a09f152c062d096d19c861b591a0b2cd0b0bded5f2021f2085f557b89", sha256(tokenBytes));
        float[] samples = tokenizer.detokenize(tokens).channel(0);
        ByteBuffer sampleBytes = ByteBuffer.allocate(4 * samples.length);
        sampleBytes.asFloatBuffer().put(samples);
        assertEquals("c418f052dfc098315b1c545bd3d0f4228c6663aedb82384c2dbefea9e804a153", sha256(sampleBytes));
    }
}
