package dev.tessera.audio;

import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.mixing.BitCoder;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Learns what a {@link WaveformModel} knows beforehand: codes sounds one after the other, each at a random step and envelope. */
final class WaveformPriorTrainer {
    private final AudioRecipe recipe;
    private final Consumer<String> progress;

    WaveformPriorTrainer(AudioRecipe recipe, Consumer<String> progress) {
        this.recipe = recipe;
        this.progress = progress;
    }

    /** @param sounds at 16 kHz */
    WaveformModel learn(List<float[]> sounds, Klt klt, ClassicalAudioModel.Part part) {
        MelEnvelope envelope = new MelEnvelope(klt);
        EnvelopeLevels levels = new EnvelopeLevels(klt, part.quantizer());
        TokenSearch search =
                new TokenSearch(part.quantizer(), ClassicalCodec.ENVELOPE_CANDIDATES, AudioTrainer.ENVELOPE_ZERO_STAGE);
        Random random = new Random(recipe.seed());
        WaveformModel model = new WaveformModel();
        for (float[] sound : sounds) {
            float step = recipe.coreSteps()[random.nextInt(recipe.coreSteps().length)];
            float lambda = recipe.envelopeLambdas()[random.nextInt(recipe.envelopeLambdas().length)];
            Latents latents = envelope.encode(sound);
            GridModel grid = new GridModel(part.prior(), latents.count(), 1);
            int[] indices = search.choose(
                    new TokenSearch.Source(latents.data(), 1, latents.count(), 1, 1),
                    LambdaPlan.of(lambda),
                    grid,
                    grid::observe);
            TokenGrid tokens = new TokenGrid(
                    latents.count(), 1, part.quantizer().stages(), AudioTrainer.ENVELOPE_ZERO_STAGE, indices);
            double[] samples = LappedPlanes.filledUp(sound);
            int stepIndex = (int)
                    StrictMath.rint(Settings.indexOf(step * AudioTrainer.rms(sound) / AudioTrainer.REFERENCE_RMS));
            LappedWriter.code(
                    model,
                    new BitCoder.Trainer(),
                    levels.of(tokens),
                    samples,
                    new BlockSearch(samples),
                    stepIndex,
                    recipe.coreLambda());
        }
        progress.accept("waveform prior");
        return model;
    }
}
