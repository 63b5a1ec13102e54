package dev.tessera.training;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Makes an exit of the JVM wait for the end of the running step: one while the engine computes ends in a crash report. To be closed when the
 * last step was made.
 */
final class ExitGuard implements AutoCloseable {
    private static final long SECONDS = 60;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::await);
    private volatile boolean stopped;

    ExitGuard() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void await() {
        stopped = true;
        try {
            ended.await(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the JVM wants to exit, so that no further step may begin. */
    boolean stopped() {
        return stopped;
    }

    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the exit is under way
        }
    }
}
