package dev.tessera.image.transform;

import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;

/**
 * Learns what a {@link LinearImageModel} knows of pictures: codes random crops of photos at random scales and steps, one after
 * the other, and keeps the state of the entropy models. The same files, recipe and seed give the same model.
 */
public final class LinearImageTrainer {
    private static final int REPORT_EVERY = 20;
    private static final int LEVELS_PER_HALVING = 8;

    private final LinearImageRecipe recipe;
    private final Consumer<String> progress;
    private final DetailFilterFit details = new DetailFilterFit();

    /** @param progress told what happens, a line at a time */
    public LinearImageTrainer(LinearImageRecipe recipe, Consumer<String> progress) {
        this.recipe = recipe;
        this.progress = progress;
    }

    /**
     * Trains on {@code files}.
     *
     * @throws IOException when a file cannot be read
     */
    public LinearImageModel train(List<Path> files) throws IOException {
        TransformPrior prior = learn(files, (learnt, seen) -> {});
        return LinearImageModel.of(recipe.name(), prior, details.filter());
    }

    /** @param after told after each visit what was learnt so far */
    TransformPrior learn(List<Path> files, ObjIntConsumer<TransformPrior> after) throws IOException {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("there are no pictures to learn from");
        }
        List<Path> order = new ArrayList<>(files);
        order.sort(Comparator.comparing(file -> file.getFileName().toString()));
        Random random = new Random(recipe.seed());
        TransformPrior prior = new TransformPrior();
        double bits = 0;
        for (int seen = 0; seen < recipe.visits(); seen++) {
            if (seen % order.size() == 0) {
                Collections.shuffle(order, random);
            }
            bits += visit(ImageFiles.read(order.get(seen % order.size())).composedOn(255), random, prior);
            after.accept(prior, seen + 1);
            if ((seen + 1) % REPORT_EVERY == 0) {
                progress.accept(String.format(
                        "%d of %d visits, %.4f bits per sample", seen + 1, recipe.visits(), bits / REPORT_EVERY));
                bits = 0;
            }
        }
        return prior;
    }

    /** Codes a part of {@code image}; returns bits per luma sample. */
    private double visit(Image image, Random random, TransformPrior prior) {
        int scale = scale(random.nextDouble());
        int step = recipe.firstStep()
                + random.nextInt(recipe.lastStep() - recipe.firstStep() + 1)
                - LEVELS_PER_HALVING * scale;
        int halvings = scale;
        while (Math.max(image.width(), image.height()) >> halvings - scale + 1 >= recipe.side()) {
            halvings++;
        }
        int width = (int) Math.min(image.width(), (long) recipe.cropWidth() << halvings);
        int height = (int) Math.min(image.height(), (long) recipe.cropHeight() << halvings);
        Image crop = image.crop(
                random.nextInt(image.width() - width + 1), random.nextInt(image.height() - height + 1), width, height);
        BitCoder.Trainer trainer = new BitCoder.Trainer();
        SamplePlane[] planes = PicturePlanes.of(crop, halvings);
        BlockEncoder encoder = new BlockEncoder(planes, Math.max(0, step), prior, 1, Tuning.PSNR, scale);
        encoder.encode(trainer);
        learnDetails(encoder, planes[0], crop, halvings, scale, Math.max(0, step));
        return trainer.cost / 65536.0 / ((double) planes[0].width * planes[0].height);
    }

    private void learnDetails(BlockEncoder encoder, SamplePlane source, Image crop, int halvings, int scale, int step) {
        SamplePlane best = encoder.planes[0].copy();
        new EdgeFilter(encoder.cells, encoder.bestEdges()).apply(best, encoder.lumaStep, 0);
        SamplePlane original = scale == 0 ? source : PicturePlanes.of(crop, halvings - 1)[0];
        details.add(
                DetailFilter.Kind.of(scale),
                best.samples,
                best.width,
                PicturePlanes.scaled(crop.width(), halvings),
                PicturePlanes.scaled(crop.height(), halvings),
                step,
                original.samples,
                original.width);
    }

    private int scale(double at) {
        double[] shares = recipe.scaleShares();
        double rest = at * Arrays.stream(shares).sum();
        int scale = 0;
        while (scale < shares.length - 1 && rest >= shares[scale]) {
            rest -= shares[scale++];
        }
        return scale;
    }
}
