package dev.tessera.vqmodels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.AdditiveQuantizer;
import dev.tessera.codebook.AdditiveSearch;
import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.EcvqQuantizer;
import dev.tessera.codebook.GroupedQuantizer;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.PaletteQuantizer;
import dev.tessera.codebook.ProductQuantizer;
import dev.tessera.codebook.ProjectedQuantizer;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.RotatedQuantizer;
import dev.tessera.codebook.SphericalQuantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.implicit.BinarySphericalQuantizer;
import dev.tessera.codebook.implicit.BitOrder;
import dev.tessera.codebook.implicit.FiniteScalarQuantizer;
import dev.tessera.codebook.implicit.LatentQuantizer;
import dev.tessera.codebook.implicit.LookupFreeQuantizer;
import dev.tessera.codebook.implicit.PyramidVectorQuantizer;
import dev.tessera.codebook.implicit.RaBitQuantizer;
import dev.tessera.codebook.implicit.RandomProjection;
import dev.tessera.codebook.implicit.RandomProjectionQuantizer;
import dev.tessera.codebook.implicit.ResidualFsq;
import dev.tessera.codebook.implicit.ScalarQuantizer;
import dev.tessera.codebook.learn.EntropyConstrainedVq;
import dev.tessera.codebook.learn.FactorizedKMeans;
import dev.tessera.codebook.learn.OptimizedProduct;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of quantizer comes back from its file bit for bit, and no damaged file does anything but say so. */
class QuantizerFilesTest {
    private static final int COUNT = 200;
    private static final List<Quantizer> QUANTIZERS = quantizers();

    static List<Quantizer> quantizers() {
        Latents training = latents(4, 300);
        ResidualQuantizer residual = new ResidualQuantizer(List.of(codebook(1, 8, 4), codebook(2, 5, 4)));
        ProductQuantizer product = new ProductQuantizer(List.of(codebook(3, 8, 3), codebook(4, 300, 1)));
        FiniteScalarQuantizer fsq =
                new FiniteScalarQuantizer(new int[] {8, 5, 3}, FiniteScalarQuantizer.Bound.TORCH_PORT);
        RotatedQuantizer rotated = new RotatedQuantizer(
                new float[] {0.6f, 0.8f, -0.8f, 0.6f},
                new float[] {0.5f, -1},
                new LatentQuantizer(new float[][] {{-1, 1}, {3, 0, -2}}));
        Quantizer spherical = SphericalQuantizer.factorized(codebook(5, 9, 2));
        return List.of(
                new VectorQuantizer(codebook(6, 70_000, 1)),
                residual,
                product,
                spherical,
                SphericalQuantizer.unit(codebook(7, 6, 4)),
                EntropyConstrainedVq.builder()
                        .codebookSize(6)
                        .lambda(0.3)
                        .threads(1)
                        .build()
                        .fit(training),
                new EcvqQuantizer(codebook(8, 3, 2), new float[] {0, 1.5f, 9}, 0),
                new PaletteQuantizer(new byte[] {0, 0, 0, -1, -1, -1, 17, -100, 3}),
                new GroupedQuantizer(List.of(residual, spherical, rotated, fsq)),
                new AdditiveQuantizer(
                        List.of(codebook(9, 6, 4), codebook(10, 7, 4), codebook(11, 2, 4)),
                        new AdditiveSearch(3, 2, 1, 2, -77)),
                projected(5, fsq),
                projected(4, projected(3, new GroupedQuantizer(List.of(spherical, fsq)))),
                FactorizedKMeans.builder()
                        .codeDim(2)
                        .codebookSize(8)
                        .threads(1)
                        .build()
                        .fit(training),
                rotated,
                OptimizedProduct.builder()
                        .subspaces(2)
                        .codebookSize(4)
                        .threads(1)
                        .build()
                        .fit(training),
                fsq,
                new FiniteScalarQuantizer(levels(40, 7), FiniteScalarQuantizer.Bound.SYMMETRIC),
                new ResidualFsq(new int[] {4, 3}, 3, true),
                new ResidualFsq(new int[] {5}, 1, false),
                new ScalarQuantizer(new int[] {1, 8, 4}, new float[] {-1, -2, 0.5f}, new float[] {2, 0.01f, 0.1f}),
                new LookupFreeQuantizer(35, 0.7f, BitOrder.MOST_SIGNIFICANT_FIRST),
                new BinarySphericalQuantizer(9, BitOrder.LEAST_SIGNIFICANT_FIRST),
                new LatentQuantizer(new float[][] {{0}, {1, -1}, {2, 0.5f, -0.5f}}),
                new PyramidVectorQuantizer(4, 3),
                new PyramidVectorQuantizer(20, 30, new float[] {0.5f, 2, 4}),
                new RandomProjectionQuantizer(
                        new RandomProjection(-5, 7, 3, new float[] {1, 2}, new float[] {-1, 0.5f}), codebook(12, 7, 2)),
                new RaBitQuantizer(new float[] {0.5f, -1, 2}, new float[] {1, 2, 3}, Long.MIN_VALUE));
    }

