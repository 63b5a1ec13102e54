package dev.tessera.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TensorGeometry;
import dev.tessera.codecs.container.TensorGeometry.ElementType;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.tensor.FloatTensor;
import dev.tessera.codecs.tensor.TensorCodec;
import dev.tessera.codecs.tensor.TensorSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Series to {@code .tsr} files and back, rates, and what is no such file. */
class FeatureCodecTest {
    private static final RateTarget BEST = new RateTarget.Quality(100);

    @Test
    void filesHoldTheTokensOfTheTokenizer() throws IOException {
        for (FeatureModel model : List.of(
                TestSeries.frozen(),
                FeatureModel.load(TestSeries.withoutPrior("rvq")), // no prior: the coder learns from the file
                FeatureModel.load(TestSeries.withoutPrior("fsq")))) {
            FeatureCodec codec = new FeatureCodec(model);
            for (int frames : new int[] {0, 1, 100}) {
                FloatTensor series = TestSeries.series(frames, 6);
                FeatureCodec.Compressed file = codec.compress(series, BEST, 1);
                assertTrue(file.finest());
                FloatTensor back = codec.decompress(TsrFile.read(file.bytes()), 2);
                assertEquals(series.geometry(), back.geometry());
                FloatTensor whole =
                        model.tokenizer(1).detokenize(model.tokenizer(1).tokenize(series));
                assertArrayEquals(Arrays.copyOf(whole.values(), frames * 5), back.values());
                double sum = 0;
                for (int i = 0; i < frames * 5; i++) {
                    sum += Math.pow((double) series.values()[i] - back.values()[i], 2);
                }
                assertEquals(frames == 0 ? 0 : sum / (frames * 5), file.meanSquaredError(), 1e-9);
                assertArrayEquals(file.bytes(), codec.compress(series, BEST, 3).bytes());
            }
        }
    }

    @Test
    void stagesAreRates() throws IOException {
        FeatureCodec codec = new FeatureCodec(TestSeries.frozen());
        FloatTensor series = TestSeries.series(600, 7);
        FeatureCodec.Compressed best = codec.compress(series, BEST, 1);
        assertEquals(600, best.tokens());
        assertEquals(600 * Math.log(12) / Math.log(2), best.nominalBits(), 1e-6);
        long budget = best.bytes().length - 1;
        FeatureCodec.Compressed less = codec.compress(series, new RateTarget.Bytes(budget), 1);
        assertEquals(400, less.tokens());
        assertFalse(less.finest());
        assertTrue(less.bytes().length <= budget);
        assertArrayEquals(
                less.bytes(),
                codec.compress(series, new RateTarget.Quality(66), 1).bytes());
        assertEquals(200, codec.compress(series, new RateTarget.Quality(0), 1).tokens());
        assertEquals(
                series.geometry(),
                codec.decompress(TsrFile.read(less.bytes()), 1).geometry());
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> codec.compress(series, new RateTarget.Bytes(20), 1));
        assertTrue(e.getMessage().contains("smallest possible file"), e.getMessage());
    }

    @Test
    void halfPrecisionStaysHalf() throws IOException {
        FeatureCodec codec = new FeatureCodec(TestSeries.frozen());
        FloatTensor half = FloatTensor.of(
                new TensorGeometry(List.of(30, 5), ElementType.F2),
                TestSeries.series(30, 1).values());
        byte[] file = codec.compress(half, BEST, 1).bytes();
        assertEquals(
                ElementType.F2,
                codec.decompress(TsrFile.read(file), 1).geometry().type());
    }

    @Test
    void aTensorWithoutModelIsNoSeries() throws IOException {
        FloatTensor series = TestSeries.series(30, 1);
        byte[] tensor =
                new TensorCodec(TensorSettings.DEFAULT).compress(series, BEST).bytes();
        assertFalse(FeatureCodec.isOne(TsrFile.read(tensor).header()));
        FeatureCodec codec = new FeatureCodec(TestSeries.frozen());
        assertTrue(FeatureCodec.isOne(
                TsrFile.read(codec.compress(series, BEST, 1).bytes()).header()));
        assertThrows(CorruptBitstreamException.class, () -> codec.decompress(TsrFile.read(tensor), 1));
        FeatureCodec other = new FeatureCodec(FeatureModel.load(TestSeries.withoutPrior("vq")));
        assertThrows(
                CorruptBitstreamException.class,
                () -> codec.decompress(
                        TsrFile.read(other.compress(series, BEST, 1).bytes()), 1));
    }

    @Test
    void forgedHeadersAreRefused() throws IOException {
        FeatureModel model = TestSeries.frozen();
        FeatureCodec codec = new FeatureCodec(model);
        for (TsrHeader header : List.of(
                new TsrHeader(model.hash(), geometry(30, 6), 0),
                new TsrHeader(model.hash(), geometry(150), 0),
                new TsrHeader(model.hash(), geometry(30, 5), 3),
                new TsrHeader(model.hash(), geometry(25_000_000, 5), 0))) {
            byte[] file = TsrFile.write(header, new byte[4]);
            assertThrows(
                    CorruptBitstreamException.class, () -> codec.decompress(TsrFile.read(file), 1), header.toString());
        }
    }

    private static TensorGeometry geometry(Integer... shape) {
        return new TensorGeometry(List.of(shape), ElementType.F4);
    }

    /** Any payload decodes to some series or is refused: no other exception, however the bits fall. */
    @Test
    void forgedPayloadsAreSafe() throws IOException {
        FeatureModel model = TestSeries.frozen();
        FeatureCodec codec = new FeatureCodec(model);
        byte[] whole = codec.compress(TestSeries.series(200, 3), BEST, 1).bytes();
        TsrFile file = TsrFile.read(whole);
        SplittableRandom random = new SplittableRandom(8);
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            byte[] payload = i % 2 == 0 ? Arrays.copyOf(file.payload(), random.nextInt(90)) : file.payload();
            if (payload.length > 0) {
                payload[random.nextInt(payload.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                FloatTensor back = codec.decompress(TsrFile.read(TsrFile.write(file.header(), payload)), 1);
                assertEquals(1000, back.values().length);
            } catch (CorruptBitstreamException e) {
                assertNotNull(e.getMessage());
                refused++;
            }
        }
        assertTrue(refused > 5, refused + " refused");
        for (int cut = 0; cut < whole.length; cut++) {
            byte[] part = Arrays.copyOf(whole, cut);
            assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(part));
        }
    }

    /** Files of the past decode to the frames of the past, to the last bit; added to, never made again. */
    @Test
    void goldenFilesDecodeToTheirOldFrames() throws Exception {
        FeatureCodec codec = new FeatureCodec(TestSeries.frozen());
        List<String> lines = new String(golden("decoded.sha256"), StandardCharsets.US_ASCII)
                .lines()
                .toList();
        assertEquals(3, lines.size());
        for (String line : lines) {
            String[] fields = line.split(" ");
            FloatTensor back = codec.decompress(TsrFile.read(golden(fields[0] + ".tsr")), 1);
            assertEquals(fields[1], hash(back.values()), fields[0]);
        }
        assertArrayEquals(
                golden("all-stages.tsr"),
                codec.compress(TestSeries.series(100, 9), BEST, 1).bytes(),
                "and the same series still gives the same bytes");
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = FeatureCodecTest.class.getResourceAsStream("/golden/features/0/" + name)) {
            return in.readAllBytes();
        }
    }

    static String hash(float[] values) throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
        bytes.asFloatBuffer().put(values);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
    }
}
