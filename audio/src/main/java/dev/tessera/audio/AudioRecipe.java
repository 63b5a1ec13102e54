package dev.tessera.audio;

import dev.tessera.codecs.GridSpec;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
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
        checkRange("secondsPerFile", secondsPerFile, 1, 1_000_000);
        checkRange("secondsPerFolder", secondsPerFolder, 1, 1_000_000);
        checkRange("codebookSize", codebookSize, 2, 65_536);
        checkRange("iterations", iterations, 1, 10_000);
        checkRange("vectorsPerCode", vectorsPerCode, 1, 100_000);
        checkRange("envelopeComponents", envelopeComponents, 1, MelEnvelope.BANDS);
        checkRange("envelopeStages", envelopeStages, 1, 16);
        checkRange("coreStages", coreStages, 0, 16);
        checkRange("priorTableBits", priorTableBits, GridSpec.MIN_TABLE_BITS, GridSpec.MAX_TABLE_BITS);
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
        return new AudioRecipe(
                entry(entries, "name"),
                integer(entries, "seconds-per-file"),
                integer(entries, "seconds-per-folder"),
                integer(entries, "codes"),
                integer(entries, "iterations"),
                integer(entries, "vectors-per-code"),
                integer(entries, "envelope-components"),
                integer(entries, "envelope-stages"),
                floats(entries, "envelope-lambdas"),
                integer(entries, "core-stages"),
                floats(entries, "core-steps"),
                floats(entries, "core-dead-zone")[0],
                floats(entries, "core-lambda")[0],
                integer(entries, "prior-table-bits"),
                integer(entries, "seed"));
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

    private static String entry(Properties entries, String key) {
        String value = entries.getProperty(key);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("the recipe has no entry '" + key + "'");
        }
        return value.trim();
    }

    private static int integer(Properties entries, String key) {
        try {
            return Integer.parseInt(entry(entries, key));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the recipe's entry '" + key + "' is no integer: " + e.getMessage(), e);
        }
    }

    private static float[] floats(Properties entries, String key) {
        String[] values = entry(entries, key).split("\\s*,\\s*");
        float[] out = new float[values.length];
        try {
            for (int i = 0; i < out.length; i++) {
                out[i] = Float.parseFloat(values[i]);
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "the recipe's entry '" + key + "' is " + Arrays.toString(values) + ", must be numbers", e);
        }
        return out;
    }

    private static void checkRange(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", must be in [" + min + ", " + max + "]");
        }
    }
}
