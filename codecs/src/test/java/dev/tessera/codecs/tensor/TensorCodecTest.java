package dev.tessera.codecs.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TensorGeometry;
import dev.tessera.codecs.container.TensorGeometry.ElementType;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.tensor.TensorSettings.StepRule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TensorCodecTest {
    // Golden: if it changes, files of older builds no longer decode to the same numbers.
    private static final String DIGEST = "623e1a8d";

    private static final TensorSettings NEAREST = TensorSettings.DEFAULT.withRateWeight(0);

    private static TensorCodec.Compressed compress(FloatTensor tensor, int quality) {
        return new TensorCodec(TensorSettings.DEFAULT).compress(tensor, new RateTarget.Quality(quality));
    }

    private static float[] back(byte[] file) throws Exception {
        return TensorCodec.decompress(TsrFile.read(file)).values();
    }

    private static int[] bits(float... values) {
        return IntStream.range(0, values.length)
                .map(i -> Float.floatToRawIntBits(values[i]))
                .toArray();
    }

    @Test
    void everyShapeComesBack() throws Exception {
        SplittableRandom random = new SplittableRandom(5);
        for (List<Integer> shape : List.of(
                List.of(0),
                List.of(3, 0, 5),
                List.of(1),
                List.of(17),
                List.of(5, 7),
                List.of(1, 300),
                List.of(100, 3),
                List.of(4, 2, 6),
                List.of(2, 40, 6),
                List.of(2, 1, 3, 1, 1, 1, 20, 3))) {
            TensorGeometry geometry = new TensorGeometry(shape, ElementType.F2);
            float[] values = new float[geometry.elements()];
            for (int i = 0; i < values.length; i++) {
                values[i] =
                        Float.intBitsToFloat(random.nextInt()); // NaN with payloads, infinities, subnormals, all scales
            }
            FloatTensor tensor = FloatTensor.of(geometry, values);
            FloatTensor exact =
                    TensorCodec.decompress(TsrFile.read(compress(tensor, 100).bytes()));
            assertEquals(geometry, exact.geometry());
            assertArrayEquals(bits(values), bits(exact.values()));
            assertEquals(values.length, back(compress(tensor, 50).bytes()).length);
        }
    }

    @Property(tries = 60)
    void noValueIsOffByMoreThanHalfAStep(
            @ForAll @IntRange(min = 0, max = 99) int quality,
            @ForAll @IntRange(min = 1, max = 40) int steps,
            @ForAll @IntRange(min = 1, max = 9) int channels,
            @ForAll StepRule rule,
            @ForAll long seed)
            throws Exception {
        FloatTensor tensor = TestSeries.walks(2, steps, channels, seed);
        for (double weight : new double[] {0, 0.1, 1}) {
            TensorSettings settings = NEAREST.withRateWeight(weight).withStepRule(rule);
            TensorCodec.Compressed file = new TensorCodec(settings).compress(tensor, new RateTarget.Quality(quality));
            TsrFile read = TsrFile.read(file.bytes());
            double[] step = TensorCodec.steps(read);
            float[] values = TensorCodec.decompress(read).values();
            Axes axes = Axes.of(tensor.geometry().shape());
            double squares = 0;
            for (int i = 0; i < values.length; i++) {
                int group = i / axes.channels() / axes.steps();
                double error = Math.abs((double) tensor.values()[i] - values[i]);
                double bound = step[group * axes.channels() + i % axes.channels()] * (weight == 0 ? 0.5 : 1);
                assertTrue(error <= bound * (1 + 1e-9) + Math.ulp(values[i]), error + " is above " + bound);
                squares += error * error;
            }
            assertEquals(squares / values.length, file.meanSquaredError(), 1e-9 * squares);
        }
    }

    @Test
    void stepsFollowTheSpreadOfTheChannelOrOfTheTensor() throws Exception {
        FloatTensor tensor = TestSeries.walks(1, 500, 9, 1); // spreads double from channel to channel
        byte[] relative = compress(tensor, 75).bytes();
        double[] steps = TensorCodec.steps(TsrFile.read(relative));
        for (int c = 0; c < 8; c++) {
            assertEquals(2, steps[c + 1] / steps[c], 0.4);
        }
        TensorCodec codec = new TensorCodec(TensorSettings.DEFAULT.withStepRule(StepRule.TENSOR));
        byte[] absolute = codec.compress(tensor, new RateTarget.Quality(75)).bytes();
        assertEquals(
                1,
                Arrays.stream(TensorCodec.steps(TsrFile.read(absolute)))
                        .distinct()
                        .count());
        TensorCodec.Compressed sameSize = codec.compress(tensor, new RateTarget.Bytes(relative.length));
        assertTrue(sameSize.meanSquaredError() < 0.7 * compress(tensor, 75).meanSquaredError());
    }

    @Test
    void constantChannelsAreExactAndCostNothingPerValue() throws Exception {
        float[] values = new float[20_000 * 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 3 == 0 ? 1e-30f : i % 3 == 1 ? -123.456f : 0;
        }
        byte[] file = compress(FloatTensor.of(List.of(20_000, 3), values), 10).bytes();
        assertArrayEquals(values, back(file));
        assertTrue(file.length < 60, file.length + " bytes");
    }

    @Test
    void whatCannotBeQuantizedIsExact() throws Exception {
        FloatTensor clean = TestSeries.walks(1, 400, 5, 3);
        float[] values = clean.values().clone();
        float[] odd = {
            Float.NaN,
            Float.intBitsToFloat(0xFFC1_2345),
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            1e20f
        };
        for (int i = 0; i < odd.length; i++) {
            values[i * 250 + 30] = odd[i];
        }
        TensorCodec.Compressed file = compress(FloatTensor.of(clean.geometry(), values), 75);
        float[] back = back(file.bytes());
        for (int i = 0; i < odd.length; i++) {
            assertEquals(Float.floatToRawIntBits(odd[i]), Float.floatToRawIntBits(back[i * 250 + 30]));
        }
        TensorCodec.Compressed without = compress(clean, 75);
        assertEquals(without.meanSquaredError(), file.meanSquaredError(), 0.05 * without.meanSquaredError());
        assertTrue(file.bytes().length < without.bytes().length + 150, "outliers must not widen the steps of all");

        float[] masked = clean.values().clone();
        Arrays.fill(masked, 1000, 2000, Float.NaN);
        byte[] half = compress(FloatTensor.of(clean.geometry(), masked), 75).bytes();
        assertTrue(half.length < 0.65 * without.bytes().length, "a run of one escaped value is nearly free");
        assertArrayEquals(
                bits(Arrays.copyOfRange(masked, 1000, 2000)), bits(Arrays.copyOfRange(back(half), 1000, 2000)));
        float[] nothing = new float[64];
        Arrays.fill(nothing, Float.NaN);
        assertArrayEquals(
                bits(nothing),
                bits(back(compress(FloatTensor.of(List.of(64), nothing), 75).bytes())));
    }

    @Property(tries = 25, seed = "7") // a search by trial: the same trials every time
    void budgetsAreKeptAndUsed(@ForAll @IntRange(min = 0, max = 1000) int share, @ForAll long seed) {
        FloatTensor tensor = TestSeries.walks(1, 120, 6, seed);
        int most = compress(tensor, 100).bytes().length;
        long budget = 200 + share * (most - 200L) / 1000;
        TensorCodec.Compressed file =
                new TensorCodec(TensorSettings.DEFAULT).compress(tensor, new RateTarget.Bytes(budget));
        assertTrue(file.bytes().length <= budget, file.bytes().length + " of " + budget);
        assertTrue(file.bytes().length >= 0.97 * budget || file.lossless(), file.bytes().length + " of " + budget);
    }

    @Test
    void impossibleBudgetsNameTheSmallestFile() {
        FloatTensor tensor = TestSeries.walks(1, 120, 6, 1);
        TensorCodec codec = new TensorCodec(TensorSettings.DEFAULT);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> codec.compress(tensor, new RateTarget.Bytes(20)));
        long smallest = Long.parseLong(e.getMessage().replaceAll(".*file, (\\d+) bytes", "$1"));
        assertTrue(codec.compress(tensor, new RateTarget.Bytes(smallest)).bytes().length <= smallest);
    }

    @Test
    void qualityIsMonotoneAndLosslessIsSmallerThanRaw() {
        FloatTensor tensor = TestSeries.walks(2, 300, 6, 9);
        double error = Double.POSITIVE_INFINITY;
        int bytes = 0;
        for (int quality = 0; quality < 100; quality += 11) {
            TensorCodec.Compressed file = compress(tensor, quality);
            assertTrue(file.meanSquaredError() < error && file.bytes().length > bytes, "quality " + quality);
            error = file.meanSquaredError();
            bytes = file.bytes().length;
        }
        TensorCodec.Compressed exact = compress(tensor, 100);
        assertTrue(exact.lossless() && exact.bytes().length > bytes && exact.bytes().length < 0.9 * 4 * 3600);
    }

    @Test
    void predictorsAreChosenForWhatTheyAreGoodAt() {
        SplittableRandom random = new SplittableRandom(4);
        int n = 1000;
        float[] noise = new float[n];
        float[] jumps = new float[n]; // levels that last for a while
        float[] waves = new float[n];
        float[] anchored = new float[n]; // a level that lasts for ten steps, with noise
        for (int t = 0; t < n; t++) {
            noise[t] = (float) TestSeries.bell(random);
            jumps[t] = (float) (t == 0 || random.nextInt(20) == 0 ? TestSeries.bell(random) : jumps[t - 1]);
            double before = t < 2 ? 0 : 1.6 * waves[t - 1] - 0.9 * waves[t - 2];
            waves[t] = (float) (before + TestSeries.bell(random));
            anchored[t] = (float)
                    (t % 10 == 0 ? 40 * TestSeries.bell(random) : anchored[t / 10 * 10] + TestSeries.bell(random));
        }
        assertEquals(Track.Predictor.CENTER, chosen(noise, 0.05));
        assertEquals(Track.Predictor.PREVIOUS, chosen(jumps, 0.05));
        assertEquals(Track.Predictor.ADAPTIVE, chosen(waves, 0.05));
        assertEquals(Track.Predictor.ANCHOR, chosen(anchored, 0.5));
    }

    private static Track.Predictor chosen(float[] values, double step) {
        Axes axes = new Axes(1, values.length, 1);
        int mode = new ModeChoice(axes, NEAREST).next(axes, values, 0, 0, 0, step);
        return Track.of(0, step, mode).predictor();
    }

    @Test
    void damageIsFoundOrHarmless() throws Exception {
        FloatTensor tensor = TestSeries.walks(2, 60, 4, 8);
        SplittableRandom random = new SplittableRandom(7);
        for (int quality : new int[] {30, 90, 100}) {
            TsrFile good = TsrFile.read(compress(tensor, quality).bytes());
            byte[] whole = compress(tensor, quality).bytes();
            for (int i = 0; i < 400; i++) {
                byte[] payload = random.nextInt(3) == 0
                        ? Arrays.copyOf(good.payload(), random.nextInt(good.payload().length + 40))
                        : good.payload();
                for (int flips = random.nextInt(4); flips > 0 && payload.length > 0; flips--) {
                    payload[random.nextInt(payload.length)] ^= (byte) (1 << random.nextInt(8));
                }
                // The checksum fits, so the codec itself has to cope.
                TsrFile damaged = TsrFile.read(TsrFile.write(good.header(), payload));
                try {
                    assertEquals(480, TensorCodec.decompress(damaged).values().length);
                } catch (CorruptBitstreamException e) {
                    assertTrue(e.offset() >= 0 && e.offset() <= damaged.payload().length + 40, e.getMessage());
                }
                byte[] flipped = whole.clone();
                flipped[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
                assertThrows(IOException.class, () -> TensorCodec.decompress(TsrFile.read(flipped)));
            }
        }
    }

    @Test
    void tinyFilesCannotClaimHugeTensors() throws Exception {
        TensorGeometry huge = new TensorGeometry(List.of(1 << 13, 1 << 14), ElementType.F4);
        for (int parameters : new int[] {0, 1, 8191, 8192, TsrHeader.MAX_PARAMETERS}) {
            TsrFile file = TsrFile.read(
                    TsrFile.write(new TsrHeader(TensorCodec.NO_MODEL, huge, parameters), new byte[] {1, 2, 3}));
            assertThrows(CorruptBitstreamException.class, () -> TensorCodec.decompress(file));
        }
    }

    @Test
    void callersAreToldWhatIsWrong() {
        assertThrows(IllegalArgumentException.class, () -> FloatTensor.of(List.of(3), 1, 2));
        assertThrows(IllegalArgumentException.class, () -> FloatTensor.of(List.of()));
        assertThrows(IllegalArgumentException.class, () -> FloatTensor.of(List.of(-1, -1), 1));
        assertThrows(IllegalArgumentException.class, () -> FloatTensor.of(List.of(1 << 20, 1 << 20)));
        assertThrows(IllegalArgumentException.class, () -> FloatTensor.of(List.of(1, 1, 1, 1, 1, 1, 1, 1, 1), 1));
        assertThrows(IllegalArgumentException.class, () -> new TensorSettings(0, 1, 0, StepRule.CHANNEL));
        assertThrows(IllegalArgumentException.class, () -> new TensorSettings(1, 8, 0, StepRule.CHANNEL));
        assertThrows(IllegalArgumentException.class, () -> NEAREST.withRateWeight(Double.NaN));
    }

    @Test
    void goldenFileDecodesAndIsMadeAgain() throws Exception {
        byte[] golden;
        byte[] expected;
        try (InputStream file = TensorCodecTest.class.getResourceAsStream("/golden/tsr/0/tensor-2x40x3.tsr");
                InputStream values = TensorCodecTest.class.getResourceAsStream("/golden/tsr/0/tensor-2x40x3.f4")) {
            golden = file.readAllBytes();
            expected = values.readAllBytes();
        }
        ByteBuffer bytes = ByteBuffer.allocate(4 * 240).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(back(golden));
        assertArrayEquals(expected, bytes.array());
        assertArrayEquals(golden, compress(TestSeries.walks(2, 40, 3, 11), 60).bytes());
    }

    @Test
    void oneCodecServesManyThreads() {
        TensorCodec codec = new TensorCodec(TensorSettings.DEFAULT);
        FloatTensor tensor = TestSeries.walks(1, 200, 5, 2);
        byte[] alone = codec.compress(tensor, new RateTarget.Bytes(700)).bytes();
        IntStream.range(0, 7)
                .parallel()
                .mapToObj(_ -> codec.compress(tensor, new RateTarget.Bytes(700)).bytes())
                .forEach(file -> assertArrayEquals(alone, file));
    }

    @Test
    void sameBitsHere() throws Exception {
        assertEquals(DIGEST, TensorDigest.digest());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:UseAVX=0", "-XX:-UseFMA"})
    void sameBitsInEveryModeOfTheJvm(String flag) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+IgnoreUnrecognizedVMOptions",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        flag,
                        "-cp",
                        System.getProperty("java.class.path"),
                        TensorDigest.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), out);
        assertEquals(DIGEST, out.strip());
    }
}
