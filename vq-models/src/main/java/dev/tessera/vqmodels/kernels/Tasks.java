package dev.tessera.vqmodels.kernels;

import java.util.function.IntConsumer;

/** Something that calls a task once for each number in {@code [0, count)}, perhaps on several threads, and waits for all. */
@FunctionalInterface
public interface Tasks {
    void run(int count, IntConsumer task);

    /** Work on the rows {@code [from, to)}. */
    @FunctionalInterface
    interface Rows {
        void accept(int from, int to);
    }

    /** Calls {@code rows} for consecutive ranges of at most {@code block} rows that cover {@code count}. */
    default void runRows(int count, int block, Rows rows) {
        run(Math.ceilDiv(count, block), t -> rows.accept(t * block, (int) Math.min((t + 1L) * block, count)));
    }
}
