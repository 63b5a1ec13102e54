package dev.tessera.vqmodels.training;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What is to be trained.
 *
 * @param output the model; the checkpoint stands beside it, with {@code .checkpoint} behind its name
 * @param recipe name of a recipe, or the path of a {@code .properties} file
 * @param changes entries that replace those of the recipe
 * @param minutes about how long to train, from which the number of steps follows; 0: as many steps as the recipe says
 * @param resume whether to go on from the checkpoint; without one a training starts anew
 * @param threads of the engine; a resumed training needs the same number for the same weights
 * @param progress told what happens, a line at a time
 */
public record TrainingOrder(
        Path output,
        String recipe,
        Map<String, String> changes,
        double minutes,
        boolean resume,
        int threads,
        Consumer<String> progress) {
    public TrainingOrder {
        changes = Map.copyOf(changes);
        if (!(minutes >= 0 && minutes <= 1e6)) {
            throw new IllegalArgumentException("minutes is " + minutes + ", must be in [0, 1000000]");
        }
        if (threads < 1) {
            throw new IllegalArgumentException("threads is " + threads + ", must be at least 1");
        }
    }

    /** Where the checkpoint of {@code output} stands. */
    public static Path checkpoint(Path output) {
        return output.resolveSibling(output.getFileName() + ".checkpoint");
    }
}
