package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.container.TsrLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The codec on the frozen neural sound tokenizer, three stages of 12 codes. */
class NeuralAudioCodecTest {
    private static final RateTarget FINEST = new RateTarget.Quality(100);
    private static final AudioSignal SOUND = TestSoundNetworks.sound(8000, 8017, 6);
    private static final int FRAMES = 201;

    private static NeuralAudioModel model;
    private static AudioCodec codec;

    @BeforeAll
    static void load() throws IOException {
        model = TestSoundNetworks.frozen();
        codec = new AudioCodec(model);
    }

    @ParameterizedTest
    @EnumSource(TsrLayout.class)
    void theFinestFileIsTheTokens(TsrLayout layout) throws IOException {
        Tokens tokens = model.tokenizer().tokenize(SOUND);
        AudioCodec.Compressed file = codec.compress(SOUND, FINEST, layout, 2);
        assertTrue(file.finest());
        assertEquals("neural", file.mode());
        assertEquals(3L * FRAMES, file.tokens());
        AudioSignal back = codec.decompress(TsrFile.read(file.bytes()), 2);
        assertArrayEquals(
                Arrays.copyOf(model.tokenizer().detokenize(tokens).channel(0), SOUND.length()), back.channel(0));
        assertArrayEquals(
                file.bytes(),
                codec.relayout(TsrFile.read(codec.compress(SOUND, FINEST).bytes()), layout));
        assertArrayEquals(file.bytes(), codec.compress(SOUND, FINEST, layout, 1).bytes());
    }

