package dev.tessera.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.tensor.FloatTensor;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.DType;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokenizers of series: to tokens and back, in chunks, and what is no model. */
class FeatureModelTest {
    @TempDir
    private Path folder;

    private static FeatureModel bare(String quantizer) throws IOException {
        return FeatureModel.load(TestSeries.withoutPrior(quantizer));
    }

    @ParameterizedTest
    @ValueSource(strings = {"vq", "rvq", "fsq"})
    void seriesOfAnyLengthHaveTokensAndComeBack(String quantizer) throws IOException {
        Tokenizer<FloatTensor> tokenizer = bare(quantizer).tokenizer(1);
        for (int frames : new int[] {0, 1, 2, 3, 4, 300}) {
            Tokens tokens = tokenizer.tokenize(TestSeries.series(frames, 1));
            assertArrayEquals(new int[] {(frames + 2) / 3}, tokens.shape());
            FloatTensor back = tokenizer.detokenize(tokens);
            assertEquals(List.of((frames + 2) / 3 * 3, 5), back.geometry().shape());
        }
    }

    @Test
    void theModelSaysWhatItLooksAt() throws IOException {
        FeatureModel model = bare("vq");
        assertEquals(0, model.lookAhead());
        assertEquals(0, model.decoderLookAhead());
        assertEquals(4 * 3 + 1, model.lookBack());
        assertEquals(4, model.decoderLookBack());
    }

    /** A token knows nothing of later frames, and a frame nothing of later tokens. */
    @Test
    void nothingLooksAhead() throws IOException {
        Tokenizer<FloatTensor> tokenizer = bare("vq").tokenizer(1);
        FloatTensor series = TestSeries.series(300, 2);
        Tokens whole = tokenizer.tokenize(series);
        float[] frames = tokenizer.detokenize(whole).values();
        for (int kept : new int[] {3, 30, 150}) {
            FloatTensor start = FloatTensor.of(List.of(kept, 5), Arrays.copyOf(series.values(), kept * 5));
            Tokens tokens = tokenizer.tokenize(start);
            assertArrayEquals(Arrays.copyOf(whole.toArray(), kept / 3), tokens.toArray());
            assertArrayEquals(
                    Arrays.copyOf(frames, kept * 5),
                    tokenizer.detokenize(tokens).values());
        }
    }

    @Test
    void theLastFrameFillsTheLastToken() throws IOException {
        Tokenizer<FloatTensor> tokenizer = bare("rvq").tokenizer(1);
        float[] rows = TestSeries.series(31, 3).values();
        float[] filled = Arrays.copyOf(rows, 33 * 5);
        System.arraycopy(rows, 30 * 5, filled, 31 * 5, 5);
        System.arraycopy(rows, 30 * 5, filled, 32 * 5, 5);
        assertEquals(
                tokenizer.tokenize(FloatTensor.of(List.of(33, 5), filled)),
                tokenizer.tokenize(FloatTensor.of(List.of(31, 5), rows)));
    }

    /** Law 2: tokens and frames of chunks are those of the whole, to the last bit. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100, 0})
    void streamsChangeNothing(int chunk) throws IOException {
        for (String quantizer : List.of("rvq", "fsq")) {
            FeatureModel model = bare(quantizer);
            SplittableRandom random = new SplittableRandom(5);
            IntSupplier next = () -> chunk == 0 ? random.nextInt(60) : chunk;
            float[] rows = TestSeries.series(1000, 4).values();
            Tokens whole = model.tokenizer(1).tokenize(FloatTensor.of(List.of(1000, 5), rows));
            float[] frames = model.tokenizer(1).detokenize(whole).values();
            List<Tokens> pieces = new ArrayList<>();
            try (FeatureTokenStream stream = model.stream(2)) {
                for (int from = 0; from < 1000; ) {
                    int count = Math.min(next.getAsInt(), 1000 - from);
                    pieces.add(stream.push(Arrays.copyOfRange(rows, from * 5, (from + count) * 5)));
                    from += count;
                    int received = pieces.stream().mapToInt(Tokens::positions).sum();
                    assertEquals(from / 3, received, "a token comes with its last frame");
                }
                pieces.add(stream.finish());
            }
            int at = 0;
            int done = 0;
            float[] back = new float[frames.length];
            try (FeatureFrameStream stream = model.frameStream(1)) {
                for (Tokens piece : pieces) {
                    for (int i = 0; i < piece.positions(); i++, at++) {
                        for (int s = 0; s < whole.stages(); s++) {
                            assertEquals(whole.index(s, at), piece.index(s, i), "stage " + s + ", token " + at);
                        }
                    }
                    done = append(stream.push(piece), back, done);
                    assertEquals(at * 15, done, "frames come with their token");
                }
                done = append(stream.finish(), back, done);
            }
            assertEquals(whole.positions(), at);
            assertEquals(frames.length, done);
            assertArrayEquals(frames, back);
        }
    }

    private static int append(float[] some, float[] all, int done) {
        System.arraycopy(some, 0, all, done, some.length);
        return done + some.length;
    }

    /** The chunks in which files are worked on are those of no other result than the whole has. */
    @Test
    void chunksAndThreadsChangeNothing() throws IOException {
        FeatureModel model = bare("rvq");
        FeatureParts parts = model.parts();
        FloatTensor series = TestSeries.series(3 * 1000, 4);
        assertTrue(parts.encoderChunk() < 1000 && parts.decoderChunk() < 1000);
        var map = parts.encoder().run(parts.standardization().toMap(series.values(), 0, 3000), 1);
        for (int threads : new int[] {1, 3}) {
            Latents latents = model.encode(series, threads);
            for (int d = 0; d < TestSeries.DIM; d++) {
                for (int t = 0; t < 1000; t++) {
                    assertEquals(map.toArray()[d * 1000 + t], latents.data()[t * TestSeries.DIM + d]);
                }
            }
            assertArrayEquals(model.decode(latents, 3000, 1), model.decode(latents, 3000, threads));
        }
    }

