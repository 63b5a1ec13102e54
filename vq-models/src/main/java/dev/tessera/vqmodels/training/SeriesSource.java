package dev.tessera.vqmodels.training;

import java.io.IOException;

/** Series of vectors to learn from, by number: trajectories, poses, features of sound. */
public interface SeriesSource extends TrainingItems {
    /** Numbers of a frame, the same in all series. */
    int channels();

    /**
     * Reads series {@code index}, in [0, {@link #size}).
     *
     * @return {@code [frames x channels]}, row-major, all finite
     */
    float[] read(int index) throws IOException;
}
