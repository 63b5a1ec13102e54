package dev.tessera.vqmodels.nn;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Builds a {@link Network} from the blocks that a model's configuration lists; see docs/formats/network.md. */
final class NetworkReader {
    private static final int MAX_LAYERS = 1024;
    private static final int MAX_CHANNELS = 1 << 16;

    /** Weights of a network: 1 GB of floats. */
    private static final int MAX_WEIGHTS = 1 << 28;

    private static final float DEFAULT_EPSILON = 1e-6f;
    private static final float DEFAULT_MAX_LOG_MAGNITUDE = 4.6051702f; // ln 100

    private final ModelFile model;
    private int layers;
    private int weights;

    private NetworkReader(ModelFile model) {
        this.model = model;
    }

    static Network read(ModelFile model, String part) throws CorruptModelException {
        ModelConfig config = model.config();
        try {
            int channels = config.integer(part + "_channels");
            Layer.in(part + "_channels", channels, 1, MAX_CHANNELS);
            NetworkReader reader = new NetworkReader(model);
            Network network = new Network(reader.sequence(config.objects(part), channels));
            compare(config, part + "_look_back", network.horizontal().lookBack());
            compare(config, part + "_look_ahead", network.horizontal().lookAhead());
            compare(config, part + "_segment", network.horizontal().segment());
            return network;
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new CorruptModelException("the network '" + part + "' cannot be: " + e.getMessage(), e);
        }
    }

    /** A declaration need not be there, but must not lie. */
    private static void compare(ModelConfig config, String name, int computed) throws CorruptModelException {
        if (config.has(name) && config.integer(name) != computed) {
            throw new CorruptModelException(name + " is " + config.integer(name) + ", the layers make it " + computed);
        }
    }

    private Sequence sequence(List<ModelConfig> blocks, int inChannels) throws CorruptModelException {
        List<Layer> result = new ArrayList<>();
        int channels = inChannels;
        for (ModelConfig block : blocks) {
            if (++layers > MAX_LAYERS) {
                throw new CorruptModelException("the network has more than " + MAX_LAYERS + " blocks");
            }
            Layer layer = layer(block, channels);
            if (layer.inChannels() != channels) {
                throw new CorruptModelException(
                        block + " takes " + layer.inChannels() + " channels, must take the " + channels + " that come");
            }
            channels = layer.outChannels();
            result.add(layer);
        }
        return new Sequence(result);
    }

    private Layer layer(ModelConfig block, int channels) throws CorruptModelException {
        String type = block.string("type");
        return switch (type) {
            case "conv" -> {
                allow(block, "type", "name", "stride", "dilation", "padding", "groups", "causal");
                yield conv(block, block.string("name"), integer(block, "groups", 1));
            }
            case "linear" -> {
                allow(block, "type", "name");
                yield linear(block.string("name"));
            }
            case "transposed_conv" -> transposedConv(block, channels);
            case "gelu", "silu" -> {
                allow(block, "type");
                yield new Activation(
                        type.equals("gelu") ? Activation.Function.GELU : Activation.Function.SILU, channels);
            }
            case "snake" -> {
                allow(block, "type", "name");
                yield new Snake(vector(block.string("name") + ".alpha", channels));
            }
            case "layer_scale" -> {
                allow(block, "type", "name");
                yield new LayerScale(vector(block.string("name") + ".gamma", channels));
            }
            case "layer_norm", "rms_norm" -> {
                allow(block, "type", "name", "epsilon");
                yield norm(type, block.string("name"), channels, epsilon(block));
            }
            case "group_norm" -> {
                allow(block, "type", "name", "epsilon", "groups", "segment");
                String name = block.string("name");
                yield new GroupNorm(
                        block.integer("groups"),
                        block.integer("segment"),
                        vector(name + ".weight", channels),
                        vector(name + ".bias", channels),
                        epsilon(block));
            }
            case "pixel_shuffle" -> {
                int[] factor = factor(block);
                yield new PixelShuffle(channels, factor[0], factor[1]);
            }
            case "pixel_unshuffle" -> {
                int[] factor = factor(block);
                yield new PixelUnshuffle(channels, factor[0], factor[1]);
            }
            case "upsample" -> {
                int[] factor = factor(block);
                yield new Upsample(channels, factor[0], factor[1]);
            }
            case "transpose" -> {
                allow(block, "type", "from", "to");
                int[] from = integers(block, "from", 2);
                int[] to = integers(block, "to", 2);
                yield new Transpose(new Extent(from[0], from[1]), new Extent(to[0], to[1]));
            }
            case "crop" -> {
                allow(block, "type", "borders");
                int[] b = integers(block, "borders", 4);
                yield new Crop(channels, b[0], b[1], b[2], b[3]);
            }
            case "residual" -> {
                allow(block, "type", "body");
                yield new Residual(sequence(block.objects("body"), channels));
            }
            case "convnext", "mixer" -> convNext(block, channels);
            case "patch_embedding" -> {
                allow(block, "type", "name", "patch");
                int[] patch = integers(block, "patch", 2);
                yield Blocks.patchEmbedding(channels, patch[0], patch[1], linear(block.string("name")));
            }
            case "patch_expansion" -> {
                allow(block, "type", "name", "patch");
                int[] patch = integers(block, "patch", 2);
                yield Blocks.patchExpansion(patch[0], patch[1], linear(block.string("name")));
            }
            case "compressed_stft" -> {
                allow(block, "type", "size", "hop", "complex_bins");
                if (channels != 1) {
                    throw new CorruptModelException("compressed_stft takes 1 channel, not " + channels);
                }
                yield new CompressedStft(block.integer("size"), block.integer("hop"), block.integer("complex_bins"));
            }
            case "inverse_stft" -> {
                allow(block, "type", "size", "hop", "max_log_magnitude");
                yield new InverseStft(
                        block.integer("size"),
                        block.integer("hop"),
                        block.has("max_log_magnitude")
                                ? (float) block.number("max_log_magnitude")
                                : DEFAULT_MAX_LOG_MAGNITUDE);
            }
            default -> throw new CorruptModelException("block type is '" + type + "', which this build does not know");
        };
    }

