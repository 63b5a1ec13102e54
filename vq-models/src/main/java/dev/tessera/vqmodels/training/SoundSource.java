package dev.tessera.vqmodels.training;

import java.io.IOException;

/** Sounds to learn from, by number. */
public interface SoundSource extends TrainingItems {
    /** The kind of sound {@code index}, for instance the name of its folder: recipes say how much of which kind is used. */
    String kind(int index);

    /**
     * Reads sound {@code index}, in [0, {@link #size}), as one channel. May be called by several threads.
     *
     * @param sampleRate samples a second that are wanted
     * @return samples, full scale is [-1, 1]
     */
    float[] read(int index, int sampleRate) throws IOException;
}
