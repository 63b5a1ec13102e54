package dev.tessera.vqmodels.lowbit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.DType;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import dev.tessera.vqmodels.lowbit.fit.RoundToNearest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every format comes back from its file bit for bit, and no damaged file does anything but say so. */
class WeightsFileTest {
    private static final String NAME = "decoder.0.weight";
    private static final List<QuantizedWeights> WEIGHTS = Samples.oneOfEach();

    static List<QuantizedWeights> weights() {
        return WEIGHTS;
    }

    private static byte[] bytes(ModelFile file) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        file.write(out);
        return out.toByteArray();
    }

    /** The parts of a file, to be damaged. */
    private record Parts(TreeMap<String, Object> config, TreeMap<String, Tensor> tensors) {
        static Parts of(QuantizedWeights weights) throws IOException {
            ModelFile.Builder builder = ModelFile.builder();
            TreeMap<String, Object> config = new TreeMap<>();
            WeightsFile.write(NAME, weights, builder, config);
            ModelFile file = builder.build();
            TreeMap<String, Tensor> tensors = new TreeMap<>();
            for (String name : file.tensorNames()) {
                tensors.put(name, file.tensor(name));
            }
            return new Parts(config, tensors);
        }

        ModelFile file() {
            ModelFile.Builder builder = ModelFile.builder().config(ModelConfig.of(config));
            tensors.forEach(builder::tensor);
            return builder.build();
        }
    }

    @ParameterizedTest
    @MethodSource("weights")
    void comesBackBitForBit(QuantizedWeights weights) throws IOException {
        Parts parts = Parts.of(weights);
        byte[] bytes = bytes(parts.file());
        ModelFile file = ModelFile.read(bytes);
        assertTrue(WeightsFile.has(file, NAME));
        assertFalse(WeightsFile.has(file, "encoder"));
        QuantizedWeights read = WeightsFile.read(file, NAME);
        assertSame(weights.getClass(), read.getClass());
        assertSame(weights.format(), read.format());
        assertEquals(weights.bytes(), read.bytes());
        assertArrayEquals(bits(weights), bits(read));
        assertArrayEquals(bytes, bytes(Parts.of(read).file()));
        long stored = 0;
        for (Tensor tensor : parts.tensors().values()) {
            stored += (long) tensor.elements() * tensor.type().bytes();
        }
        assertEquals(stored, weights.bytes(), "bytes() are those of the tensors");
    }

    private static int[] bits(QuantizedWeights weights) {
        float[] values = weights.dequantize();
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }

    @ParameterizedTest
    @MethodSource("weights")
    void nothingMayBeMissingOrOfAnotherShape(QuantizedWeights weights) throws IOException {
        Parts whole = Parts.of(weights);
        for (String name : whole.config().keySet()) {
            Parts damaged = Parts.of(weights);
            damaged.config().remove(name);
            assertThrows(CorruptModelException.class, () -> WeightsFile.read(damaged.file(), NAME), name);
            damaged.config().put(name, 0.5);
            assertThrows(CorruptModelException.class, () -> WeightsFile.read(damaged.file(), NAME), name);
        }
        for (String name : whole.tensors().keySet()) {
            Tensor tensor = whole.tensors().get(name);
            int[] shape = tensor.shape();
            List<Optional<Tensor>> replacements = new ArrayList<>();
            replacements.add(Optional.empty());
            replacements.add(Optional.of(Tensor.ofLongs(new long[tensor.elements()], shape)));
            int[] longer = shape.clone();
            longer[0]++;
            int elements = Arrays.stream(longer).reduce(1, (a, b) -> a * b);
            replacements.add(Optional.of(Tensor.ofBytes(
                    tensor.type(), new byte[elements * tensor.type().bytes()], longer)));
            if ((tensor.type() == DType.F16 || tensor.type() == DType.F32) && tensor.elements() > 0) {
                byte[] ones = new byte[tensor.elements() * tensor.type().bytes()];
                Arrays.fill(ones, (byte) -1); // NaN
                replacements.add(Optional.of(Tensor.ofBytes(tensor.type(), ones, shape)));
            }
            for (Optional<Tensor> replacement : replacements) {
                Parts damaged = Parts.of(weights);
                damaged.tensors().remove(name);
                replacement.ifPresent(bad -> damaged.tensors().put(name, bad));
                assertThrows(
                        CorruptModelException.class, () -> WeightsFile.read(damaged.file(), NAME), name + replacement);
            }
        }
    }

    /** Either the file says what is wrong with it, or what it holds are weights that work. */
    @Test
    void damagedFilesSayItOrStillWork() throws IOException {
        List<Object> hostile = new ArrayList<>(List.of(-1, 0, 1, 2, 3, 16, 17, 64, 75, 76, 65_536, 65_537));
        hostile.addAll(List.of(Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 40, -0.5, 1e300, "", "tarot", true, false));
        hostile.addAll(List.of("outliers", "low_rank", "rotated", "half", "e8m0", "e4m3", "double", List.of()));
        for (WeightFormat format : WeightFormat.values()) {
            hostile.add(format.formatName());
        }
        SplittableRandom random = new SplittableRandom(2026);
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            Parts parts = Parts.of(WEIGHTS.get(i % WEIGHTS.size()));
            byte[] bytes;
            if (i % 3 == 0) {
                List<String> names = List.copyOf(parts.config().keySet());
                for (int n = random.nextInt(1, 4); n > 0; n--) {
                    parts.config()
                            .put(names.get(random.nextInt(names.size())), hostile.get(random.nextInt(hostile.size())));
                }
                bytes = bytes(parts.file());
            } else {
                bytes = bytes(parts.file());
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                if (i % 6 == 1) {
                    bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
                }
            }
            try {
                QuantizedWeights read = WeightsFile.read(ModelFile.read(bytes), NAME);
                for (float value : read.dequantize()) {
                    assertFalse(Float.isNaN(value));
                }
            } catch (CorruptModelException e) {
                refused++;
                assertTrue(e.getMessage().length() < 500, e.getMessage());
            } catch (RuntimeException | Error e) {
                throw new AssertionError("case " + i + " of " + WEIGHTS.get(i % WEIGHTS.size()), e);
            }
        }
        assertTrue(refused > 1000, refused + " of 3000 refused");
    }

    @Test
    void codesThatMustNotOccurAreRefused() throws IOException {
        record Case(ScalarFormat format, int bad) {}
        WeightMatrix matrix = Samples.matrix(1, 16, 64);
        for (Case bad : List.of(
                new Case(ScalarFormat.int8(), 0x80),
                new Case(ScalarFormat.fp8(), 0x7F),
                new Case(ScalarFormat.fp8(), 0xFF),
                new Case(ScalarFormat.ternary(), 0xFF))) {
            Parts parts = Parts.of(RoundToNearest.standard(1).quantize(matrix, bad.format()));
            Tensor codes = parts.tensors().get(NAME + ".codes");
            byte[] all = codes.toBytes();
            Arrays.fill(all, (byte) bad.bad());
            parts.tensors().put(NAME + ".codes", Tensor.ofBytes(codes.type(), all, codes.shape()));
            assertThrows(CorruptModelException.class, () -> WeightsFile.read(parts.file(), NAME));
        }
    }

    @Test
    void absurdSizesAreRefusedBeforeAnythingIsMade() throws IOException {
        for (QuantizedWeights weights : WEIGHTS) {
            for (String name : new String[] {".rows", ".cols"}) {
                Parts parts = Parts.of(weights);
                if (parts.config().containsKey(NAME + name)) {
                    parts.config().put(NAME + name, Integer.MAX_VALUE);
                    assertThrows(CorruptModelException.class, () -> WeightsFile.read(parts.file(), NAME));
                    parts.config().put(NAME + name, 20_000_000);
                    assertThrows(CorruptModelException.class, () -> WeightsFile.read(parts.file(), NAME));
                }
            }
        }
    }

    @Test
    void nestingHasAnEnd() throws IOException {
        QuantizedWeights weights = WEIGHTS.getFirst();
        for (int i = 0; i < 5; i++) {
            weights = SparseOutlierWeights.of(weights, new int[20], new int[0], new float[0]);
        }
        ModelFile file = Parts.of(weights).file();
        assertThrows(CorruptModelException.class, () -> WeightsFile.read(file, NAME));
    }

    /**
     * The golden files have one layer of every format and class and, beside each, its values: files of today stay
     * readable, mean the same
     * and are written the same.
     */
    @ParameterizedTest
    @CsvSource({"formats,20", "rotated,2", "pyramid-and-planes,2"})
    void goldenFile(String name, int expectedLayers) throws IOException {
        byte[] golden;
        try (InputStream in = getClass().getResourceAsStream("/golden/weights/1/" + name + ".safetensors")) {
            golden = in.readAllBytes();
        }
        ModelFile file = ModelFile.read(golden);
        ModelFile.Builder builder = ModelFile.builder();
        TreeMap<String, Object> config = new TreeMap<>();
        int layers = 0;
        for (String layer = "layer0"; WeightsFile.has(file, layer); layer = "layer" + layers) {
            QuantizedWeights read = WeightsFile.read(file, layer);
            WeightsFile.write(layer, read, builder, config);
            Tensor values = Tensor.ofFloats(read.dequantize(), read.rows(), read.cols());
            assertEquals(file.tensor("expected." + layer), values, layer);
            builder.tensor("expected." + layer, values);
            layers++;
        }
        assertEquals(expectedLayers, layers);
        assertArrayEquals(golden, bytes(builder.config(ModelConfig.of(config)).build()));
    }
}
