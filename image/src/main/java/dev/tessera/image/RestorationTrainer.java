package dev.tessera.image;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codecs.GridModel;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Gives a model what restores lost tokens: a {@link LatentPredictor} of the latents of pictures' tokens, as files of high and of low
 * quality hold them. Everything else in the model stays as it is.
 *
 * <p>The same model, files and seed give the same model for any thread count.
 */
public final class RestorationTrainer {
    /** What shipped models are made with. */
    public static final long DEFAULT_SEED = 1;

    private static final int LARGEST = 1 << 26; // latent numbers that are kept: 256 MB
    private static final int LONGEST_SIDE = 64; // positions; of larger pictures the middle is taken

    /** Half of the pictures have their nearest tokens, the others those of a quality in this range. */
    private static final int LOWEST_QUALITY = 20;

    private static final int HIGHEST_QUALITY = 80;

    private final long seed;
    private final int epochs;
    private final int threads;
    private final Consumer<String> progress;

    /**
     * @param seed of the order and qualities of pictures, the holes and the start of the network
     * @param threads for the tokenizer
     * @param progress told what happens, a line at a time
     */
    public RestorationTrainer(long seed, int threads, Consumer<String> progress) {
        this(seed, LatentPredictorTrainer.EPOCHS, threads, progress);
    }

    RestorationTrainer(long seed, int epochs, int threads, Consumer<String> progress) {
        this.seed = seed;
        this.epochs = epochs;
        this.threads = threads;
        this.progress = progress;
    }

    /**
     * A copy of {@code model} with what restores tokens such as those of {@code files}, whose alpha is left out.
     *
     * @throws IOException when a picture cannot be read or {@code model} is no image tokenizer
     * @throws IllegalArgumentException when it has no entropy prior, or its tokens have no place in the picture
     */
    public ModelFile train(ModelFile model, List<Path> files) throws IOException {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("there are no pictures to learn from");
        }
        ImageModel tokenizer = ImageModel.load(model);
        if (!tokenizer.hasPlaces()) {
            throw new IllegalArgumentException("the tokens of the model " + model.shortHash()
                    + " stand for whole pictures, must stand for patches to be restored from their neighbours");
        }
        List<Path> shuffled = new ArrayList<>(files);
        Random random = new Random(seed);
        Collections.shuffle(shuffled, random);
        List<Latents> grids = new ArrayList<>();
        long numbers = 0;
        for (Path file : shuffled) {
            Latents latents = latents(tokenizer, middle(ImageFiles.read(file), tokenizer.patchSize()), random);
            if (numbers + latents.data().length > LARGEST) {
                break;
            }
            numbers += latents.data().length;
            grids.add(latents);
        }
        progress.accept("restoration: tokens of " + grids.size() + " of " + shuffled.size() + " pictures");
        LatentPredictor predictor = new LatentPredictorTrainer(grids, new SplitMix64(seed)).train(epochs, progress);
        ModelFile.Builder builder = ModelFile.builder().metadataOf(model).config(model.config());
        for (String name : model.tensorNames()) {
            if (!LatentPredictor.owns(name)) {
                builder.tensor(name, model.tensor(name));
            }
        }
        predictor.addTo(builder);
        return builder.build();
    }

    private static Image middle(Image image, int patch) {
        int width = Math.min(image.width(), LONGEST_SIDE * patch);
        int height = Math.min(image.height(), LONGEST_SIDE * patch);
        return image.crop((image.width() - width) / 2, (image.height() - height) / 2, width, height);
    }

    /** What the tokens of a file say, of one quality or the other. */
    private Latents latents(ImageModel model, Image image, Random random) {
        TokenChoice choice = model.choose(image, threads);
        PatchGrid shape = model.grid(image.width(), image.height());
        int stages = model.codebookSizes().length;
        int[] indices = new int[Math.multiplyExact(choice.positions(), stages)];
        boolean nearest = random.nextBoolean();
        int quality = LOWEST_QUALITY + random.nextInt(HIGHEST_QUALITY - LOWEST_QUALITY);
        float lambda = nearest ? 0 : model.lambdaOf(quality);
        TokenWriter.Source source = choice.source(lambda, lambda, 0, indices);
        GridModel entropy = new GridModel(model.prior(), shape.rows(), shape.columns());
        SubGrid.whole(shape.rows(), shape.columns()).forEach((row, column, place) -> {
            for (int s = 0; s < stages; s++) {
                int index = source.next(entropy, s, row, column, place);
                indices[place.position() * stages + s] = index;
                entropy.observe(s, row, column, index);
            }
        });
        return model.latents(indices, stages, shape.rows(), shape.columns());
    }
}
