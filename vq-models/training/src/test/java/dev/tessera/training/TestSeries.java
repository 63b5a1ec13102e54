package dev.tessera.training;

import dev.tessera.vqmodels.training.SeriesSource;
import java.util.SplittableRandom;

/** Loops that drift, made from their number: channel pairs turn at speeds of their own, far from 0 and of different size. */
record TestSeries(int size, int frames, int channels) implements SeriesSource {
    @Override
    public String name(int index) {
        return "made " + index;
    }

    @Override
    public float[] read(int index) {
        SplittableRandom random = new SplittableRandom(index);
        double speed = 0.05 + 0.1 * random.nextDouble();
        double phase = 6 * random.nextDouble();
        float[] values = new float[frames * channels];
        for (int t = 0; t < frames; t++) {
            for (int c = 0; c < channels; c++) {
                double angle = phase + speed * t * (1 + c / 2) + (c % 2) * Math.PI / 2;
                values[t * channels + c] =
                        (float) (100 * c + (1 + c) * (Math.cos(angle) + 0.1 * (random.nextDouble() - 0.5)));
            }
        }
        return values;
    }
}
