package dev.tessera.codecs.tensor;

import java.util.List;
import java.util.SplittableRandom;

/** Series whose bits are the same everywhere: made of integers and plain arithmetic. */
final class TestSeries {
    private TestSeries() {}

    /** Channels that wander together, each at a scale of its own: 2^(channel mod 9 - 4). */
    static FloatTensor walks(int groups, int steps, int channels, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[groups * steps * channels];
        double[] level = new double[channels];
        for (int i = 0; i < values.length; i += channels) {
            double common = bell(random);
            for (int c = 0; c < channels; c++) {
                level[c] = 0.9 * level[c] + 0.4 * common + 0.3 * bell(random);
                values[i + c] = (float) Math.scalb(level[c] + c, c % 9 - 4);
            }
        }
        return FloatTensor.of(List.of(groups, steps, channels), values);
    }

    /** About normal with variance 1: a sum of twelve uniform numbers. */
    static double bell(SplittableRandom random) {
        long sum = 0;
        for (int i = 0; i < 12; i++) {
            sum += random.nextInt(1 << 20);
        }
        return (double) sum / (1 << 20) - 6;
    }
}
