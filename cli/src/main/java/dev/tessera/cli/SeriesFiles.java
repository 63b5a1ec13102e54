package dev.tessera.cli;

import dev.tessera.features.FeatureFiles;
import dev.tessera.vqmodels.training.SeriesSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Series in {@code .npy} files for a trainer.
 *
 * @param channels of all of them
 */
record SeriesFiles(List<Path> files, int channels) implements FileItems, SeriesSource {
    /** Files with as many channels as the first has. */
    static SeriesFiles of(List<Path> files) throws IOException {
        return new SeriesFiles(files, FeatureFiles.channels(files.getFirst()));
    }

    @Override
    public float[] read(int index) throws IOException {
        return FeatureFiles.read(files.get(index), channels);
    }
}
