package dev.tessera.audio;

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
 * Gives a {@link NeuralAudioModel} the entropy prior that {@link AudioCodec} needs, learnt from the tokens of sounds, each as the
 * mean of its channels. The model that comes out has its network weights in F16, and the prior is that of the tokens which these
 * weights give.
 *
 * <p>The same model, files and size of the tables give the same model for any thread count.
 */
public final class NeuralAudioPriorTrainer {
    private static final int SEED = 1; // of the order of the sounds
    private static final int REPORT_EVERY = 20;

    private final int tableBits;
    private final int threads;
    private final Consumer<String> progress;

    /** With tables of {@value GridSpec#DEFAULT_TABLE_BITS} bits. */
    public NeuralAudioPriorTrainer(int threads, Consumer<String> progress) {
        this(GridSpec.DEFAULT_TABLE_BITS, threads, progress);
    }

    /**
     * @param tableBits size of the prior, see {@link GridSpec#tableBits()}
     * @param threads for the networks
     * @param progress told what happens, a line at a time
     */
    public NeuralAudioPriorTrainer(int tableBits, int threads, Consumer<String> progress) {
        this.tableBits = tableBits;
        this.threads = threads;
        this.progress = progress;
    }

    /**
     * A copy of {@code model} with the prior of the tokens of {@code files}.
     *
     * @throws IOException when a sound cannot be read, or the model is no neural audio tokenizer
     */
    public ModelFile train(ModelFile model, List<Path> files) throws IOException {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("there are no sounds to learn from");
        }
        ModelFile.Builder builder = TokenizerFile.withHalfWeights(model);
        NeuralSoundParts parts =
                NeuralSoundParts.read(builder.config(model.config()).build());
        Quantizer quantizer = parts.quantizer();
        IndexOrder order = IndexOrder.of(quantizer);
        NeuralSoundEncoder encoder = parts.encoder(threads);
        GridModel entropy =
                new GridModel(GridPrior.blank(GridSpec.ordered(quantizer.codebookSizes(), tableBits)), 0, 0);
        List<Path> shuffled = new ArrayList<>(files);
        Collections.shuffle(shuffled, new Random(SEED));
        long positions = 0;
        for (int i = 0; i < shuffled.size(); i++) {
            Latents latents = encoder.encode(AudioFiles.read(shuffled.get(i)));
            int[] coded = order.toPlaces(quantizer.quantize(latents, threads));
            positions += latents.count();
            entropy = entropy.next(latents.count(), 1);
            for (int at = 0; at < coded.length; at++) {
                entropy.observe(at % quantizer.stages(), at / quantizer.stages(), 0, coded[at]);
            }
            if ((i + 1) % REPORT_EVERY == 0 || i + 1 == shuffled.size()) {
                progress.accept(
                        "entropy prior: " + (i + 1) + " of " + shuffled.size() + " sounds, " + positions + " frames");
            }
        }
        order.addTo(builder);
        byte[] state = entropy.toPrior().state();
        return builder.tensor(NeuralAudioModel.PRIOR_STATE, Tensor.ofUnsignedBytes(state, state.length))
                .config(model.config().with(AudioModel.TABLE_BITS, tableBits))
                .build();
    }
}
