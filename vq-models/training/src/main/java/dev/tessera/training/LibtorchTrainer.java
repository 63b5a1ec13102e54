package dev.tessera.training;

import dev.tessera.vqmodels.training.NeuralTrainer;
import dev.tessera.vqmodels.training.PictureSource;
import dev.tessera.vqmodels.training.TrainingOrder;
import dev.tessera.vqmodels.training.TrainingResult;
import java.io.IOException;
import java.util.List;

/** {@link NeuralTrainer} on libtorch. */
public final class LibtorchTrainer implements NeuralTrainer {
    @Override
    public List<String> quantizers() {
        return Bottlenecks.NAMES;
    }

    @Override
    public List<String> recipes() {
        return Recipe.NAMES;
    }

    @Override
    public TrainingResult trainImages(TrainingOrder order, PictureSource pictures) throws IOException {
        return new ImageTraining(Recipe.read(order.recipe(), order.changes()), order, pictures).run();
    }
}
