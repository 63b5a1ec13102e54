package dev.tessera.vqmodels.training;

import java.io.IOException;

/** Sounds to learn from, by number. */
public interface SoundSource {
    /** How many there are. */
    int size();

    /** What tells sound {@code index} from others, for instance its path: a resumed training checks it. */
    String name(int index);

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
