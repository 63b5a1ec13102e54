package dev.tessera.vqmodels.integer;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.DType;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Graphs of integers in model files: tensors and configuration behind a prefix, as docs/formats/integer-graph.md lays them out. */
public final class IntegerGraphFile {
    private static final String INPUT = "_input";
    private static final String OUTPUTS = "_outputs";
    private static final String LINEAR = "linear";
    private static final String RELU = "relu";
    private static final String RESIDUAL = "residual_addition";
    private static final String GELU = "shift_gelu";
    private static final String SHIFTMAX = "shiftmax";
    private static final String NORM = "layer_norm";

    /** Weights of all layers together. */
    private static final long MAX_WEIGHTS = 1 << 24;

    private IntegerGraphFile() {}

    /** Whether {@code file} has a graph behind {@code prefix}. */
    public static boolean has(ModelFile file, String prefix) {
        return file.config().has(prefix + INPUT);
    }

    /**
     * Adds a graph to a model.
     *
     * @param prefix of all names, such as {@code prior}
     * @param tensors takes the tensors
     * @param config takes the rest; of these the caller makes the model's configuration
     */
    public static void write(String prefix, IntegerGraph graph, ModelFile.Builder tensors, Map<String, Object> config) {
        config.put(prefix + INPUT, written(graph.input()));
        config.put(prefix + OUTPUTS, numbers(graph, graph.outputs()));
        List<ModelConfig> nodes = new ArrayList<>();
        for (IntegerGraph.Node node : graph.nodes()) {
            Map<String, Object> fields = new TreeMap<>();
            fields.put("name", node.name());
            fields.put("from", numbers(graph, node.from()));
            fields.put("output", written(node.layer().output()));
            write(node.layer(), prefix + "." + node.name(), tensors, fields);
            nodes.add(ModelConfig.of(fields));
        }
        config.put(prefix, nodes);
    }

    private static void write(
            IntegerLayer layer, String prefix, ModelFile.Builder tensors, Map<String, Object> fields) {
        int out = layer.output().size();
        switch (layer) {
            case IntegerLinear l -> {
                fields.put("type", LINEAR);
                int in = l.inputs().getFirst().size();
                tensors.tensor(prefix + ".weight", Tensor.ofBytes(DType.I8, l.weights(), out, in));
                tensors.tensor(prefix + ".bias", Tensor.ofInts(l.bias(), out));
                int[] multipliers =
                        l.factors().stream().mapToInt(Dyadic::multiplier).toArray();
                byte[] shifts = new byte[out];
                for (int o = 0; o < out; o++) {
                    shifts[o] = (byte) l.factors().get(o).shift();
                }
                tensors.tensor(prefix + ".multiplier", Tensor.ofInts(multipliers, out));
                tensors.tensor(prefix + ".shift", Tensor.ofUnsignedBytes(shifts, out));
            }
            case IntegerRelu _ -> fields.put("type", RELU);
            case ResidualAddition l -> {
                fields.put("type", RESIDUAL);
                fields.put("multipliers", new int[] {l.firstMultiplier(), l.secondMultiplier()});
                fields.put("shift", l.shift());
            }
            case ShiftGelu l -> {
                fields.put("type", GELU);
                fields.put(
                        "factor", new int[] {l.factor().multiplier(), l.factor().shift()});
            }
            case Shiftmax l -> {
                fields.put("type", SHIFTMAX);
                fields.put("bits", l.bits());
            }
            case IntegerLayerNorm l -> {
                fields.put("type", NORM);
                fields.put("shift", l.shift());
                tensors.tensor(prefix + ".multiplier", Tensor.ofInts(l.multipliers(), out));
                tensors.tensor(prefix + ".bias", Tensor.ofLongs(l.bias(), out));
            }
        }
    }

    private static int[] written(IntegerFormat format) {
        return new int[] {
            format.size(),
            format.least(),
            format.most(),
            format.unit().multiplier(),
            format.unit().shift()
        };
    }

    private static int[] numbers(IntegerGraph graph, List<String> names) {
        return names.stream().mapToInt(graph::indexOf).toArray();
    }

    /**
     * The graph behind {@code prefix}.
     *
     * @throws CorruptModelException when something is missing or does not fit
     */
    public static IntegerGraph read(ModelFile file, String prefix) throws CorruptModelException {
        try {
            return new Reader(file, prefix).read();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new CorruptModelException("the graph '" + prefix + "' cannot be: " + e.getMessage(), e);
        }
    }

    /** Reads nodes one after the other. */
    private static final class Reader {
        private final ModelFile file;
        private final String prefix;
        private final List<String> names = new ArrayList<>(List.of(IntegerGraph.INPUT));
        private final List<IntegerFormat> formats = new ArrayList<>();
        private long weights;

