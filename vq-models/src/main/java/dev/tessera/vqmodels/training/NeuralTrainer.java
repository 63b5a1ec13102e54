package dev.tessera.vqmodels.training;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.Media;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** Trains neural tokenizers. Found as a service, because it stands on an engine that few users need. */
public interface NeuralTrainer {
    /** What {@code --quantizer} may name. */
    List<String> quantizers();

    /** The names of the recipes for {@code media} that come with the trainer, the default first. */
    List<String> recipes(Media media);

    /**
     * Trains on pictures, until the recipe's or the order's end; writes the model, and checkpoints on the way.
     *
     * @throws IOException when pictures, checkpoint or model cannot be read or written
     * @throws IllegalArgumentException when order and recipe do not fit, named by option
     */
    TrainingResult trainImages(TrainingOrder order, PictureSource pictures) throws IOException;

    /** The same on sounds. */
    TrainingResult trainSounds(TrainingOrder order, SoundSource sounds) throws IOException;

    /** The same on series of vectors. */
    TrainingResult trainSeries(TrainingOrder order, SeriesSource series) throws IOException;

    /**
     * Trains a network that refines planes.
     *
     * @param pairs to learn from; every eighth, from the first on, is kept out and says how much the network helps
     */
    PlaneRefinement.Trained trainRefinement(PlaneRefinement order, List<PlaneRefinement.Pair> pairs);

    /**
     * Trains weights in few bits, as they are stored, block after block and then each network as a whole; the same for the same order.
     *
     * @throws IllegalArgumentException when the networks have layers, or the weights a format, that cannot be trained
     */
    WeightTraining.Trained trainWeights(WeightTraining order) throws CorruptModelException;

    /**
     * Trains networks that refine envelopes.
     *
     * @param pairs to learn from
     * @param heldOut which say how much the networks help
     */
    EnvelopeRefinement.Trained trainRefinement(
            EnvelopeRefinement order, List<EnvelopeRefinement.Pair> pairs, List<EnvelopeRefinement.Pair> heldOut);

    /** The trainer of this class path, where there is one. */
    static Optional<NeuralTrainer> find() {
        return ServiceLoader.load(NeuralTrainer.class).findFirst();
    }
}
