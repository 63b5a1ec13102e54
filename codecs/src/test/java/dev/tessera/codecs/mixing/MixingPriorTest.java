package dev.tessera.codecs.mixing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.mixing.TokenStreams.Method;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MixingPriorTest {
    private static final TokenStreamSpec SPEC = new WanderingTokens(true).spec;
    private static final TokenStreamSpec PLAIN = new TokenStreamSpec(SPEC.codebookSizes(), List.of(), SPEC.tableBits());

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aShippedPriorMakesAFileSmaller(boolean grid) throws IOException {
        for (TokenStreamSpec spec : List.of(SPEC, PLAIN)) {
            MixingPrior prior = MixingPrior.learn(spec, grid, training(grid));
            Tokens tokens = new WanderingTokens(grid).tokens;
            byte[] warm = TokenStreams.encode(prior, tokens);
            int cold = TokenStreams.encode(spec, Method.MIXING, tokens).length;
            assertTrue(warm.length < 0.95 * cold, warm.length + " bytes, without the prior " + cold);
            assertEquals(tokens, TokenStreams.decode(prior, tokens.shape(), warm));
        }
    }

    @Test
    void theGoldenStreamStaysTheSame() throws IOException {
        MixingPrior prior = MixingPrior.learn(SPEC, true, training(true));
        try (InputStream in =
                MixingPriorTest.class.getResourceAsStream("/golden/token-stream/PRIOR-grid-geometry.bin")) {
            assertArrayEquals(in.readAllBytes(), TokenStreams.encode(prior, new WanderingTokens(true).tokens));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itComesBackFromItsBytes(boolean grid) throws IOException {
        for (TokenStreamSpec spec : List.of(SPEC, PLAIN)) {
            MixingPrior prior = MixingPrior.learn(spec, grid, training(grid));
            byte[] bytes = prior.bytes();
            MixingPrior read = MixingPrior.of(spec, grid, bytes);
            assertArrayEquals(bytes, read.bytes());
            Tokens tokens = new WanderingTokens(grid).tokens;
            assertArrayEquals(TokenStreams.encode(prior, tokens), TokenStreams.encode(read, tokens));
            assertThrows(
                    CorruptBitstreamException.class,
                    () -> MixingPrior.of(spec, grid, Arrays.copyOf(bytes, bytes.length - 1)));
            assertThrows(
                    CorruptBitstreamException.class,
                    () -> MixingPrior.of(spec, grid, Arrays.copyOf(bytes, bytes.length + 4)));
        }
    }

    /** Whatever numbers a prior holds, tokens come back and nothing but our exception is thrown. */
    @Test
    void anyNumbersAreRefusedOrCode() throws IOException {
        byte[] bytes = MixingPrior.learn(SPEC, true, training(true)).bytes();
        Tokens tokens = new WanderingTokens(true).tokens;
        Random random = new Random(9);
        int refused = 0;
        for (int round = 0; round < 60; round++) {
            byte[] damaged = bytes.clone();
            ByteBuffer numbers = ByteBuffer.wrap(damaged).order(ByteOrder.LITTLE_ENDIAN);
            int range = 1 << random.nextInt(4, 31); // all numbers, so that extremes meet
            for (int i = 0; i < damaged.length; i += 4) {
                numbers.putInt(i, random.nextInt(4) == 0 ? random.nextInt(range) : numbers.getInt(i));
            }
            try {
                MixingPrior prior = MixingPrior.of(SPEC, true, damaged);
                assertEquals(tokens, TokenStreams.decode(prior, tokens.shape(), TokenStreams.encode(prior, tokens)));
            } catch (CorruptBitstreamException e) {
                refused++;
            }
        }
        assertTrue(refused > 5 && refused < 55, refused + " of 60 were refused");
    }

    @Test
    void damageAndForeignPriorsAreFound() throws IOException {
        MixingPrior prior = MixingPrior.learn(SPEC, true, training(true));
        Tokens tokens = new WanderingTokens(true).tokens;
        int[] shape = tokens.shape();
        byte[] bytes = TokenStreams.encode(prior, tokens);
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] damaged = bytes.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThrows(
                    CorruptBitstreamException.class, () -> TokenStreams.decode(prior, shape, damaged), "bit " + bit);
        }
        MixingPrior other = MixingPrior.learn(SPEC, true, training(true).subList(0, 1));
        assertThrows(CorruptBitstreamException.class, () -> TokenStreams.decode(other, shape, bytes));
        assertThrows(CorruptBitstreamException.class, () -> TokenStreams.decode(SPEC, shape, bytes));
        byte[] without = TokenStreams.encode(SPEC, Method.MIXING, tokens);
        assertThrows(CorruptBitstreamException.class, () -> TokenStreams.decode(prior, shape, without));
    }

    @Test
    void oneRowOfAGridAndNoTokensCome() throws IOException {
        MixingPrior prior = MixingPrior.learn(SPEC, true, training(true));
        for (int[] shape : new int[][] {{1, 9}, {0, 3}}) {
            Tokens tokens = Tokens.of(shape, SPEC.codebookSizes(), new int[shape[0] * shape[1] * 2]);
            assertEquals(tokens, TokenStreams.decode(prior, shape, TokenStreams.encode(prior, tokens)));
        }
        Tokens line = Tokens.of(new int[] {3}, SPEC.codebookSizes(), new int[6]);
        assertThrows(IllegalArgumentException.class, () -> TokenStreams.encode(prior, line));
        Tokens foreign = Tokens.of(new int[] {1, 3}, new int[] {60, 61}, new int[6]);
        assertThrows(IllegalArgumentException.class, () -> TokenStreams.encode(prior, foreign));
    }

    private static List<Tokens> training(boolean grid) {
        List<Tokens> files = new ArrayList<>();
        for (int seed = 100; seed < 106; seed++) {
            files.add(new WanderingTokens(grid, seed).tokens);
        }
        return files;
    }
}
