package dev.tessera.codecs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;

/** What the tests of the coders share. */
public final class CoderSupport {
    private CoderSupport() {}

    /** Compares with a golden file; a missing one is left under target as a candidate. */
    public static void assertGolden(String name, byte[] actual) throws IOException {
        try (InputStream in = CoderSupport.class.getResourceAsStream("/golden/coders/0/" + name)) {
            if (in == null) {
                Path candidate = Path.of("target", "golden", name);
                Files.createDirectories(candidate.getParent());
                Files.write(candidate, actual);
                throw new AssertionError("no golden file " + name + ", candidate in " + candidate.toAbsolutePath());
            }
            assertArrayEquals(in.readAllBytes(), actual, name);
        }
    }

    /** Symbols drawn from weights by symbol. */
    public static int[] draw(long seed, int count, int alphabetSize, IntToDoubleFunction weight) {
        double[] sums = new double[alphabetSize];
        double sum = 0;
        for (int s = 0; s < alphabetSize; s++) {
            sum += weight.applyAsDouble(s);
            sums[s] = sum;
        }
        SplittableRandom random = new SplittableRandom(seed);
        int[] symbols = new int[count];
        for (int i = 0; i < count; i++) {
            int at = java.util.Arrays.binarySearch(sums, random.nextDouble() * sum);
            symbols[i] = Math.min(alphabetSize - 1, at < 0 ? -at - 1 : at + 1);
        }
        return symbols;
    }

    public static long[] counts(int[] symbols, int alphabetSize) {
        long[] counts = new long[alphabetSize];
        for (int s : symbols) {
            counts[s]++;
        }
        return counts;
    }

    /** Bits that a static model asks for. */
    public static double crossEntropy(SymbolModel model, int[] symbols) {
        double bits = 0;
        for (int s : symbols) {
            bits -= Math.log((double) model.frequency(s) / model.total()) / Math.log(2);
        }
        return bits;
    }

    /** A copy with one to three bytes changed, or cut, or longer. */
    public static byte[] damage(byte[] stream, SplittableRandom random) {
        int kind = random.nextInt(8);
        if (kind == 0) {
            return java.util.Arrays.copyOf(stream, random.nextInt(stream.length + 1));
        }
        if (kind == 1) {
            return java.util.Arrays.copyOf(stream, stream.length + 1 + random.nextInt(9));
        }
        byte[] damaged = stream.clone();
        for (int i = 1 + random.nextInt(3); i > 0 && damaged.length > 0; i--) {
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return damaged;
    }
}
