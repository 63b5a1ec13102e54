package dev.tessera.vqmodels.integer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Named layers of integers that are run one after the other for one position: context in, parameters of a distribution out. Encoder and
 * decoder get the same integers on every machine, lane width and thread. Immutable, safe to share; a {@link Run} is not.
 */
public final class IntegerGraph {
    /** The name of what goes into the graph. */
    public static final String INPUT = "input";

    static final int MAX_NODES = 256;
    private static final String NAMES = "[a-z][a-z0-9_]*";

    private final IntegerFormat input;
    private final List<Node> nodes;
    private final List<String> outputs;
    private final Map<String, Integer> index = new HashMap<>(); // 0 is the input, i + 1 is node i

    /**
     * A layer in its place.
     *
     * @param name lower-case letters, digits and underscores
     * @param from what it takes: names of nodes before it, or {@link #INPUT}
     */
    public record Node(String name, List<String> from, IntegerLayer layer) {
        public Node {
            from = List.copyOf(from);
        }
    }

    /**
     * @param input what {@link Run#evaluate} takes
     * @param nodes in an order in which each stands behind what it takes
     * @param outputs names of nodes of which the outputs of the graph are, in this order
     * @throws IllegalArgumentException when a name is unknown or there twice, or a layer takes something else than it is given
     */
    public IntegerGraph(IntegerFormat input, List<Node> nodes, List<String> outputs) {
        this.input = input;
        this.nodes = List.copyOf(nodes);
        this.outputs = List.copyOf(outputs);
        IntegerLayer.requireIn(1, MAX_NODES, nodes.size(), "number of layers");
        IntegerLayer.requireIn(1, MAX_NODES, outputs.size(), "number of outputs");
        index.put(INPUT, 0);
        for (Node node : this.nodes) {
            checkInputs(node);
            if (!node.name.matches(NAMES)) {
                throw new IllegalArgumentException("name of a layer is '" + node.name + "', must be like first_1");
            }
            if (index.putIfAbsent(node.name, index.size()) != null) {
                throw new IllegalArgumentException("layer '" + node.name + "' is there twice");
            }
        }
        outputs.forEach(this::indexOf);
    }

    private void checkInputs(Node node) {
        List<IntegerFormat> wanted = node.layer.inputs();
        if (wanted.size() != node.from.size()) {
            throw new IllegalArgumentException(
                    "layer '" + node.name + "' is given " + node.from.size() + " inputs, must have " + wanted.size());
        }
        for (int i = 0; i < wanted.size(); i++) {
            IntegerFormat given = format(indexOf(node.from.get(i)));
            if (!given.equals(wanted.get(i))) {
                throw new IllegalArgumentException("layer '" + node.name + "' takes " + wanted.get(i) + " but '"
                        + node.from.get(i) + "' gives " + given);
            }
        }
    }

    /** The number of the input, 0, or of a node, from 1. */
    int indexOf(String name) {
        Integer found = index.get(name);
        if (found == null) {
            throw new IllegalArgumentException("there is no '" + name + "' before the layer that takes it");
        }
        return found;
    }

    private IntegerFormat format(int number) {
        return number == 0 ? input : nodes.get(number - 1).layer.output();
    }

    public IntegerFormat input() {
        return input;
    }

    public List<Node> nodes() {
        return nodes;
    }

    /** Names of the nodes that give the outputs. */
    public List<String> outputs() {
        return outputs;
    }

    /** What {@code name} gives. */
    public IntegerFormat format(String name) {
        return format(indexOf(name));
    }

    /** Number of outputs, all nodes together. */
    public int outputSize() {
        return outputs.stream().mapToInt(name -> format(name).size()).sum();
    }

    /**
     * The outputs at every position of a grid, when all of it is known.
     *
     * @param grid {@code [height x width x channels]}
     * @param window of as many values as the graph takes
     * @return for each output of the graph {@code [height x width x size]}
     */
    public List<IntegerTensor> evaluate(IntegerTensor grid, GridWindow window) {
        IntegerLayer.requireLength(input.size(), window.size(), "window");
        if (grid.shape().length != 3 || grid.extent(2) != window.channels()) {
            throw new IllegalArgumentException(
                    "grid is " + grid + ", must be [height x width x " + window.channels() + "]");
        }
        int height = grid.extent(0);
        int width = grid.extent(1);
        int[] values = grid.toInts();
        int[] context = new int[input.size()];
        int[] at = new int[outputSize()];
        int[] all = new int[Math.multiplyExact(height * width, at.length)];
        Run run = new Run();
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                window.gather(values, height, width, y, x, context, 0);
                run.evaluate(context, at);
                System.arraycopy(at, 0, all, (y * width + x) * at.length, at.length);
            }
        }
        return split(all, height, width, at.length);
    }

    private List<IntegerTensor> split(int[] all, int height, int width, int stride) {
        List<IntegerTensor> tensors = new ArrayList<>();
        int from = 0;
        for (String name : outputs) {
            IntegerFormat format = format(name);
            int size = format.size();
            int first = from;
            int[] values = IntStream.range(0, height * width * size)
                    .map(i -> all[i / size * stride + first + i % size])
                    .toArray();
            tensors.add(IntegerTensor.of(format.unit(), values, height, width, size));
            from += size;
        }
        return tensors;
    }

    /** The values of all layers at one position after the other; not safe to share. */
    public final class Run {
        private final int[][] values = new int[nodes.size() + 1][];
        private final int[][][] inputs = new int[nodes.size()][][];
        private final int[] ends = new int[outputs.size()]; // numbers of the nodes that give outputs
        private final IntegerLayer.Scratch scratch;

        public Run() {
            values[0] = new int[input.size()];
            int size = 0;
            for (int i = 0; i < nodes.size(); i++) {
                Node node = nodes.get(i);
                values[i + 1] = new int[node.layer.output().size()];
                inputs[i] =
                        node.from.stream().map(name -> values[indexOf(name)]).toArray(int[][]::new);
                size = Math.max(size, node.layer.scratchSize());
            }
            for (int i = 0; i < ends.length; i++) {
                ends[i] = indexOf(outputs.get(i));
            }
            this.scratch = new IntegerLayer.Scratch(size);
        }

        /**
         * Computes the outputs of one position; allocates nothing.
         *
         * @param context {@code [input().size()]}; values beyond the range of the input count as its nearest end
         * @param out {@code [outputSize()]}, takes the outputs
         */
        public void evaluate(int[] context, int[] out) {
            IntegerLayer.requireLength(input.size(), context.length, "context");
            for (int i = 0; i < context.length; i++) {
                values[0][i] = input.clamp(context[i]);
            }
            for (int i = 0; i < inputs.length; i++) {
                nodes.get(i).layer.apply(inputs[i], values[i + 1], scratch);
            }
            int to = 0;
            for (int end : ends) {
                System.arraycopy(values[end], 0, out, to, values[end].length);
                to += values[end].length;
            }
        }

        /** What layer {@code name} gave for the last position, a copy. */
        public int[] valuesOf(String name) {
            return values[indexOf(name)].clone();
        }
    }
}