    @Test
    void thePriorComesWithHalfWeightsAndTokensOfThese() throws IOException {
        ModelFile trained = TestSeries.withoutPrior("rvq");
        assertFalse(FeatureModel.load(trained).hasPrior());
        List<Path> files = TestSeries.files(folder);
        FeatureModel model = FeatureModel.load(new FeaturePriorTrainer(8, 2, _ -> {}).train(trained, files));
        assertTrue(model.hasPrior());
        assertEquals(DType.F16, model.file().tensor("encoder.1.expand.weight").type());
        assertEquals(DType.F32, model.file().tensor("features.scale").type());
        assertEquals(trained.tensor("quantizer.0.codebook"), model.file().tensor("quantizer.0.codebook"));
        // a second training of the prior starts from the stored weights, which it keeps
        ModelFile again = new FeaturePriorTrainer(8, 1, _ -> {}).train(model.file(), files);
        assertEquals(model.file().sha256(), again.sha256());
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void whatIsNoNumberIsNamed(float value) throws IOException {
        FloatTensor series = TestSeries.series(9, 1);
        series.values()[3 * 5 + 2] = value;
        for (IllegalArgumentException e : List.of(
                assertThrows(
                        IllegalArgumentException.class,
                        () -> bare("vq").tokenizer(1).tokenize(series)),
                assertThrows(
                        IllegalArgumentException.class,
                        () -> bare("vq").stream(1).push(series.values())))) {
            assertEquals("frame 3 has the value " + value + " in channel 2, must be finite", e.getMessage());
        }
    }

    @Test
    void otherChannelsAreRefused() {
        FloatTensor other = FloatTensor.of(List.of(2, 4), new float[8]);
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> bare("vq").tokenizer(1).tokenize(other));
        assertTrue(e.getMessage().contains("must be [frames, 5]"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> bare("vq").stream(1).push(1, 2, 3));
    }

    @ParameterizedTest
    @CsvSource({
        "channels, 6, encoder input",
        "channels, 0, channels",
        "token_frames, 0, token_frames",
        "token_frames, 4, encoder",
        "codebook_size, 11, codebook_size",
        "num_stages, 2, num_stages",
        "codebook_dim, 5, codebook_dim",
        "encoder_channels, 2, encoder",
        "format_version, 2, format_version",
        "prior_table_bits, 21, prior_table_bits",
        "prior_table_bits, 9, prior.state"
    })
    void aWrongFieldIsNamed(String field, int value, String named) throws IOException {
        ModelFile good = TestSeries.frozen().file();
        CorruptModelException e = assertThrows(
                CorruptModelException.class,
                () -> FeatureModel.load(
                        changed(good).config(good.config().with(field, value)).build()));
        assertTrue(e.getMessage().contains(named), e.getMessage());
    }

    @Test
    void scalesMustBeScales() throws IOException {
        ModelFile good = TestSeries.frozen().file();
        for (float wrong : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY}) {
            float[] scale = good.tensor("features.scale").toFloats();
            scale[3] = wrong;
            ModelFile.Builder builder = ModelFile.builder().config(good.config());
            for (String tensor : good.tensorNames()) {
                builder.tensor(
                        tensor, tensor.equals("features.scale") ? Tensor.ofFloats(scale, 5) : good.tensor(tensor));
            }
            CorruptModelException e =
                    assertThrows(CorruptModelException.class, () -> FeatureModel.load(builder.build()));
            assertTrue(e.getMessage().contains("features.scale[3] is " + wrong), e.getMessage());
        }
    }

    private static ModelFile.Builder changed(ModelFile good) throws CorruptModelException {
        ModelFile.Builder builder = ModelFile.builder();
        for (String tensor : good.tensorNames()) {
            builder.tensor(tensor, good.tensor(tensor));
        }
        return builder;
    }

    /** Cut and flipped models are refused as corrupt, or are models of other weights that work. */
    @Test
    void damagedModelsAreSafe() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TestSeries.frozen().file().write(out);
        byte[] file = out.toByteArray();
        SplittableRandom random = new SplittableRandom(4);
        int refused = 0;
        int others = 0;
        for (int i = 0; i < 400; i++) {
            byte[] damaged = i % 4 == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file.clone();
            if (i % 4 != 0) {
                int bit = random.nextInt(8 * (i % 4 == 1 ? file.length : 3000)); // the header is what breaks most
                damaged[bit / 8] ^= (byte) (1 << bit % 8);
            }
            try {
                Tokenizer<FloatTensor> tokenizer =
                        FeatureModel.load(ModelFile.read(damaged)).tokenizer(1);
                for (float value : tokenizer
                        .detokenize(tokenizer.tokenize(TestSeries.series(20, 1)))
                        .values()) {
                    assertTrue(Float.isFinite(value));
                }
                others++;
            } catch (CorruptModelException e) {
                assertNotNull(e.getMessage());
                refused++;
            }
        }
        assertTrue(refused > 100, refused + " of 400 refused");
        assertNotEquals(0, others);
    }
}
