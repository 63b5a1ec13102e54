package dev.tessera.image.transform;

import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.vqmodels.training.NeuralTrainer;
import dev.tessera.vqmodels.training.PlaneRefinement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Learns a {@link DetailNetwork} from what the codec makes of random crops of photos. */
final class DetailNetworkLearning {
    private static final double ERROR_WEIGHT = 0.05; // structure is what the network is for
    private static final int MIN_SIDE = 176; // of a target: all scales of MS-SSIM have windows

    private final LinearImageRecipe recipe;
    private final LinearImageRecipe.NetworkRecipe network;
    private final NeuralTrainer trainer;
    private final int threads;
    private final Consumer<String> progress;

    DetailNetworkLearning(LinearImageRecipe recipe, NeuralTrainer trainer, int threads, Consumer<String> progress) {
        this.recipe = recipe;
        this.network = recipe.network().orElseThrow();
        this.trainer = trainer;
        this.threads = threads;
        this.progress = progress;
    }

    /** @param model with the entropy models that the crops are coded with */
    DetailNetwork learn(List<Path> files, LinearImageModel model) throws IOException {
        List<List<PlaneRefinement.Pair>> pairs = pairs(files, model);
        List<List<PlaneRefinement.Layer>> layers = new ArrayList<>();
        for (LumaRefiner.Kind kind : DetailNetwork.KINDS) {
            progress.accept(kind + ": " + pairs.get(kind.ordinal()).size() + " pairs of planes");
            PlaneRefinement order = new PlaneRefinement(
                    network.channels(),
                    network.layers(),
                    network.steps()[DetailNetwork.KINDS.indexOf(kind)],
                    network.learningRate(),
                    ERROR_WEIGHT,
                    kind == LumaRefiner.Kind.QUARTER ? 1 : 0, // which is doubled once more
                    recipe.seed(),
                    threads,
                    progress);
            layers.add(trainer.trainRefinement(order, pairs.get(kind.ordinal())).layers());
        }
        return DetailNetwork.of(layers);
    }

    private List<List<PlaneRefinement.Pair>> pairs(List<Path> files, LinearImageModel model) throws IOException {
        List<List<PlaneRefinement.Pair>> pairs = new ArrayList<>();
        for (int i = 0; i < Settings.SCALES; i++) {
            pairs.add(new ArrayList<>());
        }
        Random random = new Random(recipe.seed() + 1);
        ShuffledPhotos photos = new ShuffledPhotos(files, random);
        for (int seen = 0; seen < network.visits(); seen++) {
            TrainingCrop crop = TrainingCrop.draw(photos.next(), recipe, network.scaleShares(), random);
            if (2 * Math.min(crop.width(), crop.height()) >= MIN_SIDE) {
                pairs.get(crop.scale()).add(pair(crop, model));
            }
        }
        return pairs;
    }

    private PlaneRefinement.Pair pair(TrainingCrop crop, LinearImageModel model) {
        BlockEncoder encoder =
                new BlockEncoder(crop.planes(), crop.step(), model.prior(), 1, Tuning.MS_SSIM, crop.scale());
        encoder.encode(new BitCoder.Writer(new RangeEncoder()));
        SamplePlane decoded = encoder.planes[0].copy();
        new EdgeFilter(encoder.cells, Math.max(1, encoder.bestEdges())).apply(decoded, encoder.lumaStep, 0);
        return DetailNetwork.pair(
                LumaRefiner.Kind.of(crop.scale()),
                decoded.samples,
                decoded.width,
                crop.width(),
                crop.height(),
                crop.step(),
                crop.target().samples,
                crop.target().width,
                network.layers());
    }
}