        Reader(ModelFile file, String prefix) {
            this.file = file;
            this.prefix = prefix;
        }

        IntegerGraph read() throws CorruptModelException {
            IntegerFormat input = format(file.config(), prefix + INPUT);
            formats.add(input);
            List<ModelConfig> objects = file.config().objects(prefix);
            IntegerLayer.requireIn(1, IntegerGraph.MAX_NODES, objects.size(), "number of layers");
            List<IntegerGraph.Node> nodes = new ArrayList<>();
            for (ModelConfig fields : objects) {
                int[] from = fields.integers("from");
                nodes.add(new IntegerGraph.Node(fields.string("name"), named(from), layer(fields, from)));
                names.add(fields.string("name"));
                formats.add(nodes.getLast().layer().output());
            }
            return new IntegerGraph(input, nodes, named(file.config().integers(prefix + OUTPUTS)));
        }

        private List<String> named(int[] numbers) {
            return Arrays.stream(numbers)
                    .mapToObj(number -> names.get(IntegerLayer.requireIn(0, names.size() - 1, number, "from")))
                    .toList();
        }

        private IntegerLayer layer(ModelConfig fields, int[] from) throws CorruptModelException {
            String type = fields.string("type");
            IntegerLayer.requireLength(type.equals(RESIDUAL) ? 2 : 1, from.length, "from");
            IntegerFormat in = formats.get(from[0]);
            IntegerFormat out = format(fields, "output");
            IntegerLayer layer = switch (type) {
                case LINEAR -> linear(fields.string("name"), in, out);
                case RELU -> new IntegerRelu(in);
                case RESIDUAL -> {
                    int[] multipliers = fields.integers("multipliers");
                    IntegerLayer.requireLength(2, multipliers.length, "multipliers");
                    yield new ResidualAddition(
                            in, formats.get(from[1]), multipliers[0], multipliers[1], fields.integer("shift"), out);
                }
                case GELU -> new ShiftGelu(in, dyadic(fields.integers("factor")), out);
                case SHIFTMAX -> new Shiftmax(in, fields.integer("bits"));
                case NORM -> {
                    String name = prefix + "." + fields.string("name");
                    yield new IntegerLayerNorm(
                            in,
                            tensor(name + ".multiplier", DType.I32, out.size()).toInts(),
                            tensor(name + ".bias", DType.I64, out.size()).toLongs(),
                            fields.integer("shift"),
                            out);
                }
                default -> throw new CorruptModelException("'" + type + "' is no layer of this build");
            };
            if (!layer.output().equals(out)) {
                throw new CorruptModelException(
                        "output of a layer '" + type + "' is " + out + ", must be " + layer.output());
            }
            return layer;
        }

        private IntegerLinear linear(String name, IntegerFormat in, IntegerFormat out) throws CorruptModelException {
            weights += (long) in.size() * out.size();
            if (weights > MAX_WEIGHTS) {
                throw new CorruptModelException("the graph '" + prefix + "' has more than " + MAX_WEIGHTS + " weights");
            }
            String path = prefix + "." + name;
            byte[] values =
                    tensor(path + ".weight", DType.I8, out.size(), in.size()).toBytes();
            int[] bias = tensor(path + ".bias", DType.I32, out.size()).toInts();
            int[] multipliers =
                    tensor(path + ".multiplier", DType.I32, out.size()).toInts();
            int[] shifts = tensor(path + ".shift", DType.U8, out.size()).toInts();
            List<Dyadic> factors = new ArrayList<>();
            for (int o = 0; o < out.size(); o++) {
                factors.add(new Dyadic(multipliers[o], shifts[o]));
            }
            return new IntegerLinear(in, values, bias, factors, out);
        }

        private static IntegerFormat format(ModelConfig config, String name) throws CorruptModelException {
            int[] numbers = config.integers(name);
            IntegerLayer.requireLength(5, numbers.length, name);
            return new IntegerFormat(numbers[0], numbers[1], numbers[2], new Dyadic(numbers[3], numbers[4]));
        }

        private static Dyadic dyadic(int[] numbers) {
            IntegerLayer.requireLength(2, numbers.length, "factor");
            return new Dyadic(numbers[0], numbers[1]);
        }

        private Tensor tensor(String name, DType type, int... shape) throws CorruptModelException {
            Tensor tensor = file.tensor(name, shape);
            if (tensor.type() != type) {
                throw new CorruptModelException("the model's tensor '" + name + "' is " + tensor + ", must be " + type);
            }
            return tensor;
        }
    }
}
