package dev.tessera.samples.peers;

import static dev.tessera.samples.peers.OnnxGraph.integer;
import static dev.tessera.samples.peers.OnnxGraph.integers;
import static dev.tessera.samples.peers.OnnxGraph.none;
import static dev.tessera.samples.peers.OnnxGraph.real;
import static dev.tessera.samples.peers.OnnxGraph.text;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.util.List;

/**
 * The networks of a model file as an ONNX graph, as the usual exporters write them: maps are {@code [batch x channels x height x
 * width]}, a norm over channels is a LayerNormalization between two transpositions; a nearest code vector is the largest of
 * {@code <x, c> - |c|^2 / 2}.
 */
final class OnnxTokenizer {
    private final ModelFile model;
    private final OnnxGraph graph = new OnnxGraph();
    private final boolean channelsLast;

    /** @param channelsLast whether a run of norm, 1 x 1 convolutions and activation stays between one pair of transpositions */
    OnnxTokenizer(ModelFile model, boolean channelsLast) {
        this.model = model;
        this.channelsLast = channelsLast;
    }

    /** The graph, for adding to it and ending it. */
    OnnxGraph graph() {
        return graph;
    }

    /** The layers of {@code blocks} behind what {@code x} names. */
    String blocks(List<ModelConfig> blocks, String x) throws CorruptModelException {
        String at = x;
        boolean isLast = false; // channels are the last axis
        for (ModelConfig block : blocks) {
            String type = block.string("type");
            boolean pointwise =
                    switch (type) {
                        case "layer_norm" -> true;
                        case "gelu", "layer_scale" -> isLast;
                        case "conv" -> isLast && isPointwise(block);
                        default -> false;
                    };
            boolean wanted = pointwise && (channelsLast || type.equals("layer_norm"));
            if (wanted != isLast) {
                at = transpose(at, wanted);
                isLast = wanted;
            }
            at = layer(block, type, at, isLast);
        }
        return isLast ? transpose(at, false) : at;
    }

    private String transpose(String x, boolean toLast) {
        int[] order = toLast ? new int[] {0, 2, 3, 1} : new int[] {0, 3, 1, 2};
        return graph.node("Transpose", integers(none(), "perm", order), x);
    }

    private boolean isPointwise(ModelConfig block) throws CorruptModelException {
        int[] shape = model.tensor(block.string("name") + ".weight").shape();
        return shape[shape.length - 1] == 1 && shape[shape.length - 2] == (shape.length == 3 ? shape[1] : 1);
    }

    private String layer(ModelConfig block, String type, String x, boolean isLast) throws CorruptModelException {
        return switch (type) {
            case "conv" -> isLast ? product(block.string("name"), x) : convolution(block, x);
            case "gelu" -> graph.node("Gelu", none(), x);
            case "layer_norm" -> {
                String name = block.string("name");
                ProtocolMessage attributes = integer(none(), "axis", -1);
                real(attributes, "epsilon", (float) block.number("epsilon"));
                yield graph.node(
                        "LayerNormalization", attributes, x, vector(name + ".weight"), vector(name + ".bias"));
            }
            case "layer_scale" -> {
                float[] gamma = model.tensor(block.string("name") + ".gamma").toFloats();
                int[] shape = isLast ? new int[] {gamma.length} : new int[] {gamma.length, 1, 1};
                yield graph.node("Mul", none(), x, graph.constant(gamma, shape));
            }
            case "residual" -> graph.node("Add", none(), x, blocks(block.objects("body"), x));
            case "pixel_shuffle" -> {
                ProtocolMessage attributes = integer(none(), "blocksize", block.integers("factor")[0]);
                yield graph.node("DepthToSpace", text(attributes, "mode", "CRD"), x);
            }
            default -> throw new CorruptModelException("block type is '" + type + "', which is not exported");
        };
    }

    /** A 1 x 1 convolution where channels are the last axis. */
    private String product(String name, String x) throws CorruptModelException {
        Tensor weight = model.tensor(name + ".weight");
        int out = weight.shape()[0];
        int in = weight.shape()[1];
        float[] values = weight.toFloats();
        float[] transposed = new float[values.length];
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < in; i++) {
                transposed[i * out + o] = values[o * in + i];
            }
        }
        String y = graph.node("MatMul", none(), x, graph.constant(transposed, in, out));
        return graph.node("Add", none(), y, vector(name + ".bias"));
    }

    private String convolution(ModelConfig block, String x) throws CorruptModelException {
        String name = block.string("name");
        Tensor weight = model.tensor(name + ".weight");
        int[] s = weight.shape();
        int[] shape = s.length == 3 ? new int[] {s[0], s[1], 1, s[2]} : s;
        int[] p = block.integers("padding");
        ProtocolMessage attributes = integer(none(), "group", block.has("groups") ? block.integer("groups") : 1);
        integers(attributes, "kernel_shape", shape[2], shape[3]);
        integers(attributes, "strides", block.integers("stride"));
        integers(attributes, "pads", p[0], p[1], p[2], p[3]);
        return graph.node(
                "Conv", attributes, x, graph.constant(weight.toFloats(), shape), vector(name + ".bias"));
    }

    /** The code vectors nearest to the latents {@code [batch x dim x height x width]}, in their place. */
    String nearest(String latents) throws CorruptModelException {
        Tensor book = model.tensor(TokenizerPeerMain.CODEBOOK);
        int codes = book.shape()[0];
        int dim = book.shape()[1];
        float[] values = book.toFloats();
        float[] columns = new float[values.length];
        float[] halves = new float[codes];
        for (int k = 0; k < codes; k++) {
            double square = 0;
            for (int d = 0; d < dim; d++) {
                float v = values[k * dim + d];
                columns[d * codes + k] = v;
                square += (double) v * v;
            }
            halves[k] = (float) (-square / 2);
        }
        String last = transpose(latents, true);
        String products = graph.node("MatMul", none(), last, graph.constant(columns, dim, codes));
        String scores = graph.node("Add", none(), products, graph.constant(halves, codes));
        ProtocolMessage attributes = integer(none(), "axis", -1);
        String tokens = graph.node("ArgMax", integer(attributes, "keepdims", 0), scores);
        String vectors = graph.node("Gather", none(), graph.constant(values, codes, dim), tokens);
        return transpose(vectors, false);
    }

    private String vector(String name) throws CorruptModelException {
        float[] values = model.tensor(name).toFloats();
        return graph.constant(values, values.length);
    }
}
