package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.codebook.Tokens;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.DType;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.nn.FeatureMap;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Neural sound tokenizers: sounds to tokens and back, in chunks, and what is no model. */
class NeuralAudioModelTest {
    @TempDir
    private Path folder;

    private static NeuralAudioModel bare(String quantizer) throws IOException {
        return (NeuralAudioModel) AudioModel.load(TestSoundNetworks.withoutPrior(quantizer));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rvq", "fsq"})
    void soundsOfAnyLengthHaveTokensAndComeBack(String quantizer) throws IOException {
        NeuralAudioModel model = bare(quantizer);
        assertEquals(200, model.frameRate());
        for (int length : new int[] {0, 1, 40, 41, 4000}) {
            AudioSignal sound = AudioSignal.mono(TestSoundNetworks.RATE, new float[length]);
            Tokens tokens = model.tokenizer().tokenize(sound);
            assertArrayEquals(new int[] {(length + 39) / 40}, tokens.shape());
            AudioSignal back = model.tokenizer().detokenize(tokens);
            assertEquals(TestSoundNetworks.RATE, back.sampleRate());
            assertEquals(1, back.channels());
            assertEquals((length + 39) / 40 * 40, back.length());
        }
    }

    /** The stated rule: mean of the channels, resampled, zeros up to a whole token. */
    @Test
    void anyRateAndChannelsAreBroughtToTheModel() throws IOException {
        Tokenizer<AudioSignal> tokenizer = bare("rvq").tokenizer();
        float[] left = TestSoundNetworks.sound(44_100, 22_050, 1).channel(0);
        float[] right = TestSoundNetworks.sound(44_100, 22_050, 2).channel(0);
        float[] mean = new float[left.length];
        for (int t = 0; t < mean.length; t++) {
            mean[t] = (left[t] + right[t]) / 2;
        }
        AudioSignal stereo = AudioSignal.of(44_100, new float[][] {left, right});
        float[] resampled =
                Resampler.resample(AudioSignal.mono(44_100, mean), 8000).channel(0);
        float[] padded = Arrays.copyOf(resampled, Math.ceilDiv(resampled.length, 40) * 40);
        assertEquals(tokenizer.tokenize(AudioSignal.mono(8000, padded)), tokenizer.tokenize(stereo));
    }

    /** Law 2: tokens and samples of chunks are those of the whole, to the last bit. */
    @Test
    void streamsChangeNothing() throws IOException {
        NeuralAudioModel model = bare("rvq");
        float[] sound = TestSoundNetworks.sound(8000, 20_017, 3).channel(0);
        Tokens whole = model.tokenizer().tokenize(AudioSignal.mono(8000, sound));
        float[] samples = model.tokenizer().detokenize(whole).channel(0);
        for (int most : new int[] {1, 37, 640, 7000}) {
            SplittableRandom random = new SplittableRandom(most);
            List<Tokens> pieces = new ArrayList<>();
            try (AudioTokenStream stream = model.stream(2)) {
                for (int from = 0; from < sound.length; ) {
                    int count = Math.min(1 + random.nextInt(most), sound.length - from);
                    pieces.add(stream.push(Arrays.copyOfRange(sound, from, from + count)));
                    from += count;
                }
                pieces.add(stream.finish());
            }
            int at = 0;
            int done = 0;
            float[] back = new float[samples.length];
            try (AudioSampleStream stream = model.sampleStream(1)) {
                for (Tokens piece : pieces) {
                    for (int i = 0; i < piece.positions(); i++, at++) {
                        for (int s = 0; s < whole.stages(); s++) {
                            assertEquals(whole.index(s, at), piece.index(s, i), "stage " + s + ", token " + at);
                        }
                    }
                    done = append(stream.push(piece), back, done);
                }
                done = append(stream.finish(), back, done);
            }
            assertEquals(whole.positions(), at);
            assertEquals(samples.length, done);
            assertArrayEquals(samples, back);
        }
    }

    private static int append(float[] some, float[] all, int done) {
        System.arraycopy(some, 0, all, done, some.length);
        return done + some.length;
    }

    /** The chunks in which files are worked on are those of no other result than the whole has. */
    @Test
    void chunksAndThreadsChangeNothing() throws IOException {
        NeuralSoundParts parts = NeuralSoundParts.read(TestSoundNetworks.withoutPrior("rvq"));
        float[] sound = TestSoundNetworks.sound(8000, 40 * 500, 4).channel(0);
        float[] whole = parts.encoder()
                .run(FeatureMap.ofTime(1, sound.length, sound), 1)
                .toRows();
        Latents latents = Latents.of(500, TestSoundNetworks.DIM, whole);
        float[] decoded = parts.decoder()
                .run(NeuralSoundDecoder.columns(latents, 0, 500), 1)
                .toArray();
        assertTrue(parts.encoderChunk() < 500 && parts.decoderChunk() < 500);
        for (int threads : new int[] {1, 3}) {
            assertArrayEquals(whole, parts.encoder(threads).encode(sound).data());
            assertArrayEquals(decoded, parts.decoder(threads).samples(latents, decoded.length));
        }
    }

    @Test
    void thePriorComesWithHalfWeightsAndTokensOfThese() throws IOException {
        ModelFile trained = TestSoundNetworks.withoutPrior("rvq");
        NeuralAudioModel bare = (NeuralAudioModel) AudioModel.load(trained);
        assertFalse(bare.hasPrior());
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> new AudioCodec(bare));
        assertTrue(e.getMessage().contains("train prior"), e.getMessage());
        NeuralAudioModel model = TestSoundNetworks.model("rvq", folder);
        assertTrue(model.hasPrior());
        assertEquals(DType.F16, model.file().tensor("encoder.2.expand.weight").type());
        assertEquals(trained.tensor("quantizer.0.codebook"), model.file().tensor("quantizer.0.codebook"));
        // a second training of the prior starts from the stored weights, which it keeps
        ModelFile again =
                new NeuralAudioPriorTrainer(8, 1, _ -> {}).train(model.file(), TestSoundNetworks.sounds(folder));
        assertEquals(model.file().sha256(), again.sha256());
    }

