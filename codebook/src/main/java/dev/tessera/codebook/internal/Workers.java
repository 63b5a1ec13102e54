package dev.tessera.codebook.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * A fixed number of threads that share out numbered tasks. Which thread runs a task is open, so a task may depend on its
 * number only, and its result must have a place of its own: then the outcome is the same for any number of threads.
 */
public final class Workers implements AutoCloseable {
    private static final int ROWS_PER_TASK = 2048;

    private final int threads;
    private final ExecutorService executor; // null with one thread: everything runs in the caller

    public Workers(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads is " + threads + ", must be at least 1");
        }
        this.threads = threads;
        this.executor = threads == 1
                ? null
                : Executors.newFixedThreadPool(
                        threads - 1,
                        Thread.ofPlatform().daemon().name("tessera-", 0).factory());
    }

    /** Shares out {@code count} rows in ranges of at most 2048; with one range no thread is started. */
    public static void forRows(int threads, int count, RowTask rows) {
        int tasks = (int) (((long) count + ROWS_PER_TASK - 1) / ROWS_PER_TASK);
        try (Workers workers = new Workers(tasks < 2 ? Math.min(threads, 1) : threads)) {
            workers.runRows(count, ROWS_PER_TASK, rows);
        }
    }

    /** Calls {@code task} once for each number in {@code [0, tasks)} and returns when all are done. */
    public void run(int tasks, IntConsumer task) {
        if (executor == null || tasks < 2) {
            for (int i = 0; i < tasks; i++) {
                task.accept(i);
            }
            return;
        }
        AtomicInteger next = new AtomicInteger();
        Runnable drain = () -> {
            for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
                task.accept(i);
            }
        };
        List<Future<?>> helpers = new ArrayList<>();
        for (int t = 1; t < Math.min(threads, tasks); t++) {
            helpers.add(executor.submit(drain));
        }
        try {
            drain.run();
        } finally {
            next.set(tasks); // after a failure nobody starts another task
            helpers.forEach(Workers::await);
        }
    }

    /** Calls {@code rows} for consecutive ranges {@code [from, to)} of at most {@code block} rows that cover {@code count}. */
    public void runRows(int count, int block, RowTask rows) {
        int tasks = (int) (((long) count + block - 1) / block);
        run(tasks, t -> rows.accept(t * block, (int) Math.min((long) (t + 1) * block, count)));
    }

    /** Work on the rows {@code [from, to)}. */
    @FunctionalInterface
    public interface RowTask {
        void accept(int from, int to);
    }

    private static void await(Future<?> helper) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    helper.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true; // the tasks write into arrays of the caller: they have to end first
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof Error error) {
                        throw error;
                    }
                    throw (RuntimeException) e.getCause();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        if (executor != null) {
            executor.close();
        }
    }
}
