package dev.tessera.training;

import dev.tessera.codebook.CodebookOrder;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.vqmodels.CodebookFile;
import dev.tessera.vqmodels.ModelFile;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;

/**
 * A quantizer inside a network in training: in the forward pass it does what the exported quantizer will do, in the backward
 * pass it passes on the gradient of its published estimator.
 */
interface Bottleneck {
    /**
     * What became of {@code N} latents.
     *
     * @param latents quantized, {@code [N x D]}
     * @param indices of each stage, I64 {@code [N]}; stages that dropout left out are missing
     * @param loss what the quantizer adds to the loss, with its own weights, a single number
     */
    record Quantized(Tensor latents, List<Tensor> indices, Tensor loss) {}

    /**
     * Where the training stands.
     *
     * @param training whether to learn and to draw random numbers; else quantization as in use
     * @param progress share of the training that is done, in [0, 1]
     * @param random numbers of this step
     */
    record Moment(boolean training, double progress, SplittableRandom random) {
        static Moment evaluation() {
            return new Moment(false, 1, new SplittableRandom(0));
        }
    }

    /** D. */
    int dim();

    /** K of each stage. */
    int[] codebookSizes();

    /** How many latents {@link #start} wants; 0 when it needs none. */
    int wantedForStart();

    /** Takes the first code vectors from latents, where the quantizer is asked to. */
    void start(Latents latents, int threads, long seed);

    /** Quantizes {@code latents [N x D]}. */
    Quantized forward(Tensor latents, Moment moment);

    /** The same for latents in their places, {@code [batch x D x h x w]}, which come back as they stood. */
    default Quantized forwardGrid(Tensor grid, Moment moment) {
        Quantized quantized = forward(Tensors.latentRows(grid), moment);
        Tensor latents = quantized
                .latents()
                .reshape(grid.size(0), grid.size(2), grid.size(3), grid.size(1))
                .permute(0, 3, 1, 2);
        return new Quantized(latents, quantized.indices(), quantized.loss());
    }

    /** What a line of progress says beside the use of the codes; may be empty. */
    default String report() {
        return "";
    }

    /** Called after the optimizer's step: revives dead codes. */
    default void afterStep(Moment moment) {}

    /** Whether each dimension should have a variance of its own near 1, instead of one scale for all. */
    default boolean wantsWhitened() {
        return false;
    }

    /** Length of what comes out for latents of length sqrt(D), over that length: below 1 where unit vectors come out. */
    default double outputScale() {
        return 1;
    }

    /** The quantizer with what was learned. */
    Quantizer export();

    /** Model type of a file with this bottleneck. */
    default String modelType(String media) {
        return "neural_" + media + "_tokenizer";
    }

    /** Adds what was learned to a model file. */
    default void addTo(Map<String, Object> config, ModelFile.Builder builder) {
        Quantizer quantizer = export();
        if (quantizer instanceof VectorQuantizer vector) {
            // in the order of a tree, so that prefixes of an index mean something to an entropy model
            quantizer = new VectorQuantizer(CodebookOrder.tree(vector.codebook()));
        }
        int[] sizes = quantizer.codebookSizes();
        config.put("codebook_size", Arrays.stream(sizes).max().orElseThrow());
        config.put("codebook_sizes", sizes);
        config.put("codebook_dim", quantizer.dim());
        config.put("num_stages", sizes.length);
        CodebookFile.addTo(builder, config, CodebookFile.PREFIX, quantizer);
    }
}
