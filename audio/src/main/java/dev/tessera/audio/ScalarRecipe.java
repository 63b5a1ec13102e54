package dev.tessera.audio;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * How a {@link ScalarAudioModel} is trained.
 *
 * @param name name of the model
 * @param secondsPerFile how much of a file is used at most
 * @param secondsPerFolder how much of all files of one folder is used at most
 * @param envelopeComponents KLT components that are kept of 80
 * @param passes over all sounds
 * @param envelopeSteps steps of the envelope, in decades, at which priors are trained
 * @param waveformSteps steps of the waveform, for a file of rms 0.08
 * @param lambda weight of a bit, in squared steps
 * @param refiner of decoded envelopes, or nothing for a model without one
 * @param seed of everything random
 */
public record ScalarRecipe(
        String name,
        int secondsPerFile,
        int secondsPerFolder,
        int envelopeComponents,
        int passes,
        float[] envelopeSteps,
        float[] waveformSteps,
        float lambda,
        Optional<RefinerRecipe> refiner,
        long seed) {
    private static final String CODEC = "codec";
    private static final String SCALAR = "scalar";

    public ScalarRecipe {
        RecipeEntries.checkRange("secondsPerFile", secondsPerFile, 1, 1_000_000);
        RecipeEntries.checkRange("secondsPerFolder", secondsPerFolder, 1, 1_000_000);
        RecipeEntries.checkRange("envelopeComponents", envelopeComponents, 1, MelEnvelope.BANDS);
        RecipeEntries.checkRange("passes", passes, 1, 1000);
        if (envelopeSteps.length < 1 || waveformSteps.length < 1) {
            throw new IllegalArgumentException("envelopeSteps and waveformSteps must have at least 1 value each");
        }
        envelopeSteps = envelopeSteps.clone();
        waveformSteps = waveformSteps.clone();
    }

    /** Whether a recipe's entries are those of this kind. */
    public static boolean isOne(Properties entries) {
        return SCALAR.equals(entries.getProperty(CODEC));
    }

    /** Reads a recipe; a missing or malformed entry is named. */
    public static ScalarRecipe read(Properties entries) {
        RecipeEntries recipe = new RecipeEntries(entries);
        return new ScalarRecipe(
                recipe.text("name"),
                recipe.integer("seconds-per-file"),
                recipe.integer("seconds-per-folder"),
                recipe.integer("envelope-components"),
                recipe.integer("passes"),
                recipe.floats("envelope-steps"),
                recipe.floats("waveform-steps"),
                recipe.floats("lambda")[0],
                entries.containsKey("refiner-steps") ? Optional.of(refiner(recipe)) : Optional.empty(),
                recipe.integer("seed"));
    }

    private static RefinerRecipe refiner(RecipeEntries recipe) {
        List<Float> kbps = new ArrayList<>();
        for (float k : recipe.floats("refiner-kbps")) {
            kbps.add(k);
        }
        return new RefinerRecipe(
                recipe.integer("refiner-local-channels"),
                recipe.integer("refiner-local-layers"),
                recipe.integer("refiner-wide-channels"),
                Arrays.stream(recipe.integers("refiner-wide-kernels")).boxed().toList(),
                recipe.integer("refiner-visits"),
                kbps,
                recipe.floats("refiner-hybrid-from-kbps")[0],
                recipe.integer("refiner-steps"),
                recipe.floats("refiner-learning-rate")[0]);
    }

    /** The same recipe with another seed. */
    public ScalarRecipe withSeed(long newSeed) {
        return new ScalarRecipe(
                name,
                secondsPerFile,
                secondsPerFolder,
                envelopeComponents,
                passes,
                envelopeSteps,
                waveformSteps,
                lambda,
                refiner,
                newSeed);
    }

    @Override
    public float[] envelopeSteps() {
        return envelopeSteps.clone();
    }

    @Override
    public float[] waveformSteps() {
        return waveformSteps.clone();
    }
}