    @ParameterizedTest
    @CsvSource({
        "sample_rate, 999, sample_rate",
        "token_samples, 0, token_samples",
        "token_samples, 41, encoder",
        "codebook_size, 11, codebook_size",
        "num_stages, 2, num_stages",
        "codebook_dim, 5, codebook_dim",
        "encoder_channels, 2, compressed_stft",
        "format_version, 2, format_version",
        "prior_table_bits, 21, prior_table_bits",
        "prior_table_bits, 9, prior.state"
    })
    void aWrongFieldIsNamed(String field, int value, String named) throws IOException {
        ModelFile good = TestSoundNetworks.model("rvq", folder).file();
        ModelFile.Builder builder = ModelFile.builder().config(good.config().with(field, value));
        for (String tensor : good.tensorNames()) {
            builder.tensor(tensor, good.tensor(tensor));
        }
        CorruptModelException e = assertThrows(CorruptModelException.class, () -> AudioModel.load(builder.build()));
        assertTrue(e.getMessage().contains(named), e.getMessage());
    }

    /** Cut and flipped models are refused as corrupt, or are models of other weights that work. */
    @Test
    void damagedModelsAreSafe() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TestSoundNetworks.model("rvq", folder).file().write(out);
        byte[] file = out.toByteArray();
        SplittableRandom random = new SplittableRandom(4);
        int refused = 0;
        for (int i = 0; i < 400; i++) {
            byte[] damaged = i % 4 == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file.clone();
            if (i % 4 != 0) {
                int bit = random.nextInt(8 * (i % 4 == 1 ? file.length : 3000)); // the header is what breaks most
                damaged[bit / 8] ^= (byte) (1 << bit % 8);
            }
            try {
                Tokenizer<AudioSignal> tokenizer =
                        AudioModel.load(ModelFile.read(damaged)).tokenizer();
                Tokens tokens = tokenizer.tokenize(TestSoundNetworks.sound(8000, 200, 1));
                for (float sample : tokenizer.detokenize(tokens).channel(0)) {
                    assertTrue(Float.isFinite(sample));
                }
            } catch (CorruptModelException e) {
                assertNotNull(e.getMessage());
                refused++;
            }
        }
        assertTrue(refused > 100, refused + " of 400 refused");
    }
}
