package dev.tessera.codecs.armour;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;

class CapCodeTest {
    private static final int[] PARITY = DnaSegment.PARITY_POSITIONS;
    private static final CapCode CODE = new CapCode(150, PARITY);

    private static byte[] codeWord(long seed) {
        Random random = new Random(seed);
        byte[] word = new byte[150];
        for (int i = 0; i < word.length; i++) {
            word[i] = (byte) random.nextInt(4);
        }
        CODE.fillParity(word);
        return word;
    }

    @Test
    void everySingleErrorIsCorrected() {
        byte[] word = codeWord(1);
        assertEquals(CapCode.CLEAN, CODE.correct(word));
        for (int i = 0; i < word.length; i++) {
            for (int difference = 1; difference < 4; difference++) {
                byte[] damaged = word.clone();
                damaged[i] ^= (byte) difference;
                assertEquals(i, CODE.correct(damaged));
                assertArrayEquals(word, damaged);
            }
        }
    }

    /** All 100,575 pairs: the code is linear, so what holds for one word holds for all. */
    @Test
    void everyDoubleErrorIsFoundAndLeftAlone() {
        byte[] word = codeWord(2);
        int pairs = 0;
        for (int i = 0; i < word.length; i++) {
            for (int j = i + 1; j < word.length; j++) {
                for (int differences = 0; differences < 9; differences++) {
                    byte first = word[i];
                    byte second = word[j];
                    word[i] ^= (byte) (1 + differences % 3);
                    word[j] ^= (byte) (1 + differences / 3);
                    assertEquals(CapCode.UNCORRECTABLE, CODE.correct(word), i + ", " + j);
                    word[i] = first;
                    word[j] = second;
                    pairs++;
                }
            }
        }
        assertEquals(100_575, pairs);
    }

    @Test
    void theCodeIsLinear() {
        byte[] a = codeWord(3);
        byte[] b = codeWord(4);
        for (int i = 0; i < a.length; i++) {
            a[i] ^= b[i];
        }
        assertEquals(CapCode.CLEAN, CODE.correct(a));
    }

    @Test
    void badPlacesForParityAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new CapCode(150, 0, 1, 2, 3, 4, 5, 6));
        assertThrows(IllegalArgumentException.class, () -> new CapCode(257, PARITY));
    }
}
