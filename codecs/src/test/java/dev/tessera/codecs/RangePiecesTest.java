package dev.tessera.codecs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A range-coded stream that is cut: the first pieces decode to what was encoded before the cut, whatever comes behind.
 */
class RangePiecesTest {
    @Test
    void firstPiecesDecodeAndTogetherTheyAreTheStream() {
        Random random = new Random(1);
        for (int round = 0; round < 3000; round++) {
            int count = random.nextInt(200);
            int[] bits = new int[count];
            int[] probabilities = new int[count];
            RangeEncoder whole = new RangeEncoder();
            RangeEncoder cut = new RangeEncoder();
            int cuts = random.nextInt(6);
            int[] places = random.ints(cuts, 0, count + 1).sorted().toArray();
            int nextCut = 0;
            for (int i = 0; i <= count; i++) {
                for (; nextCut < cuts && places[nextCut] == i; nextCut++) {
                    cut.cut();
                }
                if (i < count) {
                    probabilities[i] = random.nextInt(3) == 0 ? random.nextInt(1, 65536) : 65535 - random.nextInt(20);
                    bits[i] = random.nextInt(65536) < probabilities[i] ? 1 : 0;
                    whole.encodeBit(bits[i], probabilities[i]);
                    cut.encodeBit(bits[i], probabilities[i]);
                }
            }
            List<byte[]> pieces = cut.finishPieces();
            assertEquals(cuts + 1, pieces.size());
            assertArrayEquals(whole.finish(), joined(pieces, pieces.size()));
            for (int n = 1; n <= cuts; n++) {
                RangeDecoder decoder = new RangeDecoder(joined(pieces, n));
                for (int i = 0; i < places[n - 1]; i++) {
                    assertEquals(bits[i], decoder.decodeBit(probabilities[i]), "round " + round + ", piece " + n);
                }
                assertEquals(0, decoder.unreadBytes());
            }
        }
    }

    private static byte[] joined(List<byte[]> pieces, int count) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        pieces.subList(0, count).forEach(out::writeBytes);
        return out.toByteArray();
    }

    @Test
    void aStreamThatIsNotCutIsOnePiece() {
        RangeEncoder encoder = new RangeEncoder();
        assertEquals(1, encoder.finishPieces().size());
        RangeEncoder one = new RangeEncoder();
        one.encodeUniform(200, 256);
        assertArrayEquals(
                new byte[] {(byte) 200}, Arrays.copyOf(one.finishPieces().getFirst(), 1));
    }
}
