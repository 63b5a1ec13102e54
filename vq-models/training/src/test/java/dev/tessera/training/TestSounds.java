package dev.tessera.training;

import dev.tessera.vqmodels.training.SoundSource;
import java.util.SplittableRandom;

/** Sounds of a few harmonics with noise, made from their number; every third is an effect, the others are music. */
record TestSounds(int size, int length) implements SoundSource {
    @Override
    public String name(int index) {
        return "made " + index;
    }

    @Override
    public String kind(int index) {
        return index % 3 == 0 ? "effects" : "music";
    }

    @Override
    public float[] read(int index, int sampleRate) {
        SplittableRandom random = new SplittableRandom(index);
        double pitch = 100 + 300 * random.nextDouble();
        float[] samples = new float[length];
        for (int t = 0; t < length; t++) {
            double value = 0.03 * (random.nextDouble() - 0.5);
            for (int h = 1; h <= 4; h++) {
                value += 0.15 / h * Math.sin(2 * Math.PI * h * pitch * t / sampleRate);
            }
            samples[t] = (float) (value * (0.6 + 0.4 * Math.sin(t * 0.001)));
        }
        return samples;
    }
}
