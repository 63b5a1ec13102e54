package dev.tessera.samples.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Mutated streams through every reader: each must end in a result or in an exception of ours ({@link IOException}s of the
 * packages {@code dev.tessera}), within {@value #MAX_SECONDS} CPU seconds and {@value #MAX_MEGABYTES} MB of allocations in all.
 * What a reader holds at a time is less than it allocates in all: a run with {@code -Xmx160m} shows that it stays within law 4
 * (64 MB beside the models and 16 bytes for each of the 2^14 pixels or 4 seconds that are admitted).
 *
 * <p>{@code samples/bench/mutations.sh COUNT [SEED [PART OF A NAME]]} runs it by hand, {@code MutationTest} with every build. Mutation
 * i of a reader depends on the seed, the reader and i alone. Exit 1 when something was found, with the bytes that did it.
 */
public final class MutationMain {
    static final int MAX_SECONDS = 5;
    static final int MAX_MEGABYTES = 256;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int SHOWN_BYTES = 4096;

    private MutationMain() {}

    /** What became of the mutations of a target. */
    record Outcome(String name, int mutations, int refused, long slowestNanos, long mostBytes, List<String> failures) {}

    public static void main(String[] args) throws IOException {
        int count = Integer.parseInt(args[0]);
        long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        String part = args.length > 2 ? args[2] : "";
        Path work = Files.createTempDirectory("tessera-mutations");
        boolean clean = true;
        try {
            List<Target> targets = Targets.all(work).stream()
                    .filter(t -> t.name().contains(part))
                    .toList();
            System.out.println("| reader | mutations | refused | slowest, ms | most allocated, MB | failures |");
            System.out.println("|---|---|---|---|---|---|");
            for (int t = 0; t < targets.size(); t++) {
                int share = count / targets.size() + (t < count % targets.size() ? 1 : 0);
                Outcome o = run(targets.get(t), share, seed);
                System.out.printf(
                        Locale.ROOT,
                        "| %s | %d | %d | %.0f | %.1f | %d |%n",
                        o.name,
                        o.mutations,
                        o.refused,
                        o.slowestNanos / 1e6,
                        o.mostBytes / 1e6,
                        o.failures.size());
                o.failures.stream().limit(3).forEach(System.out::println);
                clean &= o.failures.isEmpty();
            }
        } finally {
            try (var files = Files.list(work)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(work);
        }
        System.exit(clean ? 0 : 1);
    }

    /** @param seed of the first mutation; the others follow from it */
    static Outcome run(Target target, int mutations, long seed) {
        int refused = 0;
        long slowest = 0;
        long most = 0;
        List<String> failures = new ArrayList<>();
        for (byte[] stream : target.streams()) {
            check(target, stream, "whole", failures); // loads classes and models too
        }
        for (int i = 0; i < mutations; i++) {
            Random random =
                    new Random(seed * 0x9E3779B97F4A7C15L + target.name().hashCode() * 1_000_003L + i);
            byte[] stream = target.streams().get(random.nextInt(target.streams().size()));
            byte[] damaged;
            try {
                damaged = target.damage().of(stream, random);
            } catch (Exception e) {
                throw new IllegalStateException(target.name() + ": a whole stream could not be damaged", e);
            }
            long bytes = THREADS.getCurrentThreadAllocatedBytes();
            long start = THREADS.getCurrentThreadCpuTime();
            if (check(target, damaged, "mutation " + i, failures)) {
                refused++;
            }
            long nanos = THREADS.getCurrentThreadCpuTime() - start;
            bytes = THREADS.getCurrentThreadAllocatedBytes() - bytes;
            slowest = Math.max(slowest, nanos);
            most = Math.max(most, bytes);
            if (nanos > MAX_SECONDS * 1e9 || bytes > MAX_MEGABYTES * 1e6) {
                failures.add("mutation " + i + " took " + nanos / 1e9 + " s and " + bytes + " bytes: " + hex(damaged));
            }
        }
        return new Outcome(target.name(), mutations, refused, slowest, most, failures);
    }

    /** Whether the bytes are refused. */
    private static boolean check(Target target, byte[] bytes, String what, List<String> failures) {
        try {
            target.reader().read(bytes);
            return false;
        } catch (Throwable e) {
            boolean ours = e instanceof IOException && e.getClass().getName().startsWith("dev.tessera.");
            if (!ours || what.equals("whole")) {
                StackTraceElement[] trace = e.getStackTrace();
                failures.add(what + " gives " + e
                        + (trace.length > 0 ? " at " + trace[0] + trace[Math.min(2, trace.length - 1)] : "") + ": "
                        + hex(bytes));
            }
            return true;
        }
    }

    private static String hex(byte[] bytes) {
        return bytes.length > SHOWN_BYTES
                ? bytes.length + " bytes"
                : HexFormat.of().formatHex(bytes);
    }
}
