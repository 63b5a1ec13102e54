package dev.tessera.features;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.GridPrior;
import dev.tessera.codecs.GridSpec;
import dev.tessera.vqmodels.IndexOrder;
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
 * Gives a {@link FeatureModel} the entropy prior that files start from, learnt from the tokens of series. The model that comes out has
 * its network weights in F16, and the prior is that of the tokens which these weights give.
 *
 * <p>The same model, files and size of the tables give the same model for any thread count.
 */
public final class FeaturePriorTrainer {
    /** Series are short and models small: tables of 2^12 slots, 98 kB. */
    public static final int DEFAULT_TABLE_BITS = 12;

    private static final int SEED = 1; // of the order of the series
    private static final int REPORT_EVERY = 100;

    private final int tableBits;
    private final int threads;
    private final Consumer<String> progress;

    /**
     * @param tableBits size of the prior, see {@link GridSpec#tableBits()}
     * @param threads for the networks
     * @param progress told what happens, a line at a time
     */
    public FeaturePriorTrainer(int tableBits, int threads, Consumer<String> progress) {
        this.tableBits = tableBits;
        this.threads = threads;
        this.progress = progress;
    }

    /**
     * A copy of {@code model} with the prior of the tokens of {@code files}.
     *
     * @throws IOException when a series cannot be read or has other channels, or the model is no model of series
     */
    public ModelFile train(ModelFile model, List<Path> files) throws IOException {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("there are no series to learn from");
        }
        ModelFile.Builder builder = TokenizerFile.withHalfWeights(model);
        FeatureParts parts = FeatureParts.read(builder.config(model.config()).build());
        Quantizer quantizer = parts.quantizer();
        IndexOrder order = IndexOrder.of(quantizer);
        GridModel entropy =
                new GridModel(GridPrior.blank(GridSpec.ordered(quantizer.codebookSizes(), tableBits)), 0, 0);
        List<Path> shuffled = new ArrayList<>(files);
        Collections.shuffle(shuffled, new Random(SEED));
        long tokens = 0;
        for (int i = 0; i < shuffled.size(); i++) {
            float[] rows = FeatureFiles.read(shuffled.get(i), parts.channels());
            Latents latents = FeatureModel.encode(parts, rows, threads);
            int[] coded = order.toPlaces(quantizer.quantize(latents, threads));
            tokens += latents.count();
            entropy = entropy.next(latents.count(), 1);
            for (int at = 0; at < coded.length; at++) {
                entropy.observe(at % quantizer.stages(), at / quantizer.stages(), 0, coded[at]);
            }
            if ((i + 1) % REPORT_EVERY == 0 || i + 1 == shuffled.size()) {
                progress.accept(
                        "entropy prior: " + (i + 1) + " of " + shuffled.size() + " series, " + tokens + " tokens");
            }
        }
        order.addTo(builder);
        byte[] state = entropy.toPrior().state();
        return builder.tensor(FeatureModel.PRIOR_STATE, Tensor.ofUnsignedBytes(state, state.length))
                .config(model.config().with(FeatureModel.TABLE_BITS, tableBits))
                .build();
    }
}
