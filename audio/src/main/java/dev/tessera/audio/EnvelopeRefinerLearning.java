package dev.tessera.audio;

import dev.tessera.vqmodels.training.EnvelopeRefinement;
import dev.tessera.vqmodels.training.NeuralTrainer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Learns an {@link EnvelopeRefiner} from what a model without one makes of sounds at random rates and loudnesses. */
final class EnvelopeRefinerLearning {
    private static final int HELD_OUT = 8; // one of so many sounds

    /** Decades of loudness to either side. */
    private static final double LOUDNESS = 0.5;

    /** What metrics take for silence, at {@link AudioTrainer#REFERENCE_RMS}. */
    private static final double SILENCE = 0.01;

    private final ScalarRecipe recipe;
    private final RefinerRecipe refiner;
    private final NeuralTrainer trainer;
    private final int threads;
    private final Consumer<String> progress;

    EnvelopeRefinerLearning(
            ScalarRecipe recipe, RefinerRecipe refiner, NeuralTrainer trainer, int threads, Consumer<String> progress) {
        this.recipe = recipe;
        this.refiner = refiner;
        this.trainer = trainer;
        this.threads = threads;
        this.progress = progress;
    }

    /** @param model with the transform and the entropy models that the sounds are coded with */
    EnvelopeRefinement.Trained learn(List<float[]> sounds, ScalarAudioModel model) {
        List<EnvelopeRefinement.Pair> pairs = new ArrayList<>();
        List<EnvelopeRefinement.Pair> heldOut = new ArrayList<>();
        Random random = new Random(recipe.seed() + 1);
        for (int visit = 0; visit < refiner.visits(); visit++) {
            for (int i = 0; i < sounds.size(); i++) {
                (i % HELD_OUT == 0 ? heldOut : pairs).add(pair(sounds.get(i), model, random));
            }
            progress.accept("decoded sounds, visit " + (visit + 1) + " of " + refiner.visits());
        }
        EnvelopeRefinement order = new EnvelopeRefinement(
                refiner.localChannels(),
                refiner.localLayers(),
                refiner.wideChannels(),
                refiner.wideKernels(),
                refiner.steps(),
                refiner.learningRate(),
                recipe.seed(),
                threads,
                progress);
        return trainer.trainRefinement(order, pairs, heldOut);
    }

    private EnvelopeRefinement.Pair pair(float[] sound, ScalarAudioModel model, Random random) {
        float gain = (float) StrictMath.pow(10, random.nextDouble(-LOUDNESS, LOUDNESS));
        float[] original = new float[sound.length];
        for (int i = 0; i < original.length; i++) {
            original[i] = gain * sound[i];
        }
        ScalarWriter writer = new ScalarWriter(model, new float[][] {original});
        double kbps = refiner.kbps().get(random.nextInt(refiner.kbps().size()));
        boolean envelopeOnly = kbps < refiner.hybridFromKbps() && random.nextBoolean();
        double seconds = (double) original.length / MelEnvelope.SAMPLE_RATE;
        ScalarSettings settings = ScalarSearch.about(writer, kbps, seconds, envelopeOnly, random.nextDouble(-1, 1));
        double floor = SILENCE * AudioTrainer.rms(original) / AudioTrainer.REFERENCE_RMS;
        return writer.decoded(settings).plane(0).pair(original, floor);
    }
}
