package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.conv2d;
import static org.bytedeco.pytorch.global.torch.gelu;
import static org.bytedeco.pytorch.global.torch.layer_norm;
import static org.bytedeco.pytorch.global.torch.pixel_shuffle;
import static org.bytedeco.pytorch.global.torch.silu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** Layers with their parameters, applied one after the other. */
final class Network {
    /** Factor of a residual branch when training starts: small, so that the network starts as what is around the branches. */
    private static final float BRANCH_START = 1e-3f;

    private final List<Layer> layers;
    private final List<Part> parts;

    private Network(List<Layer> layers, List<Part> parts) {
        this.layers = layers;
        this.parts = parts;
    }

    /** A layer with what it learned. */
    record Part(Layer layer, List<Parameter> parameters, List<Part> inner) {}

    /** One of layers whose parameters are there already. */
    static Network of(List<Part> parts) {
        return new Network(parts.stream().map(Part::layer).toList(), List.copyOf(parts));
    }

    /** Makes the parameters of {@code layers} in {@code store}, named {@code prefix.i.weight} and so on. */
    static Network build(String prefix, List<Layer> layers, ParameterStore store, SplittableRandom random) {
        return new Network(List.copyOf(layers), parts(prefix, layers, store, random));
    }

    private static List<Part> parts(String prefix, List<Layer> layers, ParameterStore store, SplittableRandom random) {
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            String name = prefix + "." + i;
            Layer layer = layers.get(i);
            parts.add(
                    switch (layer) {
                        case Layer.Conv2d c -> {
                            int fanIn = c.in() / c.groups() * c.kernel() * c.kernel();
                            yield new Part(
                                    c,
                                    List.of(
                                            store.weight(
                                                    name + ".weight",
                                                    uniform(c.out() * fanIn, Math.sqrt(3.0 / fanIn), random),
                                                    c.out(),
                                                    c.in() / c.groups(),
                                                    c.kernel(),
                                                    c.kernel()),
                                            store.plain(name + ".bias", new float[c.out()], c.out())),
                                    List.of());
                        }
                        case Layer.Conv1d c -> {
                            int fanIn = c.in() / c.groups() * c.kernel();
                            yield new Part(
                                    c,
                                    List.of(
                                            store.weight(
                                                    name + ".weight",
                                                    uniform(c.out() * fanIn, Math.sqrt(3.0 / fanIn), random),
                                                    c.out(),
                                                    c.in() / c.groups(),
                                                    c.kernel()),
                                            store.plain(name + ".bias", new float[c.out()], c.out())),
                                    List.of());
                        }
                        case Layer.ChannelNorm n ->
                            new Part(
                                    n,
                                    List.of(
                                            store.plain(name + ".weight", filled(n.channels(), 1), n.channels()),
                                            store.plain(name + ".bias", new float[n.channels()], n.channels())),
                                    List.of());
                        case Layer.Scale s ->
                            new Part(
                                    s,
                                    List.of(store.plain(
                                            name + ".gamma", filled(s.channels(), BRANCH_START), s.channels())),
                                    List.of());
                        case Layer.Residual r -> new Part(r, List.of(), parts(name, r.layers(), store, random));
                        case Layer.Gelu _,
                                Layer.Silu _,
                                Layer.PixelShuffle _,
                                Layer.Transpose _,
                                Layer.SeriesShuffle _,
                                Layer.CompressedStft _,
                                Layer.InverseStft _ -> new Part(layer, List.of(), List.of());
                    });
        }
        return parts;
    }

    /** Uniform in [-bound, bound): bound sqrt(3 / fan-in) keeps the variance (LeCun et al. 1998). */
    private static float[] uniform(int count, double bound, SplittableRandom random) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
        }
        return values;
    }

    private static float[] filled(int count, float value) {
        float[] values = new float[count];
        Arrays.fill(values, value);
        return values;
    }

    List<Layer> layers() {
        return layers;
    }

    /** The parameters of layer {@code index}, weight first. */
    List<Parameter> parameters(int index) {
        return parts.get(index).parameters();
    }

    /** The factors of the branch of layer {@code index}, a residual that ends in a scale. */
    Parameter scaleOf(int index) {
        return parts.get(index).inner().getLast().parameters().getFirst();
    }

    Tensor forward(Tensor x) {
        return forward(parts, x);
    }

    /** What comes out of the first {@code count} layers. */
    Tensor forward(Tensor x, int count) {
        return forward(parts.subList(0, count), x);
    }

    /** What layer {@code index} alone makes of {@code x}. */
    Tensor forward(int index, Tensor x) {
        return forward(parts.get(index), x);
    }

    /** What layer {@code index}, a convolution, makes of {@code x} with its kernels times {@code mask [kernel x kernel]}. */
    Tensor forward(int index, Tensor x, float[] mask) {
        Layer.Conv2d c = (Layer.Conv2d) layers.get(index);
        List<Parameter> parameters = parameters(index);
        Tensor kernels = parameters.get(0).value().mul(Tensors.of(mask, 1, 1, c.kernel(), c.kernel()));
        return convolve(x, kernels, parameters.get(1).value(), c);
    }

    private static Tensor convolve(Tensor x, Tensor weight, Tensor bias, Layer.Conv2d c) {
        return conv2d(
                x,
                weight,
                new TensorOptional(bias),
                new long[] {c.stride(), c.stride()},
                new long[] {c.padding(), c.padding()},
                new long[] {1, 1},
                c.groups());
    }

    private static Tensor forward(List<Part> parts, Tensor x) {
        for (Part part : parts) {
            x = forward(part, x);
        }
        return x;
    }

    private static Tensor forward(Part part, Tensor x) {
        return switch (part.layer()) {
            case Layer.Conv2d c ->
                convolve(
                        x,
                        part.parameters().get(0).value(),
                        part.parameters().get(1).value(),
                        c);
            case Layer.ChannelNorm n ->
                layer_norm(
                                x.permute(0, 2, 3, 1),
                                new long[] {n.channels()},
                                new TensorOptional(part.parameters().get(0).value()),
                                new TensorOptional(part.parameters().get(1).value()),
                                n.epsilon(),
                                false)
                        .permute(0, 3, 1, 2);
            case Layer.Gelu _ -> gelu(x);
            case Layer.Silu _ -> silu(x);
            case Layer.Scale s -> x.mul(part.parameters().get(0).value().view(1, s.channels(), 1, 1));
            case Layer.PixelShuffle p -> pixel_shuffle(x, p.factor());
            case Layer.Transpose t ->
                x.reshape(x.size(0), x.size(1), (long) t.fromHeight() * t.fromWidth())
                        .transpose(1, 2)
                        .reshape(x.size(0), (long) t.fromHeight() * t.fromWidth(), t.toHeight(), t.toWidth());
            case Layer.Conv1d c ->
                Series.convolve(
                        x,
                        part.parameters().get(0).value(),
                        part.parameters().get(1).value(),
                        c);
            case Layer.SeriesShuffle s -> Series.shuffle(x, s.factor());
            case Layer.CompressedStft s -> Series.compressedStft(x, s);
            case Layer.InverseStft s -> Series.inverseStft(x, s);
            case Layer.Residual _ -> x.add(forward(part.inner(), x));
        };
    }
}
