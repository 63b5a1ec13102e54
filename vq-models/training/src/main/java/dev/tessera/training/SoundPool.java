package dev.tessera.training;

import dev.tessera.vqmodels.training.SoundSource;
import dev.tessera.vqmodels.training.TrainingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Sounds in memory as 16 bits, those of a kind one after the other in a random order, and random segments of them: a segment may
 * begin in one sound and end in the next, which is how short ones are learned from.
 *
 * <p>Each kind takes its share of a budget of bytes; sounds that find no room are left out. So the pool is a function of the sounds,
 * the shares, the budget and the seed.
 */
final class SoundPool {
    private static final int FILES_AT_ONCE = 64;
    private static final int TRIES = 4;
    private static final double SILENCE = 1e-4; // root mean square
    private static final String OTHER = "other";

    private final List<Kind> kinds;

    private SoundPool(List<Kind> kinds) {
        this.kinds = kinds;
    }

    /**
     * Sounds of one kind.
     *
     * @param share of the segments, relative to those of the others
     * @param starts of each sound in the row of all, and the end of the last
     */
    private record Kind(double share, List<short[]> sounds, long[] starts) {
        long length() {
            return starts[starts.length - 1];
        }

        void copy(long from, float[] out, int offset, int count) {
            int sound = Arrays.binarySearch(starts, from);
            sound = sound < 0 ? -sound - 2 : sound;
            int at = (int) (from - starts[sound]);
            for (int i = 0; i < count; i++) {
                while (at == sounds.get(sound).length) {
                    sound++;
                    at = 0;
                }
                out[offset + i] = sounds.get(sound)[at++] / 32768f;
            }
        }
    }

    /** Decibels between which the gain of a segment is drawn; none takes it beyond full scale. */
    record Gain(double low, double high) {
        Gain {
            if (low > high) {
                throw new IllegalArgumentException(
                        "the recipe's gain-low is " + low + ", must be at most its gain-high " + high);
            }
        }
    }

    /** Reads {@code speech:5,music:3,other:1}. */
    static Map<String, Double> shares(String text) {
        Map<String, Double> shares = new LinkedHashMap<>();
        for (String part : text.split(",")) {
            String[] pair = part.strip().split(":");
            try {
                double share = Double.parseDouble(pair[1]);
                if (pair.length == 2 && share >= 0 && share <= 1e6) {
                    shares.put(pair[0].strip(), share);
                    continue;
                }
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
                // told below
            }
            throw new IllegalArgumentException(
                    "the recipe's shares are '" + text + "', must be like speech:5,music:3,other:1");
        }
        return shares;
    }

