package dev.tessera.audio;

import java.util.Arrays;

/**
 * {@link Resampler} of a sound that arrives in pieces: joined, what comes out is what the whole sound becomes, to the last bit. Not for
 * several threads at once.
 */
final class ResamplerStream {
    private final Resampler resampler;
    private final double[] weights;
    private final boolean same; // rates
    private float[] held = new float[0];
    private long offset; // of what is held
    private long made;

    ResamplerStream(int inputRate, int outputRate) {
        this.resampler = new Resampler(inputRate, outputRate);
        this.weights = new double[2 * resampler.reach()];
        this.same = inputRate == outputRate;
    }

    /** The samples that {@code x} makes possible. */
    float[] push(float[] x) {
        if (same) {
            return x.clone();
        }
        int before = held.length;
        held = Arrays.copyOf(held, before + x.length);
        System.arraycopy(x, 0, held, before, x.length);
        long received = offset + held.length;
        long to = made;
        while (resampler.lastInput(to) < received) {
            to++;
        }
        return make(to);
    }

    /** The samples that remain when nothing more comes. */
    float[] finish() {
        return same ? new float[0] : make(Math.max(made, resampler.outputLength(offset + held.length)));
    }

    private float[] make(long to) {
        float[] out = new float[(int) (to - made)];
        for (int i = 0; i < out.length; i++) {
            out[i] = resampler.at(made + i, held, offset, held.length, weights);
        }
        made = to;
        int gone = (int) Math.clamp(resampler.firstInput(made) - offset, 0, held.length);
        held = Arrays.copyOfRange(held, gone, held.length);
        offset += gone;
        return out;
    }
}
