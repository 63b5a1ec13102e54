package dev.tessera.training;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import java.util.ArrayList;
import java.util.List;

/**
 * Networks of the engine from what a model file lists: the inverse of {@link Layer#blocks}. Layers that training does not make are refused.
 */
final class ModelNetwork {
    private final ModelFile model;
    private final Source source;
    private final ParameterStore store;

    /** Where parameters come from. */
    interface Source {
        /**
         * The parameter {@code name}, made in {@code store}.
         *
         * @param isWeight whether it is a matrix or kernel
         */
        Parameter parameter(String name, boolean isWeight, long[] shape, ParameterStore store)
                throws CorruptModelException;
    }

    private ModelNetwork(ModelFile model, Source source, ParameterStore store) {
        this.model = model;
        this.source = source;
        this.store = store;
    }

    /** The network that {@code blocks}, some of those of {@code model}, describe; its parameters are made in {@code store}. */
    static Network of(ModelFile model, List<ModelConfig> blocks, Source source, ParameterStore store)
            throws CorruptModelException {
        return Network.of(new ModelNetwork(model, source, store).parts(blocks));
    }

    /** The parameters of {@code model} as they are. */
    static Source values(ModelFile model) {
        return (name, isWeight, shape, store) -> store.plain(
                name,
                model.hasTensor(name) ? model.tensor(name).toFloats() : new float[Math.toIntExact(shape[0])],
                shape);
    }

    /** Names of the matrices and kernels of {@code blocks}. */
    static List<String> weights(List<ModelConfig> blocks) throws CorruptModelException {
        List<String> names = new ArrayList<>();
        for (ModelConfig block : blocks) {
            switch (block.string("type")) {
                case "conv" -> names.add(block.string("name") + ".weight");
                case "residual" -> names.addAll(weights(block.objects("body")));
                default -> {}
            }
        }
        return names;
    }

    private List<Network.Part> parts(List<ModelConfig> blocks) throws CorruptModelException {
        List<Network.Part> parts = new ArrayList<>();
        for (ModelConfig block : blocks) {
            parts.add(part(block));
        }
        return parts;
    }

    private Network.Part part(ModelConfig block) throws CorruptModelException {
        String type = block.string("type");
        return switch (type) {
            case "conv" -> conv(block);
            case "layer_norm" -> {
                String name = block.string("name");
                int channels = model.tensor(name + ".weight").elements();
                double epsilon = block.has("epsilon") ? block.number("epsilon") : 1e-6;
                yield new Network.Part(
                        new Layer.ChannelNorm(channels, epsilon),
                        List.of(vector(name + ".weight", channels), vector(name + ".bias", channels)),
                        List.of());
            }
            case "layer_scale" -> {
                String name = block.string("name") + ".gamma";
                int channels = model.tensor(name).elements();
                yield new Network.Part(new Layer.Scale(channels), List.of(vector(name, channels)), List.of());
            }
            case "gelu" -> plain(new Layer.Gelu());
            case "silu" -> plain(new Layer.Silu());
            case "pixel_shuffle" -> {
                int[] factor = block.integers("factor");
                require(factor.length == 2 && (factor[0] == factor[1] || factor[0] == 1), block);
                yield plain(
                        factor[0] == factor[1]
                                ? new Layer.PixelShuffle(factor[0])
                                : new Layer.SeriesShuffle(factor[1]));
            }
            case "transpose" -> {
                int[] from = block.integers("from");
                int[] to = block.integers("to");
                yield plain(new Layer.Transpose(from[0], from[1], to[0], to[1]));
            }
            case "compressed_stft" ->
                plain(new Layer.CompressedStft(
                        block.integer("size"), block.integer("hop"), block.integer("complex_bins")));
            case "inverse_stft" -> {
                require(block.has("max_log_magnitude"), block);
                yield plain(new Layer.InverseStft(
                        block.integer("size"), block.integer("hop"), block.number("max_log_magnitude")));
            }
            case "residual" -> {
                List<Network.Part> inner = parts(block.objects("body"));
                yield new Network.Part(
                        new Layer.Residual(
                                inner.stream().map(Network.Part::layer).toList()),
                        List.of(),
                        inner);
            }
            default ->
                throw new IllegalArgumentException("the networks have a layer '" + type
                        + "', which cannot be trained: only models that 'tessera train' makes can be");
        };
    }

    private static Network.Part plain(Layer layer) {
        return new Network.Part(layer, List.of(), List.of());
    }

    private Network.Part conv(ModelConfig block) throws CorruptModelException {
        String name = block.string("name");
        int[] shape = model.tensor(name + ".weight").shape();
        int groups = block.has("groups") ? block.integer("groups") : 1;
        require(!block.has("dilation") && !block.has("causal") && shape.length >= 3, block);
        int[] stride = block.has("stride") ? block.integers("stride") : new int[] {1, 1};
        int[] padding = block.integers("padding");
        Layer layer;
        if (shape.length == 4) {
            require(shape[2] == shape[3] && stride[0] == stride[1], block);
            require(padding[0] == padding[1] && padding[0] == padding[2] && padding[0] == padding[3], block);
            layer = new Layer.Conv2d(shape[1] * groups, shape[0], shape[2], stride[0], padding[0], groups);
        } else {
            Layer.Conv1d series =
                    new Layer.Conv1d(shape[1] * groups, shape[0], shape[2], stride[1], padding[3], groups);
            require(padding[0] == 0 && padding[2] == 0 && padding[1] == series.before(), block);
            layer = series;
        }
        long[] extents = new long[shape.length];
        for (int i = 0; i < extents.length; i++) {
            extents[i] = shape[i];
        }
        return new Network.Part(
                layer,
                List.of(source.parameter(name + ".weight", true, extents, store), vector(name + ".bias", shape[0])),
                List.of());
    }

    private Parameter vector(String name, int length) throws CorruptModelException {
        return source.parameter(name, false, new long[] {length}, store);
    }

    private static void require(boolean holds, ModelConfig block) {
        if (!holds) {
            throw new IllegalArgumentException("the networks have the layer " + block
                    + ", which cannot be trained: only models that 'tessera train' makes can be");
        }
    }
}
