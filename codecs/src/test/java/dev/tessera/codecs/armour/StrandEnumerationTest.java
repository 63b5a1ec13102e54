package dev.tessera.codecs.armour;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StrandEnumerationTest {
    private static final int LENGTH = 8;
    private static final int[] PARITY = {2, 5};
    private static final int WIDTH = 3;
    private static final int FIRST = 1;

    /** Every strand of a small enumeration by trying them all, parity bases included. */
    @Test
    void aSmallEnumerationHasExactlyTheStrandsThatKeepTheConstraints() {
        StrandEnumeration enumeration = new StrandEnumeration(LENGTH, PARITY, WIDTH, FIRST);
        List<byte[]> expected = new ArrayList<>();
        for (int data = 0; data < 1 << 2 * (LENGTH - PARITY.length); data++) {
            byte[] bases = strand(data);
            if (keepsConstraints(bases)) {
                expected.add(bases);
            } else {
                assertEquals(Optional.empty(), enumeration.number(bases), Arrays.toString(bases));
            }
        }
        assertEquals(BigInteger.valueOf(expected.size()), enumeration.size());
        assertTrue(expected.size() > 500, expected.size() + " strands are too few to mean anything");
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), enumeration.strand(BigInteger.valueOf(i)));
            assertEquals(Optional.of(BigInteger.valueOf(i)), enumeration.number(expected.get(i)));
        }
    }

    @Test
    void strandsOf150BasesHaveNumbersInTheirOrder() {
        StrandEnumeration enumeration =
                new StrandEnumeration(150, DnaSegment.PARITY_POSITIONS, DnaSegment.BALANCE_WIDTH, 4);
        // counted by src/test/python/reference_dna.py
        assertEquals(
                new BigInteger("18437557147690230552149202799042383402801250010636986823034821325341636000514834432"),
                enumeration.size());
        Random random = new Random(1);
        for (int i = 0; i < 500; i++) {
            BigInteger number = new BigInteger(273, random);
            byte[] bases = enumeration.strand(number);
            assertEquals(Optional.of(number), enumeration.number(bases));
            assertTrue(Arrays.compare(bases, enumeration.strand(number.add(BigInteger.ONE))) < 0);
        }
        assertEquals(Optional.of(BigInteger.ZERO), enumeration.number(enumeration.strand(BigInteger.ZERO)));
        BigInteger last = enumeration.size().subtract(BigInteger.ONE);
        assertEquals(Optional.of(last), enumeration.number(enumeration.strand(last)));
    }

    /** The worst that a balance in its band and any parity bases can do to 50 consecutive bases, at every place. */
    @Test
    void noWindowCanLeave40To60Percent() {
        int worst = 0;
        for (int start = 0; start + 50 <= 150; start++) {
            int from = start;
            int free = (int) Arrays.stream(DnaSegment.PARITY_POSITIONS)
                    .filter(p -> p >= from && p < from + 50)
                    .count();
            for (int rise = -DnaSegment.BALANCE_WIDTH; rise <= DnaSegment.BALANCE_WIDTH; rise++) {
                if ((50 - free - rise) % 2 == 0) { // a rise has the parity of the count of bases that make it
                    int fewest = (50 - free + rise) / 2;
                    assertTrue(fewest >= 20 && fewest + free <= 30, "window at " + start + ", rise " + rise);
                    worst = Math.max(worst, fewest + free);
                }
            }
        }
        assertEquals(30, worst);
    }

    /** The data positions filled with the digits of a number, first position most significant. */
    private static byte[] strand(int data) {
        byte[] bases = new byte[LENGTH];
        int rest = data;
        for (int i = LENGTH - 1; i >= 0; i--) {
            if (!isParity(i)) {
                bases[i] = (byte) (rest & 3);
                rest >>>= 2;
            }
        }
        return bases;
    }

    private static boolean isParity(int position) {
        return Arrays.stream(PARITY).anyMatch(p -> p == position);
    }

    private static boolean keepsConstraints(byte[] bases) {
        int balance = FIRST;
        for (int i = 0; i < LENGTH; i++) {
            if (!isParity(i)) {
                balance += bases[i] == 1 || bases[i] == 2 ? 1 : -1;
                if (balance < 0 || balance > WIDTH) {
                    return false;
                }
            }
        }
        for (int fill = 0; fill < 16; fill++) {
            byte[] filled = bases.clone();
            filled[PARITY[0]] = (byte) (fill & 3);
            filled[PARITY[1]] = (byte) (fill >>> 2);
            for (int i = 3; i < LENGTH; i++) {
                if (filled[i] == filled[i - 1] && filled[i] == filled[i - 2] && filled[i] == filled[i - 3]) {
                    return false;
                }
            }
        }
        return true;
    }
}
