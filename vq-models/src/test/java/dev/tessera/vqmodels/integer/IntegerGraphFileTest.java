package dev.tessera.vqmodels.integer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.DType;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Graphs come back as they were, and no damaged file does anything but say so. */
class IntegerGraphFileTest {
    private static final String PREFIX = "prior";
    private static final IntegerGraph GRAPH = IntegerSamples.graph(3);

    /** The parts of a file, to be damaged. */
    private record Parts(Map<String, Object> config, Map<String, Tensor> tensors) {
        static Parts of(IntegerGraph graph) throws IOException {
            ModelFile.Builder builder = ModelFile.builder();
            Map<String, Object> config = new TreeMap<>();
            IntegerGraphFile.write(PREFIX, graph, builder, config);
            ModelFile file = builder.build();
            Map<String, Tensor> tensors = new TreeMap<>();
            for (String name : file.tensorNames()) {
                tensors.put(name, file.tensor(name));
            }
            return new Parts(config, tensors);
        }

        byte[] bytes() throws IOException {
            ModelFile.Builder builder = ModelFile.builder().config(ModelConfig.of(config));
            tensors.forEach(builder::tensor);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            builder.build().write(out);
            return out.toByteArray();
        }

        IntegerGraph read() throws IOException {
            return IntegerGraphFile.read(ModelFile.read(bytes()), PREFIX);
        }

        /** Sets a field of a node. */
        void set(int node, String field, Object value) {
            List<ModelConfig> nodes = new ArrayList<>();
            for (Object item : (List<?>) config.get(PREFIX)) {
                nodes.add((ModelConfig) item);
            }
            nodes.set(node, nodes.get(node).with(field, value));
            config.put(PREFIX, nodes);
        }
    }

    @Test
    void comesBackAsItWas() throws IOException {
        Parts parts = Parts.of(GRAPH);
        ModelFile file = ModelFile.read(parts.bytes());
        assertTrue(IntegerGraphFile.has(file, PREFIX));
        assertFalse(IntegerGraphFile.has(file, "other"));
        IntegerGraph read = IntegerGraphFile.read(file, PREFIX);
        assertEquals(GRAPH.outputs(), read.outputs());
        IntegerTensor grid = IntegerSamples.grid(4, 3, 5, 3);
        assertEquals(GRAPH.evaluate(grid, IntegerSamples.WINDOW), read.evaluate(grid, IntegerSamples.WINDOW));
        assertArrayEquals(parts.bytes(), Parts.of(read).bytes());
    }

    /** Files of today stay readable, mean the same and are written the same. */
    @Test
    void goldenFile() throws IOException {
        byte[] golden;
        try (InputStream in = getClass().getResourceAsStream("/golden/integer-graph/1/every-layer.safetensors")) {
            golden = in.readAllBytes();
        }
        IntegerGraph read = IntegerGraphFile.read(ModelFile.read(golden), PREFIX);
        assertEquals(IntegerSamples.GOLDEN, IntegerSamples.fingerprint(read));
        assertArrayEquals(golden, Parts.of(read).bytes());
    }

