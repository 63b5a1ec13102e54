package dev.tessera.audio;

import dev.tessera.codecs.GridSpec;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/**
 * How an {@link ClassicalAudioModel} is trained.
 *
 * @param name name of the model
 * @param secondsPerFile how much of a file is used at most
 * @param secondsPerFolder how much of all files of one folder is used at most
 * @param codebookSize K of every stage
 * @param iterations k-means updates per codebook
 * @param vectorsPerCode training vectors per code vector at most
 * @param envelopeComponents KLT components that are kept of 80
 * @param envelopeStages stages of the envelope's residual VQ
 * @param envelopeLambdas weights of a bit at which the envelope prior is trained, one pass each
 * @param coreStages stages of the waveform's residual VQ; 0 codes coefficients one by one ({@link LappedAudioModel})
 * @param coreSteps steps at which the waveform's codebooks and priors are trained, for a file of rms 0.08
 * @param coreDeadZone only vectors longer than this train waveform codebooks; shorter ones are left to the zero vector
 * @param coreLambda weight of a bit at which the waveform prior is trained, in squared steps
 * @param priorTableBits see {@link GridSpec#tableBits()}
 * @param seed of everything random
 */
public record AudioRecipe(
        String name,
        int secondsPerFile,
        int secondsPerFolder,
        int codebookSize,
        int iterations,
        int vectorsPerCode,
        int envelopeComponents,
        int envelopeStages,
        float[] envelopeLambdas,
        int coreStages,
        float[] coreSteps,
        float coreDeadZone,
        float coreLambda,
        int priorTableBits,
        long seed) {

    public AudioRecipe {
        RecipeEntries.checkRange("secondsPerFile", secondsPerFile, 1, 1_000_000);
        RecipeEntries.checkRange("secondsPerFolder", secondsPerFolder, 1, 1_000_000);
        RecipeEntries.checkRange("codebookSize", codebookSize, 2, 65_536);
        RecipeEntries.checkRange("iterations", iterations, 1, 10_000);
        RecipeEntries.checkRange("vectorsPerCode", vectorsPerCode, 1, 100_000);
        RecipeEntries.checkRange("envelopeComponents", envelopeComponents, 1, MelEnvelope.BANDS);
        RecipeEntries.checkRange("envelopeStages", envelopeStages, 1, 16);
        RecipeEntries.checkRange("coreStages", coreStages, 0, 16);
        RecipeEntries.checkRange("priorTableBits", priorTableBits, GridSpec.MIN_TABLE_BITS, GridSpec.MAX_TABLE_BITS);
        if (envelopeLambdas.length < 1 || coreSteps.length < 1) {
            throw new IllegalArgumentException("envelopeLambdas and coreSteps must have at least 1 value each");
        }
        envelopeLambdas = envelopeLambdas.clone();
        coreSteps = coreSteps.clone();
    }

    /** Reads a recipe from properties; a missing or malformed entry is named. */
    public static AudioRecipe read(InputStream in) throws IOException {
        Properties entries = new Properties();
        entries.load(in);
        return read(entries);
    }

    /** Reads a recipe from its entries; see {@link #read(InputStream)}. */
    public static AudioRecipe read(Properties entries) {
        RecipeEntries recipe = new RecipeEntries(entries);
        return new AudioRecipe(
                recipe.text("name"),
                recipe.integer("seconds-per-file"),
                recipe.integer("seconds-per-folder"),
                recipe.integer("codes"),
                recipe.integer("iterations"),
                recipe.integer("vectors-per-code"),
                recipe.integer("envelope-components"),
                recipe.integer("envelope-stages"),
                recipe.floats("envelope-lambdas"),
                recipe.integer("core-stages"),
                recipe.floats("core-steps"),
                recipe.floats("core-dead-zone")[0],
                recipe.floats("core-lambda")[0],
                recipe.integer("prior-table-bits"),
                recipe.integer("seed"));
    }

    /** The recipe of the shipped default model. */
    public static AudioRecipe standard() {
        try (InputStream in = AudioRecipe.class.getResourceAsStream("models/audio-mel-mdct.recipe.properties")) {
            return read(in);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The same recipe with another K and seed. */
    public AudioRecipe with(int newCodebookSize, long newSeed) {
        return new AudioRecipe(
                name,
                secondsPerFile,
                secondsPerFolder,
                newCodebookSize,
                iterations,
                vectorsPerCode,
                envelopeComponents,
                envelopeStages,
                envelopeLambdas,
                coreStages,
                coreSteps,
                coreDeadZone,
                coreLambda,
                priorTableBits,
                newSeed);
    }

    @Override
    public float[] envelopeLambdas() {
        return envelopeLambdas.clone();
    }

    @Override
    public float[] coreSteps() {
        return coreSteps.clone();
    }
}
