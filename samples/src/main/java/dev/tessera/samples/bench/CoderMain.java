package dev.tessera.samples.bench;

import dev.tessera.codebook.Kernels;
import dev.tessera.codecs.AdaptiveSymbolModel;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.SymbolModel;
import dev.tessera.codecs.rans.BufferedRansDecoder;
import dev.tessera.codecs.rans.BufferedRansEncoder;
import dev.tessera.codecs.rans.FrequencyTable;
import dev.tessera.codecs.rans.RansDecoder;
import dev.tessera.codecs.rans.RansEncoder;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * Speed and overhead of the entropy coders on one thread, in CPU time of that thread, the best of several runs: skewed
 * symbols, 1 MB of 8 bits (K = 256) and a million tokens of K = 1024. Million symbols per second; for bytes that is
 * MB/s.
 *
 * <p>{@code mvn -q package -DskipTests -pl samples -am -Pexample -Dexample=bench.CoderMain};
 * {@code -Dtessera.kernels=scalar} runs the scalar loop of rANS.
 */
public final class CoderMain {
    private static final int SYMBOLS = 1 << 20;
    private static final double SECONDS = 1.5;

    private CoderMain() {}

    public static void main(String[] args) throws Exception {
        System.out.println("kernels " + Kernels.active() + ", Java " + Runtime.version());
        measure(256, 12);
        measure(1024, 14);
    }

    private static void measure(int alphabetSize, int bits) throws Exception {
        int[] symbols = new SplittableRandom(1)
                .doubles(SYMBOLS)
                .mapToInt(u -> (int) (alphabetSize * u * u * u))
                .toArray();
        long[] counts = new long[alphabetSize];
        for (int symbol : symbols) {
            counts[symbol]++;
        }
        FrequencyTable table = FrequencyTable.fromCounts(counts, bits);
        double ideal = 0;
        double entropy = 0;
        for (int s = 0; s < alphabetSize; s++) {
            if (counts[s] > 0) {
                ideal -= counts[s] * Math.log((double) table.frequency(s) / table.total()) / Math.log(2);
                entropy -= counts[s] * Math.log((double) counts[s] / SYMBOLS) / Math.log(2);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%nK = %d, table of %d bits in %d bytes; entropy %.0f bytes, cross-entropy %.0f (+%.4f %%)%n",
                alphabetSize,
                bits,
                table.toBytes().length,
                entropy / 8,
                ideal / 8,
                100 * (ideal / entropy - 1));
        System.out.printf("%-26s %12s %12s %10s %12s%n", "", "encode M/s", "decode M/s", "bytes", "over ideal");

        RansEncoder encoder = new RansEncoder(table);
        RansDecoder decoder = new RansDecoder(table);
        int[] decoded = new int[SYMBOLS];
        byte[] stream = encoder.encode(symbols);
        report("rANS, tokens", symbols, ideal, () -> encoder.encode(symbols), () -> {
            decoder.decode(stream, 0, stream.length, decoded, 0, SYMBOLS);
            return decoded;
        });
        if (alphabetSize == 256) {
            byte[] narrow = new byte[SYMBOLS];
            decoder.decode(stream, 0, stream.length, narrow, 0, SYMBOLS);
            byte[] bytes = narrow.clone();
            report("rANS, bytes", symbols, ideal, () -> encoder.encode(bytes, 0, SYMBOLS), () -> {
                decoder.decode(stream, 0, stream.length, narrow, 0, SYMBOLS);
                return null;
            });
        }
        reportRange("range, static", symbols, ideal, () -> table);
        reportRange("range, adaptive", symbols, ideal, () -> new AdaptiveSymbolModel(alphabetSize));
        reportBuffered("buffered rANS, static", symbols, ideal, () -> table);
        reportBuffered("buffered rANS, adaptive", symbols, ideal, () -> new AdaptiveSymbolModel(alphabetSize));
    }

    private static void reportRange(String name, int[] symbols, double ideal, Supplier<SymbolModel> models)
            throws Exception {
        Callable<byte[]> encode = () -> {
            SymbolModel model = models.get();
            RangeEncoder encoder = new RangeEncoder();
            for (int symbol : symbols) {
                model.encode(encoder, symbol);
            }
            return encoder.finish();
        };
        byte[] stream = encode.call();
        int[] decoded = new int[symbols.length];
        report(name, symbols, ideal, encode, () -> {
            SymbolModel model = models.get();
            RangeDecoder decoder = new RangeDecoder(stream);
            for (int i = 0; i < decoded.length; i++) {
                decoded[i] = model.decode(decoder);
            }
            return decoded;
        });
    }

    private static void reportBuffered(String name, int[] symbols, double ideal, Supplier<SymbolModel> models)
            throws Exception {
        Callable<byte[]> encode = () -> {
            SymbolModel model = models.get();
            BufferedRansEncoder encoder = new BufferedRansEncoder();
            for (int symbol : symbols) {
                model.encode(encoder, symbol);
            }
            return encoder.finish();
        };
        byte[] stream = encode.call();
        int[] decoded = new int[symbols.length];
        report(name, symbols, ideal, encode, () -> {
            SymbolModel model = models.get();
            BufferedRansDecoder decoder = new BufferedRansDecoder(stream);
            for (int i = 0; i < decoded.length; i++) {
                decoded[i] = model.decode(decoder);
            }
            decoder.finish();
            return decoded;
        });
    }

    /** One row; {@code decode} gives the symbols to compare, or null. */
    private static void report(
            String name, int[] symbols, double ideal, Callable<byte[]> encode, Callable<int[]> decode)
            throws Exception {
        int[] decoded = decode.call();
        if (decoded != null && !Arrays.equals(symbols, decoded)) {
            throw new IllegalStateException(name + " decodes other symbols");
        }
        int length = encode.call().length;
        double encoded = speed(encode);
        System.out.printf(
                Locale.ROOT,
                "%-26s %12.1f %12.1f %10d %+10.4f %%%n",
                name,
                encoded,
                speed(decode),
                length,
                100 * (8.0 * length / ideal - 1));
    }

    /** Million symbols per second of CPU time, best run. */
    private static double speed(Callable<?> run) throws Exception {
        long best = Long.MAX_VALUE;
        long start = cpuNanos();
        while (cpuNanos() - start < SECONDS * 1e9) {
            long from = cpuNanos();
            run.call();
            best = Math.min(best, cpuNanos() - from);
        }
        return SYMBOLS * 1e3 / best;
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