    private static ProjectedQuantizer projected(int dim, Quantizer inner) {
        return new ProjectedQuantizer(
                dim,
                values(20, inner.dim() * dim),
                values(21, inner.dim()),
                inner,
                values(22, inner.dim() * dim),
                values(23, dim));
    }

    private static Codebook codebook(long seed, int size, int dim) {
        return Codebook.of(size, dim, values(seed, size * dim));
    }

    private static int[] levels(int dim, int levels) {
        int[] all = new int[dim];
        Arrays.fill(all, levels);
        return all;
    }

    private static float[] values(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (2 * random.nextGaussian());
        }
        return values;
    }

    private static Latents latents(int dim, int count) {
        return Latents.of(count, dim, values(99, count * dim));
    }

    /** In the range of colours, which one of the quantizers asks for. */
    private static Latents vectorsFor(Quantizer quantizer) {
        Latents latents = latents(quantizer.dim(), COUNT);
        if (quantizer instanceof PaletteQuantizer) {
            for (int i = 0; i < latents.data().length; i++) {
                latents.data()[i] = Math.min(255, Math.abs(40 * latents.data()[i]));
            }
        }
        return latents;
    }

    private static byte[] bytes(ModelFile file) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        file.write(out);
        return out.toByteArray();
    }

    @Test
    void everyTypeIsHere() {
        EnumSet<QuantizerType> missing = EnumSet.allOf(QuantizerType.class);
        QUANTIZERS.forEach(q -> missing.remove(QuantizerType.of(q)));
        assertEquals(Set.of(), missing);
    }

    @ParameterizedTest
    @MethodSource("quantizers")
    void comesBackBitForBit(Quantizer quantizer) throws IOException {
        ModelFile file = CodebookFile.of(quantizer, "any", -3);
        byte[] bytes = bytes(file);
        Quantizer read = CodebookFile.quantizer(ModelFile.read(bytes));
        assertSame(quantizer.getClass(), read.getClass());
        assertArrayEquals(bytes, bytes(CodebookFile.of(read, "any", -3)));
        assertEquals(quantizer.dim(), read.dim());
        assertArrayEquals(quantizer.codebookSizes(), read.codebookSizes());
        Latents vectors = vectorsFor(quantizer);
        int[] indices = quantizer.quantize(vectors);
        assertArrayEquals(indices, read.quantize(vectors));
        assertArrayEquals(bits(quantizer.dequantize(indices, COUNT)), bits(read.dequantize(indices, COUNT)));
    }

    private static int[] bits(Latents latents) {
        int[] bits = new int[latents.data().length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(latents.data()[i]));
        return bits;
    }

    /** The parts of a file, to be damaged. */
    private record Parts(TreeMap<String, Object> config, TreeMap<String, Tensor> tensors) {
        static Parts of(Quantizer quantizer) throws IOException {
            ModelFile file = CodebookFile.of(quantizer, "any", 1);
            TreeMap<String, Tensor> tensors = new TreeMap<>();
            for (String name : file.tensorNames()) {
                tensors.put(name, file.tensor(name));
            }
            return new Parts(new TreeMap<>(Json.parseObject(file.config().toJson())), tensors);
        }

        ModelFile file() throws CorruptModelException {
            return ModelFile.read(new Safetensors(tensors, Map.of("config", Json.write(config))).write());
        }
    }

    /** Names that say what the file is called, not what the quantizer is. */
    private static final Set<String> LABELS = Set.of("name", "kind", "media", "quantizer", "seed");

    @ParameterizedTest
    @MethodSource("quantizers")
    void nothingMayBeMissingOrOfAnotherShape(Quantizer quantizer) throws IOException {
        Parts whole = Parts.of(quantizer);
        for (String name : whole.config().keySet()) {
            // the outermost quantizer of the first files has only the number of its stages
            if (!LABELS.contains(name) && !name.equals("quantizer.codebooks")) {
                Parts damaged = Parts.of(quantizer);
                damaged.config().remove(name);
                assertThrows(CorruptModelException.class, () -> CodebookFile.quantizer(damaged.file()), name);
                damaged.config().put(name, Map.of());
                assertThrows(CorruptModelException.class, () -> CodebookFile.quantizer(damaged.file()), name);
            }
        }
        for (String name : whole.tensors().keySet()) {
            int[] shape = whole.tensors().get(name).shape();
            List<Optional<Tensor>> replacements = new ArrayList<>();
            replacements.add(Optional.empty());
            replacements.add(Optional.of(Tensor.ofFloats(new float[1])));
            replacements.add(Optional.of(Tensor.ofLongs(new long[product(shape)], shape)));
            if (whole.tensors().get(name).type() == DType.F32 && product(shape) > 0) {
                for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
                    float[] values = whole.tensors().get(name).toFloats();
                    values[values.length / 2] = bad;
                    replacements.add(Optional.of(Tensor.ofFloats(values, shape)));
                }
            }
            if (shape.length == 2 && shape[0] != shape[1]) {
                replacements.add(Optional.of(Tensor.ofFloats(new float[product(shape)], shape[1], shape[0])));
            }
            for (Optional<Tensor> replacement : replacements) {
                Parts damaged = Parts.of(quantizer);
                damaged.tensors().remove(name);
                replacement.ifPresent(tensor -> damaged.tensors().put(name, tensor));
                assertThrows(
                        CorruptModelException.class, () -> CodebookFile.quantizer(damaged.file()), name + replacement);
            }
        }
    }

    private static int product(int[] shape) {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    @Test
    void absurdClaimsAreRefusedBeforeAnythingIsMade() throws IOException {
        Map<String, Object> huge = new LinkedHashMap<>();
        huge.put("additive_quantizer", Map.of("quantizer.rounds", 1 << 30));
        huge.put("grouped_quantizer", Map.of("quantizer.groups", 1 << 30));
        huge.put("residual_fsq", Map.of("quantizer.stages", 1 << 30));
        huge.put("lookup_free_quantizer", Map.of("quantizer.dim", 1 << 30));
        huge.put("pyramid_vector_quantizer", Map.of("quantizer.dim", 60_000, "quantizer.pulses", 60_000));
        huge.put("random_projection_quantizer", Map.of("quantizer.projected_dim", 1 << 16, "codebook_size", 7));
        huge.put(
                "finite_scalar_quantizer",
                Map.of(
                        "quantizer.levels",
                        Arrays.stream(levels(70_000, 1000)).boxed().toList()));
        for (Quantizer quantizer : QUANTIZERS) {
            if (huge.remove(QuantizerType.of(quantizer).fileName()) instanceof Map<?, ?> claims) {
                Parts parts = Parts.of(quantizer);
                claims.forEach((name, value) -> parts.config().put((String) name, value));
                if (quantizer instanceof RandomProjectionQuantizer) {
                    parts.tensors().put("quantizer.0.codebook", Tensor.ofFloats(values(1, 2 << 16), 1 << 16, 2));
                }
                assertThrows(CorruptModelException.class, () -> CodebookFile.quantizer(parts.file()), claims::toString);
            }
        }
        assertEquals(Set.of(), huge.keySet());
        Parts manyBooks = Parts.of(QUANTIZERS.get(9));
        manyBooks.config().put("quantizer.codebooks", 65);
        for (int s = 0; s < 65; s++) {
            manyBooks.tensors().put("quantizer." + s + ".codebook", Tensor.ofFloats(new float[4], 1, 4));
        }
        assertThrows(CorruptModelException.class, () -> CodebookFile.quantizer(manyBooks.file()));
        Parts dearBits = Parts.of(QUANTIZERS.get(6));
        dearBits.config().put("quantizer.lambda", 1e300);
        assertThrows(CorruptModelException.class, () -> CodebookFile.quantizer(dearBits.file()));
    }

    @Test
    void nestingHasAnEnd() throws IOException {
        Quantizer quantizer = new VectorQuantizer(codebook(1, 2, 1));
        for (int i = 0; i < 9; i++) {
            quantizer = new GroupedQuantizer(List.of(quantizer));
        }
        ModelFile file = CodebookFile.of(quantizer, "any", 1);
        assertThrows(CorruptModelException.class, () -> CodebookFile.quantizer(file));
    }

    /** Either the file says what is wrong with it, or what it holds is a quantizer that works. */
    @Test
    void damagedFilesSayItOrStillWork() throws IOException {
        List<Object> hostile = new ArrayList<>(List.of(
                -1, 0, 1, 2, 3, 65_536, 65_537, Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 40, Long.MIN_VALUE));
        hostile.addAll(List.of(-0.5, 1e300, 1e-300, Double.NaN, Double.POSITIVE_INFINITY, "", "tarot", true, false));
        hostile.addAll(List.of(List.of(), List.of(-1), List.of(1000, 1000, 2), List.of("x"), Map.of()));
        for (QuantizerType type : QuantizerType.values()) {
            hostile.add(type.fileName());
        }
        SplittableRandom random = new SplittableRandom(2026);
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            // without the first, whose file is larger than all others
            Quantizer quantizer = QUANTIZERS.get(1 + i % (QUANTIZERS.size() - 1));
            Parts parts = Parts.of(quantizer);
            byte[] bytes;
            if (i % 3 == 0) {
                bytes = bytes(parts.file());
                int header = (int)
                        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
                bytes[random.nextInt(8 + header)] ^= (byte) (1 << random.nextInt(8));
            } else {
                List<String> names = List.copyOf(parts.config().keySet());
                for (int n = random.nextInt(1, 4); n > 0; n--) {
                    parts.config()
                            .put(names.get(random.nextInt(names.size())), hostile.get(random.nextInt(hostile.size())));
                }
                bytes = bytes(parts.file());
            }
            try {
                Quantizer read = CodebookFile.quantizer(ModelFile.read(bytes));
                assertEquals(
                        read.dim(), read.dequantize(new int[read.stages()], 1).dim());
            } catch (CorruptModelException e) {
                refused++;
                assertTrue(e.getMessage().length() < 500, e.getMessage());
            } catch (RuntimeException | Error e) {
                throw new AssertionError("case " + i + ", " + new String(bytes, StandardCharsets.ISO_8859_1), e);
            }
        }
        assertTrue(refused > 1000, refused + " of 2000 refused");
    }
}
