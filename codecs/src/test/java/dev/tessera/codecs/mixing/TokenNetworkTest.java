package dev.tessera.codecs.mixing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.CorruptBitstreamException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenNetworkTest {
    private static final int[] SIZES = {40};
    private static final TokenStreamSpec SPEC = new TokenStreamSpec(SIZES, List.of(), 14);

    /** The sum of both neighbours: no count of their digits, nothing linear in a vector, but a network learns it. */
    private static Tokens sums(long seed) {
        Random random = new Random(seed);
        int width = 20;
        int[] indices = new int[width * width];
        for (int p = 0; p < indices.length; p++) {
            int left = p % width > 0 ? indices[p - 1] : random.nextInt(40);
            int up = p >= width ? indices[p - width] : random.nextInt(40);
            indices[p] = (left + up) / 2 + (random.nextInt(4) == 0 ? random.nextInt(-3, 4) : 0);
            indices[p] = Math.clamp(indices[p], 0, 39);
        }
        return Tokens.of(new int[] {width, width}, SIZES, indices);
    }

    private static List<Tokens> training(int count) {
        return IntStream.range(0, count).mapToObj(i -> sums(i)).toList();
    }

    @Test
    void itMakesFilesSmallerAndTheyComeBack() throws IOException {
        List<Tokens> files = training(30);
        TokenNetwork network = TokenNetworkTrainer.train(SPEC, true, files, 2);
        MixingPrior with = MixingPrior.learn(SPEC, true, Optional.of(network), files);
        MixingPrior without = MixingPrior.learn(SPEC, true, files);
        int small = 0;
        int large = 0;
        for (int seed = 100; seed < 105; seed++) {
            Tokens tokens = sums(seed);
            byte[] stream = TokenStreams.encode(with, tokens);
            assertEquals(tokens, TokenStreams.decode(with, tokens.shape(), stream));
            assertThrows(CorruptBitstreamException.class, () -> TokenStreams.decode(without, tokens.shape(), stream));
            small += stream.length;
            large += TokenStreams.encode(without, tokens).length;
        }
        assertTrue(small < 0.97 * large, small + " bytes, without the network " + large);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void stagesAndSequencesComeBackFromItsBytes(boolean grid) throws IOException {
        WanderingTokens source = new WanderingTokens(grid);
        List<Tokens> files = List.of(new WanderingTokens(grid, 7).tokens);
        TokenNetwork network = TokenNetworkTrainer.train(source.spec, grid, files, 1);
        byte[] bytes = network.bytes();
        assertArrayEquals(
                bytes, TokenNetworkTrainer.train(source.spec, grid, files, 1).bytes());
        TokenNetwork read = TokenNetwork.of(source.spec, grid, bytes);
        assertArrayEquals(bytes, read.bytes());
        MixingPrior prior = MixingPrior.learn(source.spec, grid, Optional.of(network), files);
        MixingPrior again = MixingPrior.of(source.spec, grid, Optional.of(read), prior.bytes());
        byte[] stream = TokenStreams.encode(prior, source.tokens);
        assertEquals(source.tokens, TokenStreams.decode(again, source.tokens.shape(), stream));
        assertThrows(
                CorruptBitstreamException.class,
                () -> TokenNetwork.of(source.spec, grid, Arrays.copyOf(bytes, bytes.length - 1)));
        assertThrows(
                IllegalArgumentException.class,
                () -> MixingPrior.learn(source.spec, !grid, Optional.of(network), files));
    }

    /** Any numbers within range, extremes among them, still give a code that is undone; others are refused. */
    @Test
    void anyNumbersAreRefusedOrCode() throws IOException {
        Tokens tokens = sums(1);
        byte[] bytes = TokenNetworkTrainer.train(SPEC, true, training(1), 1).bytes();
        Random random = new Random(2);
        int refused = 0;
        for (int round = 0; round < 40; round++) {
            byte[] damaged = bytes.clone();
            int changes = 1 << random.nextInt(16);
            for (int i = 0; i < changes; i++) {
                int at = random.nextInt(round % 2 == 0 ? bytes.length : 40 * TokenNetwork.WIDTH);
                damaged[at] = (byte) (random.nextBoolean() ? 127 : random.nextInt(-128, 128));
            }
            try {
                TokenNetwork network = TokenNetwork.of(SPEC, true, damaged);
                MixingPrior other = MixingPrior.learn(SPEC, true, Optional.of(network), List.of());
                byte[] stream = TokenStreams.encode(other, tokens);
                assertEquals(tokens, TokenStreams.decode(other, tokens.shape(), stream));
            } catch (CorruptBitstreamException e) {
                refused++;
            }
        }
        assertTrue(refused > 2 && refused < 38, refused + " of 40 were refused");
    }

    /** The same network and the same stream on every machine. */
    @Test
    void trainingAndCodingAreFixed() {
        TokenNetwork network = TokenNetworkTrainer.train(SPEC, true, training(2), 1);
        CRC32C crc = new CRC32C();
        crc.update(network.bytes());
        crc.update(TokenStreams.encode(MixingPrior.learn(SPEC, true, Optional.of(network), training(2)), sums(9)));
        assertEquals("390953a6", Long.toHexString(crc.getValue()));
    }

    @Test
    void tooLargeCodebooksAreNamed() {
        TokenStreamSpec large = new TokenStreamSpec(new int[] {1 << 16}, List.of(), 14);
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> TokenNetworkTrainer.train(large, true, new ArrayList<>(), 1));
        assertTrue(e.getMessage().contains("must have at most"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> TokenNetworkTrainer.train(SPEC, true, List.of(), 0));
    }
}
