package dev.tessera.codecs.circuit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CircuitBlockCoderTest {
    private static final Enumeration SOURCE =
            new Enumeration(new int[] {1, -1, 1, 2, 0}, 3, new int[] {2, 3, 4, 2, 3}, 5);
    private static final CircuitBlockCoder CODER =
            new CircuitBlockCoder(SOURCE.circuit().quantize());

    @Property(tries = 100)
    void anyTokensComeBack(@ForAll @IntRange(min = 0, max = 40) int blocks, @ForAll long seed)
            throws CorruptBitstreamException {
        int[] tokens = uniform(blocks, seed);
        assertArrayEquals(tokens, CODER.decode(CODER.encode(tokens)));
    }

    @Property(tries = 30)
    void anyTreeAndAlphabetComesBack(
            @ForAll @IntRange(min = 1, max = 12) int variables,
            @ForAll @IntRange(min = 1, max = 6) int states,
            @ForAll long seed)
            throws CorruptBitstreamException {
        SplittableRandom random = new SplittableRandom(seed);
        int[] parents = new int[variables];
        int[] alphabets = new int[variables];
        for (int v = 0; v < variables; v++) {
            parents[v] = v == 0 ? -1 : random.nextInt(v);
            alphabets[v] = 1 + random.nextInt(random.nextBoolean() ? 4 : 2000);
        }
        CircuitBlockCoder coder = new CircuitBlockCoder(
                new Enumeration(parents, states, alphabets, seed).circuit().quantize());
        int[] tokens = new int[3 * variables];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = random.nextInt(alphabets[i % variables]);
        }
        assertArrayEquals(tokens, coder.decode(coder.encode(tokens)));
    }

    @Test
    void theSizeIsTheLikelihood() throws CorruptBitstreamException {
        int[][] samples = HiddenChowLiuTreeTest.samples(SOURCE, 5000);
        HiddenChowLiuTree circuit = SOURCE.circuit();
        double bits = 0;
        for (int[] sample : samples) {
            bits -= circuit.logMarginal(sample) / Math.log(2);
        }
        int[] tokens = Arrays.stream(samples).flatMapToInt(Arrays::stream).toArray();
        byte[] stream = CODER.encode(tokens);
        assertArrayEquals(tokens, CODER.decode(stream));
        assertEquals(bits, 8.0 * stream.length, 0.002 * bits + 64);
    }

    @Test
    void damageIsSeen() {
        byte[] stream = CODER.encode(uniform(20, 4));
        for (int length = 0; length < stream.length; length++) {
            byte[] cut = Arrays.copyOf(stream, length);
            assertThrows(CorruptBitstreamException.class, () -> CODER.decode(cut));
        }
        for (int bit = 0; bit < 8 * stream.length; bit++) {
            byte[] flipped = stream.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThrows(CorruptBitstreamException.class, () -> CODER.decode(flipped));
        }
    }

    @Test
    void aFewBytesCannotClaimManyBlocks() {
        byte[] claim = HexFormat.of().parseHex("8080804000000000"); // 2^27 blocks, then the CRC
        CRC32 crc = new CRC32();
        crc.update(claim, 0, 4);
        ByteBuffer.wrap(claim).putInt(4, (int) crc.getValue());
        CircuitBlockCoder one = new CircuitBlockCoder(
                new Enumeration(new int[] {-1}, 1, new int[] {2}, 1).circuit().quantize());
        assertTrue(assertThrows(CorruptBitstreamException.class, () -> one.decode(claim))
                .getMessage()
                .contains("0 bytes cannot hold 134217728 blocks"));
        CircuitBlockCoder free = new CircuitBlockCoder(
                new Enumeration(new int[] {-1}, 1, new int[] {1}, 1).circuit().quantize());
        assertThrows(CorruptBitstreamException.class, () -> free.decode(claim));
    }

    /** The range coder drops zeros at the end, which are all that it puts out for the first symbol. */
    @Property(tries = 8)
    void theLikeliestBlocksMayBeMany(@ForAll @IntRange(min = 0, max = 2) int symbol, @ForAll long seed)
            throws CorruptBitstreamException {
        CircuitBlockCoder coder = new CircuitBlockCoder(new Enumeration(new int[] {-1, 0}, 2, new int[] {3, 3}, seed)
                .circuit()
                .quantize());
        int[] tokens = new int[100_000];
        Arrays.fill(tokens, symbol);
        assertArrayEquals(tokens, coder.decode(coder.encode(tokens)));
    }

    @Test
    void theBytesAreFixed() throws CorruptBitstreamException {
        int[] tokens = uniform(6, 1);
        byte[] golden = HexFormat.of().parseHex("06a8d59085034841135a1e78c6");
        assertArrayEquals(golden, CODER.encode(tokens), () -> HexFormat.of().formatHex(CODER.encode(tokens)));
        assertArrayEquals(tokens, CODER.decode(golden));
    }

    @Test
    void refusesBadArguments() {
        assertThrows(IllegalArgumentException.class, () -> CODER.encode(new int[4]));
        assertThrows(IllegalArgumentException.class, () -> CODER.encode(new int[] {0, 0, 0, 0, 3}));
        assertThrows(IllegalArgumentException.class, () -> CODER.read(null, -1));
        assertTrue(CODER.encode(new int[0]).length <= 5);
    }

    private static int[] uniform(int blocks, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] tokens = new int[5 * blocks];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = random.nextInt(SOURCE.alphabetSizes[i % 5]);
        }
        return tokens;
    }
}
