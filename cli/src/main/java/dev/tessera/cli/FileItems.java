package dev.tessera.cli;

import dev.tessera.vqmodels.training.TrainingItems;
import java.nio.file.Path;
import java.util.List;

/** Files to learn from, told apart by their paths. */
interface FileItems extends TrainingItems {
    List<Path> files();

    @Override
    default int size() {
        return files().size();
    }

    @Override
    default String name(int index) {
        return files().get(index).toString();
    }
}
