package dev.tessera.codecs.mixing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.mixing.TokenStreams.Method;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TokenStreamsTest {
    private static final int TABLE_BITS = WanderingTokens.TABLE_BITS;

    @Property(tries = 60)
    void anyTokensComeBack(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        int[] sizes = new int[1 + random.nextInt(4)];
        boolean geometry = random.nextBoolean();
        for (int s = 0; s < sizes.length; s++) {
            sizes[s] = 1 + random.nextInt(1 << random.nextInt(geometry ? 10 : 17));
        }
        TokenStreamSpec spec = spec(sizes, geometry ? 1 + random.nextInt(30) : 0, random);
        int[] shape = random.ints(1 + random.nextInt(3), 0, 9).toArray();
        int[] indices = new int[Arrays.stream(shape).reduce(1, (a, b) -> a * b) * sizes.length];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = random.nextInt(sizes[i % sizes.length]);
        }
        Tokens tokens = Tokens.ofPositionMajor(shape, sizes, indices);
        Method method = Method.values()[random.nextInt(4)];
        assertEquals(tokens, TokenStreams.decode(spec, shape, TokenStreams.encode(spec, method, tokens)));
    }

    @ParameterizedTest
    @EnumSource(Method.class)
    void theLargestCodebookComesBack(Method method) throws IOException {
        TokenStreamSpec spec = new TokenStreamSpec(new int[] {65536}, List.of(), TABLE_BITS);
        Tokens tokens = Tokens.of(new int[] {5}, new int[] {65536}, new int[] {65535, 0, 32768, 65535, 65535});
        assertEquals(tokens, TokenStreams.decode(spec, new int[] {5}, TokenStreams.encode(spec, method, tokens)));
    }

    @Test
    void extremeGeometryComesBack() throws IOException {
        short[] values = new short[100 * 30];
        for (int i = 0; i < values.length; i++) {
            values[i] = (short) ((i * 7 & 4) == 0 ? 32767 : -32768);
        }
        for (short[] vectors : List.of(values, new short[3000])) {
            CodeVectors book = CodeVectors.of(100, 30, vectors);
            TokenStreamSpec spec = new TokenStreamSpec(new int[] {100, 100}, List.of(book, book), TABLE_BITS);
            Tokens tokens = Tokens.of(
                    new int[] {300},
                    new int[] {100, 100},
                    new Random(3).ints(600, 0, 100).toArray());
            byte[] bytes = TokenStreams.encode(spec, Method.MIXING, tokens);
            assertEquals(tokens, TokenStreams.decode(spec, new int[] {300}, bytes));
        }
    }

    @ParameterizedTest
    @EnumSource(Method.class)
    void goldenStreamsStayTheSame(Method method) throws IOException {
        for (boolean grid : new boolean[] {true, false}) {
            for (boolean geometry : new boolean[] {true, false}) {
                WanderingTokens walk = new WanderingTokens(grid);
                TokenStreamSpec spec = geometry ? walk.spec : new TokenStreamSpec(walk.sizes, List.of(), TABLE_BITS);
                String name = "/golden/token-stream/" + method + (grid ? "-grid" : "-sequence")
                        + (geometry ? "-geometry" : "") + ".bin";
                byte[] bytes = TokenStreams.encode(spec, method, walk.tokens);
                try (InputStream in = TokenStreamsTest.class.getResourceAsStream(name)) {
                    assertNotNull(in, name);
                    assertArrayEquals(in.readAllBytes(), bytes, name);
                }
                assertEquals(walk.tokens, TokenStreams.decode(spec, walk.tokens.shape(), bytes));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Method.class)
    void damageIsAlwaysFound(Method method) {
        WanderingTokens walk = new WanderingTokens(true);
        byte[] bytes = TokenStreams.encode(walk.spec, method, walk.tokens);
        int[] shape = walk.tokens.shape();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThrows(CorruptBitstreamException.class, () -> TokenStreams.decode(walk.spec, shape, cut));
        }
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThrows(CorruptBitstreamException.class, () -> TokenStreams.decode(walk.spec, shape, flipped));
        }
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        assertThrows(CorruptBitstreamException.class, () -> TokenStreams.decode(walk.spec, shape, longer));
        assertThrows(CorruptBitstreamException.class, () -> TokenStreams.decode(walk.spec, new int[] {7}, bytes));
    }

    @Property(tries = 30)
    void anyBitsAreIndices(@ForAll byte[] bytes, @ForAll long seed) {
        Random random = new Random(seed);
        int[] sizes = random.ints(2, 1, 300).toArray();
        TokenStreamSpec spec = spec(sizes, random.nextInt(20), random);
        Method method = Method.values()[random.nextInt(4)];
        TokenStreamModel model = method.model(spec, 1 + random.nextInt(6), 5);
        RangeDecoder decoder = new RangeDecoder(bytes);
        for (int i = 0; i < 200; i++) {
            int index = model.decode(decoder);
            assertTrue(index >= 0 && index < sizes[i % 2], "index " + index);
        }
    }

    @ParameterizedTest
    @EnumSource(Method.class)
    void askingForCostsChangesNothingAndTellsThem(Method method) {
        for (boolean grid : new boolean[] {true, false}) {
            WanderingTokens walk = new WanderingTokens(grid);
            int[] indices = walk.tokens.toPositionMajor();
            TokenStreamModel model = method.model(walk.spec, walk.height, walk.width);
            TokenStreamModel silent = method.model(walk.spec, walk.height, walk.width);
            RangeEncoder asked = new RangeEncoder();
            RangeEncoder unasked = new RangeEncoder();
            double bits = 0;
            for (int index : indices) {
                bits += model.cost(index) / 65536.0;
                model.cost((index + 7) % 60);
                model.encode(asked, index);
                silent.encode(unasked, index);
            }
            byte[] bytes = asked.finish();
            assertArrayEquals(unasked.finish(), bytes);
            assertEquals(bits / 8, bytes.length, bits / 8 * 0.003 + 2);
        }
    }

    @Test
    void mixingBeatsFrequenciesAndGeometryBeatsBoth() {
        WanderingTokens walk = new WanderingTokens(true);
        TokenStreamSpec plain = new TokenStreamSpec(walk.sizes, List.of(), TABLE_BITS);
        int order0 = TokenStreams.encode(plain, Method.ORDER_0, walk.tokens).length;
        int order1 = TokenStreams.encode(plain, Method.ORDER_1, walk.tokens).length;
        int mixed = TokenStreams.encode(plain, Method.MIXING, walk.tokens).length;
        int geometric = TokenStreams.encode(walk.spec, Method.MIXING, walk.tokens).length;
        String sizes = order0 + ", " + order1 + ", " + mixed + ", " + geometric + " bytes";
        assertTrue(order1 < order0 && mixed < order1 && geometric < 0.9 * mixed, sizes);
    }

    @Test
    void badArgumentsAreNamed() {
        TokenStreamSpec spec = TokenStreamSpec.of(4);
        assertThrows(IllegalArgumentException.class, () -> TokenStreamSpec.of(0));
        assertThrows(IllegalArgumentException.class, () -> TokenStreamSpec.of(65537));
        assertThrows(IllegalArgumentException.class, () -> new TokenStreamSpec(new int[] {4}, List.of(), 9));
        assertThrows(IllegalArgumentException.class, () -> new MixingTokenModel(spec, 0, 3));
        assertThrows(IllegalArgumentException.class, () -> new MixingTokenModel(spec, 1 << 20, 1 << 20));
        assertThrows(IllegalArgumentException.class, () -> new AdaptiveTokenModel(spec, 3, 1, 3));
        TokenStreamModel model = Method.ORDER_1.model(spec, 1, 3);
        assertThrows(IllegalArgumentException.class, () -> model.encode(new RangeEncoder(), 4));
        assertThrows(IllegalArgumentException.class, () -> model.cost(-1));
    }

    private static TokenStreamSpec spec(int[] sizes, int dim, Random random) {
        List<CodeVectors> geometry = new ArrayList<>();
        for (int s = 0; dim > 0 && s < sizes.length; s++) {
            short[] values = new short[sizes[s] * dim];
            for (int i = 0; i < values.length; i++) {
                values[i] = (short) random.nextInt();
            }
            geometry.add(CodeVectors.of(sizes[s], dim, values));
        }
        return new TokenStreamSpec(sizes, geometry, TABLE_BITS);
    }
}
