package dev.tessera.eval.rd;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Runs every sample through every coder at every setting, two at once at most. */
public final class Experiment<S extends Medium> {
    private static final int MOST_AT_ONCE = 2; // more would spoil the times of the peers

    private final Measure<S> measure;
    private final ResultCache cache;
    private final int atOnce;

    /**
     * @param cacheFolder where results of cacheable coders are kept from one run to the next
     * @param threads at most two are used
     */
    public Experiment(Measure<S> measure, Path cacheFolder, int threads) throws IOException {
        this.measure = measure;
        this.cache = new ResultCache(cacheFolder);
        this.atOnce = Math.min(MOST_AT_ONCE, threads);
    }

    /**
     * What came of an experiment.
     *
     * @param trials in the order of samples, coders and settings
     * @param failures one line each
     */
    public record Outcome(List<Trial> trials, List<String> failures) {}

    private record Task<S extends Medium>(Sample<S> sample, Coder<S> coder, String setting) {}

    /**
     * Runs the experiment.
     *
     * @param progress told of every sample that is done
     */
    public Outcome run(List<Sample<S>> samples, List<Coder<S>> coders, Consumer<String> progress) throws IOException {
        List<Trial> trials = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(atOnce);
        try {
            for (Sample<S> sample : samples) {
                Map<Task<S>, Future<Trial>> futures = new LinkedHashMap<>();
                for (Coder<S> coder : coders) {
                    for (String setting : coder.settings()) {
                        Task<S> task = new Task<>(sample, coder, setting);
                        futures.put(task, pool.submit(() -> trial(task)));
                    }
                }
                for (Map.Entry<Task<S>, Future<Trial>> entry : futures.entrySet()) {
                    collect(entry.getKey(), entry.getValue(), trials, failures);
                }
                progress.accept(sample.name());
            }
        } finally {
            pool.shutdownNow();
        }
        return new Outcome(List.copyOf(trials), List.copyOf(failures));
    }

    private void collect(Task<S> task, Future<Trial> future, List<Trial> trials, List<String> failures)
            throws IOException {
        try {
            trials.add(future.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new java.io.InterruptedIOException("the experiment was interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            failures.add(task.sample.name() + ", " + task.coder.name() + " at " + task.setting + ": "
                    + e.getCause().getMessage());
        }
    }

    private Trial trial(Task<S> task) throws IOException {
        Coder<S> coder = task.coder;
        String key = ResultCache.key(
                measure.version(), task.sample.content().digest(), coder.name(), coder.identity(), task.setting);
        if (coder.cacheable()) {
            Optional<Map<String, Double>> known = cache.get(key);
            if (known.isPresent()) {
                return new Trial(task.sample.name(), coder.name(), task.setting, known.get());
            }
        }
        Coded<S> coded = coder.code(task.sample.content(), task.setting);
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("bytes", (double) coded.fileBytes());
        values.put("payload_bytes", (double) coded.payloadBytes());
        values.putAll(measure.of(task.sample.content(), coded.decoded()));
        values.put("encode_seconds", coded.encodeSeconds());
        values.put("decode_seconds", coded.decodeSeconds());
        if (coder.cacheable()) {
            cache.put(key, values);
        }
        return new Trial(task.sample.name(), coder.name(), task.setting, values);
    }
}
