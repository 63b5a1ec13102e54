package dev.tessera.training;

import dev.tessera.vqmodels.ModelConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A layer of a network, described: what a model file says about it, and from what the engine's network is built. The values
 * are {@code [batch x channels x height x width]}.
 */
sealed interface Layer {
    /**
     * Convolution with bias; tensors {@code weight [out x in/groups x kernel x kernel]} and {@code bias [out]}. The border is
     * padded with zeros.
     */
    record Conv2d(int in, int out, int kernel, int stride, int padding, int groups) implements Layer {}

    /**
     * Normalization over the channels of each position: (x - mean) / sqrt(variance + epsilon) * weight + bias; tensors {@code
     * weight [channels]} and {@code bias [channels]} (Ba et al. 2016; as ConvNeXt, Liu et al. 2022, places it).
     */
    record ChannelNorm(int channels, double epsilon) implements Layer {}

    /** x Phi(x) with the exact normal distribution function (Hendrycks and Gimpel 2016). */
    record Gelu() implements Layer {}

    /** x / (1 + exp(-x)). */
    record Silu() implements Layer {}

    /** One factor a channel; tensor {@code gamma [channels]}. */
    record Scale(int channels) implements Layer {}

    /** {@code [c f f x h x w]} to {@code [c x h f x w f]}: channel c f f + dy f + dx goes to row y f + dy, column x f + dx. */
    record PixelShuffle(int factor) implements Layer {}

    /**
     * Exchanges channels and positions: {@code [to positions x from]} to {@code [from positions x to]}, sides {@code {height, width}}.
     */
    record Transpose(int fromHeight, int fromWidth, int toHeight, int toWidth) implements Layer {}

    /**
     * Convolution of a series, height 1, with bias; tensors {@code weight [out x in/groups x kernel]} and {@code bias [out]}. Zeros
     * around it: {@code ahead} behind, kernel - stride - ahead before, so that {@code ahead} later values are seen.
     */
    record Conv1d(int in, int out, int kernel, int stride, int ahead, int groups) implements Layer {
        int before() {
            return kernel - stride - ahead;
        }
    }

    /** {@code [c f x 1 x w]} to {@code [c x 1 x w f]}: channel c f + d goes to column x f + d. */
    record SeriesShuffle(int factor) implements Layer {}

    /** Short-time spectra with magnitudes to the power 1/4; see {@link dev.tessera.vqmodels.nn.CompressedStft}. */
    record CompressedStft(int size, int hop, int complexBins) implements Layer {}

    /** Log-magnitudes and phases to samples; see {@link dev.tessera.vqmodels.nn.InverseStft}. */
    record InverseStft(int size, int hop, double maxLogMagnitude) implements Layer {}

    /** x + what the layers make of x; they are numbered from 0 behind the number of this layer. */
    record Residual(List<Layer> layers) implements Layer {}

    /** What a model file lists for {@code layers}, whose tensors are named {@code prefix.0}, {@code prefix.1} and so on. */
    static List<ModelConfig> blocks(String prefix, List<Layer> layers) {
        List<ModelConfig> blocks = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            blocks.add(layers.get(i).block(prefix + "." + i));
        }
        return blocks;
    }

    private ModelConfig block(String name) {
        Map<String, Object> block = new LinkedHashMap<>();
        switch (this) {
            case Conv2d c -> {
                block.put("type", "conv");
                block.put("name", name);
                block.put("stride", new int[] {c.stride, c.stride});
                block.put("padding", new int[] {c.padding, c.padding, c.padding, c.padding});
                if (c.groups > 1) {
                    block.put("groups", c.groups);
                }
            }
            case ChannelNorm n -> {
                block.put("type", "layer_norm");
                block.put("name", name);
                block.put("epsilon", n.epsilon);
            }
            case Gelu _ -> block.put("type", "gelu");
            case Silu _ -> block.put("type", "silu");
            case Scale _ -> {
                block.put("type", "layer_scale");
                block.put("name", name);
            }
            case PixelShuffle p -> {
                block.put("type", "pixel_shuffle");
                block.put("factor", new int[] {p.factor, p.factor});
            }
            case Transpose t -> {
                block.put("type", "transpose");
                block.put("from", new int[] {t.fromHeight, t.fromWidth});
                block.put("to", new int[] {t.toHeight, t.toWidth});
            }
            case Conv1d c -> {
                block.put("type", "conv");
                block.put("name", name);
                block.put("stride", new int[] {1, c.stride});
                block.put("padding", new int[] {0, c.before(), 0, c.ahead});
                if (c.groups > 1) {
                    block.put("groups", c.groups);
                }
            }
            case SeriesShuffle s -> {
                block.put("type", "pixel_shuffle");
                block.put("factor", new int[] {1, s.factor});
            }
            case CompressedStft s -> {
                block.put("type", "compressed_stft");
                block.put("size", s.size);
                block.put("hop", s.hop);
                block.put("complex_bins", s.complexBins);
            }
            case InverseStft s -> {
                block.put("type", "inverse_stft");
                block.put("size", s.size);
                block.put("hop", s.hop);
                block.put("max_log_magnitude", s.maxLogMagnitude);
            }
            case Residual r -> {
                block.put("type", "residual");
                block.put("body", blocks(name, r.layers));
            }
        }
        return ModelConfig.of(block);
    }
}
