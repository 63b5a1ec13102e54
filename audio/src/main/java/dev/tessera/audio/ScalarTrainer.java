package dev.tessera.audio;

import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.training.EnvelopeRefinement;
import dev.tessera.vqmodels.training.NeuralTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Learns a {@link ScalarAudioModel}: the KLT of log-mel frames and how slowly its components change, then the entropy priors from
 * coding the same sounds, each at a random step of envelope and waveform; then, where the recipe says so, the networks that refine decoded envelopes.
 *
 * <p>The same files, recipe and seed give the same model, for any thread count where there are no networks and on one machine else.
 */
public final class ScalarTrainer {
    private static final double MOST_DECAY = 0.99;

    private final ScalarRecipe recipe;
    private final Supplier<NeuralTrainer> engine;
    private final int threads;
    private final Consumer<String> progress;

    /**
     * @param engine asked for when the recipe has a refiner
     * @param threads for the KLT and the engine, at least 1
     * @param progress told of each step in a line
     */
    public ScalarTrainer(ScalarRecipe recipe, Supplier<NeuralTrainer> engine, int threads, Consumer<String> progress) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads is " + threads + ", must be at least 1");
        }
        this.recipe = recipe;
        this.engine = engine;
        this.threads = threads;
        this.progress = progress;
    }

    /**
     * Trains on {@code files}: an equal share of each folder, as the recipe says.
     *
     * @throws IOException when a file cannot be read
     * @throws IllegalArgumentException when they hold too little sound
     */
    public ModelFile train(List<Path> files) throws IOException {
        Optional<NeuralTrainer> trainer = recipe.refiner().map(_ -> engine.get());
        List<float[]> sounds =
                new TrainingSounds(recipe.secondsPerFile(), recipe.secondsPerFolder(), recipe.seed()).load(files);
        progress.accept(sounds.size() + " of " + files.size() + " files are used");
        List<Latents> mels = sounds.stream().map(MelEnvelope::logMel).toList();
        Klt klt = Klt.fit(TrainingVectors.concatenate(mels), recipe.envelopeComponents(), threads);
        float[] decay = decay(klt, mels);
        progress.accept("transform of envelopes");
        ScalarPlanes.Models models = priors(new EnvelopeBasis(klt, decay), sounds, mels);
        ModelFile without = ScalarAudioModel.toFile(recipe, klt, decay, models, Optional.empty());
        if (trainer.isEmpty()) {
            return without;
        }
        EnvelopeRefinement.Trained refiner = new EnvelopeRefinerLearning(
                        recipe, recipe.refiner().orElseThrow(), trainer.get(), threads, progress)
                .learn(sounds, ScalarAudioModel.read(without));
        return ScalarAudioModel.toFile(recipe, klt, decay, models, Optional.of(refiner));
    }

    /** Regression of each component on itself a frame before. */
    private static float[] decay(Klt klt, List<Latents> mels) {
        int dim = klt.components();
        double[] energy = new double[dim];
        double[] product = new double[dim];
        for (Latents mel : mels) {
            float[] y = klt.transform(mel).data();
            for (int i = dim; i < y.length; i++) {
                energy[i % dim] += (double) y[i - dim] * y[i - dim];
                product[i % dim] += (double) y[i - dim] * y[i];
            }
        }
        float[] decay = new float[dim];
        for (int c = 0; c < dim; c++) {
            decay[c] = (float) Math.clamp(product[c] / Math.max(1e-12, energy[c]), 0, MOST_DECAY);
        }
        return decay;
    }

    private ScalarPlanes.Models priors(EnvelopeBasis basis, List<float[]> sounds, List<Latents> mels) {
        Random random = new Random(recipe.seed());
        ScalarPlanes.Models models = new ScalarPlanes.Models(new EnvelopeModel(), new WaveformModel());
        for (int pass = 0; pass < recipe.passes(); pass++) {
            for (int i = 0; i < sounds.size(); i++) {
                float[] sound = sounds.get(i);
                double loudness = AudioTrainer.rms(sound) / AudioTrainer.REFERENCE_RMS;
                ScalarSettings settings = new ScalarSettings(
                        Mode.HYBRID,
                        0,
                        false,
                        random.nextInt(EnvelopeBasis.SPAN_LEVELS),
                        (int) StrictMath.rint(EnvelopeCoding.indexOf(one(recipe.envelopeSteps(), random))),
                        LambdaPlan.of(recipe.lambda()),
                        (int) StrictMath.rint(Settings.indexOf(one(recipe.waveformSteps(), random) * loudness)),
                        recipe.lambda(),
                        0);
                double[] samples = LappedPlanes.filledUp(sound);
                ScalarPlanes.Sources sources = ScalarWriter.sources(
                        basis,
                        settings,
                        basis.components(mels.get(i)),
                        samples,
                        new BlockSearch(samples),
                        settings.envelopeStep());
                new ScalarPlanes(basis, settings, 1, sound.length).code(models, new BitCoder.Trainer(), _ -> sources);
            }
            progress.accept("priors, pass " + (pass + 1) + " of " + recipe.passes());
        }
        return models;
    }

    private static float one(float[] values, Random random) {
        return values[random.nextInt(values.length)];
    }
}
