package dev.tessera.image.transform;

import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.image.Image;
import dev.tessera.vqmodels.training.NeuralTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Learns what a {@link LinearImageModel} knows of pictures: codes random crops of photos at random scales and steps, one after
 * the other, and keeps the state of the entropy models. The same files, recipe and seed give the same model.
 */
public final class LinearImageTrainer {
    private static final int REPORT_EVERY = 20;

    private final LinearImageRecipe recipe;
    private final Supplier<NeuralTrainer> engine;
    private final int threads;
    private final Consumer<String> progress;
    private final DetailFilterFit details = new DetailFilterFit();

    /**
     * @param engine asked for when the recipe has a network
     * @param threads of the engine
     * @param progress told what happens, a line at a time
     */
    public LinearImageTrainer(
            LinearImageRecipe recipe, Supplier<NeuralTrainer> engine, int threads, Consumer<String> progress) {
        this.recipe = recipe;
        this.engine = engine;
        this.threads = threads;
        this.progress = progress;
    }

    /**
     * Trains on {@code files}.
     *
     * @throws IOException when a file cannot be read
     */
    public LinearImageModel train(List<Path> files) throws IOException {
        Optional<NeuralTrainer> trainer = recipe.network().map(network -> engine.get());
        TransformPrior prior = learn(files);
        LinearImageModel without =
                LinearImageModel.of(recipe.name(), prior, new Refiners(details.filter(), Optional.empty()));
        if (trainer.isEmpty()) {
            return without;
        }
        DetailNetwork network =
                new DetailNetworkLearning(recipe, trainer.get(), threads, progress).learn(files, without);
        return LinearImageModel.of(recipe.name(), prior, new Refiners(details.filter(), Optional.of(network)));
    }

    private TransformPrior learn(List<Path> files) throws IOException {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("there are no pictures to learn from");
        }
        Random random = new Random(recipe.seed());
        ShuffledPhotos photos = new ShuffledPhotos(files, random);
        TransformPrior prior = new TransformPrior();
        double bits = 0;
        for (int seen = 0; seen < recipe.visits(); seen++) {
            bits += visit(photos.next(), random, prior);
            if ((seen + 1) % REPORT_EVERY == 0) {
                progress.accept(String.format(
                        "%d of %d visits, %.4f bits per sample", seen + 1, recipe.visits(), bits / REPORT_EVERY));
                bits = 0;
            }
        }
        return prior;
    }

    private static Tuning tuning(Random random) {
        return random.nextInt(3) == 0 ? Tuning.PSNR : Tuning.MS_SSIM; // which is the usual one
    }

    /** Codes a part of {@code image}; returns bits per luma sample. */
    private double visit(Image image, Random random, TransformPrior prior) {
        TrainingCrop crop = TrainingCrop.draw(image, recipe, recipe.scaleShares(), random);
        BitCoder.Trainer trainer = new BitCoder.Trainer();
        BlockEncoder encoder = new BlockEncoder(crop.planes(), crop.step(), prior, 1, tuning(random), crop.scale());
        encoder.encode(trainer);
        SamplePlane decoded = encoder.planes[0].copy();
        new EdgeFilter(encoder.cells, encoder.bestEdges()).apply(decoded, encoder.lumaStep, 0);
        SamplePlane target = crop.target();
        details.add(
                LumaRefiner.Kind.of(crop.scale()),
                decoded.samples,
                decoded.width,
                crop.width(),
                crop.height(),
                crop.step(),
                target.samples,
                target.width);
        return trainer.cost / 65536.0 / ((double) decoded.width * decoded.height);
    }
}