    /**
     * Reads sounds, several at a time.
     *
     * @param shares of kinds; {@code other} is for each that is not named, 0 when absent
     * @param budget bytes
     */
    static SoundPool read(
            SoundSource source,
            int sampleRate,
            Map<String, Double> shares,
            long budget,
            long seed,
            int threads,
            Consumer<String> progress)
            throws IOException {
        Map<String, List<Integer>> byKind = new TreeMap<>();
        for (int i = 0; i < source.size(); i++) {
            String kind = source.kind(i);
            if (share(shares, kind) > 0) {
                byKind.computeIfAbsent(kind, _ -> new ArrayList<>()).add(i);
            }
        }
        double total =
                byKind.keySet().stream().mapToDouble(k -> share(shares, k)).sum();
        List<Kind> kinds = new ArrayList<>();
        try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
            for (Map.Entry<String, List<Integer>> entry : byKind.entrySet()) {
                double share = share(shares, entry.getKey());
                Collections.shuffle(entry.getValue(), new Random(seed));
                Kind kind =
                        read(source, sampleRate, entry.getValue(), share, (long) (budget / 2 * share / total), workers);
                if (kind.length() > 0) {
                    kinds.add(kind);
                    progress.accept(String.format(
                            java.util.Locale.ROOT,
                            "%s: %d of %d sounds, %.1f min, share %.2f",
                            entry.getKey(),
                            kind.sounds.size(),
                            entry.getValue().size(),
                            kind.length() / 60.0 / sampleRate,
                            share / total));
                }
            }
        }
        if (kinds.isEmpty()) {
            throw new TrainingException("there is no sound of the kinds " + shares.keySet());
        }
        return new SoundPool(kinds);
    }

    private static double share(Map<String, Double> shares, String kind) {
        return shares.getOrDefault(kind, shares.getOrDefault(OTHER, 0.0));
    }

    private static Kind read(
            SoundSource source,
            int sampleRate,
            List<Integer> indices,
            double share,
            long samples,
            ExecutorService workers)
            throws IOException {
        List<short[]> sounds = new ArrayList<>();
        long length = 0;
        for (int from = 0; from < indices.size() && length < samples; from += FILES_AT_ONCE) {
            List<Future<short[]>> futures = new ArrayList<>();
            for (int index : indices.subList(from, Math.min(indices.size(), from + FILES_AT_ONCE))) {
                futures.add(workers.submit(() -> pcm(source.read(index, sampleRate))));
            }
            for (Future<short[]> future : futures) {
                short[] sound = result(future);
                if (length < samples && sound.length > 0) {
                    sounds.add(sound);
                    length += sound.length;
                }
            }
        }
        long[] starts = new long[sounds.size() + 1];
        for (int i = 0; i < sounds.size(); i++) {
            starts[i + 1] = starts[i] + sounds.get(i).length;
        }
        return new Kind(share, sounds, starts);
    }

    private static short[] result(Future<short[]> future) throws IOException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException unchecked -> throw unchecked;
                default -> throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new java.io.InterruptedIOException("reading sounds"));
        }
    }

    private static short[] pcm(float[] samples) {
        short[] pcm = new short[samples.length];
        for (int i = 0; i < pcm.length; i++) {
            pcm[i] = (short) Math.clamp(Math.round(samples[i] * 32768f), Short.MIN_VALUE, Short.MAX_VALUE);
        }
        return pcm;
    }

    /**
     * Random segments: a kind by its share, any place in it, again when it is silent, a gain in decibels.
     *
     * @return {@code [count x length]}
     */
    float[] segments(int count, int length, Gain gain, SplittableRandom random) {
        float[] out = new float[Math.multiplyExact(count, length)];
        for (int i = 0; i < count; i++) {
            boolean silent = true;
            for (int t = 0; t < TRIES && silent; t++) {
                Kind kind = kind(random.nextDouble());
                int taken = (int) Math.min(length, kind.length());
                Arrays.fill(out, i * length, (i + 1) * length, 0);
                kind.copy(random.nextLong(kind.length() - taken + 1), out, i * length, taken);
                silent = amplify(out, i * length, length, gain, random);
            }
        }
        return out;
    }

    /** Whether the segment is silent; else it is amplified. */
    private static boolean amplify(float[] out, int offset, int length, Gain gain, SplittableRandom random) {
        double peak = 0;
        double squares = 0;
        for (int i = offset; i < offset + length; i++) {
            peak = Math.max(peak, Math.abs(out[i]));
            squares += out[i] * out[i];
        }
        double decibels = gain.low + (gain.high - gain.low) * random.nextDouble();
        if (squares < SILENCE * SILENCE * length) {
            return true;
        }
        float factor = (float) Math.min(Math.pow(10, decibels / 20), 1 / peak);
        for (int i = offset; i < offset + length; i++) {
            out[i] *= factor;
        }
        return false;
    }

    private Kind kind(double at) {
        double total = kinds.stream().mapToDouble(Kind::share).sum();
        for (Kind kind : kinds) {
            at -= kind.share / total;
            if (at < 0) {
                return kind;
            }
        }
        return kinds.getLast();
    }
}
