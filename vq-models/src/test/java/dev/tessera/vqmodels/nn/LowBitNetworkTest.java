package dev.tessera.vqmodels.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import dev.tessera.vqmodels.lowbit.GroupScales;
import dev.tessera.vqmodels.lowbit.PqWeights;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.Samples;
import dev.tessera.vqmodels.lowbit.ScaleGrid;
import dev.tessera.vqmodels.lowbit.ScaleType;
import dev.tessera.vqmodels.lowbit.WeightsFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks whose weights stand in few bits: those of their values, bit for bit, or one clear exception. */
class LowBitNetworkTest {
    private static final String NAME = "encoder.0.weight";
    private static final List<QuantizedWeights> WEIGHTS = Samples.oneOfEach();
    private static final int[] KERNEL = {19, 25, 1, 3}; // of the 19 x 75 weights
    private static final List<Object> CONV = List.of(ModelConfig.of(
            new TreeMap<>(java.util.Map.of("type", "conv", "name", "encoder.0", "stride", List.of(1, 2)))));
    private static final List<Object> LINEAR =
            List.of(ModelConfig.of(new TreeMap<>(java.util.Map.of("type", "linear", "name", "encoder.0"))));

    static List<QuantizedWeights> weights() {
        return WEIGHTS;
    }

    private static TreeMap<String, Object> config(List<Object> blocks, int channels) {
        TreeMap<String, Object> config = new TreeMap<>();
        config.put("encoder", blocks);
        config.put("encoder_channels", channels);
        return config;
    }

    private static ModelFile lowBit(List<Object> blocks, int channels, QuantizedWeights weights, int... shape) {
        TreeMap<String, Object> config = config(blocks, channels);
        ModelFile.Builder builder = ModelFile.builder();
        WeightsFile.write(NAME, weights, builder, config);
        config.put(WeightsFile.shapeKey(NAME), shape);
        return builder.config(ModelConfig.of(config)).build();
    }

    private static ModelFile floats(List<Object> blocks, int channels, QuantizedWeights weights, int... shape) {
        return ModelFile.builder()
                .tensor(NAME, Tensor.ofFloats(weights.dequantize(), shape))
                .config(ModelConfig.of(config(blocks, channels)))
                .build();
    }

    @ParameterizedTest
    @MethodSource("weights")
    void theNetworkIsThatOfTheValues(QuantizedWeights weights) throws CorruptModelException {
        Maps maps = new Maps(5);
        FeatureMap series = maps.map(25, 1, 31);
        assertEquals(
                Network.read(floats(CONV, 25, weights, KERNEL), "encoder").run(series, 1),
                Network.read(lowBit(CONV, 25, weights, KERNEL), "encoder").run(series, 1));
        FeatureMap points = maps.map(75, 2, 3);
        for (int[] shape : List.of(new int[] {19, 75}, new int[] {19, 75, 1, 1})) {
            assertEquals(
                    Network.read(floats(LINEAR, 75, weights, shape), "encoder").run(points, 1),
                    Network.read(lowBit(LINEAR, 75, weights, shape), "encoder").run(points, 1));
        }
    }

    @Test
    void shapesMustBeThoseOfTheWeights() {
        QuantizedWeights weights = WEIGHTS.getFirst();
        for (int[] shape : List.of(
                new int[] {},
                new int[] {19},
                new int[] {75, 19},
                new int[] {19, 0},
                new int[] {19, -75},
                new int[] {-19, -75},
                new int[] {19, 25, 3},
                new int[] {19, 75, 2},
                new int[] {19, 1 << 16, 1 << 16, 75},
                new int[] {1, 19, 75})) {
            ModelFile model = lowBit(LINEAR, 75, weights, shape);
            CorruptModelException e = assertThrows(
                    CorruptModelException.class, () -> Network.read(model, "encoder"), Arrays.toString(shape));
            assertTrue(e.getMessage().contains(NAME), e.getMessage());
        }
    }

    @Test
    void weightsStandOnceOnly() {
        ModelFile.Builder builder = ModelFile.builder();
        TreeMap<String, Object> config = config(LINEAR, 75);
        WeightsFile.write(NAME, WEIGHTS.getFirst(), builder, config);
        config.put(WeightsFile.shapeKey(NAME), new int[] {19, 75});
        ModelFile both = builder.tensor(NAME, Tensor.ofFloats(new float[19 * 75], 19, 75))
                .config(ModelConfig.of(config))
                .build();
        CorruptModelException e = assertThrows(CorruptModelException.class, () -> Network.read(both, "encoder"));
        assertTrue(e.getMessage().contains("twice"), e.getMessage());
    }

    /** Eight megabytes of codes that stand for 2^29 weights. */
    @Test
    void fewBytesMustNotBecomeGigabytes() {
        int rows = 1 << 15;
        int cols = 1 << 14;
        GroupScales scales = GroupScales.encode(ScaleGrid.of(ScaleType.HALF, 1), rows, 1, new float[rows]);
        PqWeights weights = PqWeights.of(rows, cols, 64, 1, true, new float[64], new byte[rows * (cols / 64)], scales);
        ModelFile model = lowBit(LINEAR, cols, weights, rows, cols);
        CorruptModelException e = assertThrows(CorruptModelException.class, () -> Network.read(model, "encoder"));
        assertTrue(e.getMessage().contains("536870912 weights"), e.getMessage());
    }

    /** Either the file says what is wrong with it, or the network works. */
    @Test
    void damagedFilesSayItOrStillWork() throws IOException {
        SplittableRandom random = new SplittableRandom(10);
        int refused = 0;
        for (int i = 0; i < 1500; i++) {
            QuantizedWeights weights = WEIGHTS.get(i % WEIGHTS.size());
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            lowBit(CONV, 25, weights, KERNEL).write(out);
            byte[] bytes = out.toByteArray();
            for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
                // half of them in the header, where names, shapes and formats stand
                int end = i % 2 == 0 ? 8 + (bytes[0] & 0xFF | (bytes[1] & 0xFF) << 8) : bytes.length;
                bytes[random.nextInt(8, end)] ^= (byte) (1 << random.nextInt(8));
            }
            if (i % 10 == 3) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            }
            try {
                Network.read(ModelFile.read(bytes), "encoder").outExtent(new Extent(1, 31));
            } catch (CorruptModelException e) {
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("case " + i + " of " + weights, e);
            }
        }
        assertTrue(refused > 500, refused + " of 1500 refused");
    }
}