    @Test
    void stagesAreTheRates() throws IOException {
        AudioCodec.Compressed all = codec.compress(SOUND, new RateTarget.Bytes(100_000));
        assertTrue(all.finest());
        assertArrayEquals(codec.compress(SOUND, FINEST).bytes(), all.bytes());
        int budget = all.bytes().length - 1;
        for (int stages = 2; stages >= 1; stages--) {
            AudioCodec.Compressed fewer = codec.compress(SOUND, new RateTarget.Bytes(budget));
            assertEquals((long) stages * FRAMES, fewer.tokens());
            assertFalse(fewer.finest());
            assertTrue(fewer.bytes().length <= budget);
            assertArrayEquals(
                    fewer.bytes(),
                    codec.compress(SOUND, new RateTarget.Quality(33 * stages)).bytes());
            budget = fewer.bytes().length - 1;
        }
        long tooSmall = budget;
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> codec.compress(SOUND, new RateTarget.Bytes(tooSmall)));
        assertTrue(e.getMessage().endsWith("smallest possible file, " + (budget + 1) + " bytes"), e.getMessage());
    }

    @Test
    void otherRatesAndChannelsComeBackAsTheyWere() throws IOException {
        for (int channels : new int[] {1, 2, 3}) {
            float[][] samples = new float[channels][];
            for (int c = 0; c < channels; c++) {
                samples[c] = TestSoundNetworks.sound(22_050, 5001, c).channel(0);
            }
            AudioSignal signal = AudioSignal.of(22_050, samples);
            AudioSignal back =
                    codec.decompress(TsrFile.read(codec.compress(signal, FINEST).bytes()));
            assertEquals(22_050, back.sampleRate());
            assertEquals(channels, back.channels());
            assertEquals(5001, back.length());
        }
        AudioSignal nothing = AudioSignal.mono(8000, new float[0]);
        for (TsrLayout layout : TsrLayout.values()) {
            assertEquals(
                    nothing,
                    codec.decompress(
                            TsrFile.read(codec.compress(nothing, FINEST, layout).bytes())));
        }
    }

    /** The first chunks of a progressive file are the file of the first stages. */
    @Test
    void aPrefixOfStagesIsACoarserSound() throws IOException {
        byte[] whole = codec.compress(SOUND, FINEST, TsrLayout.PROGRESSIVE).bytes();
        int[] chunks = TsrFile.read(whole).chunkBytes();
        assertEquals(3, chunks.length);
        TsrFile prefix =
                TsrFile.read(Arrays.copyOf(whole, whole.length - chunks[2] - 1), TsrLimits.DEFAULT, Tolerance.PREFIX);
        assertEquals(FRAMES, codec.missingTokens(prefix));
        byte[] two = codec.compress(SOUND, new RateTarget.Quality(66)).bytes();
        assertEquals(codec.decompress(TsrFile.read(two)), codec.decompress(prefix));
    }

    /** Groups of dimensions: the first tokens alone are a sound too, and more stages come nearer to the whole. */
    @Test
    void aSplitHasItsStagesAsRates(@TempDir Path folder) throws IOException {
        NeuralAudioModel split = TestSoundNetworks.model("split", folder);
        AudioCodec splitCodec = new AudioCodec(split);
        AudioSignal whole = null;
        double before = 0;
        for (int stages = 3; stages >= 1; stages--) {
            AudioCodec.Compressed file =
                    splitCodec.compress(SOUND, new RateTarget.Quality(stages == 3 ? 100 : 33 * stages));
            assertEquals((long) stages * FRAMES, file.tokens());
            AudioSignal sound = splitCodec.decompress(TsrFile.read(file.bytes()));
            if (stages == 3) {
                Tokens tokens = split.tokenizer().tokenize(SOUND);
                assertArrayEquals(
                        Arrays.copyOf(split.tokenizer().detokenize(tokens).channel(0), SOUND.length()),
                        sound.channel(0));
                whole = sound;
                continue;
            }
            double difference = 0;
            for (int t = 0; t < SOUND.length(); t++) {
                difference += Math.pow(sound.channel(0)[t] - whole.channel(0)[t], 2);
            }
            assertTrue(difference > before, "with " + stages + " stages " + difference + ", with more " + before);
            before = difference;
        }
        byte[] file = splitCodec.compress(SOUND, FINEST, TsrLayout.PROGRESSIVE).bytes();
        int[] chunks = TsrFile.read(file).chunkBytes();
        TsrFile prefix = TsrFile.read(
                Arrays.copyOf(file, file.length - chunks[2] - chunks[1] - 1), TsrLimits.DEFAULT, Tolerance.PREFIX);
        byte[] one = splitCodec.compress(SOUND, new RateTarget.Quality(33)).bytes();
        assertEquals(splitCodec.decompress(TsrFile.read(one)), splitCodec.decompress(prefix));
    }

    @Test
    void lostChunksAreConcealed() throws IOException {
        byte[] file = codec.compress(SOUND, FINEST, TsrLayout.INDEPENDENT).bytes();
        AudioSignal whole = codec.decompress(TsrFile.read(file));
        byte[] damaged = file.clone();
        damaged[file.length - 4] ^= 1;
        TsrFile concealed = TsrFile.read(damaged, TsrLimits.DEFAULT, Tolerance.CONCEAL);
        assertEquals(1, concealed.missingChunks().length);
        assertTrue(codec.missingTokens(concealed) > 3 * 16 - 1);
        AudioSignal near = codec.decompress(concealed);
        AudioSignal mean = codec.decompress(TsrFile.read(damaged, TsrLimits.DEFAULT, Tolerance.PREFIX));
        assertEquals(whole.length(), near.length());
        assertNotEquals(whole, near);
        assertNotEquals(mean, near);
        assertArrayEquals( // what no lost frame reaches is as it was
                Arrays.copyOf(whole.channel(0), 2000), Arrays.copyOf(near.channel(0), 2000));
    }

    /** One frame: four of the five chunks are whole and empty. */
    @Test
    void nothingButEmptyChunksIsSilenceOrTheLike() throws IOException {
        byte[] file = codec.compress(TestSoundNetworks.sound(8000, 40, 2), FINEST, TsrLayout.INDEPENDENT)
                .bytes();
        int refused = 0;
        for (int bit = 0; bit < 8 * file.length; bit++) {
            byte[] flipped = file.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            for (Tolerance tolerance : Tolerance.values()) {
                try {
                    assertEquals(
                            40,
                            codec.decompress(TsrFile.read(flipped, TsrLimits.DEFAULT, tolerance))
                                    .length());
                } catch (IOException expected) {
                    refused++;
                }
            }
        }
        assertTrue(refused > 0 && refused < 24 * file.length, refused + " refused");
    }

    @Test
    void everyDamageIsOurException() throws IOException {
        byte[] file =
                codec.compress(TestSoundNetworks.sound(8000, 700, 2), FINEST).bytes();
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThrows(IOException.class, () -> codec.decompress(TsrFile.read(cut)));
        }
        for (int bit = 0; bit < 8 * file.length; bit++) {
            byte[] flipped = file.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThrows(IOException.class, () -> codec.decompress(TsrFile.read(flipped)));
        }
    }

    /** K = 12 is no power of two: payloads that no encoder wrote can name an index that is none. */
    @Test
    void nonsenseWithARightChecksumIsSafe() throws IOException {
        TsrFile good = TsrFile.read(
                codec.compress(TestSoundNetworks.sound(8000, 700, 2), FINEST).bytes());
        SplittableRandom random = new SplittableRandom(1);
        int decoded = 0;
        for (int i = 0; i < 300; i++) {
            byte[] payload = new byte[random.nextInt(good.payload().length + 10)];
            random.nextBytes(payload);
            try {
                codec.decompress(TsrFile.read(TsrFile.write(good.header(), payload)));
                decoded++;
            } catch (IOException expected) {
                assertNotNull(expected.getMessage());
            }
        }
        assertTrue(decoded < 300);
    }

    /** Written once, never again: later builds must read it to the same samples, and write the same. */
    @Test
    void theGoldenFileDecodesToTheGoldenSamples() throws Exception {
        byte[] golden;
        try (InputStream in = NeuralAudioCodecTest.class.getResourceAsStream("/golden/audio/0/neural-rvq.tsr")) {
            golden = in.readAllBytes();
        }
        float[] samples = codec.decompress(TsrFile.read(golden)).channel(0);
        ByteBuffer bytes = ByteBuffer.allocate(4 * samples.length);
        bytes.asFloatBuffer().put(samples);
        assertEquals(
                GOLDEN,
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array())));
        assertArrayEquals(
                golden,
                codec.compress(TestSoundNetworks.sound(8000, 4001, 11), new RateTarget.Quality(60))
                        .bytes());
    }

    private static final String GOLDEN = "ac5edbb750c53113507c4aa07fe7b9f60d5cb2dad3d1078f69b08c021beab7fa";
}