    @Test
    void nothingMayBeMissingOrOfAnotherType() throws IOException {
        for (String name : Parts.of(GRAPH).tensors().keySet()) {
            Parts damaged = Parts.of(GRAPH);
            Tensor tensor = damaged.tensors().remove(name);
            assertThrows(CorruptModelException.class, damaged::read, name);
            damaged.tensors().put(name, Tensor.ofFloats(new float[tensor.elements()], tensor.shape()));
            assertThrows(CorruptModelException.class, damaged::read, name);
            damaged.tensors().put(name, Tensor.ofBytes(tensor.type(), new byte[0], 0));
            assertThrows(CorruptModelException.class, damaged::read, name);
        }
        for (String name : Parts.of(GRAPH).config().keySet()) {
            Parts damaged = Parts.of(GRAPH);
            damaged.config().remove(name);
            assertThrows(CorruptModelException.class, damaged::read, name);
        }
        for (int node = 0; node < GRAPH.nodes().size(); node++) {
            for (String field : List.of("name", "type", "from", "output")) {
                Parts damaged = Parts.of(GRAPH);
                damaged.set(node, field, 0.5);
                assertThrows(CorruptModelException.class, damaged::read, field);
            }
        }
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        assertMessage("the graph 'prior' cannot be: from is 3, must be in [0, 2]", 2, "from", new int[] {3, 1});
        assertMessage("the graph 'prior' cannot be: from has 1 numbers, must have 2", 2, "from", new int[] {1});
        assertMessage("'tarot' is no layer of this build", 0, "type", "tarot");
        assertMessage("the graph 'prior' cannot be: shift is 63, must be in [0, 62]", 2, "shift", 63);
        assertMessage("the graph 'prior' cannot be: layer 'first' is there twice", 4, "name", "first");
        assertMessage("the graph 'prior' cannot be: most is 70000, must be in [1, 32767]", 1, "output", new int[] {
            40, 0, 70_000, 1, 0
        });
        assertMessage(
                "the model's tensor 'prior.first.weight' is I8[40, 21], must have the shape [41, 21]",
                0,
                "output",
                new int[] {41, 0, 1000, 1, 8});
        Parts parts = Parts.of(GRAPH);
        byte[] shifts = parts.tensors().get("prior.first.shift").toBytes();
        shifts[3] = (byte) 200;
        parts.tensors().put("prior.first.shift", Tensor.ofBytes(DType.U8, shifts, shifts.length));
        assertEquals(
                "the graph 'prior' cannot be: shift is 200, must be in [0, 62]",
                assertThrows(CorruptModelException.class, parts::read).getMessage());
        int[] bias = parts.tensors().get("prior.second.bias").toInts();
        bias[1] = Integer.MIN_VALUE;
        Parts overflowing = Parts.of(GRAPH);
        overflowing.tensors().put("prior.second.bias", Tensor.ofInts(bias, bias.length));
        String message =
                assertThrows(CorruptModelException.class, overflowing::read).getMessage();
        assertTrue(message.startsWith("the graph 'prior' cannot be: sum of output 1 may reach "), message);
    }

    private static void assertMessage(String message, int node, String field, Object value) throws IOException {
        Parts damaged = Parts.of(GRAPH);
        damaged.set(node, field, value);
        assertEquals(
                message,
                assertThrows(CorruptModelException.class, damaged::read).getMessage());
    }

    /** Either the file says what is wrong with it, or what it holds is a graph that runs within its formats. */
    @Test
    void damagedFilesSayItOrStillWork() throws IOException {
        List<Object> hostile = List.of(
                -1,
                0,
                1,
                2,
                40,
                62,
                63,
                Integer.MAX_VALUE,
                Integer.MIN_VALUE,
                1L << 40,
                -0.5,
                "",
                "relu",
                true,
                List.of(),
                new int[] {0},
                new int[] {1, 1},
                new int[] {40, -1000, 1000, 1, 8},
                new int[] {65_536, -32_768, 32_767, Integer.MAX_VALUE, 62},
                new int[] {7, 0, 1, 1, 0});
        List<String> fields = List.of("name", "type", "from", "output", "shift", "bits", "factor", "multipliers");
        SplittableRandom random = new SplittableRandom(2026);
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            Parts parts = Parts.of(GRAPH);
            byte[] bytes;
            if (i % 3 == 0) {
                parts.set(
                        random.nextInt(GRAPH.nodes().size()),
                        fields.get(random.nextInt(fields.size())),
                        hostile.get(random.nextInt(hostile.size())));
                bytes = parts.bytes();
            } else {
                bytes = parts.bytes();
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                if (i % 6 == 1) {
                    bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
                }
            }
            try {
                run(IntegerGraphFile.read(ModelFile.read(bytes), PREFIX), random);
            } catch (CorruptModelException e) {
                refused++;
                assertTrue(e.getMessage().length() < 500, e.getMessage());
            } catch (RuntimeException | Error e) {
                throw new AssertionError("case " + i, e);
            }
        }
        assertTrue(refused > 600, refused + " of 2000 refused");
    }

    private static void run(IntegerGraph graph, SplittableRandom random) {
        IntegerGraph.Run run = graph.new Run();
        int[] out = new int[graph.outputSize()];
        run.evaluate(random.ints(graph.input().size()).toArray(), out);
        for (IntegerGraph.Node node : graph.nodes()) {
            IntegerFormat format = node.layer().output();
            for (int value : run.valuesOf(node.name())) {
                assertTrue(value >= format.least() && value <= format.most(), node.name());
            }
        }
    }
}
