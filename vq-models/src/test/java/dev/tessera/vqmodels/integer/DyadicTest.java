package dev.tessera.vqmodels.integer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DyadicTest {
    /** jqwik tries the ends of all ranges too. */
    @Property(tries = 1000)
    void productsAreWithinHalfAUnitOfTheExactQuotient(
            @ForAll int value,
            @ForAll @IntRange(min = 1) int multiplier,
            @ForAll @IntRange(min = 0, max = Dyadic.MAX_SHIFT) int shift) {
        BigInteger found = BigInteger.valueOf(new Dyadic(multiplier, shift).times(value));
        BigInteger twice = BigInteger.valueOf(value)
                .multiply(BigInteger.valueOf(multiplier))
                .shiftLeft(1);
        BigInteger unit = BigInteger.ONE.shiftLeft(shift);
        BigInteger twiceError = found.shiftLeft(shift + 1).subtract(twice); // halves go up
        assertTrue(twiceError.compareTo(unit) <= 0 && twiceError.compareTo(unit.negate()) > 0);
    }

    @Test
    void halvesGoUp() {
        Dyadic half = new Dyadic(1, 1);
        assertEquals(2, half.times(3));
        assertEquals(-1, half.times(-3));
        assertEquals(-7, Dyadic.ONE.times(-7));
    }

    @Test
    void refusesWhatIsNoNumber() {
        assertEquals(
                "multiplier is 0, must be in [1, 2147483647]",
                assertThrows(IllegalArgumentException.class, () -> new Dyadic(0, 1))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Dyadic(1, -1));
        assertThrows(IllegalArgumentException.class, () -> new Dyadic(1, 63));
    }
}
