package dev.tessera.training;

import dev.tessera.vqmodels.training.SeriesSource;
import dev.tessera.vqmodels.training.TrainingException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Series in memory, the mean and spread of their channels, and random windows of them, standardized: (x - mean) / scale.
 *
 * <p>Series are read in a random order until a budget of bytes is used; the others are left out. So the pool is a function of the
 * series, the budget and the seed.
 */
final class SeriesPool {
    private final int channels;
    private final List<float[]> series; // each [frames x channels]
    private final long[] starts; // frames before each series, and of all
    private final float[] mean;
    private final float[] scale;

    private SeriesPool(int channels, List<float[]> series) {
        this.channels = channels;
        this.series = series;
        starts = new long[series.size() + 1];
        for (int i = 0; i < series.size(); i++) {
            starts[i + 1] = starts[i] + series.get(i).length / channels;
        }
        mean = new float[channels];
        scale = new float[channels];
        double[] sums = new double[channels];
        for (float[] values : series) {
            for (int i = 0; i < values.length; i++) {
                sums[i % channels] += values[i];
            }
        }
        double[] squares = new double[channels];
        for (int c = 0; c < channels; c++) {
            mean[c] = (float) (sums[c] / frames());
        }
        for (float[] values : series) {
            for (int i = 0; i < values.length; i++) {
                double d = (double) values[i] - mean[i % channels];
                squares[i % channels] += d * d;
            }
        }
        for (int c = 0; c < channels; c++) {
            float deviation = (float) Math.sqrt(squares[c] / frames());
            scale[c] = deviation > 0 && Float.isFinite(deviation) ? deviation : 1; // 1: a channel that is constant
        }
    }

    /**
     * Reads series.
     *
     * @param budget bytes; the first series is taken whatever it needs
     */
    static SeriesPool read(SeriesSource source, long budget, long seed, Consumer<String> progress) throws IOException {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < source.size(); i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(seed));
        List<float[]> series = new ArrayList<>();
        long bytes = 0;
        for (int index : order) {
            if (bytes >= budget) {
                break;
            }
            float[] values = source.read(index);
            if (values.length > 0) {
                series.add(values);
                bytes += 4L * values.length;
            }
        }
        if (series.isEmpty()) {
            throw new TrainingException("there is no series with a frame");
        }
        SeriesPool pool = new SeriesPool(source.channels(), series);
        progress.accept(String.format(
                Locale.ROOT,
                "%d of %d series, %,d frames of %d channels",
                series.size(),
                source.size(),
                pool.frames(),
                source.channels()));
        return pool;
    }

    private long frames() {
        return starts[starts.length - 1];
    }

    /** Of each channel. */
    float[] mean() {
        return mean.clone();
    }

    /** Standard deviation of each channel; 1 where that is 0. */
    float[] scale() {
        return scale.clone();
    }

    /**
     * Random windows: each frame of all series is as likely to be in the first place, as far as its series has as many behind it;
     * shorter series are filled up with their last frame.
     *
     * @return {@code [count x channels x length]}, standardized
     */
    float[] windows(int count, int length, SplittableRandom random) {
        float[] out = new float[Math.multiplyExact(Math.multiplyExact(count, channels), length)];
        for (int i = 0; i < count; i++) {
            long place = random.nextLong(frames());
            int found = Arrays.binarySearch(starts, place);
            float[] values = series.get(found < 0 ? -found - 2 : found);
            int frames = values.length / channels;
            int first = Math.clamp(place - starts[found < 0 ? -found - 2 : found], 0, Math.max(0, frames - length));
            for (int c = 0; c < channels; c++) {
                for (int t = 0; t < length; t++) {
                    float value = values[Math.min(first + t, frames - 1) * channels + c];
                    out[(i * channels + c) * length + t] = (value - mean[c]) / scale[c];
                }
            }
        }
        return out;
    }
}
