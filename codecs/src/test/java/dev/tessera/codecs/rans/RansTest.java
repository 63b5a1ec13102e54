package dev.tessera.codecs.rans;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CoderSupport;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RansTest {
    private static int[] geometric(long seed, int count, int alphabetSize) {
        return CoderSupport.draw(seed, count, alphabetSize, s -> Math.exp(-5.0 * s / alphabetSize));
    }

    private static FrequencyTable tableOf(int[] symbols, int alphabetSize, int bits) {
        return FrequencyTable.fromCounts(CoderSupport.counts(symbols, alphabetSize), bits);
    }

    @Property(tries = 300)
    void symbolsComeBack(
            @ForAll long seed,
            @ForAll @IntRange(min = 8, max = 16) int bits,
            @ForAll @IntRange(min = 1, max = 32) int states,
            @ForAll @IntRange(min = 0, max = 700) int count)
            throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        FrequencyTable table =
                FrequencyTable.fromCounts(FrequencyTableTest.randomCounts(random, 1 + random.nextInt(256)), bits);
        int[] symbols = new int[count];
        for (int i = 0; i < count; i++) {
            symbols[i] = random.nextInt(3) > 0
                    ? table.symbolAt(random.nextInt(table.total()))
                    : table.symbolAt(table.total() - 1);
        }
        byte[] stream = new RansEncoder(table, states).encode(symbols);
        assertArrayEquals(symbols, new RansDecoder(table, states).decode(stream, count));
        byte[] narrow = new byte[count + 5];
        byte[] framed = new byte[stream.length + 7];
        System.arraycopy(stream, 0, framed, 3, stream.length);
        new RansDecoder(table, states).decode(framed, 3, stream.length, narrow, 2, count);
        for (int i = 0; i < count; i++) {
            assertEquals(symbols[i], narrow[i + 2] & 0xFF);
        }
        assertArrayEquals(stream, new RansEncoder(table, states).encode(narrow, 2, count));
    }

    /**
     * The oracle: one state after the other as the definition has it, with longs, divisions and a search for the
     * symbol.
     */
    @Test
    void theStreamIsWhatTheDefinitionSays() {
        int[] symbols = geometric(3, 5000, 100);
        FrequencyTable table = tableOf(symbols, 100, 11);
        ByteBuffer in =
                ByteBuffer.wrap(new RansEncoder(table, 7).encode(symbols)).order(ByteOrder.LITTLE_ENDIAN);
        long[] x = new long[7];
        for (int j = 0; j < 7; j++) {
            x[j] = Integer.toUnsignedLong(in.getInt());
        }
        for (int i = 0; i < symbols.length; i++) {
            long slot = x[i % 7] % 2048;
            int s = 0;
            while (table.cumulative(s) + table.frequency(s) <= slot) {
                s++;
            }
            assertEquals(symbols[i], s);
            x[i % 7] = table.frequency(s) * (x[i % 7] / 2048) + slot - table.cumulative(s);
            if (x[i % 7] < 65536) {
                x[i % 7] = x[i % 7] << 16 | in.getShort() & 0xFFFF;
            }
        }
        assertEquals(0, in.remaining());
        for (long state : x) {
            assertEquals(65536, state);
        }
    }

    @ParameterizedTest
    @CsvSource({"8, 200", "12, 256", "14, 1024", "16, 20000", "12, 1", "12, 2"})
    void bothKernelsDecodeTheSame(int bits, int alphabetSize) throws Exception {
        int count = 50_017;
        int[] symbols = geometric(bits, count, alphabetSize);
        FrequencyTable table = tableOf(symbols, alphabetSize, bits);
        byte[] stream = new RansEncoder(table).encode(symbols);
        assertArrayEquals(symbols, new RansDecoder(table, 32, false).decode(stream, count));
        assertArrayEquals(symbols, new RansDecoder(table, 32, true).decode(stream, count));
    }

    @ParameterizedTest
    @CsvSource({"12, 256, 1048576", "14, 1024, 524288", "16, 256, 1048576", "8, 16, 1048576"})
    void aStreamCostsItsCrossEntropy(int bits, int alphabetSize, int count) throws Exception {
        int[] symbols = geometric(1, count, alphabetSize);
        FrequencyTable table = tableOf(symbols, alphabetSize, bits);
        double ideal = CoderSupport.crossEntropy(table, symbols);
        byte[] stream = new RansEncoder(table).encode(symbols);
        double overhead = 8.0 * stream.length / ideal - 1;
        assertTrue(overhead <= 0.001, "rANS is " + 100 * overhead + " % above the cross-entropy");
        RangeEncoder encoder = new RangeEncoder();
        for (int s : symbols) {
            table.encode(encoder, s);
        }
        byte[] range = encoder.finish();
        double rangeOverhead = 8.0 * range.length / ideal - 1;
        assertTrue(rangeOverhead <= 0.0005, "range coding is " + 100 * rangeOverhead + " % above");
        RangeDecoder decoder = new RangeDecoder(range);
        for (int s : symbols) {
            if (table.decode(decoder) != s) {
                throw new AssertionError("range decoder");
            }
        }
    }

    @Test
    void goldenStreams() throws Exception {
        FrequencyTable table = FrequencyTable.of(new int[] {2048, 1024, 512, 256, 128, 100, 27, 1}, 12);
        int[] symbols = new int[300];
        for (int i = 0; i < symbols.length; i++) {
            symbols[i] = Integer.numberOfTrailingZeros(i * 37 + 1) % 8;
        }
        CoderSupport.assertGolden("table.bin", table.toBytes());
        for (int states : new int[] {1, 8, 32}) {
            byte[] stream = new RansEncoder(table, states).encode(symbols);
            CoderSupport.assertGolden("rans-" + states + ".bin", stream);
            assertArrayEquals(symbols, new RansDecoder(table, states).decode(stream, symbols.length));
        }
    }

    @ParameterizedTest
    @CsvSource({"false, 32, 300, 3000", "false, 4, 100, 3000", "true, 32, 16500, 300"})
    void damageIsRefused(boolean vector, int states, int count, int tries) {
        int[] symbols = geometric(9, count, 64);
        FrequencyTable table = tableOf(symbols, 64, 10);
        byte[] stream = new RansEncoder(table, states).encode(symbols);
        RansDecoder decoder = new RansDecoder(table, states, vector);
        SplittableRandom random = new SplittableRandom(2);
        int unnoticed = 0;
        for (int i = 0; i < tries; i++) {
            byte[] damaged = CoderSupport.damage(stream, random);
            try {
                // whatever is accepted is the one stream of its symbols
                assertArrayEquals(damaged, new RansEncoder(table, states).encode(decoder.decode(damaged, count)));
                unnoticed += Arrays.equals(damaged, stream) ? 0 : 1;
            } catch (CorruptBitstreamException e) {
                assertTrue(e.offset() >= 0 && e.offset() <= damaged.length, e::getMessage);
            }
        }
        assertTrue(unnoticed <= tries / 200, unnoticed + " of " + tries + " unnoticed");
        assertThrows(CorruptBitstreamException.class, () -> decoder.decode(stream, count - 1));
        assertThrows(CorruptBitstreamException.class, () -> decoder.decode(stream, count + 1));
        assertThrows(CorruptBitstreamException.class, () -> decoder.decode(new byte[0], count));
    }

    @Test
    void aStreamOfCertainSymbolsHoldsStatesOnly() throws Exception {
        FrequencyTable table = FrequencyTable.fromCounts(new long[] {0, 9, 0}, 12);
        byte[] stream = new RansEncoder(table).encode(new int[] {1, 1, 1});
        assertEquals(12, stream.length);
        assertEquals(0, new RansEncoder(table).encode(new int[0]).length);
        assertArrayEquals(new int[] {1, 1, 1}, new RansDecoder(table).decode(stream, 3));
    }

    @Test
    void badArgumentsAreRefused() {
        FrequencyTable table = FrequencyTable.fromCounts(new long[] {0, 9, 3}, 12);
        RansEncoder encoder = new RansEncoder(table);
        for (int bad : new int[] {-1, 0, 3}) {
            assertThrows(IllegalArgumentException.class, () -> encoder.encode(new int[] {1, bad}));
        }
        assertThrows(IllegalArgumentException.class, () -> new RansEncoder(table, 0));
        assertThrows(IllegalArgumentException.class, () -> new RansDecoder(table, 33));
        FrequencyTable wide = FrequencyTable.fromCounts(Arrays.copyOf(new long[] {1}, 257), 12);
        assertThrows(
                IllegalArgumentException.class,
                () -> new RansDecoder(wide).decode(new byte[4], 0, 4, new byte[1], 0, 1));
    }
}
