package dev.tessera.samples.peers;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** Products in turn in one process, by CPU time of the calling thread. */
final class Race {
    private static final double ROUND_NANOS = 5e6;
    private static final double WARM_UP_NANOS = 7e8;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final List<Contender> contenders = new ArrayList<>();

    /**
     * Somebody's product.
     *
     * @param weights what it is compared under; the first of a name is ours
     * @param error relative, against the product that is meant
     */
    private record Contender(String weights, String name, Supplier<float[]> product, double error, List<Double> nanos) {
        double nanos(int calls) {
            long start = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < calls; i++) {
                product.get();
            }
            return (double) (THREADS.getCurrentThreadCpuTime() - start) / calls;
        }
    }

    void add(String weights, String name, Supplier<float[]> product, float[] exact) {
        double error = Measures.error(product.get(), exact);
        contenders.add(new Contender(weights, name, product, error, new ArrayList<>()));
    }

    /** Warms everybody up, takes the rounds and prints a table. */
    void run(String title, int rounds) {
        int[] calls = new int[contenders.size()];
        for (int i = 0; i < calls.length; i++) {
            for (double spent = 0; spent < WARM_UP_NANOS; ) {
                spent += contenders.get(i).nanos(1);
            }
            calls[i] = (int) Math.clamp(ROUND_NANOS / Math.max(contenders.get(i).nanos(1), 1), 1, 10_000);
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < calls.length; i++) {
                contenders.get(i).nanos.add(contenders.get(i).nanos(calls[i]));
            }
        }
        System.out.printf(
                "%-26s %-48s %10s %10s %10s %12s%n",
                title, "one thread, CPU time", "median ms", "best ms", "own / this", "output error");
        double own = 0;
        for (Contender contender : contenders) {
            double median = Measures.median(contender.nanos);
            own = contender.name.equals("own") ? median : own;
            double best = contender.nanos.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
            System.out.printf(
                    Locale.ROOT,
                    "%-26s %-48s %10.3f %10.3f %10.2f %12.2g%n",
                    contender.weights,
                    contender.name,
                    median / 1e6,
                    best / 1e6,
                    own / median,
                    contender.error);
        }
    }
}
