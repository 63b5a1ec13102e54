package dev.tessera.image;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.GridPrior;
import dev.tessera.codecs.GridSpec;
import dev.tessera.vqmodels.IndexOrder;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import dev.tessera.vqmodels.TokenizerFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Gives a {@link NeuralImageModel} the entropy prior that {@link ImageCodec} needs, learnt from the tokens of pictures. The model
 * that comes out has its network weights in F16, and the prior is that of the tokens which these weights give.
 *
 * <p>The same model, files and size of the tables give the same model for any thread count.
 */
public final class NeuralPriorTrainer {
    private static final int SEED = 1; // of the order of the pictures
    private static final int REPORT_EVERY = 20;

    private final int tableBits;
    private final int threads;
    private final Consumer<String> progress;

    /** With tables of {@value GridSpec#DEFAULT_TABLE_BITS} bits. */
    public NeuralPriorTrainer(int threads, Consumer<String> progress) {
        this(GridSpec.DEFAULT_TABLE_BITS, threads, progress);
    }

    /**
     * @param tableBits size of the prior, see {@link GridSpec#tableBits()}
     * @param threads for the networks
     * @param progress told what happens, a line at a time
     */
    public NeuralPriorTrainer(int tableBits, int threads, Consumer<String> progress) {
        this.tableBits = tableBits;
        this.threads = threads;
        this.progress = progress;
    }

    /**
     * A copy of {@code model} with the prior of the tokens of {@code files}, whose alpha is left out.
     *
     * @throws IOException when a picture cannot be read, or the model is no neural image tokenizer
     */
    public ModelFile train(ModelFile model, List<Path> files) throws IOException {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("there are no pictures to learn from");
        }
        ModelFile.Builder builder = TokenizerFile.withHalfWeights(model);
        NeuralParts parts = NeuralParts.read(builder.config(model.config()).build());
        Quantizer quantizer = parts.quantizer();
        IndexOrder order = IndexOrder.of(quantizer);
        NeuralEncoder encoder = parts.encoder(threads);
        GridModel entropy =
                new GridModel(GridPrior.blank(GridSpec.ordered(quantizer.codebookSizes(), tableBits)), 0, 0);
        List<Path> shuffled = new ArrayList<>(files);
        Collections.shuffle(shuffled, new Random(SEED));
        double squares = 0;
        long positions = 0;
        for (int i = 0; i < shuffled.size(); i++) {
            Latents latents = encoder.encode(ImageFiles.read(shuffled.get(i)));
            int[] indices = quantizer.quantize(latents, threads);
            squares += squaredDistance(quantizer, latents, indices);
            positions += latents.count();
            entropy = entropy.next(latents.shape()[0], latents.shape()[1]);
            observe(entropy, order.toPlaces(indices), latents.shape(), quantizer.stages());
            if ((i + 1) % REPORT_EVERY == 0 || i + 1 == shuffled.size()) {
                progress.accept("entropy prior: " + (i + 1) + " of " + shuffled.size() + " pictures, " + positions
                        + " positions");
            }
        }
        order.addTo(builder);
        byte[] state = entropy.toPrior().state();
        ModelConfig config = model.config()
                .with(ImageModel.TABLE_BITS, tableBits)
                .with(NeuralImageModel.DISTORTION, squares / positions);
        return builder.tensor(ImageModel.PRIOR_STATE, Tensor.ofUnsignedBytes(state, state.length))
                .config(config)
                .build();
    }

    private static void observe(GridModel entropy, int[] coded, int[] shape, int stages) {
        int at = 0;
        for (int y = 0; y < shape[0]; y++) {
            for (int x = 0; x < shape[1]; x++) {
                for (int s = 0; s < stages; s++) {
                    entropy.observe(s, y, x, coded[at++]);
                }
            }
        }
    }

    private static double squaredDistance(Quantizer quantizer, Latents latents, int[] indices) {
        float[] points = NeuralImageModel.points(quantizer, latents).data();
        float[] quantized = quantizer.dequantize(indices, latents.count()).data();
        double sum = 0;
        for (int i = 0; i < points.length; i++) {
            double e = points[i] - quantized[i];
            sum += e * e;
        }
        return sum;
    }
}
