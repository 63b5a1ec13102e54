package dev.tessera.training;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.training.EnvelopeRefinement;
import dev.tessera.vqmodels.training.NeuralTrainer;
import dev.tessera.vqmodels.training.PictureSource;
import dev.tessera.vqmodels.training.PlaneRefinement;
import dev.tessera.vqmodels.training.SeriesSource;
import dev.tessera.vqmodels.training.SoundSource;
import dev.tessera.vqmodels.training.TrainingOrder;
import dev.tessera.vqmodels.training.TrainingResult;
import dev.tessera.vqmodels.training.WeightTraining;
import java.io.IOException;
import java.util.List;

/** {@link NeuralTrainer} on libtorch. */
public final class LibtorchTrainer implements NeuralTrainer {
    @Override
    public List<String> quantizers() {
        return Bottlenecks.NAMES;
    }

    @Override
    public List<String> recipes(Media media) {
        return Recipe.names(media);
    }

    @Override
    public TrainingResult trainImages(TrainingOrder order, PictureSource pictures) throws IOException {
        Recipe recipe = Recipe.read(Media.IMAGE, order.recipe(), order.changes());
        return new Training(
                        recipe,
                        order,
                        (dim, store, random) -> new ImageMedium(recipe, order, pictures, dim, store, random))
                .run();
    }

    @Override
    public TrainingResult trainSounds(TrainingOrder order, SoundSource sounds) throws IOException {
        Recipe recipe = Recipe.read(Media.AUDIO, order.recipe(), order.changes());
        return new Training(
                        recipe,
                        order,
                        (dim, store, random) -> new SoundMedium(recipe, order, sounds, dim, store, random))
                .run();
    }

    @Override
    public TrainingResult trainSeries(TrainingOrder order, SeriesSource series) throws IOException {
        Recipe recipe = Recipe.read(Media.FEATURES, order.recipe(), order.changes());
        return new Training(
                        recipe,
                        order,
                        (dim, store, random) -> new FeatureMedium(recipe, order, series, dim, store, random))
                .run();
    }

    @Override
    public PlaneRefinement.Trained trainRefinement(PlaneRefinement order, List<PlaneRefinement.Pair> pairs) {
        return new RefinementTraining(order, pairs).run();
    }

    @Override
    public WeightTraining.Trained trainWeights(WeightTraining order) throws CorruptModelException {
        return new BlockTraining(order).run();
    }

    @Override
    public EnvelopeRefinement.Trained trainRefinement(
            EnvelopeRefinement order, List<EnvelopeRefinement.Pair> pairs, List<EnvelopeRefinement.Pair> heldOut) {
        return new EnvelopeTraining(order, pairs, heldOut).run();
    }
}