    private Residual convNext(ModelConfig block, int channels) throws CorruptModelException {
        boolean mixer = block.string("type").equals("mixer");
        if (mixer) {
            allow(block, "type", "name", "dilation", "causal", "padding");
        } else {
            allow(block, "type", "name", "dilation", "causal", "padding", "norm", "epsilon");
        }
        String name = block.string("name");
        Conv depthwise = conv(block, name + ".depthwise", channels);
        Conv expand = linear(name + ".expand");
        Conv project = linear(name + ".project");
        LayerScale scale =
                new LayerScale(model.hasTensor(name + ".gamma") ? vector(name + ".gamma", channels) : ones(channels));
        if (mixer) {
            return Blocks.mixer(depthwise, expand, project, scale);
        }
        String type = block.has("norm") ? block.string("norm") : "layer_norm";
        return Blocks.convNext(depthwise, norm(type, name + ".norm", channels, epsilon(block)), expand, project, scale);
    }

    private static float[] ones(int length) {
        float[] ones = new float[length];
        Arrays.fill(ones, 1);
        return ones;
    }

    private Pointwise norm(String type, String name, int channels, float epsilon) throws CorruptModelException {
        return switch (type) {
            case "layer_norm" ->
                new LayerNorm(vector(name + ".weight", channels), vector(name + ".bias", channels), epsilon);
            case "rms_norm" -> new RmsNorm(vector(name + ".weight", channels), epsilon);
            default -> throw new CorruptModelException("norm is '" + type + "', must be layer_norm or rms_norm");
        };
    }

    private Conv conv(ModelConfig block, String name, int groups) throws CorruptModelException {
        LayerWeights weight = weights(name);
        int[] shape = weight.kernelShape();
        Conv.Builder builder = Conv.builder()
                .name(weight.name())
                .weights(shape[0], shape[1], shape[2], shape[3], weight.values())
                .bias(bias(name, shape[0]))
                .groups(groups);
        int[] stride = pair(block, "stride");
        int[] dilation = pair(block, "dilation");
        builder.stride(stride[0], stride[1]).dilation(dilation[0], dilation[1]);
        if (block.has("causal") && block.flag("causal")) {
            builder.causal();
        }
        if (block.has("padding")) {
            int[] p = integers(block, "padding", 4);
            builder.padding(new Conv.Padding(p[0], p[1], p[2], p[3]));
        }
        return builder.build();
    }

    private Conv linear(String name) throws CorruptModelException {
        LayerWeights weight = weights(name);
        int[] shape = weight.matrixShape();
        return Conv.builder()
                .name(weight.name())
                .weights(shape[0], shape[1], 1, 1, weight.values())
                .bias(bias(name, shape[0]))
                .build();
    }

    private Sequence transposedConv(ModelConfig block, int channels) throws CorruptModelException {
        allow(block, "type", "name", "stride", "padding");
        String name = block.string("name");
        LayerWeights weight = weights(name);
        int[] shape = weight.kernelShape();
        if (shape[0] != channels) {
            throw new CorruptModelException("the model's " + weight + " must start with " + channels);
        }
        int[] padding = block.has("padding") ? integers(block, "padding", 2) : new int[2];
        return Blocks.transposedConv(
                shape[0],
                shape[1],
                new int[] {shape[2], shape[3]},
                pair(block, "stride"),
                padding,
                weight.values(),
                bias(name, shape[1]));
    }

    private LayerWeights weights(String name) throws CorruptModelException {
        LayerWeights read = LayerWeights.read(model, name + ".weight", MAX_WEIGHTS - weights);
        weights += read.values().length;
        return read;
    }

    private float[] bias(String name, int length) throws CorruptModelException {
        return model.hasTensor(name + ".bias") ? vector(name + ".bias", length) : new float[length];
    }

    private float[] vector(String name, int length) throws CorruptModelException {
        Tensor tensor = model.tensor(name);
        if (tensor.elements() != length) {
            throw new CorruptModelException(
                    "the model's tensor '" + name + "' is " + tensor + ", must have " + length + " elements");
        }
        return tensor.toFloats();
    }

    private static float epsilon(ModelConfig block) throws CorruptModelException {
        return block.has("epsilon") ? (float) block.number("epsilon") : DEFAULT_EPSILON;
    }

    private static int integer(ModelConfig block, String name, int absent) throws CorruptModelException {
        return block.has(name) ? block.integer(name) : absent;
    }

    private static int[] factor(ModelConfig block) throws CorruptModelException {
        allow(block, "type", "factor");
        return integers(block, "factor", 2);
    }

    private static int[] pair(ModelConfig block, String name) throws CorruptModelException {
        return block.has(name) ? integers(block, name, 2) : new int[] {1, 1};
    }

    private static int[] integers(ModelConfig block, String name, int count) throws CorruptModelException {
        int[] values = block.integers(name);
        if (values.length != count) {
            throw new CorruptModelException(name + " has " + values.length + " numbers, must have " + count);
        }
        return values;
    }

    /** A name that this build does not know might change what the block means. */
    private static void allow(ModelConfig block, String... names) throws CorruptModelException {
        Set<String> unknown = new TreeSet<>(block.names());
        unknown.removeAll(Set.of(names));
        if (!unknown.isEmpty()) {
            throw new CorruptModelException(block + " has " + unknown + ", which this build does not know");
        }
    }
}
